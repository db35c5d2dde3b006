"""What a turn asks for: read from the request's path and query and the turn's speech.context.

Both SDK generations are understood: the v1 paths say everything in the query (and some of it again in the
context), universal v2 says it in the context. Keys of the context differ in case between the SDKs, and are
compared without. A translation is asked for by the v1 path that does nothing else, or by universal v2's context.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import re
from typing import Any, Final

from websockets import CloseCode

from .framing import Violation


class Mode(StrEnum):
    """How much a turn recognises: one phrase, or all until the audio ends."""

    INTERACTIVE = "interactive"
    CONVERSATION = "conversation"
    DICTATION = "dictation"


class Profanity(StrEnum):
    """What becomes of profane words in what is displayed."""

    MASKED = "masked"
    RAW = "raw"
    REMOVED = "removed"


_MODE_IN_PATH: Final = re.compile(r"/speech/recognition/(interactive|conversation|dictation)/cognitiveservices/v1$")
_UNIVERSAL_PATHS: Final = frozenset(
    {"/stt/speech/universal/v2", "/stt/speech/universal/v1", "/speech/universal/v2"},
)
_SESSION: Final = re.compile(r"[0-9a-fA-F]{32}")
_TRANSLATION_PATH: Final = "/speech/translation/cognitiveservices/v1"
# The base that the documentation of 2018 gives for the paths above ("wss://{region}.stt.speech.microsoft.com/v1.0/").
_OLD_BASE: Final = "/v1.0"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A path that the service answers, and what it says about the mode."""

    mode: Mode | None = None
    translates: bool = False
    """Whether it is the path (of the s2s hosts) that translates whatever the context says."""

    @staticmethod
    def find(path: str) -> Endpoint | None:
        """Return the endpoint at a path, or None where there is nothing (404)."""
        path = path.removeprefix(_OLD_BASE) or "/"
        if path in _UNIVERSAL_PATHS:
            return Endpoint()
        if path == _TRANSLATION_PATH:
            return Endpoint(translates=True)
        if found := _MODE_IN_PATH.match(path):
            return Endpoint(mode=Mode(found[1]))
        return None


@dataclass(frozen=True, kw_only=True)
class Translation:
    """What is to become of what was recognised, beside the text."""

    targets: tuple[str, ...]
    """The languages to translate to, as the client writes them: that is how they go back."""
    voices: Mapping[str, str] = field(default_factory=dict)
    """The targets that are spoken, and the name of the voice for each."""


@dataclass(frozen=True, kw_only=True)
class TurnOptions:
    """What one turn asks of the recogniser, and in what form it wants the answer."""

    mode: Mode = Mode.INTERACTIVE
    languages: tuple[str, ...] = ("en-US",)
    """The language, or the candidates of language identification."""
    identify_language: bool = False
    detailed: bool = False
    word_timings: bool = False
    profanity: Profanity = Profanity.MASKED
    phrases: tuple[str, ...] = ()
    """The phrase list: what the client expects to hear."""
    custom_model: str | None = None
    initial_silence: float | None = None
    """Seconds of silence at the start after which to give up; None: the engine's own."""
    end_silence: float | None = None
    """Seconds of silence that end a phrase; None: the engine's own."""
    longest_phrase: float | None = None
    """Seconds of speech after which a phrase is ended; None: the service's own."""
    audio_session: str = ""
    """The session in which speakers are told apart, in lower case; none: they are not."""
    audio_offset: float = 0.0
    """Seconds of that session before the turn's audio."""
    diarize_intermediates: bool = False
    """Whether hypotheses say who speaks, too."""
    translation: Translation | None = None
    """None: the turn only recognises."""


def read_options(endpoint: Endpoint, query: Mapping[str, str], context: Any) -> TurnOptions:
    """Read a turn's options. `context` is the JSON of speech.context, or None if the client sent none.

    Raises Violation where there is no language, which both generations require, no target language of a translation,
    or a value is of a wrong kind.
    """
    try:
        return _read_options(endpoint, query, _fold(context) if context is not None else {})
    except (AttributeError, TypeError, ValueError) as error:
        raise Violation(CloseCode.INVALID_DATA, f"Invalid speech.context. {error}"[:120]) from error


