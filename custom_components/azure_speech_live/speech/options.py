"""What a caller can ask of a recognition, and how the protocol asks for it: a query, speech.config and speech.context.

The shapes are those that Microsoft's JavaScript SDK 1.52 sends; the service takes the values of enumerations
in any case.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, Self

from .language_tags import language_of

MAX_AT_START: Final = 4
"""Languages that the spoken one can be detected among at the start of a turn. All along, it is ten.

Source: Microsoft's "Implement language identification".
"""
MAX_PHRASES: Final = 500
"""Phrases in a phrase list: beyond this Microsoft's documentation advises against one."""


_CONFIG: Final[dict[str, Any]] = {
    "context": {
        "system": {"name": "AzureSpeechLive", "version": "1", "build": "Python", "lang": "Python"},
        # The protocol page wants these; what a household runs is not the service's business.
        "os": {"platform": "Python", "name": "Python", "version": "3"},
        "device": {"manufacturer": "Unknown", "model": "Unknown", "version": "Unknown"},
        "audio": {"source": {"type": "Stream", "samplerate": 16000, "bitspersample": 16, "channelcount": 1}},
    }
}


class Mode(StrEnum):
    """How the service decides that a phrase, and the turn, is over."""

    INTERACTIVE = "interactive"
    """One phrase, as a command or a question is; it ends the turn."""
    CONVERSATION = "conversation"
    """Phrases until the audio ends."""
    DICTATION = "dictation"
    """Phrases until the audio ends, with spoken punctuation."""


class Profanity(StrEnum):
    """What becomes of profanities in the text."""

    MASKED = "masked"
    REMOVED = "removed"
    RAW = "raw"


