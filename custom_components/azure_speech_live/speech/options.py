"""What a caller can ask for, and how the protocol asks for it: a query, speech.config, and what opens a turn.

The shapes are those that Microsoft's SDKs send: JavaScript 1.52 for speech.context, native 1.53 for synthesis.context.
The service takes the values of enumerations in any case.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, Self

from .language_tags import is_tag, language_of

MAX_AT_START: Final = 4
"""Languages that the spoken one can be detected among at the start of a turn. All along, it is ten.

Source: Microsoft's "Implement language identification".
"""
MAX_PHRASES: Final = 500
"""Phrases in a phrase list: beyond this Microsoft's documentation advises against one."""

_METADATA: Final = (
    "visemeEnabled",
    "bookmarkEnabled",
    "wordBoundaryEnabled",
    "punctuationBoundaryEnabled",
    "sentenceBoundaryEnabled",
)
END_SILENCE: Final = 0.25
"""Seconds of silence behind the last word: enough for a quiet consonant, and nobody waits for it."""
_BOUNDS: Final = {
    "degree": (0.01, 2),
    "rate": (0.5, 2),
    "pitch": (0.5, 1.5),
    "volume": (0, 2),
    "lead_in": (0, 1),
    "end_silence": (0.1, 2),
}
"""What the service takes of each, but for silence. How loud a voice can be is said nowhere: twice its own volume is a
guess.

Source: Microsoft's "Customize voice and sound with SSML".
"""
_HEARING_BOUNDS: Final = {"phrase_weight": (0, 2)}
"""What Microsoft's SDKs take: beyond it they send nothing (native 1.53, JavaScript 1.52)."""
_SYSTEM: Final[dict[str, Any]] = {
    "system": {"name": "AzureSpeechLive", "version": "1", "build": "Python", "lang": "Python"},
    # The protocol page wants this and the device; what a household runs is not the service's business.
    "os": {"platform": "Python", "name": "Python", "version": "3"},
}
_CONFIG: Final[dict[str, Any]] = {
    "context": {
        **_SYSTEM,
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

    Raises ValueError for a weight that the SDKs refuse.
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

    def __post_init__(self) -> None:
        """Check what has bounds."""
        _check_bounds(self, _HEARING_BOUNDS)

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
            # As the JavaScript SDK writes it, which has one kind of number.
            weight = self.phrase_weight if self.phrase_weight % 1 else int(self.phrase_weight)
            context["dgi"] = {"groups": [{"type": "Generic", "items": items}], "bias": weight}
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


class OutputFormat(StrEnum):
    """The sound that is asked for, one channel of it: 16-bit PCM without a header, or MP3.

    Where Microsoft's SDKs are asked for WAV, they ask the service for "raw-…": a header is the client's affair.
    """

    RAW_8KHZ = "raw-8khz-16bit-mono-pcm"
    RAW_16KHZ = "raw-16khz-16bit-mono-pcm"
    RAW_22KHZ = "raw-22050hz-16bit-mono-pcm"
    RAW_24KHZ = "raw-24khz-16bit-mono-pcm"
    RAW_44KHZ = "raw-44100hz-16bit-mono-pcm"
    RAW_48KHZ = "raw-48khz-16bit-mono-pcm"
    MP3_16KHZ = "audio-16khz-64kbitrate-mono-mp3"
    MP3_24KHZ = "audio-24khz-96kbitrate-mono-mp3"
    MP3_48KHZ = "audio-48khz-192kbitrate-mono-mp3"

    @property
    def rate(self) -> int:
        """Samples a second."""
        number = self.split("-")[1].removesuffix("hz")
        return int(number.removesuffix("k")) * (1000 if number.endswith("k") else 1)

    @property
    def is_raw(self) -> bool:
        """Whether it is PCM."""
        return self.startswith("raw-")

    @property
    def bytes_per_second(self) -> int:
        """Bytes of it in a second."""
        if self.is_raw:
            return 2 * self.rate
        return int(self.split("-")[2].removesuffix("kbitrate")) * 1000 // 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesisOptions:
    """How a text is spoken. Raises ValueError for what no voice can do.

    ``voice``: its name, as the service has it ("de-DE-KatjaNeural"). ``language``: the BCP-47 tag of the language to
    speak; None for the voice's own. It is locked to that, also where a word looks like another one's, unless ``mixed``.
    ``style``, its ``degree`` (1 is the voice's own), and ``role``: where the voice has them. ``rate``, ``pitch`` and
    ``volume``: times the voice's own. ``deployment``: the id of the deployment of a custom voice. ``text_streaming``:
    send the text piece by piece, where the service takes that; then without what only a document can ask for: a role,
    a degree, and how a word is pronounced. ``words``: have it told when which word is said, by which is known how far
    an answer has come; of text that is streamed it always is.

    In seconds: ``lead_in``, the silence before the first word, and ``end_silence``, of PCM alone, what stays at most of
    that behind the last one.
    """

    voice: str
    language: str | None = None
    mixed: bool = False
    style: str | None = None
    degree: float | None = None
    role: str | None = None
    rate: float = 1
    pitch: float = 1
    volume: float = 1
    lead_in: float = 0
    end_silence: float = END_SILENCE
    output_format: OutputFormat = OutputFormat.RAW_24KHZ
    deployment: str | None = None
    text_streaming: bool = False
    words: bool = False

    def __post_init__(self) -> None:
        """Check what has bounds."""
        _check_bounds(self, _BOUNDS)
        if not self.voice:
            raise ValueError("a voice has a name")
        if self.language is not None and not is_tag(self.language):
            raise ValueError("language is a BCP-47 tag")
        if self.degree is not None and not self.style:
            raise ValueError("degree is that of a style")

    def query(self) -> dict[str, str]:
        """Return the query of the request that opens a connection for these options."""
        return {"deploymentId": self.deployment} if self.deployment else {}

    def config(self) -> Mapping[str, Any]:
        """Return the body of the speech.config message that opens a connection for these options."""
        return {"context": _SYSTEM}

    def context(self) -> dict[str, Any]:
        """Return the body of the synthesis.context message that opens a turn with these options."""
        # Where the sound ends is told in any case. Words are a message each, and half as much work again.
        words = self.words or self.text_streaming
        metadata = dict.fromkeys(_METADATA, False) | {"wordBoundaryEnabled": words, "sessionEndEnabled": True}
        audio = {"outputFormat": str(self.output_format), "metadataOptions": metadata}
        return {"synthesis": {"audio": audio, "language": {"autoDetection": False}}}


def _check_bounds(options: RecognitionOptions | SynthesisOptions, bounds: Mapping[str, tuple[float, float]]) -> None:
    for name, (least, most) in bounds.items():
        value = getattr(options, name)
        if value is not None and not least <= value <= most:
            raise ValueError(f"{name} is from {least} to {most}")


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
