"""What an utterance tells its caller. Times are seconds from the start of the utterance's audio."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .errors import SpeechError


class RecognitionStatus(StrEnum):
    """How a phrase ended, in the service's words."""

    SUCCESS = "Success"
    NO_MATCH = "NoMatch"
    INITIAL_SILENCE_TIMEOUT = "InitialSilenceTimeout"
    BABBLE_TIMEOUT = "BabbleTimeout"
    END_OF_DICTATION = "EndOfDictation"


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The service hears speech, which began at ``offset``."""

    offset: float


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The service heard the speech end at ``offset`` and wants no more audio in this turn."""

    offset: float


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What the phrase that is being spoken sounds like so far; the next one replaces it."""

    text: str
    offset: float
    duration: float
    language: str | None = None
    translations: Mapping[str, str] = field(default_factory=dict)
    """By target language, in a translation."""
    speaker: str | None = None
    """Who says it ("Guest-1"), where speakers are told apart and the service can tell."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a phrase, and when it was said, in seconds."""

    text: str
    offset: float
    duration: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """The final text of one phrase; empty unless ``status`` is SUCCESS.

    ``lexical``, ``itn``, ``masked_itn`` and ``confidence`` (0 to 1) are there when detailed output was asked for, and
    so are ``alternatives``: what else may have been said in its place, in the service's order, each with other words
    and none with alternatives of its own.
    In a translation, ``translations`` has the text by target language, and ``translation_error`` says why it has not.
    ``speaker``: who said it, as in a hypothesis. ``words``: when they were said, where word times were asked for and
    the service tells them: as they are displayed if it does, else as they were spoken.
    """

    status: RecognitionStatus
    text: str = ""
    offset: float = 0.0
    duration: float = 0.0
    language: str | None = None
    confidence: float | None = None
    lexical: str | None = None
    itn: str | None = None
    masked_itn: str | None = None
    alternatives: tuple[Phrase, ...] = ()
    translations: Mapping[str, str] = field(default_factory=dict)
    translation_error: str | None = None
    speaker: str | None = None
    words: tuple[Word, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether there is a text, or a translation of one that the service did not tell."""
        return bool(self.text or self.translations)

    @property
    def is_false_start(self) -> bool:
        """Whether it is noise that was taken for speech: a command may still be said behind it."""
        silence = (RecognitionStatus.INITIAL_SILENCE_TIMEOUT, RecognitionStatus.END_OF_DICTATION)
        return not self.says_something and self.status not in silence


@dataclass(frozen=True, slots=True)
class Synthesis:
    """A part of the spoken translation of a phrase: bytes of one WAV stream, whose header is in the first.

    Phrases are spoken in their order, each to its SynthesisEnded; the next phrase may come before that.
    """

    audio: bytes


@dataclass(frozen=True, slots=True)
class SynthesisEnded:
    """The spoken translation of a phrase is over; ``error`` says what is wrong if it is not whole.

    A voice that the service refuses ends without a phrase, too.
    """

    error: str | None = None


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """The service cannot be asked as things are, for ``error``; it is asked once more, or when there is a place.

    Nothing is lost by that, and nobody has to do anything: what is missing only comes later. It is for who can have it
    sooner elsewhere. That no more attempts are made is no event: then the error is raised.
    """

    error: SpeechError


type Event = SpeechStarted | SpeechEnded | Hypothesis | Phrase | Synthesis | SynthesisEnded | AttemptFailed