_PROFANITY_ACTIONS: Final = {
    Profanity.MASKED: "Marked",
    Profanity.REMOVED: "Deleted",
    Profanity.RAW: "NoAction",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionOptions:
    """One recognition's options.

    ``language``: a BCP-47 tag. ``candidates``: two to ten tags to identify the spoken language among, in place of
    ``language``; ``at_start``: once, at the start, also where several phrases may come.
    ``phrases``: names and words to expect, the first MAX_PHRASES of which are sent.
    ``initial_silence`` and ``segmentation_silence``: seconds; None for the service's own. ``custom_model``: the id
    of a Custom Speech deployment, which hears ``language`` also where that is one of several candidates.
    ``store_audio``: let the service keep the audio and the text for its owner ("audio and transcription logging").
    ``limit``: seconds that the whole recognition may take.
    """

    language: str = "en-US"
    mode: Mode = Mode.INTERACTIVE
    candidates: tuple[str, ...] = ()
    at_start: bool = False
    detailed: bool = False
    profanity: Profanity = Profanity.MASKED
    phrases: tuple[str, ...] = ()
    initial_silence: float | None = None
    segmentation_silence: float | None = None
    custom_model: str | None = None
    store_audio: bool = False
    limit: float = 4 * 3600

    @property
    def detects_continuously(self) -> bool:
        """Whether the spoken language is identified all along."""
        return bool(self.candidates) and self.mode is not Mode.INTERACTIVE and not self.at_start

    def detecting_at_start(self) -> Self:
        """Return the same for an endpoint that identifies the spoken language at the start only."""
        return replace(self, candidates=self.candidates[:MAX_AT_START], at_start=True)

    def query(self) -> dict[str, str]:
        """Return the query of the request that opens a connection for these options."""
        query = self.universal_query()
        query["language"] = self.language
        query["format"] = "detailed" if self.detailed else "simple"
        if self.candidates:
            query["lidEnabled"] = "true"
        if self.profanity is not Profanity.MASKED:
            query["profanity"] = str(self.profanity)
        if self.initial_silence is not None:
            query["initialSilenceTimeoutMs"] = str(_milliseconds(self.initial_silence))
        if self.segmentation_silence is not None:
            query["segmentationSilenceTimeoutMs"] = str(_milliseconds(self.segmentation_silence))
        return query

    def universal_query(self) -> dict[str, str]:
        """Return the part of the query that has no place in speech.context."""
        query: dict[str, str] = {}
        if self.custom_model and not self.candidates:
            query["cid"] = self.custom_model
        if self.store_audio:
            query["storeAudio"] = "true"
        return query

    def config(self) -> Mapping[str, Any]:
        """Return the body of the speech.config message that opens a connection for these options."""
        return _CONFIG

    def context(self) -> dict[str, Any]:
        """Return the body of the speech.context message that opens a turn with these options."""
        detection: dict[str, Any] = {"mode": self.mode.capitalize(), "enrichment": {}}
        output: dict[str, Any] = {}
        context: dict[str, Any] = {"phraseDetection": detection, "phraseOutput": output}
        if self.candidates:
            context["languageId"] = {
                "languages": list(self.candidates),
                "mode": "DetectContinuous" if self.detects_continuously else "DetectAtAudioStart",
                "onSuccess": {"action": "Recognize"},
                "onUnknown": {"action": "None"},
                "priority": "PrioritizeLatency",
            }
            output["interimResults"] = {"resultType": "Auto"}
            output["phraseResults"] = {"resultType": "Always"}
            if self.custom_model:
                detection["customModels"] = [{"language": self.language, "endpoint": self.custom_model}]
        else:
            detection["language"] = self.language
        if self.detailed:
            output["format"] = "Detailed"
            output["detailed"] = {"options": []}
        if self.profanity is not Profanity.MASKED:
            detection["enrichment"]["profanity"] = self.profanity.capitalize()
        if self.initial_silence is not None:
            detection["initialSilenceTimeout"] = _milliseconds(self.initial_silence)
        if self.segmentation_silence is not None:
            detection[str(self.mode)] = {
                "segmentation": {
                    "mode": "Custom",
                    "segmentationSilenceTimeoutMs": _milliseconds(self.segmentation_silence),
                }
            }
        if self.phrases:
            items = [{"text": phrase} for phrase in self.phrases[:MAX_PHRASES]]
            context["dgi"] = {"groups": [{"type": "Generic", "items": items}], "bias": 1}
        return context


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationOptions(RecognitionOptions):
    """One translation's options, beside those of its recognition.

    ``targets``: the languages to translate to, as the service names them ("de", "zh-Hans"). ``voice``: the name of
    the voice ("de-DE-KatjaNeural") that speaks the translation to ``spoken_target``, or if that is None to its own
    language or the first one.
    """

    targets: tuple[str, ...]
    voice: str | None = None
    spoken_target: str | None = None

    def query(self) -> dict[str, str]:
        """Return the query of the request that opens a connection for these options."""
        # That a translation takes these as a recognition does is a guess; no SDK was recorded with both.
        query = self.universal_query() | {
            "from": "" if self.candidates else self.language,
            "to": ",".join(self.targets),
            "scenario": "interactive" if self.mode is Mode.INTERACTIVE else "conversation",
        }
        if self.voice:
            query |= {"voice": self.voice, "features": "requireVoice"}
        if self.profanity is not Profanity.MASKED:
            query["profanity"] = str(self.profanity)
        return query

    def context(self) -> dict[str, Any]:
        """Return the body of the speech.context message that opens a turn with these options."""
        context = super(TranslationOptions, self).context()  # slots: the class is made anew, so name it
        action = {"action": "Synthesize" if self.voice else "None"}
        context["phraseDetection"] |= {"onSuccess": {"action": "Translate"}, "onInterim": {"action": "Translate"}}
        context["translation"] = {
            "targetLanguages": list(self.targets),
            "onSuccess": action,
            "onPassthrough": action,
            "output": {"includePassThroughResults": True, "interimResults": {"mode": "Always"}},
        }
        if self.candidates:
            context["phraseOutput"] = {
                "interimResults": {"resultType": "None"},
                "phraseResults": {"resultType": "None"},
            }
        if self.voice:
            context["synthesis"] = {"defaultVoices": {self.spoken_target or self._target_of(self.voice): self.voice}}
        return context

    def translator_query(self) -> dict[str, str]:
        """Return the query of the Translator Speech API of 2018, which says all in it, for the first target."""
        query = {
            "api-version": "1.0",
            "from": self.language,
            "to": self.targets[0],
            "features": "partial,timinginfo",
            "ProfanityAction": _PROFANITY_ACTIONS[self.profanity],
        }
        if self.voice:
            query |= {"features": "partial,timinginfo,texttospeech", "voice": self.voice, "format": "audio/wav"}
        return query

    def _target_of(self, voice: str) -> str:
        """Return the target that a voice speaks: that of its language, or the first."""
        spoken = language_of(voice)
        return next((target for target in self.targets if language_of(target) == spoken), self.targets[0])


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
