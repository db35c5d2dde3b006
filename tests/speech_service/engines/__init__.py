"""What recognises: a small protocol between a turn and an engine.

An engine hears one turn's audio piece by piece and says what it found, at positions in ticks from the start of the
turn's audio. It knows nothing of messages, modes or connections; when a turn ends, and what it is told then, is
the turn's affair.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ..options import TurnOptions


class Status(StrEnum):
    """How a phrase came out (RecognitionStatus on the wire)."""

    SUCCESS = "Success"
    NO_MATCH = "NoMatch"
    INITIAL_SILENCE_TIMEOUT = "InitialSilenceTimeout"
    BABBLE_TIMEOUT = "BabbleTimeout"
    ERROR = "Error"
    END_OF_DICTATION = "EndOfDictation"
    # The SDKs know these as well, from translation and from overload.
    TOO_MANY_REQUESTS = "TooManyRequests"
    BAD_REQUEST = "BadRequest"
    FORBIDDEN = "Forbidden"
    SERVICE_UNAVAILABLE = "ServiceUnavailable"


@dataclass(frozen=True, slots=True)
class SpeechStart:
    """Speech began at `offset` ticks."""

    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """What the words seem to be so far (lexical form)."""

    text: str
    offset: int
    duration: int
    language: str | None = None
    speaker: str = ""
    """Who says it, by any name; none: the engine cannot tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of a phrase, for detailed results with word timings."""

    text: str
    offset: int
    duration: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """What was said, once and for all. Texts are empty unless the status is SUCCESS."""

    display: str = ""
    lexical: str = ""
    itn: str = ""
    offset: int
    duration: int
    status: Status = Status.SUCCESS
    language: str | None = None
    confidence: float = 0.95
    words: tuple[Word, ...] = ()
    others: tuple[str, ...] = ()
    """What else may have been said, as displayed, the likelier first."""
    speaker: str = ""

    @property
    def end(self) -> int:
        """Ticks up to where the audio is accounted for."""
        return self.offset + self.duration


Finding = SpeechStart | Hypothesis | Phrase


class Recognition(Protocol):
    """One turn's recognition."""

    async def hear(self, audio: bytes) -> list[Finding]:
        """Take more PCM (any size, also odd), and return what it brings."""

    async def conclude(self) -> list[Finding]:
        """Return what is pending, as if a pause had been heard; more audio may follow."""

    async def close(self) -> None:
        """Give up what the recognition holds."""


class Engine(Protocol):
    """Begins recognitions, any number at a time."""

    def begin(self, options: TurnOptions) -> Recognition:
        """Begin a turn's recognition."""

    def close(self) -> None:
        """Give up what the engine holds; called when the service ends."""
