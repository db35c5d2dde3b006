"""What can be asked of a recognition, and how the protocol asks for it: a query, speech.config, speech.context.

The shapes are those that Microsoft's SDKs send: JavaScript 1.52.
The service takes the values of enumerations in any case.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf
import re
from typing import Any, Final, Self

from .language_tags import language_of

MAX_AT_START: Final = 4
"""Languages that the spoken one can be detected among at the start of a turn. All along, it is ten.

Source: Microsoft's "Implement language identification".
"""
MAX_PHRASES: Final = 500
"""Phrases in a phrase list: beyond this Microsoft's documentation advises against one."""

_BOUNDS: Final = {"phrase_weight": (0, 2), "longest_phrase": (20, 50), "session_offset": (0, inf)}
"""What Microsoft's SDKs take of a weight: beyond it they send nothing (native 1.53, JavaScript 1.52). What the service
takes of a longest phrase: their documentation of Speech_SegmentationMaximumTimeMs has 20 to 70 s; less, since a service
that goes beyond it is helped within the time that it may take for a phrase at all."""
_SESSION: Final = re.compile(r"[0-9a-f]{32}")
SYSTEM: Final[dict[str, Any]] = {
    "system": {"name": "AzureSpeechLive", "version": "1", "build": "Python", "lang": "Python"},
    # The protocol page wants this and the device; what a household runs is not the service's business.
    "os": {"platform": "Python", "name": "Python", "version": "3"},
}
_CONFIG: Final[dict[str, Any]] = {
    "context": {
        **SYSTEM,
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
    ``phrases``: names and words to expect, the first MAX_PHRASES of which are sent; ``phrase_weight``: how much, from
    0 (not at all) over 1 (the service's own) to 2.
    ``initial_silence`` and ``segmentation_silence``: seconds; None for the service's own. ``custom_model``: the id
    of a Custom Speech deployment, which hears ``language`` also where that is one of several candidates.
    ``store_audio``: let the service keep the audio and the text for its owner ("audio and transcription logging").
    ``limit``: seconds that the whole recognition may take.

    ``speakers``: tell apart who speaks, where the endpoint can. ``audio_session``: 32 hex digits; recognitions that
    share them share the speakers' names, if each says at which second of that session its audio begins
    (``session_offset``); without them each is a session of its own. ``word_times``: tell when which word of a phrase
    was said, which implies ``detailed``. ``longest_phrase``: seconds of speech after which a phrase is ended although
    nobody pauses; None: when the service does.

    Raises ValueError for numbers that the SDKs refuse, and for speakers or a longest phrase in one single phrase.
    """

    language: str = "en-US"
    mode: Mode = Mode.INTERACTIVE
    candidates: tuple[str, ...] = ()
    at_start: bool = False
    detailed: bool = False
    profanity: Profanity = Profanity.MASKED
    phrases: tuple[str, ...] = ()
    phrase_weight: float = 1
    initial_silence: float | None = None
    segmentation_silence: float | None = None
    custom_model: str | None = None
    store_audio: bool = False
    limit: float = 4 * 3600
    speakers: bool = False
    audio_session: str = ""
    session_offset: float = 0
    word_times: bool = False
    longest_phrase: float | None = None

    def __post_init__(self) -> None:
        """Check what has bounds."""
        check_bounds(self, _BOUNDS)
        if self.audio_session and not _SESSION.fullmatch(self.audio_session):
            raise ValueError("audio_session is 32 hex digits, in lower case")
        if self.mode is Mode.INTERACTIVE and (self.speakers or self.longest_phrase):
            raise ValueError("one single phrase has neither speakers nor a longest one")

    @property
    def detects_continuously(self) -> bool:
        """Whether the spoken language is identified all along."""
        return bool(self.candidates) and self.mode is not Mode.INTERACTIVE and not self.at_start

    def detecting_at_start(self) -> Self:
        """Return the same for an endpoint that identifies the spoken language at the start only."""
        return replace(self, candidates=self.candidates[:MAX_AT_START], at_start=True)

    def query(self) -> dict[str, str]:
        """Return the query of the request that opens a connection for these options."""
        query = self._query_everywhere()
        query["language"] = self.language
        query["format"] = "detailed" if self._is_detailed else "simple"
        if self.word_times:
            query["wordLevelTimestamps"] = "true"
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
        """Return the part of the query that has no place in speech.context, and what only stands there by custom.

        Where speakers are told apart, the SDKs say the language here as well.
        """
        return self._query_everywhere() | ({"language": self.language} if self.speakers else {})

    @property
    def _is_detailed(self) -> bool:
        return self.detailed or self.word_times

    def _query_everywhere(self) -> dict[str, str]:
        query: dict[str, str] = {}
        if self.custom_model and not self.candidates:
            query["cid"] = self.custom_model
        if self.store_audio:
            query["storeAudio"] = "true"
        return query

    def config(self) -> Mapping[str, Any]:
        """Return the body of the speech.config message that opens a connection for these options."""
        return _CONFIG

    def context(self, offset: float = 0) -> dict[str, Any]:
        """Return the body of the speech.context message that opens a turn with these options.

        ``offset``: where the turn's audio begins, in seconds from the start of the recognition's.
        """
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
        if self._is_detailed:
            output["format"] = "Detailed"
            output["detailed"] = {"options": ["WordTimings"] if self.word_times else []}
        if self.profanity is not Profanity.MASKED:
            detection["enrichment"]["profanity"] = self.profanity.capitalize()
        if self.initial_silence is not None:
            detection["initialSilenceTimeout"] = _milliseconds(self.initial_silence)
        if segmentation := self._segmentation():
            detection[str(self.mode)] = {"segmentation": {"mode": "Custom"} | segmentation}
        if self.speakers:
            detection["speakerDiarization"] = {
                "mode": "Anonymous",
                "audioSessionId": self.audio_session,
                "audioOffsetMs": _milliseconds(self.session_offset + offset),
                "identityProvider": None,
                "diarizeIntermediates": True,
            }
        if self.phrases:
            items = [{"text": phrase} for phrase in self.phrases[:MAX_PHRASES]]
            # As the JavaScript SDK writes it, which has one kind of number.
            weight = self.phrase_weight if self.phrase_weight % 1 else int(self.phrase_weight)
            context["dgi"] = {"groups": [{"type": "Generic", "items": items}], "bias": weight}
        return context

    def _segmentation(self) -> dict[str, int]:
        times = {
            "segmentationSilenceTimeoutMs": self.segmentation_silence,
            "segmentationForcedTimeoutMs": self.longest_phrase,
        }
        return {name: _milliseconds(seconds) for name, seconds in times.items() if seconds is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationOptions(RecognitionOptions):
    """One translation's options, beside those of its recognition.

    ``targets``: the languages to translate to, as the service names them ("de", "zh-Hans"). ``voice``: the name of
    the voice ("de-DE-KatjaNeural") that speaks the translation to ``spoken_target``, or if that is None to its own
    language or the first one. That a translation tells speakers apart, and has the times of words, is a guess: it is
    asked for as a recognition asks, which no SDK does.
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

    def universal_query(self) -> dict[str, str]:
        """Return the part of the query that has no place in speech.context."""
        return self._query_everywhere()

    def context(self, offset: float = 0) -> dict[str, Any]:
        """Return the body of the speech.context message that opens a turn with these options."""
        context = super(TranslationOptions, self).context(offset)  # slots: the class is made anew, so name it
        action = {"action": "Synthesize" if self.voice else "None"}
        context["phraseDetection"] |= {"onSuccess": {"action": "Translate"}, "onInterim": {"action": "Translate"}}
        context["translation"] = {
            "targetLanguages": list(self.targets),
            "onSuccess": action,
            "onPassthrough": action,
            "output": {"includePassThroughResults": True, "interimResults": {"mode": "Always"}},
        }
        if self.candidates:
            context["phraseOutput"] |= {
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


def check_bounds(options: object, bounds: Mapping[str, tuple[float, float]]) -> None:
    """Raise ValueError if one of these numbers of some options is beyond its bounds. None is within."""
    for name, (least, most) in bounds.items():
        value = getattr(options, name)
        if value is not None and not least <= value <= most:
            raise ValueError(f"{name} is from {least} to {most}")


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
