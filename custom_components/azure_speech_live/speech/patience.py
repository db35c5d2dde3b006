"""How long a turn waits: for its source, for the service's answers, and in all."""

from typing import Final

from .audio import AudioBuffer
from .errors import ServiceTimeoutError
from .exchange import Exchange
from .options import Mode, RecognitionOptions

MAX_UNACCOUNTED: Final = 66.0
"""Seconds sent without a phrase that covers them; then the service is not working. The native SDK's figure."""

SOURCE_STALL: Final = 10.0
"""Seconds without audio from the source, after which it counts as ended, so that what was said is still used."""
FIRST_ANSWER: Final = 5.0
"""Seconds from the first audio sent to turn.start."""
FIRST_ANSWER_REUSED: Final = 2.0
"""The same on a connection that was kept open: it may have died unnoticed, and a new one is quick."""
LAST_ANSWER: Final = 5.0
"""Seconds without any message after the end of the audio."""
ANSWER_MARGIN: Final = 10.0
"""Seconds beyond the silence that the service may wait for speech before it says so."""
DEFAULT_INITIAL_SILENCE: Final = 5.0
"""Seconds of silence after which the service ends an interactive turn by itself."""
FINAL: Final = 10.0
"""Seconds from the end of the audio to the end of the turn, all attempts together. A long backlog adds its own time."""


class Patience:
    """A turn's time limits. Moments are seconds by the turn's clock."""

    def __init__(self, options: RecognitionOptions, now: float) -> None:
        """Begin before the first audio."""
        self.fed = now
        """When the source last gave audio, or was last kept from it by us."""
        self._options = options
        self._limit = now + options.limit
        self._final: float | None = None

    def audio_ended(self, now: float, backlog: float) -> None:
        """Take note that there is no more audio, and how many seconds it takes to send what is left."""
        self._final = now + FINAL + backlog

    def extend(self, seconds: float) -> None:
        """Give what comes behind the end of the audio so many seconds more."""
        if self._final is not None:
            self._final += seconds

    @property
    def last_moment(self) -> float:
        """When the turn fails, whatever was tried."""
        return self._limit if self._final is None else min(self._limit, self._final)

    def deadline(self, audio: AudioBuffer, exchange: Exchange | None, *, full: bool) -> float:
        """Return when to ``check`` at the latest. ``full``: the source has to wait for us."""
        return min(self._stall_limit(audio, full=full), self.last_moment, self._answer_limit(exchange))

    def check(self, now: float, audio: AudioBuffer, exchange: Exchange | None, *, full: bool) -> bool:
        """Return whether a source that stalls is to be ended. Raises ServiceTimeoutError when another limit is over."""
        if now >= self.last_moment:
            raise ServiceTimeoutError("the service gave no result in time")
        if now >= self._stall_limit(audio, full=full):
            return True
        if now >= self._answer_limit(exchange):
            raise ServiceTimeoutError("the service does not answer")
        return False

    def _stall_limit(self, audio: AudioBuffer, *, full: bool) -> float:
        # A source that has to wait for us does not stall.
        return self._limit if audio.ended or full else self.fed + SOURCE_STALL

    def _answer_limit(self, exchange: Exchange | None) -> float:
        if exchange is None or exchange.asked is None:
            return self._limit
        if exchange.heard is None:
            return exchange.asked + (FIRST_ANSWER_REUSED if exchange.reused else FIRST_ANSWER)
        if exchange.end_sent is not None:
            return max(exchange.heard, exchange.end_sent) + LAST_ANSWER
        if self._options.mode is Mode.INTERACTIVE:
            return exchange.heard + (self._options.initial_silence or DEFAULT_INITIAL_SILENCE) + ANSWER_MARGIN
        return exchange.heard + MAX_UNACCOUNTED
