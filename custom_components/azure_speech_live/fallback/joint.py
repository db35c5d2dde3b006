"""Where one voice ends amid its sound, and another one goes on: no click, and no frame of MP3 that is torn.

A voice that breaks off does so at any sample, and a step from there to silence is heard as a click. So the last few
milliseconds of a sound are always kept back: they fade out if nothing follows them. A decoder of MP3 fades by itself,
from one whole frame to the next.
"""

from array import array
from typing import Final

from ..speech import Frames, OutputFormat, silence

FADE: Final = 0.005
"""Seconds in which a sound fades out. No ear hears a click then, and nobody misses them where they are late."""
PAUSE: Final = 0.3
"""Seconds of silence between two voices: who hears another one has to notice that it begins."""
_SAMPLE_SIZE: Final = 2


class Joint:
    """The end of a sound of which nobody knows yet whether it is whole."""

    def __init__(self, form: OutputFormat) -> None:
        """Begin before the first byte."""
        self._form = form
        self._frames = Frames(form)
        self._size = round(FADE * form.rate) * _SAMPLE_SIZE if form.is_raw else 0
        self._held = b""
        self._begun = False

    def feed(self, sound: bytes) -> bytes:
        """Return what can be heard of a sound, whatever becomes of it: whole samples or frames."""
        self._begun = True
        held = self._held + self._frames.feed(sound)
        size = max(0, len(held) - self._size) // _SAMPLE_SIZE * _SAMPLE_SIZE if self._size else len(held)
        self._held = held[size:]
        return held[:size]

    def release(self) -> bytes:
        """Return what was kept back, since nothing follows soon: behind a pause it would be a click itself."""
        held, self._held = self._held, b""
        return held

    def close(self) -> bytes:
        """Return the rest of a sound that is whole."""
        return self.release() + self._frames.close()

    def cut(self) -> bytes:
        """Return how a sound ends that broke off, and the pause behind it; nothing if there was none."""
        if not self._begun:
            return b""
        samples = array("h", self._held[: len(self._held) // _SAMPLE_SIZE * _SAMPLE_SIZE])
        for index, sample in enumerate(samples):
            samples[index] = sample * (len(samples) - index) // (len(samples) + 1)
        return samples.tobytes() + silence(self._form, PAUSE)