def _read_options(endpoint: Endpoint, query: Mapping[str, str], context: dict[str, Any]) -> TurnOptions:
    detection = context.get("phrasedetection") or {}
    output = context.get("phraseoutput") or {}
    # The native SDK says nothing of a mode on the v1 path for translation, which is older than single phrases.
    default_mode = Mode.CONVERSATION if endpoint.translates else Mode.INTERACTIVE
    mode = endpoint.mode or Mode(str(detection.get("mode") or query.get("scenario") or default_mode).lower())
    translation = _translation(endpoint, query, context)
    # Identifying the language of what is translated needs universal v2, as Microsoft's documentation says.
    candidates = () if endpoint.translates else tuple((context.get("languageid") or {}).get("languages") or ())
    language = detection.get("language") or query.get("from" if translation else "language")
    languages = candidates or ((language,) if language else ())
    if not languages:
        raise ValueError("No language is given")
    enrichment = detection.get("enrichment") or {}
    return TurnOptions(
        mode=mode,
        languages=languages,
        identify_language=bool(candidates),
        detailed="detailed" in (str(output.get("format", "")).lower(), query.get("format")),
        word_timings=(
            "WordTimings" in ((output.get("detailed") or {}).get("options") or ())
            or query.get("wordLevelTimestamps") == "true"
        ),
        profanity=Profanity(str(enrichment.get("profanity") or query.get("profanity") or Profanity.MASKED).lower()),
        phrases=_phrase_list(context),
        custom_model=query.get("cid") or _custom_model(detection),
        initial_silence=_seconds(detection.get("initialsilencetimeout") or query.get("initialSilenceTimeoutMs")),
        end_silence=_seconds(
            _segmentation(detection, mode, "segmentationsilencetimeoutms")
            or detection.get("trailingsilencetimeout")
            or query.get("segmentationSilenceTimeoutMs")
            or query.get("endSilenceTimeoutMs"),
        ),
        longest_phrase=_seconds(_segmentation(detection, mode, "segmentationforcedtimeoutms")),
        **_speakers(detection.get("speakerdiarization") or {}),
        translation=translation,
    )


def _speakers(asked: dict[str, Any]) -> dict[str, Any]:
    """Read how speakers are to be told apart, if they are."""
    if not asked:
        return {}
    if str(asked.get("mode")).lower() != "anonymous" or not _SESSION.fullmatch(str(asked.get("audiosessionid"))):
        raise ValueError("Invalid speakerDiarization")
    return {
        "audio_session": asked["audiosessionid"].lower(),
        "audio_offset": int(asked.get("audiooffsetms") or 0) / 1000,
        # The native SDK writes "True", a string.
        "diarize_intermediates": str(asked.get("diarizeintermediates")).lower() == "true",
    }


def _translation(endpoint: Endpoint, query: Mapping[str, str], context: dict[str, Any]) -> Translation | None:
    detection = context.get("phrasedetection") or {}
    if not endpoint.translates and _action(detection) != "translate":
        return None
    asked = context.get("translation") or {}
    targets = tuple(asked.get("targetlanguages") or query.get("to", "").split(","))
    if not all(targets):
        raise ValueError("No target language is given")
    return Translation(targets=targets, voices=_voices(query, context, targets))


def _voices(query: Mapping[str, str], context: dict[str, Any], targets: tuple[str, ...]) -> dict[str, str]:
    """Return which targets are spoken by which voice.

    The JavaScript SDK gives its one voice for every target, the native SDK only for that of the voice's language.
    """
    voices: dict[str, str] = {}
    if _action(context.get("translation") or {}) == "synthesize":
        named = (context.get("synthesis") or {}).get("defaultvoices") or {}
        voices = {target: named[target.lower()] for target in targets if target.lower() in named}
    elif query.get("voice") and query.get("features", "").lower() in ("requirevoice", "texttospeech"):
        voices = dict.fromkeys(targets, query["voice"])
    spoken = {target: voice for target, voice in voices.items() if base_language(target) == voice_language(voice)}
    # A voice of none of these languages may be one that speaks many.
    return spoken or dict(list(voices.items())[:1])


def base_language(language: str) -> str:
    """Return a language without its region and script: "es" for "es-MX"."""
    return language.partition("-")[0].lower()


def voice_language(voice: str) -> str:
    """Return the base language of a voice ("es-ES-ElviraNeural", or the older "... Voice (es-ES, Laura)")."""
    found = re.search(r"\b([a-z]{2,3})-[A-Z]", voice)
    return found[1] if found else ""


def _action(section: dict[str, Any]) -> str:
    return str((section.get("onsuccess") or {}).get("action", "")).lower()


def _phrase_list(context: dict[str, Any]) -> tuple[str, ...]:
    groups = (context.get("dgi") or {}).get("groups") or ()
    return tuple(item["text"] for group in groups for item in group.get("items") or ())


def _custom_model(detection: dict[str, Any]) -> str | None:
    models = detection.get("custommodels") or ()
    return next((model["endpoint"] for model in models), None)


def _segmentation(detection: dict[str, Any], mode: Mode, name: str) -> Any:
    return ((detection.get(mode.value) or {}).get("segmentation") or {}).get(name)


def _seconds(milliseconds: Any) -> float | None:
    return None if milliseconds is None else int(milliseconds) / 1000


def _fold(value: Any) -> Any:
    """Return a JSON value with all its keys in lower case."""
    if isinstance(value, dict):
        return {key.lower(): _fold(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_fold(item) for item in value]
    return value
