"""How long an utterance waits: for its source, for the service's answers, and in all."""

import math
from typing import Final

from ..errors import ServiceTimeoutError
from ..options import Mode, RecognitionOptions
from ..wire.link import Link
from .audio import AudioBuffer
from .turn import Turn

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
SLOW_ANSWER: Final = 10.0
"""Seconds in place of these three, from a service that is only slow: its link shows life within the shorter time. On a
connection that was kept open it is FIRST_ANSWER: pings may be answered for a service that has forgotten it."""
LINK: Final = 8.0
"""Seconds without a sign of life, amid the audio, of a link that has shown some before. A service that hears
silence says nothing for longer, so pings ask: when half of this time is over, or of one of the times above."""
FIRST_PING: Final = 1.0
"""Seconds from a connection's first audio to a ping in any case: to know whether it answers, before that matters."""
ANSWER_MARGIN: Final = 10.0
"""Seconds beyond the silence that the service may wait for speech before it says so."""
DEFAULT_INITIAL_SILENCE: Final = 5.0
"""Seconds of silence after which the service ends an interactive turn by itself."""
FINAL: Final = 10.0
"""Seconds from the end of the audio to the end of the utterance, all attempts together; twice as many if the link has
shown life since then. A long backlog adds its own time. Home Assistant's pipeline has no limit for speech-to-text, and
one of 300 s for all of a run that a browser began; a person has less patience."""


class Patience:
    """An utterance's time limits. Moments are seconds by its clock."""

    def __init__(self, options: RecognitionOptions, now: float) -> None:
        """Begin before the first audio."""
        self.fed = now
        """When the source last gave audio, or was last kept from it by us."""
        self._options = options
        self._limit = now + options.limit
        self._ended: float | None = None
        self._more = 0.0
        """Seconds that what comes behind the end of the audio has beyond FINAL."""
        self._link = Link()
        self._alive = -math.inf
        """When a link before this one last showed life."""

    def request_begins(self, link: Link) -> None:
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
        return min(self._stall_limit(audio, full=full), self.last_moment, self._answer_limit(turn))

    def check(self, now: float, audio: AudioBuffer, turn: Turn | None, *, full: bool) -> bool:
        """Return whether a source that stalls is to be ended. Raises ServiceTimeoutError when another limit is over."""
        if now >= self.last_moment:
            raise ServiceTimeoutError("the service gave no result in time")
        if now >= self._stall_limit(audio, full=full):
            return True
        if now >= self._answer_limit(turn):
            raise ServiceTimeoutError("the service does not answer")
        return False

    def _stall_limit(self, audio: AudioBuffer, *, full: bool) -> float:
        # A source that has to wait for us does not stall.
        return self._limit if audio.ended or full else self.fed + SOURCE_STALL

    def ping_at(self, turn: Turn | None) -> float:
        """Return when the link is to be asked for a sign of life."""
        if turn is None or turn.asked is None or self._link.waiting:
            return self._limit
        if turn.heard is not None and not self._link.pinged:
            return max(turn.heard, turn.asked + FIRST_PING)
        since, within, _ = self._awaited(turn, turn.asked)
        return max(since, self._link.ponged) + within / 2

    def _answer_limit(self, turn: Turn | None) -> float:
        if turn is None or turn.asked is None:
            return self._limit
        since, within, slow = self._awaited(turn, turn.asked)
        if within == LINK and not self._link.answers:
            return since + slow
        return min(max(since, self._link.ponged) + within, since + slow)

    def _awaited(self, turn: Turn, asked: float) -> tuple[float, float, float]:
        """Return since when a message is awaited, for how long, and for how long while the link shows life."""
        if turn.heard is None:
            return asked, *((FIRST_ANSWER_REUSED, FIRST_ANSWER) if turn.reused else (FIRST_ANSWER, SLOW_ANSWER))
        if turn.end_sent is not None:
            return max(turn.heard, turn.end_sent), LAST_ANSWER, SLOW_ANSWER
        if self._options.mode is Mode.INTERACTIVE:
            silence = self._options.initial_silence or DEFAULT_INITIAL_SILENCE
            return turn.heard, LINK, silence + ANSWER_MARGIN
        return turn.heard, LINK, MAX_UNACCOUNTED
