"""The settings of a recognizer, as its subentry stores them, and what they mean for a recognition.

The keys of the stored data are the names of the settings. What is not stored has its default, so that a recognizer
without any data is complete, and one that an older version has stored.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Self
import uuid

from homeassistant.components.stt import SpeechAudioProcessing
from homeassistant.exceptions import ServiceValidationError

from ..languages.choice import MAX_CANDIDATES, candidates_beside, different_languages, spoken_locale
from ..languages.words import plain
from ..resource.stored import InvalidSettingError, flag, lines, readable, text
from ..speech import DEFAULT_INITIAL_SILENCE, MAX_PHRASES, Mode, Profanity, RecognitionOptions
from .phrase_list import MAX_PHRASE_LENGTH
from .text import Substitutions, TextForm

MAX_DURATION: Final = 300
"""Seconds of audio that any command may have, so that a microphone which is never closed costs no more than that.

It is after so long that Home Assistant's own WebSocket command ends a pipeline run.
"""
SHORT_SILENCES: Final = (0.1, 0.5)
"""Seconds: the least that the service takes; and half a second, by which any phrase of a command is over.

Source of the former: Microsoft's "How to recognize speech", section "Change how silence is handled".
"""
MAX_PHRASE_WEIGHT: Final = 2
"""Of a phrase list, to the service. Source: Microsoft's SDKs, which refuse more."""


class EndOfSpeech(StrEnum):
    """Who decides that a command is over."""

    FIRST = "first"
    """Home Assistant or the service, whichever hears it first."""
    HOME_ASSISTANT = "home_assistant"
    """Home Assistant alone: all phrases until then make up the text."""
    AZURE = "azure"
    """The service alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognizerSettings:
    """What a household can set of a recognizer; see docs/options.md. Times are seconds; None is the service's own."""

    languages: tuple[str, ...] = ()
    """Those that are spoken beside the pipeline's."""
    agent: str | None = None
    """The conversation agent that is to answer in whichever of them was spoken, as home/agents.py stores it."""
    end_of_speech: EndOfSpeech = EndOfSpeech.FIRST
    max_duration: float = 15
    """Where the service alone hears the end: seconds of audio after which the command is over in any case."""
    by_command: bool = False
    """Whether a command is over when it is complete, where Home Assistant or the service ends it."""
    use_names: bool = True
    phrases: tuple[str, ...] = ()
    alternatives: bool = True
    """Whether another reading of the service is taken where the first is no command here, and that one is."""
    second_engine: str | None = None
    """The engine that hears where the service does not, by its id in the entity registry."""
    second_on_nothing: bool = False
    """Whether it is also asked where the service has understood nothing."""
    text_form: TextForm = TextForm.DISPLAY
    profanity: Profanity = Profanity.MASKED
    substitutions: Substitutions = field(default_factory=Substitutions)
    initial_silence: float | None = None
    segmentation_silence: float | None = None
    short_silence: float = 0.3
    """The silence that ends a phrase where commands end when they are complete."""
    phrase_weight: float = 1.0
    """How much the phrase list counts, see RecognitionOptions."""
    custom_model: str | None = None
    raw_audio: bool = True
    store_audio: bool = False

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read what a form gives. Raises InvalidSettingError."""
        settings = cls(**{name: read(data[name]) for name, read in _READERS.items() if name in data})
        if settings.agent and not settings.languages:
            raise InvalidSettingError("agent", "agent_without_languages")
        # One place is the voice assistant's own.
        room = MAX_CANDIDATES[settings.mode] - 1
        if len(settings.languages) > room:
            raise InvalidSettingError("languages", "too_many_languages", {"limit": str(room)})
        return settings

    @classmethod
    def from_stored(cls, data: Mapping[str, Any], title: str) -> Self:
        """Read what a subentry stores. What cannot be read has its default, so that one setting stops nobody."""
        return cls(**readable(data, _READERS, title))

    @property
    def mode(self) -> Mode:
        """Return the service's mode: one phrase, unless Home Assistant alone ends the command."""
        return Mode.CONVERSATION if self.end_of_speech is EndOfSpeech.HOME_ASSISTANT else Mode.INTERACTIVE

    @property
    def ends_by_command(self) -> bool:
        """Return whether a command is over when it is complete: only where nobody alone was to end it."""
        return self.by_command and self.end_of_speech is EndOfSpeech.FIRST

    @property
    def audio_limit(self) -> float:
        """Return the seconds of audio that a command may have."""
        return self.max_duration if self.end_of_speech is EndOfSpeech.AZURE else MAX_DURATION

    @property
    def audio_processing(self) -> SpeechAudioProcessing:
        """Return what Home Assistant is to do with the audio.

        Its voice activity events are what a satellite's lights follow. The service does better with plain sound.
        """
        return SpeechAudioProcessing(
            requires_external_vad=self.end_of_speech is not EndOfSpeech.AZURE,
            prefers_auto_gain_enabled=not self.raw_audio,
            prefers_noise_reduction_enabled=not self.raw_audio,
        )

    def recognition_options(
        self, language: str, phrases: tuple[str, ...], *, by_command: bool = False, alternatives: bool = False
    ) -> RecognitionOptions:
        """Return how to recognise a command in a pipeline of some language, with a phrase list.

        ``by_command``: in short phrases, for who ends it when it is complete; ``alternatives``: with other readings.
        Raises ServiceValidationError if the service does not know the language.
        """
        locale = spoken_locale(language)
        # In conversation mode, the service would wait for the first word three times as long as for a command's.
        first_word = self.initial_silence or (DEFAULT_INITIAL_SILENCE if by_command else None)
        return RecognitionOptions(
            language=locale,
            candidates=candidates_beside(locale, self.languages, self.mode),
            at_start=by_command,
            mode=Mode.CONVERSATION if by_command else self.mode,
            detailed=alternatives or self.text_form.detailed,
            profanity=self.profanity,
            phrases=phrases,
            initial_silence=first_word,
            phrase_weight=self.phrase_weight,
            segmentation_silence=self.short_silence if by_command else self.segmentation_silence,
            custom_model=self.custom_model,
            store_audio=self.store_audio,
        )


