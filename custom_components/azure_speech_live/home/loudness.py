"""Up to where somebody may be speaking in an audio: for the moment between a word's first sound and the word."""

from array import array
from typing import Final

from ..speech import BYTES_PER_SECOND

FRAME: Final = BYTES_PER_SECOND // 50
"""Bytes that are looked at together: 20 ms."""
QUIETER: Final = 10
"""So many times quieter than the loudest sound is a pause, in a room in which speech is understood: 20 dB."""


class Loudness:
    """What is loud in one command: 16 kHz, 16-bit, mono PCM."""

    def __init__(self) -> None:
        """Begin before the first audio."""
        self.until = 0.0
        """Seconds of the audio up to where it was loud."""
        self._loudest = 0
        self._frames = 0
        self._rest = b""

    def feed(self, chunk: bytes) -> None:
        """Take more audio, in chunks of any size. It takes less than a millisecond for a second of it."""
        audio = self._rest + chunk
        whole = len(audio) - len(audio) % FRAME
        self._rest = audio[whole:]
        for start in range(0, whole, FRAME):
            samples = array("h", audio[start : start + FRAME])
            peak = max(abs(max(samples)), abs(min(samples)))
            self._loudest = max(self._loudest, peak)
            self._frames += 1
            if peak * QUIETER > self._loudest:
                self.until = self._frames * FRAME / BYTES_PER_SECOND
