"""The settings of a voice, as its subentry stores them, and what they mean for an answer.

The keys of the stored data are the names of the settings. What is not stored has its default, so that a voice without
any data is complete: it speaks each language with the voice that most people would choose.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
import hashlib
import json
from typing import Any, Final, Self
import uuid

from ..const import CONF_SECOND_ENGINE
from ..languages.words import ARROW
from ..resource.stored import InvalidSettingError, flag, lines, readable, text
from ..speech import END_SILENCE, OutputFormat, SynthesisOptions, Voice
from .pronunciation import Pronunciations

_PER_CENT: Final = 100
_MAX_NAME: Final = 100
"""Characters of a voice's name."""
_VERSION: Final = 1
"""Of how a text is spoken. A higher one has what Home Assistant keeps on its disk spoken anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceSettings:
    """What a household can set of a voice; see docs/voice.md. Rate, pitch, volume and degree: 1 is the voice's own."""

    voice: str | None = None
    """By the service's name; None: for each language the first that speaks it."""
    mixed: bool = False
    """Whether words of other languages are spoken as theirs, by voices that can."""
    style: str | None = None
    degree: float | None = None
    """How much of the style."""
    role: str | None = None
    rate: float = 1
    pitch: float = 1
    volume: float = 1
    lead_in: float = 0
    """Seconds of silence before the first word."""
    end_silence: float = END_SILENCE
    """Seconds that stay, at most, of the silence behind the last one."""
    pronunciations: Pronunciations = field(default_factory=Pronunciations)
    deployment: str | None = None
    """The id of a custom voice's deployment."""
    text_streaming: bool = False
    """Whether text goes to the service while it is written."""
    second_engine: str | None = None
    """The engine that speaks where the service does not, by its id in the entity registry."""

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read what a form gives. Raises InvalidSettingError."""
        settings = cls(**{name: read(data[name]) for name, read in _READERS.items() if name in data})
        if settings.deployment and not settings.voice:
            raise InvalidSettingError("deployment", "deployment_without_voice")
        return settings

    @classmethod
    def from_stored(cls, data: Mapping[str, Any], title: str) -> Self:
        """Read what a subentry stores. What cannot be read has its default, so that one setting stops nobody."""
        return cls(**readable(data, _READERS, title))

    @property
    def needs_samples(self) -> bool:
        """Whether more silence is to be taken off than usual, which is done to samples alone."""
        return self.end_silence < END_SILENCE

    def synthesis_options(self, voice: Voice, language: str, output_format: OutputFormat) -> SynthesisOptions:
        """Return how a voice speaks a language, as far as it can do what is set. Another voice has other styles."""
        is_chosen = self.voice == voice.short_name
        style = self.style if self.style in voice.styles or is_chosen else None
        return SynthesisOptions(
            voice=voice.short_name,
            language=voice.spoken_as(language) or language,
            mixed=self.mixed,
            style=style,
            degree=self.degree if style else None,
            role=self.role if self.role in voice.roles or is_chosen else None,
            rate=self.rate,
            pitch=self.pitch,
            volume=self.volume,
            lead_in=self.lead_in,
            end_silence=self.end_silence,
            output_format=output_format,
            deployment=self.deployment if is_chosen else None,
            text_streaming=self.text_streaming,
            words=self.second_engine is not None,
        )


def fingerprint(data: Mapping[str, Any], returned: int = 0) -> str:
    """Return what differs wherever stored settings do, so that nothing is heard as it was before they were changed.

    Which second engine there is makes no difference: nothing that it speaks is kept.

    ``returned``: how often a lost voice came back, in whose place another one had spoken.
    """
    own = sorted(item for item in data.items() if item[0] != CONF_SECOND_ENGINE)
    stored = json.dumps([_VERSION, own, returned], default=str)
    return hashlib.sha256(stored.encode()).hexdigest()[:16]


def _voice(name: str) -> str | None:
    """Read a voice's name, which may have been typed; an empty one is none."""
    name = name.strip()
    if len(name) > _MAX_NAME or not name.isprintable() or " " in name:
        raise InvalidSettingError("voice", "invalid_voice")
    return name or None


def _number(least: float, most: float, unit: float = 1) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        number = float(value) / unit
        if not least <= number <= most:
            raise ValueError(value)
        return number

    return read


def _factor(least: float, most: float) -> Callable[[Any], float]:
    return _number(least, most, _PER_CENT)


def _pronunciations(typed: Sequence[str]) -> Pronunciations:
    try:
        return Pronunciations.parse(lines(typed))
    except ValueError as err:
        placeholders = {"line": str(err)[:80], "arrow": ARROW}
        raise InvalidSettingError("pronunciations", "invalid_pronunciation", placeholders) from err


def _deployment(value: str) -> str | None:
    """Read a deployment's id, a UUID. It is part of an address, so nothing else gets through."""
    if not value.strip():
        return None
    try:
        return str(uuid.UUID(value.strip()))
    except ValueError:
        raise InvalidSettingError("deployment", "invalid_deployment") from None


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "voice": _voice,
    "mixed": flag,
    "style": text,
    "role": text,
    "degree": _factor(0.01, 2),
    "rate": _factor(0.5, 2),
    "pitch": _factor(0.5, 1.5),
    "volume": _factor(0, 2),
    "lead_in": _number(0, 1),
    "end_silence": _number(0.1, 2),
    "pronunciations": _pronunciations,
    "deployment": _deployment,
    "text_streaming": flag,
    CONF_SECOND_ENGINE: text,
}
