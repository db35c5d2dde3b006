"""Which voices there are: the service's list, and the choice among them.

Source: Microsoft's "Text to speech REST API", get a list of voices. The answer has some seven hundred entries, and is
larger than a megabyte.
"""

from collections.abc import Iterable
from dataclasses import dataclass
import json
from typing import Any, Final

from ..errors import UnusableMessageError
from ..language_tags import is_tag, language_of, lookup
from ..wire.wording import printable
from .capabilities import DEFAULT_LOCALE, Capabilities, capabilities, locale_of

MAX_VOICES: Final = 5000
"""Voices that are kept of a list."""
MAX_NAME: Final = 100
"""Characters of a name. The longest that is known has 50."""
MAX_LISTED: Final = 300
"""Locales, styles or roles of a voice. Some speak a hundred languages."""
_RATE: Final = 24_000
"""Samples a second of a voice of which nothing else is said."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice, as the service's list has it."""

    short_name: str
    """What it is asked for by: "de-DE-KatjaNeural"."""
    locale: str
    """Where it is at home."""
    display_name: str = ""
    """Its name in Latin letters: "Yunxi"."""
    local_name: str = ""
    """Its name where it is at home: "云希"."""
    gender: str = ""
    """In English: "Female", "Male", "Neutral". Empty if it is not known."""
    secondary_locales: tuple[str, ...] = ()
    """What else it speaks."""
    styles: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    sample_rate: int = _RATE
    """Samples a second; the service makes others of them."""
    voice_type: str = "Neural"
    status: str = "GA"
    """Of its release: "GA", "Preview" or "Deprecated"."""

    @classmethod
    def named(cls, short_name: str, language: str = DEFAULT_LOCALE) -> Voice:
        """Return what the name tells of a voice that is in no list: one that is gone, or a household's own.

        It is at home where ``language`` is spoken if the name tells nothing else.
        """
        return cls(short_name, locale_of(short_name) or language, display_name=short_name)

    @property
    def deprecated(self) -> bool:
        """Whether it will be taken away."""
        return self.status.lower() == "deprecated"

    @property
    def is_hd(self) -> bool:
        """Whether it is one of the high-definition voices, which cost more and take less markup."""
        return not capabilities(self.short_name, self.locale).prosody

    def capabilities(self, language: str | None = None) -> Capabilities:
        """Return what it takes where it speaks a language (its own, if None)."""
        return capabilities(self.short_name, language or self.locale)

    def spoken_as(self, language: str) -> str | None:
        """Return which of its locales a language (a BCP-47 tag) is spoken as; None if it does not speak it.

        Another country's is better than none: "de-AT" is spoken as "de-DE".
        """
        locales = (self.locale, *self.secondary_locales)
        same = (locale for locale in locales if language_of(locale) == language_of(language))
        return lookup(language, locales) or next(same, None)


def parse(answer: bytes) -> tuple[Voice, ...]:
    """Return the voices in the service's answer, in its order. An entry that cannot be used is passed over.

    Raises UnusableMessageError if it is no list at all.
    """
    try:
        entries = json.loads(answer)
    except ValueError, RecursionError:
        entries = None  # and the exception, which holds the document, is out of the chain
    if not isinstance(entries, list):
        raise UnusableMessageError("a list of voices that is not a JSON array")
    voices: dict[str, Voice] = {}
    for entry in entries:
        voice = _voice(entry) if isinstance(entry, dict) else None
        if voice and len(voices) < MAX_VOICES:
            voices.setdefault(voice.short_name, voice)
    return tuple(voices.values())


def speaking(voices: Iterable[Voice], language: str, preferred: Iterable[Voice] = ()) -> list[Voice]:
    """Return the voices that speak a language (a BCP-47 tag), the one to use without a choice first.

    Those that are at home where it is spoken come first, then those of other countries, then those that speak it beside
    their own; of each the ``preferred`` ones, and what is in preview, high-definition or outdated last.
    """
    ranks = {voice.short_name: rank for rank, voice in enumerate(preferred)}

    def order(voice: Voice) -> tuple[object, ...]:
        rank = ranks.get(voice.short_name, len(ranks))
        return voice.deprecated, _distance(voice, language), rank, voice.status != "GA", voice.is_hd

    return sorted((voice for voice in voices if voice.spoken_as(language)), key=order)


def similar(lost: Voice, voices: Iterable[Voice], preferred: Iterable[Voice] = ()) -> Voice | None:
    """Return the voice that is most like one that is lost, and speaks its language; None if there is none.

    Where it is at home counts more than its gender, and that more than its kind.
    """

    def difference(voice: Voice) -> tuple[object, ...]:
        kind = voice.is_hd != lost.is_hd, bool(voice.secondary_locales) != bool(lost.secondary_locales)
        return voice.deprecated, _distance(voice, lost.locale), voice.gender != lost.gender, *kind

    others = (voice for voice in speaking(voices, lost.locale, preferred) if voice.short_name != lost.short_name)
    return min(others, key=difference, default=None)


def _distance(voice: Voice, language: str) -> int:
    """Return how far a voice's home is from a language: the same, wider, another of the language, or elsewhere."""
    if lookup(language, [voice.locale]):
        return 0 if lookup(voice.locale, [language]) else 1
    return 2 if language_of(voice.locale) == language_of(language) else 3


def _voice(entry: dict[str, Any]) -> Voice | None:
    """Return the voice that an entry is about, if it says which."""
    name, locale = _name(entry.get("ShortName")), _name(entry.get("Locale"))
    if not name or not is_tag(locale):
        return None
    return Voice(
        short_name=name,
        locale=locale,
        display_name=_text(entry.get("DisplayName")) or name,
        local_name=_text(entry.get("LocalName")),
        gender=_text(entry.get("Gender")),
        secondary_locales=tuple(filter(is_tag, _texts(entry.get("SecondaryLocaleList")))),
        styles=_texts(entry.get("StyleList")),
        roles=_texts(entry.get("RolePlayList")),
        sample_rate=_number(entry.get("SampleRateHertz")) or _RATE,
        voice_type=_text(entry.get("VoiceType")),
        status=_text(entry.get("Status")) or "GA",
    )


def _name(value: object) -> str:
    """Return what must be as it is to be of use; nothing if it is no name."""
    return value if isinstance(value, str) and len(value) <= MAX_NAME and value.isprintable() else ""


def _text(value: object) -> str:
    return printable(value, MAX_NAME) if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    return tuple(filter(None, map(_text, value[:MAX_LISTED]))) if isinstance(value, list) else ()


def _number(value: object) -> int:
    """Return a number that comes as a text; 0 if it is none."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len("192000") else 0
