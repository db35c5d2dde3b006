"""A turn: the part of an utterance that the service knows by one request id, from its speech.context to its turn.end.

Both sides go through it, each in one direction. What is awaited of the service follows from where both are:

    ours     OPENED ──audio_sent()──► SENDING ──end_sent()──► SENT
    theirs   SILENT ──heard()──► SPEAKING ──speech_ended()──► STOPPED

               │ SILENT             │ SPEAKING            │ STOPPED
    ───────────┼────────────────────┼─────────────────────┼─────────────────────────────────
    OPENED     │ nothing            │ nothing             │ nothing: our end is due at once
    SENDING    │ its first answer   │ a sign of life      │ a sign of life: our end is due at once
    SENT       │ its first answer   │ its last answers    │ its last answers

Each may skip its middle. There is no state behind the last: when turn.end has come, or the turn has failed or has given
way, the utterance lets go of it.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from math import inf
from typing import Final

from ..options import Mode, RecognitionOptions
from ..wire.link import Link
from ..wire.telemetry import TurnTelemetry
from .audio import BYTES_PER_SECOND

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
MAX_UNACCOUNTED: Final = 66.0
"""Seconds sent without a phrase that covers them; then the service is not working. The native SDK's figure."""


class Ours(Enum):
    """Where we are."""

    OPENED = auto()
    """The context is sent, and no audio yet."""
    SENDING = auto()
    """Audio is sent."""
    SENT = auto()
    """So is the end of the audio."""


class Theirs(Enum):
    """Where the service is."""

    SILENT = auto()
    """It has not said anything."""
    SPEAKING = auto()
    """It has."""
    STOPPED = auto()
    """It heard the speech end, and wants no more audio."""


@dataclass(slots=True)
class Turn:
    """Where both sides are in one turn, and since when. Positions are bytes of the utterance's audio.

    Moments are seconds by the utterance's clock; infinity stands for what has not happened.
    """

    request_id: str
    start: int
    """Where this turn's audio begins."""
    options: RecognitionOptions
    """What was asked for."""
    reused: bool
    """Whether its connection served another one before."""
    link: Link
    telemetry: TurnTelemetry
    sent: int = field(init=False)
    """Up to where audio has been sent."""
    longest_silence: float = field(init=False)
    """Seconds for which a service that hears silence may say nothing."""
    silent: bool = False
    """Whether the service told of silence, be it without saying up to where."""
    ours: Ours = Ours.OPENED
    theirs: Theirs = Theirs.SILENT
    asked_at: float = inf
    """When the first audio was sent, be it only its end."""
    heard_at: float = -inf
    """When the service last said something."""
    end_sent_at: float = inf

    def __post_init__(self) -> None:
        """Begin with nothing sent."""
        self.sent = self.start
        self.longest_silence = _longest_silence(self.options)

    @property
    def start_offset(self) -> float:
        """Seconds of the utterance that are before this turn's audio."""
        return self.start / BYTES_PER_SECOND

    # --- what happens in it

    def audio_sent(self, size: int, now: float) -> None:
        """Take note of a message with so many bytes of audio."""
        if self.ours is Ours.SENT:
            raise RuntimeError("audio behind the end of the audio")
        self.ours = Ours.SENDING
        self.asked_at = min(self.asked_at, now)
        self.sent += size

    def end_sent(self, now: float) -> None:
        """Take note that the end of the audio was sent."""
        if self.ours is Ours.SENT:
            raise RuntimeError("a second end of the audio")
        self.ours = Ours.SENT
        self.asked_at = min(self.asked_at, now)
        self.end_sent_at = now

    def heard(self, now: float) -> None:
        """Take note that the service said something."""
        if self.theirs is Theirs.SILENT:
            self.theirs = Theirs.SPEAKING
        self.heard_at = now

    def speech_ended(self) -> None:
        """Take note that the service heard the speech end."""
        self.theirs = Theirs.STOPPED

    # --- how long to wait for the service

    @property
    def answer_by(self) -> float:
        """When the service has to have said something more, by what its link shows; it may move later."""
        since, within, slow = self._awaited
        return min(max(since, self.link.ponged) + within, since + slow)

    @property
    def ping_at(self) -> float:
        """When the link is to be asked for a sign of life."""
        if self.link.waiting:
            return inf
        if self.theirs is not Theirs.SILENT and not self.link.pinged:
            return max(self.heard_at, self.asked_at + FIRST_PING)
        since, within, _ = self._awaited
        return max(since, self.link.ponged) + within / 2

    @property
    def _awaited(self) -> tuple[float, float, float]:
        """Since when something is awaited, for how long, and for how long while the link shows life."""
        if self.theirs is Theirs.SILENT:
            return self.asked_at, *((FIRST_ANSWER_REUSED, FIRST_ANSWER) if self.reused else (FIRST_ANSWER, SLOW_ANSWER))
        if self.ours is Ours.SENT:
            return max(self.heard_at, self.end_sent_at), LAST_ANSWER, SLOW_ANSWER
        # From a link of which nothing is known no sign of life is awaited.
        return (
            max(self.heard_at, self.asked_at),
            LINK if self.link.answers else self.longest_silence,
            self.longest_silence,
        )


def _longest_silence(options: RecognitionOptions) -> float:
    """Return for how many seconds a service that hears silence may say nothing."""
    if options.mode is Mode.INTERACTIVE:
        return (options.initial_silence or DEFAULT_INITIAL_SILENCE) + ANSWER_MARGIN
    return MAX_UNACCOUNTED
