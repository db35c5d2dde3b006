"""How long an utterance waits in all: for its source, for its turns' answers (turn.py), and for its end."""

from math import inf
from typing import Final

from ..errors import ServiceTimeoutError
from ..wire.link import Link
from .audio import AudioBuffer
from .turn import Turn

SOURCE_STALL: Final = 10.0
"""Seconds without audio from the source, after which it counts as ended, so that what was said is still used."""
FINAL: Final = 10.0
"""Seconds from the end of the audio to the end of the utterance, all attempts together; twice as many if the link has
shown life since then. A long backlog adds its own time. Home Assistant's pipeline has no limit for speech-to-text, and
one of 300 s for all of a run that a browser began; a person has less patience."""


class Patience:
    """An utterance's time limits. Moments are seconds by its clock."""

    def __init__(self, limit: float, now: float) -> None:
        """Begin before the first audio, with seconds for all."""
        self.fed = now
        """When the source last gave audio, or was last kept from it by us."""
        self._limit = now + limit
        self._ended: float | None = None
        self._more = 0.0
        """Seconds that what comes behind the end of the audio has beyond FINAL."""
        self._link = Link()
        self._alive = -inf
        """When a link before this one last showed life."""

    def turn_begins(self, link: Link) -> None:
        """Take note of the connection that the utterance is on now."""
        self._alive = max(self._alive, self._link.ponged)
        self._link = link

    def audio_ended(self, now: float, backlog: float) -> None:
        """Take note that there is no more audio, and how many seconds it takes to send what is left."""
        self._ended = now
        self._more = backlog

    def extend(self, seconds: float) -> None:
        """Give what comes behind the end of the audio so many seconds more."""
        if self._ended is not None:
            self._more += seconds

    @property
    def last_moment(self) -> float:
        """When the utterance fails, whatever was tried."""
        if self._ended is None:
            return self._limit
        final = FINAL if max(self._alive, self._link.ponged) <= self._ended else 2 * FINAL
        return min(self._limit, self._ended + final + self._more)

    def deadline(self, audio: AudioBuffer, turn: Turn | None, *, full: bool) -> float:
        """Return when to ``check`` at the latest. ``full``: the source has to wait for us."""
        return min(self._stall_limit(audio, full=full), self.last_moment, _answer_by(turn))

    def check(self, now: float, audio: AudioBuffer, turn: Turn | None, *, full: bool) -> bool:
        """Return whether a source that stalls is to be ended. Raises ServiceTimeoutError when another limit is over."""
        if now >= self.last_moment:
            raise ServiceTimeoutError("the service gave no result in time")
        if now >= self._stall_limit(audio, full=full):
            return True
        if now >= _answer_by(turn):
            raise ServiceTimeoutError("the service does not answer")
        return False

    def _stall_limit(self, audio: AudioBuffer, *, full: bool) -> float:
        # A source that has to wait for us does not stall.
        return self._limit if audio.ended or full else self.fed + SOURCE_STALL


def _answer_by(turn: Turn | None) -> float:
    return inf if turn is None else turn.answer_by
