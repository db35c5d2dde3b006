"""The sound of one answer: what many turns bring, as one stream with one header.

Each turn brings a sound of its own, with silence at its end, perhaps with a header that nobody asked for, in slices
that may tear a sample. A turn that is asked for again brings the same once more, of which what was given out is cut
off: the service speaks nearly as it did, so that at the seam a sound may be off, where a sentence would be said twice.
That costs no time wherever the service is twice as fast as speech: what was given out lasts for longer.
"""

from typing import Final

from ..errors import BadAudioError, UnusableMessageError
from ..riff import SAMPLE_SIZE
from ..synthesis_options import SynthesisOptions
from .formats import Samples, silence, wav_header
from .silence import Trimmer

PAUSE: Final = 0.5
"""Seconds of silence that stay between two turns, if there are so many: a pause between sentences."""

_TRAILER: Final = 4096
"""Bytes held back at the end of a turn that has a header: chunks may follow the audio, of a size not said before."""


class Sound:
    """The stream, in the format that is asked for. Positions are bytes of one text's sound."""

    def __init__(self, options: SynthesisOptions) -> None:
        """Begin before the first turn."""
        self._options = options
        self._format = options.output_format
        self._trimmer: Trimmer | None = None
        self._given = 0
        """Up to where the text's sound was given out, or is held back as silence."""
        self._resumed = False
        """Whether what follows of a text may have been given out as well."""
        self._start()

    def header(self) -> bytes:
        """Return what the stream begins with; empty where it needs nothing."""
        return wav_header(self._format) if self._format.is_raw else b""

    def seconds(self, size: int) -> float:
        """Return how long so many bytes of it last."""
        return size / self._format.bytes_per_second

    def lead_in(self) -> bytes:
        """Return the silence before the first word, which some loudspeakers swallow otherwise."""
        return silence(self._format, self._options.lead_in) if self._options.lead_in else b""

    def begin(self, *, amid_text: bool = False) -> bytes:
        """Begin with another text, or with more of one (``amid_text``); return what is heard before it."""
        pause = self._more(PAUSE)
        kept = min(self._options.end_silence, PAUSE)
        self._trimmer = Trimmer(self._format.rate, kept) if self._format.is_raw else None
        self._given = max(0, self._given - self._position) if self._resumed and amid_text else 0
        self._resumed = self._given > 0
        self._start()
        return pause

    def close(self) -> bytes:
        """Return the silence behind the last word, as much of it as was not given out."""
        return self._more(self._options.end_silence)

    def _more(self, seconds: float) -> bytes:
        return self._trimmer.more(seconds) if self._trimmer is not None else b""

    def resume(self, begin: float) -> None:
        """Begin with the rest of a text, of which the sound began so many seconds into what there was.

        All of it may be more than can be asked for at a time.
        """
        size = round(begin * self._format.bytes_per_second)
        self._given = max(0, self._given - size + size % SAMPLE_SIZE)
        self._resumed = True
        self._start()

    def begin_again(self) -> None:
        """Begin with the same text again."""
        self._start()

    @property
    def position(self) -> float:
        """Seconds of sound that this turn brought."""
        return self.seconds(self._position)

    @property
    def heard(self) -> float:
        """Seconds up to which a text's sound was given out, be it of a turn before this one."""
        return self.seconds(self._given)

    @property
    def is_silent(self) -> bool:
        """Whether a turn that has ended brought no audio, but perhaps a header."""
        return not self._position

    def _start(self) -> None:
        self._samples = Samples(self._format) if self._format.is_raw else None
        self._headed: bool | None = None
        """Whether the turn begins with a header; None: nothing has come."""
        self._held = b""
        """What is to be looked at together with what follows."""
        self._position = 0
        """Up to where this turn's sound was given out, or passed over."""

    def feed(self, audio: bytes) -> bytes:
        """Return what is heard of a slice of a turn's audio. Raises UnusableMessageError for another format."""
        if self._samples is None:
            return self._out(audio)
        if self._headed is None and audio:
            self._headed = audio.startswith(b"R")  # should it be none, its end comes a little late
        try:
            samples = self._samples.feed(audio)
        except BadAudioError:
            raise UnusableMessageError("audio of another format than was asked for") from None
        if not self._headed:
            return self._out(samples)
        samples = self._held + samples
        size = max(0, len(samples) - _TRAILER)
        self._held = samples[size:]
        return self._out(samples[:size])

    def end(self) -> bytes:
        """Return what is heard of a turn's end: without half a sample, and without what is no sound.

        Raises UnusableMessageError for a header without an end.
        """
        if self._samples is None:
            return b""
        try:
            samples = self._held + self._samples.close()
        except BadAudioError:
            raise UnusableMessageError("audio that ends within its header") from None
        return self._out(samples[: _end_of_audio(samples)] if self._headed else samples)

    def _out(self, audio: bytes) -> bytes:
        audio, self._position = audio[max(0, self._given - self._position) :], self._position + len(audio)
        self._given = max(self._given, self._position)
        return self._trimmer.feed(audio) if self._trimmer is not None else audio


def _end_of_audio(data: bytes) -> int:
    """Return where chunks begin that a WAV file has behind its audio."""
    start = data.find(b"LIST")
    while start >= 0:
        if start % SAMPLE_SIZE == 0 and _are_chunks(data, start):
            return start
        start = data.find(b"LIST", start + 1)
    return len(data)


def _are_chunks(data: bytes, start: int) -> bool:
    """Return whether there is nothing but chunks up to the end, where half a sample is missing."""
    while start < len(data):
        if not data[start : start + 4].isascii():
            return False
        size = int.from_bytes(data[start + 4 : start + 8], "little")
        start += 8 + size + size % 2
    return start - len(data) <= SAMPLE_SIZE
