"""A turn: what the service knows by one request id, from our synthesis.context and ssml to its turn.end.

All that we say is said at once, so that only the service's side has states:

    ASKED ──turn.start──► STARTED ──audio──► SPEAKING ──the empty audio──► SPOKEN ──┐
      └──────────┴──turn.end──────────────────┴──turn.end────────────────turn.end──► ENDED

What it says skips states where it leaves something out, and more audio leads back from SPOKEN. What is awaited in each,
and for how long, stands in the table of limits. A turn that is SPOKEN is whole: its turn.end may be missing.

Empty audio alone says little: the service was seen to begin with it, and both of Microsoft's SDKs pass over it. It is
the end only where the metadata have told, by SessionEnd, how long all of the audio is, and so much has come.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from math import inf
from typing import Final

from ..errors import ServiceTimeoutError, UnusableMessageError
from ..wire.limits import LEAST_SPEECH, SPEECH_PER_CHARACTER
from ..wire.link import Link
from ..wire.messages import Message, offset
from .metadata import entries
from .progress import Progress
from .splitting import MAX_SECONDS

FIRST_ANSWER: Final = 5.0
"""Seconds from the text to turn.start."""
FIRST_ANSWER_REUSED: Final = 2.0
"""The same on a connection that was kept open: it may have died unnoticed, and a new one is quick."""
FIRST_AUDIO: Final = 5.0
"""Seconds from turn.start to the first audio. Up to 3 s are reported of slow regions."""
SLOW_ANSWER: Final = 10.0
"""Seconds in place of these, from a service that is only slow: its link shows life within the shorter time. On a
connection that was kept open it is FIRST_ANSWER: pings may be answered for a service that has forgotten it."""
LINK: Final = 8.0
"""Seconds without a sign of life, amid the audio, of a link that has shown some before."""
GAP: Final = 15.0
"""Seconds without audio amid it. Of the free tier 10 s are reported (issue 2270 of Microsoft's SDK, whose own limit of
3 s fails there)."""
BEHIND: Final = 25.0
"""Seconds by which a turn's audio may be behind speech that began when it was asked: all that is waited for in it. Else
it could go on for ever, a sample at a time."""
LAST_ANSWER: Final = 2.0
"""Seconds from the end of the audio to turn.end, which is nothing but good manners."""
_ROUNDING: Final = 0.2
"""Seconds by which the audio may be shorter than SessionEnd says. There is more silence than that at its end."""


class State(Enum):
    """Where the service is."""

    ASKED = auto()
    """It has the text, and has not said anything."""
    STARTED = auto()
    """It has."""
    SPEAKING = auto()
    """It sends audio."""
    SPOKEN = auto()
    """It has said that there is no more."""
    ENDED = auto()
    """So the turn is over."""


@dataclass(slots=True)
class Turn:
    """Where the service is in one turn, and since when. Moments are seconds by the caller's clock."""

    request_id: str
    reused: bool
    """Whether its connection served another one before."""
    link: Link
    heard_at: float
    """When it was asked, or last said what leads on: of what it does not speak it could tell for ever."""
    most: int
    """Bytes of audio that it may have."""
    bytes_per_second: int
    """Of its audio."""
    state: State = State.ASKED
    received: int = 0
    """Bytes of audio that came."""
    length: float = inf
    """Seconds of audio that it has, once that is told."""
    began: float = inf
    """When it was asked for all that it is to speak, later by the time in which its audio was not taken."""
    progress: Progress = field(default_factory=Progress)
    """How far it is with its texts."""

    def receive(self, message: Message, now: float) -> bytes:
        """Take a message of the connection; return the audio in it. Raises UnusableMessageError: it is too much.

        What is of another turn is nothing: audio that was on its way when its listener went must not be heard in place
        of what was asked for since. What does not say of which it is, is of the turn that has begun.
        """
        if self.state is State.ENDED or not self._is_mine(message):
            return b""
        before, audio = self.state, self._receive(message)
        if audio or self.state is not before:
            self.heard_at = now
        return audio

    def _receive(self, message: Message) -> bytes:
        if message.path == "turn.end":
            self.state = State.ENDED
        elif message.path == "audio" and isinstance(message.body, bytes):
            return self._audio(message.body, ends=message.content_type is None)
        elif self.state is State.ASKED:
            self.state = State.STARTED
        if message.path == "audio.metadata":
            self._note(message)
        return b""

    def _note(self, metadata: Message) -> None:
        for kind, data in entries(metadata):
            if kind == "SessionEnd":
                self.length = min(self.length, offset(data) or inf)
            self.progress.note(kind, data)

    def _is_mine(self, message: Message) -> bool:
        """Return whether a message is of this turn.

        No message of Microsoft's service is known that does not say so. Without it, what is left of the turn before
        could be taken for the beginning of this one; later, and where there was none before, nothing could.
        """
        if message.request_id is None:
            return self.state is not State.ASKED or not self.reused
        return message.request_id.lower() == self.request_id

    def _audio(self, audio: bytes, *, ends: bool) -> bytes:
        self.received += len(audio)
        if audio:
            self.state = State.SPEAKING
        elif ends and self.state is State.SPEAKING and self._has_all:
            self.state = State.SPOKEN
        if self.received > self.most:
            raise UnusableMessageError("more audio than the text can have")
        return audio

    @property
    def _has_all(self) -> bool:
        """Whether as much audio has come as there is, as far as that is told."""
        return self.received / self.bytes_per_second >= self.length - _ROUNDING

    def resume(self, now: float) -> None:
        """Take note that nothing could be received until now, for it was not taken."""
        self.began += now - self.heard_at
        self.heard_at = now

    # --- how long to wait for the service

    @property
    def answer_by(self) -> float:
        """When the service has to have said something more, by what its link shows; it may move later."""
        within, slow = self._limits
        if self.state in (State.STARTED, State.SPEAKING) and not self.link.answers:
            within = slow  # of a link of which nothing is known no sign of life is awaited
        return min(max(self.heard_at, self.link.ponged) + within, self.heard_at + slow, self._slowest)

    @property
    def _slowest(self) -> float:
        return self.began + BEHIND + self.received / self.bytes_per_second

    @property
    def ping_at(self) -> float:
        """When the link is to be asked for a sign of life."""
        within, _ = self._limits
        return inf if self.link.waiting else max(self.heard_at, self.link.ponged) + within / 2

    def check(self, now: float) -> None:
        """Raise ServiceTimeoutError if the service has not said in time what it should have."""
        if now >= self.answer_by:
            raise ServiceTimeoutError("the service does not answer" if self.state is State.ASKED else "no more audio")

    @property
    def _limits(self) -> tuple[float, float]:
        """Seconds within which there has to be a sign of life, and within which there has to be an answer."""
        match self.state:
            case State.ASKED:
                return (FIRST_ANSWER_REUSED, FIRST_ANSWER) if self.reused else (FIRST_ANSWER, SLOW_ANSWER)
            case State.STARTED:
                return FIRST_AUDIO, SLOW_ANSWER
            case State.SPEAKING:
                return LINK, GAP
        return LAST_ANSWER, LAST_ANSWER


def most(characters: int, bytes_per_second: int) -> int:
    """Return how many bytes of audio a turn may have for so many characters."""
    seconds = min(LEAST_SPEECH + SPEECH_PER_CHARACTER * characters, MAX_SECONDS + LEAST_SPEECH)
    return int(seconds * bytes_per_second)
