"""Where somebody may have begun to speak in an audio: for the moment between a word's first sound and the word.

A noise that goes on all the time says nothing, and has begun long ago. So a sound is what follows upon quiet, or stands
out from the noise.
"""

from array import array
from collections import deque
from typing import Final

from ..speech import BYTES_PER_SECOND

FRAME: Final = BYTES_PER_SECOND // 50
"""Bytes that are looked at together: 20 ms."""
QUIETER: Final = 10
"""So many times quieter than the loudest sound is a pause, in a room in which speech is understood: 20 dB."""
STANDS_OUT: Final = 2
"""So many times louder than the noise of a room is a sound in it: 6 dB."""
STRETCH: Final = 10
"""Frames of which the loudest is a noise's level: as long as no word is spoken, and shorter than what cuts phrases."""
MEMORY: Final = 100
"""Frames of which the quietest stretch is the noise: it may begin amid a command, and end."""
GAP: Final = 5
"""Quiet frames between two sounds; within a word there are fewer."""
LEAST: Final = 3
"""Loud frames of a sound; a click has fewer."""


class Loudness:
    """The sounds in one command: 16 kHz, 16-bit, mono PCM."""

    def __init__(self) -> None:
        """Begin before the first audio."""
        self.since = 0.0
        """Seconds of the audio up to where the latest sound began."""
        self._loudest = 0
        self._peaks = deque[int](maxlen=STRETCH)
        self._levels = deque[int](maxlen=MEMORY)
        self._frames = 0
        self._rest = b""
        self._begun = 0.0
        self._loud = 0
        """Loud frames of what has begun there."""
        self._quiet = GAP
        """Quiet frames behind it."""

    def feed(self, chunk: bytes) -> None:
        """Take more audio, in chunks of any size. It takes less than a millisecond for a second of it."""
        audio = self._rest + chunk
        whole = len(audio) - len(audio) % FRAME
        self._rest = audio[whole:]
        for start in range(0, whole, FRAME):
            samples = array("h", audio[start : start + FRAME])
            self._hear(max(abs(max(samples)), abs(min(samples))))
            self._frames += 1

    def _hear(self, peak: int) -> None:
        self._loudest = max(self._loudest, peak)
        self._peaks.append(peak)
        if len(self._peaks) == STRETCH:
            self._levels.append(max(self._peaks))
        noise = min(self._levels, default=0)
        if peak * QUIETER <= self._loudest or peak <= STANDS_OUT * noise:
            self._quiet += 1
            return
        if self._quiet >= GAP:
            self._begun, self._loud = self._frames * FRAME / BYTES_PER_SECOND, 0
        self._loud, self._quiet = self._loud + 1, 0
        if self._loud == LEAST:
            self.since = self._begun
