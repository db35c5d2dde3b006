"""What a turn of synthesis asks for: its synthesis.context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from websockets import CloseCode

from ..framing import Violation

DEFAULT_VOICE: Final = "en-US-AvaMultilingualNeural"
"""What speaks where text comes piece by piece and no voice is named."""


@dataclass(frozen=True, kw_only=True)
class Streaming:
    """Text is to come piece by piece, for one voice (`synthesis.input`)."""

    voice: str = DEFAULT_VOICE
    language: str = ""
    personal: str = ""
    """The id of a personal voice, whose model is then `voice`."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """The rest: rate, pitch, volume, style, temperature, preferLocales, customLexiconUrl."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a turn asks for."""

    output_format: str
    words: bool = False
    punctuation: bool = False
    sentences: bool = False
    visemes: bool = False
    bookmarks: bool = False
    session_end: bool = True
    detects_language: bool = False
    """Whether the language of the text is found out, so that it needs no voice."""
    streaming: Streaming | None = None
    """None: the text comes as SSML."""


def read_context(context: Any) -> Asked:
    """Read the JSON of a synthesis.context. Raises Violation.

    What is true or false may be a text: the JavaScript SDK has both.
    """
    try:
        synthesis = context["synthesis"]
        audio = synthesis["audio"]
        wishes = audio.get("metadataOptions") or {}
        return Asked(
            output_format=str(audio["outputFormat"]),
            words=_flag(wishes, "wordBoundaryEnabled"),
            punctuation=_flag(wishes, "punctuationBoundaryEnabled"),
            sentences=_flag(wishes, "sentenceBoundaryEnabled"),
            visemes=_flag(wishes, "visemeEnabled"),
            bookmarks=_flag(wishes, "bookmarkEnabled"),
            session_end=_flag(wishes, "sessionEndEnabled"),
            detects_language=_flag(synthesis.get("language") or {}, "autoDetection"),
            streaming=_streaming(synthesis.get("input") or {}),
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise Violation(CloseCode.INVALID_DATA, f"Invalid synthesis.context. {error!r}"[:120]) from error


def _streaming(source: Mapping[str, Any]) -> Streaming | None:
    if not _flag(source, "bidirectionalStreamingMode"):
        return None
    settings = dict(source)
    for known in ("bidirectionalStreamingMode", "voiceName", "language", "personalVoiceName"):
        settings.pop(known, None)
    return Streaming(
        voice=source.get("voiceName") or DEFAULT_VOICE,
        language=source.get("language") or "",
        personal=source.get("personalVoiceName") or "",
        settings=settings,
    )


def _flag(options: Mapping[str, Any], name: str) -> bool:
    return str(options.get(name, False)).lower() == "true"
