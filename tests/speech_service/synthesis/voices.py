"""The voices that the service has: some in the shape of the real list, at least one of each kind.

``GET /cognitiveservices/voices/list`` answers with all of them. Numbers are texts there, and fields that a voice does
not have are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

_OTHERS: Final = ("de-DE", "en-GB", "en-US", "es-ES", "fr-FR", "it-IT", "ja-JP", "nl-NL", "pt-BR", "zh-CN")


@dataclass(frozen=True, kw_only=True)
class Voice:
    """One voice."""

    short_name: str
    local_name: str = ""
    """Empty: as its display name."""
    gender: str = "Female"
    locale_name: str
    secondary_locales: tuple[str, ...] = ()
    """What it speaks as well; none: it speaks one language."""
    styles: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    rate: int = 24_000
    kind: str = "Neural"
    """VoiceType; "Standard": of those that are not spoken any more."""
    status: str = "GA"
    personalities: tuple[str, ...] = ()
    words_per_minute: int | None = None

    @property
    def locale(self) -> str:
        """The language that it speaks, as it is."""
        return self.short_name.rpartition("-")[0]

    @property
    def name(self) -> str:
        """Its long name, which SSML may have as well."""
        own = self.short_name.removeprefix(f"{self.locale}-")
        return f"Microsoft Server Speech Text to Speech Voice ({self.locale}, {own})"

    @property
    def is_hd(self) -> bool:
        """Whether it is an HD voice: no style, no role, no rate, and a second of silence at the end."""
        return ":DragonHD" in self.short_name

    def speaks(self, language: str) -> bool:
        """Return whether a language is one of its own; an accent of it is no other language."""
        own = (self.locale, *self.secondary_locales)
        return language.partition("-")[0].lower() in {locale.partition("-")[0].lower() for locale in own}

    def json(self) -> dict[str, Any]:
        """Return its entry in the list."""
        display = self.short_name.removeprefix(f"{self.locale}-").removesuffix("Neural")
        for part, shown in (("Multilingual", " Multilingual"), (":DragonHDLatest", " Dragon HD Latest")):
            display = display.replace(part, shown)  # as Microsoft's page on the REST API and public lists have them
        entry = {
            "Name": self.name,
            "DisplayName": display,
            "LocalName": self.local_name or display,
            "ShortName": self.short_name,
            "Gender": self.gender,
            "Locale": self.locale,
            "LocaleName": self.locale_name,
            "SecondaryLocaleList": list(self.secondary_locales),
            "StyleList": list(self.styles),
            "RolePlayList": list(self.roles),
            "SampleRateHertz": str(self.rate),
            "VoiceType": self.kind,
            "Status": self.status,
            "VoiceTag": {"VoicePersonalities": list(self.personalities)} if self.personalities else {},
            "WordsPerMinute": str(self.words_per_minute) if self.words_per_minute else "",
            "ExtendedPropertyMap": {"IsHighQuality48K": "True"} if self.rate == 48_000 else {},
        }
        return {name: value for name, value in entry.items() if value}


_US: Final = "English (United States)"
_DE: Final = "German (Germany)"

VOICES: Final = (
    Voice(
        short_name="en-US-AvaMultilingualNeural",
        locale_name=_US,
        secondary_locales=tuple(locale for locale in _OTHERS if locale != "en-US"),
        personalities=("Pleasant", "Friendly", "Caring"),
    ),
    Voice(
        short_name="en-US-AndrewMultilingualNeural",
        gender="Male",
        locale_name=_US,
        secondary_locales=tuple(locale for locale in _OTHERS if locale != "en-US"),
        styles=("empathetic", "relieved"),
    ),
    Voice(short_name="en-US-Ava:DragonHDLatestNeural", locale_name=_US, rate=48_000, status="Preview"),
    Voice(
        short_name="en-US-JennyNeural",
        locale_name=_US,
        styles=("assistant", "chat", "customerservice", "newscast", "angry", "cheerful", "sad", "whispering"),
        words_per_minute=152,
    ),
    Voice(short_name="en-US-AndrewNeural", gender="Male", locale_name=_US),
    Voice(short_name="en-US-JessaRUS", locale_name=_US, rate=16_000, kind="Standard", status="Deprecated"),
    Voice(short_name="en-GB-SoniaNeural", locale_name="English (United Kingdom)", styles=("cheerful", "sad")),
    Voice(short_name="de-DE-KatjaNeural", locale_name=_DE, words_per_minute=135),
    Voice(short_name="de-DE-ConradNeural", gender="Male", locale_name=_DE, styles=("cheerful", "sad"), rate=48_000),
    Voice(
        short_name="de-DE-SeraphinaMultilingualNeural",
        locale_name=_DE,
        secondary_locales=tuple(locale for locale in _OTHERS if locale != "de-DE"),
    ),
    Voice(short_name="de-AT-IngridNeural", locale_name="German (Austria)"),
    Voice(short_name="fr-FR-DeniseNeural", locale_name="French (France)", styles=("cheerful", "sad")),
    Voice(short_name="es-ES-ElviraNeural", locale_name="Spanish (Spain)"),
    Voice(short_name="pl-PL-AgnieszkaNeural", locale_name="Polish (Poland)"),
    Voice(short_name="hu-HU-NoemiNeural", local_name="Noémi", locale_name="Hungarian (Hungary)"),
    Voice(short_name="ar-SY-AmanyNeural", local_name="أماني", locale_name="Arabic (Syria)"),
    Voice(
        short_name="zh-CN-YunxiNeural",
        local_name="云希",
        gender="Male",
        locale_name="Chinese (Mandarin, Simplified)",
        styles=("narration-relaxed", "embarrassed", "fearful", "cheerful", "chat", "assistant", "newscast"),
        roles=("Narrator", "YoungAdultMale", "Boy"),
        words_per_minute=293,
    ),
    Voice(
        short_name="zh-CN-liaoning-XiaobeiNeural",
        local_name="晓北 辽宁",
        locale_name="Chinese (Northeastern Mandarin, Simplified)",
        status="Preview",
    ),
)


def find_voice(name: str, voices: Iterable[Voice]) -> Voice | None:
    """Return the voice of a short or a long name, whatever its case."""
    return next((voice for voice in voices if name.lower() in (voice.short_name.lower(), voice.name.lower())), None)
