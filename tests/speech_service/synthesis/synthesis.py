"""What the service speaks with, over WebSocket and REST alike: an engine, a list of voices, limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from ..engines.speech import ScriptedSpeaker, Speaker
from ..per_minute import PerMinute
from . import delivery
from .context import Streaming
from .delivery import Delivery
from .formats import FORMATS, AudioFormat
from .refusals import several_languages, standard_voice, throttled, unsupported_format, unsupported_voice
from .ssml import Part
from .voices import VOICES, Voice, find_voice

_ANY_LANGUAGE: Final = "en-US"
_PERSONAL: Final[frozenset[str]] = frozenset({"dragonlatestneural", "phoenixlatestneural"})
"""Models of personal voices, which no list has."""


@dataclass(kw_only=True)
class Synthesis:
    """How the service speaks. All of it may be changed while it serves."""

    speaker: Speaker = field(default_factory=ScriptedSpeaker)
    voices: list[Voice] = field(default_factory=lambda: list(VOICES))
    withdrawn: set[str] = field(default_factory=set)
    """Short names of voices that the list still has, and that are refused."""
    delivery: Delivery = delivery.USUAL
    per_minute: PerMinute | None = None

    def admit(self) -> None:
        """Take one more request. Raises NotSpokenError."""
        close = self.per_minute.refuse_turn() if self.per_minute else None
        if close is not None:
            raise throttled(close)

    def find_format(self, name: str) -> AudioFormat:
        """Return a format. Raises NotSpokenError."""
        if name not in FORMATS:
            raise unsupported_format(name)
        return FORMATS[name]

    def assign(self, parts: Iterable[Part], language: str, *, custom: bool) -> list[Part]:
        """Return the parts, each in the language in which it is said. Raises NotSpokenError.

        `language` is that of what has no voice, or one of which the service knows none; `custom`: the voices are those
        of a deployment, which has its own.
        """
        return [self._assign(part, language, custom=custom) for part in parts]

    def _assign(self, part: Part, language: str, *, custom: bool) -> Part:
        if custom or not part.voice:
            return part.in_language(part.language or language)
        voice = find_voice(part.voice, self.voices)
        if voice is None or voice.short_name in self.withdrawn:
            raise unsupported_voice(part.voice)
        if voice.kind == "Standard":
            raise standard_voice()
        if part.language and not voice.speaks(part.language):
            raise several_languages()
        return part if part.language else part.in_language(voice.locale)

    def stream(self, streaming: Streaming, text: str, *, custom: bool) -> list[Part]:
        """Return what a piece of streamed text says. Raises NotSpokenError."""
        part = Part(text=text, voice=streaming.voice, language=streaming.language)
        personal = streaming.personal and streaming.voice.lower() in _PERSONAL
        return self.assign([part], _ANY_LANGUAGE, custom=custom or bool(personal))

    def tail(self, part: Part | None, asked: float | None = None) -> float:
        """Return the seconds of silence after the last part; `asked` is what its SSML says."""
        voice = find_voice(part.voice, self.voices) if part else None
        if voice is not None and voice.is_hd:  # markup does not help
            return self.delivery.trailing_silence and max(1.0, self.delivery.trailing_silence)
        return self.delivery.trailing_silence if asked is None else asked
