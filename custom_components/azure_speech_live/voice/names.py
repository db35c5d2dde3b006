"""What voices are called where people choose one: by their names, and where their language is spoken."""

from collections.abc import Iterable

from homeassistant.core_config import Config
from homeassistant.helpers.selector import SelectOptionDict
from homeassistant.util.language import matches

from ..languages.names import LANGUAGE_NAMES
from ..speech import SPOKEN, Voice
from ..speech.language_tags import language_of


def name_of(voice: Voice) -> str:
    """Return what a voice is called, in its own script too."""
    name = voice.display_name or voice.short_name
    return f"{name} ({voice.local_name})" if voice.local_name not in ("", name) else name


def name_among(voice: Voice, language: str) -> str:
    """Return what a voice is called among those that speak a language: with its own, if that is another."""
    return name_of(voice) if voice.locale == language else f"{name_of(voice)}, {locale_name(voice.locale)}"


def locale_name(locale: str) -> str:
    """Return what a locale is called, of one that is not recognised with its tag."""
    if locale in LANGUAGE_NAMES:
        return LANGUAGE_NAMES[locale]
    same = (name for tag, name in LANGUAGE_NAMES.items() if language_of(tag) == language_of(locale))
    language = next(same, "").partition(" (")[0]
    return f"{language} ({locale})" if language else locale


def voice_options(config: Config, voices: Iterable[Voice]) -> list[SelectOptionDict]:
    """Return voices as the options of a form: those of the home's language, then all others by its name."""
    home = matches(config.language, SPOKEN, config.country)

    def order(voice: Voice) -> tuple[object, ...]:
        known = home.index(voice.locale) if voice.locale in home else len(home)
        return known, locale_name(voice.locale), voice.deprecated, name_of(voice)

    return [
        SelectOptionDict(value=voice.short_name, label=f"{locale_name(voice.locale)}: {name_of(voice)}")
        for voice in sorted(voices, key=order)
    ]
