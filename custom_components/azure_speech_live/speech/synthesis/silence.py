"""The silence at the end of a sound, taken off by its samples, while it comes in pieces.

The service leaves 0.8 s of it behind the last word, and high-definition voices, which take no <mstts:silence>, 1 s
behind each sentence. Whoever waits for the end to answer waits for that too. The pauses amid the sound stay: silence
that may be the end is held back until it is known what it is, and no more of it than is ever taken off.
"""

from typing import Final

LONGEST: Final = 3.0
"""Seconds of silence that are held back at most, and so the longest that is taken off. Two are reported at the end."""
AUDIBLE: Final = 64
"""Beyond this a sample is heard: 54 dB below full scale. A quiet "f" is above that, a voice's silence, which is not
quite nothing, below. Both are guesses, and the silence that is kept makes up for some of the first.
"""
_LOW: Final = bytes(0 if low <= AUDIBLE else 0xFF if low >= 0x100 - AUDIBLE else 1 for low in range(0x100))
_HIGH: Final = bytes(high if high in (0, 0xFF) else 2 for high in range(0x100))
"""What the bytes of a sample become: the same, if it is not heard."""
_SAMPLE_SIZE: Final = 2


class Trimmer:
    """One sound without the silence at its end: 16-bit PCM, one channel, little-endian."""

    def __init__(self, rate: int, kept: float) -> None:
        """Begin before the first sample. ``rate``: samples a second; ``kept``: seconds of silence that stay."""
        self._rate = rate
        self._kept = round(kept * rate) * _SAMPLE_SIZE
        self._longest = round(LONGEST * rate) * _SAMPLE_SIZE
        self._quiet = 0
        """Bytes of silence at the end of what was given out."""
        self._held = bytearray()
        """The silence behind that."""

    def feed(self, pcm: bytes) -> bytes:
        """Return what can be played behind some more of the sound: whole samples in, whole samples out.

        What is left when the sound ends is silence.
        """
        self._held += pcm
        silence = len(self._held)
        if heard := _heard(pcm):
            self._quiet = 0
            silence = len(pcm) - heard
        more = max(0, min(silence, self._kept - self._quiet), silence - self._longest)
        self._quiet += more
        ready = len(self._held) - silence + more
        out = bytes(self._held[:ready])
        del self._held[:ready]
        return out

    def more(self, seconds: float) -> bytes:
        """Return more of the silence that is held back, so that so many seconds of it stay: the sound goes on."""
        size = max(0, int(seconds * self._rate) * _SAMPLE_SIZE - self._quiet)
        return bytes(self._held[:size])


def _heard(pcm: bytes) -> int:
    """Return how many bytes there are up to the last sample that is heard.

    All samples are looked at together, which takes a fifth of the time that one by one does.
    """
    low, high = (int.from_bytes(half, "little") for half in (pcm[::2].translate(_LOW), pcm[1::2].translate(_HIGH)))
    return ((low ^ high).bit_length() + 7) // 8 * _SAMPLE_SIZE
