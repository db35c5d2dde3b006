"""Languages: well-formed locales, each once, and the one that is meant before its others."""

import re

from homeassistant.util.language import matches
import pytest

from custom_components.azure_speech_live.speech import LANGUAGES


def test_each_is_a_locale_and_stands_once() -> None:
    assert len(set(LANGUAGES)) == len(LANGUAGES)
    for locale in LANGUAGES:
        assert re.fullmatch(r"[a-z]{2,3}-[A-Z]{2}(-[a-z]+)?", locale)


def test_there_are_as_many_as_the_source_lists() -> None:
    # Counted in Microsoft's table of 2 April 2026: another number means that something was lost or typed twice.
    assert len(LANGUAGES) == 145


@pytest.mark.parametrize(
    ("language", "country", "locale"),
    [
        ("en", "US", "en-US"),
        ("en", "GB", "en-GB"),
        ("en", None, "en-US"),
        ("en", "DE", "en-US"),
        ("de", None, "de-DE"),
        ("de", "AT", "de-AT"),
        ("de", "LU", "de-DE"),
        ("es", None, "es-ES"),
        ("es", "MX", "es-MX"),
        ("fr", None, "fr-FR"),
        ("it", None, "it-IT"),
        ("nl", None, "nl-NL"),
        ("pt", None, "pt-PT"),  # Home Assistant's own preference; Brazil's is its "pt-BR"
        ("pt", "BR", "pt-BR"),
        ("pt", "AO", "pt-PT"),
        ("pt-BR", None, "pt-BR"),
        ("zh-CN", None, "zh-CN"),
        ("sw", None, "sw-KE"),
        ("ar", None, "ar-EG"),
    ],
)
def test_home_assistant_picks_the_locale_that_is_meant(language: str, country: str | None, locale: str) -> None:
    assert matches(language, LANGUAGES, country)[0] == locale