def _languages(languages: Sequence[str]) -> tuple[str, ...]:
    try:
        return tuple(different_languages(lines(languages)))
    except ServiceValidationError as err:
        raise InvalidSettingError("languages", err.translation_key or "", err.translation_placeholders) from err


def _phrases(typed: Sequence[str]) -> tuple[str, ...]:
    phrases = tuple(dict.fromkeys(filter(None, map(plain, lines(typed)))))
    if len(phrases) > MAX_PHRASES:
        raise InvalidSettingError("phrases", "too_many_phrases", {"limit": str(MAX_PHRASES)})
    for phrase in phrases:
        if len(phrase) > MAX_PHRASE_LENGTH:
            placeholders = {"phrase": phrase[:30], "limit": str(MAX_PHRASE_LENGTH)}
            raise InvalidSettingError("phrases", "phrase_too_long", placeholders)
    return phrases


def _substitutions(typed: Sequence[str]) -> Substitutions:
    try:
        return Substitutions.parse(lines(typed))
    except ValueError as err:
        raise InvalidSettingError("substitutions", "invalid_substitution", {"line": str(err)[:80]}) from err


def _seconds(number: Any) -> float:
    seconds = float(number)
    if not 0 < seconds <= MAX_DURATION:
        raise ValueError(number)
    return seconds


def _within(least: float, most: float) -> Callable[[Any], float]:
    def read(number: Any) -> float:
        if not least <= float(number) <= most:
            raise ValueError(number)
        return float(number)

    return read


def _custom_model(deployment: str) -> str | None:
    """Read a deployment's id, a UUID. It is part of an address, so nothing else gets through."""
    if not deployment.strip():
        return None
    try:
        return str(uuid.UUID(deployment.strip()))
    except ValueError:
        raise InvalidSettingError("custom_model", "invalid_custom_model") from None


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "languages": _languages,
    "agent": text,
    "end_of_speech": EndOfSpeech,
    "max_duration": _seconds,
    "by_command": flag,
    "use_names": flag,
    "phrases": _phrases,
    "alternatives": flag,
    "second_engine": text,
    "second_on_nothing": flag,
    "text_form": TextForm,
    "profanity": Profanity,
    "substitutions": _substitutions,
    "initial_silence": _seconds,
    "segmentation_silence": _seconds,
    "short_silence": _within(*SHORT_SILENCES),
    "phrase_weight": _within(0, MAX_PHRASE_WEIGHT),
    "custom_model": _custom_model,
    "raw_audio": flag,
    "store_audio": flag,
}
