"""The voices that are known from the beginning."""

from custom_components.azure_speech_live.speech.languages import LANGUAGES
from custom_components.azure_speech_live.speech.synthesis.capabilities import locale_of
from custom_components.azure_speech_live.speech.synthesis.shipped import SHIPPED, SPOKEN
from custom_components.azure_speech_live.speech.synthesis.voices import speaking


def test_names_are_those_of_voices() -> None:
    assert len({voice.short_name for voice in SHIPPED}) == len(SHIPPED)
    for voice in SHIPPED:
        assert locale_of(voice.short_name) == voice.locale
        assert voice.short_name.endswith("Neural")
        assert voice.gender in {"Female", "Male"}
        assert not voice.is_hd
        assert voice.display_name.isascii()
    assert [voice.short_name for voice in SHIPPED if voice.locale == "de-DE"] == [
        "de-DE-KatjaNeural",
        "de-DE-ConradNeural",
    ]


def test_every_language_that_is_recognised_is_spoken() -> None:
    first = {locale: speaking(SHIPPED, locale)[0] for locale in LANGUAGES}
    elsewhere = {locale: voice.locale for locale, voice in first.items() if voice.locale != locale}
    assert elsewhere == {  # there are no voices of these places
        "ar-IL": "ar-EG",
        "ar-PS": "ar-EG",
        "en-GH": "en-US",
        "it-CH": "it-IT",
        "zh-CN-sichuan": "zh-CN",
    }


def test_who_chooses_none_has_a_voice_that_keeps_to_its_language() -> None:
    for locale in SPOKEN:
        assert not speaking(SHIPPED, locale)[0].capabilities().switches


def test_each_locale_is_named_once_and_the_preferred_one_first() -> None:
    assert len(set(SPOKEN)) == len(SPOKEN)
    assert [locale for locale in SPOKEN if locale in LANGUAGES] == [locale for locale in LANGUAGES if locale in SPOKEN]
    assert next(locale for locale in SPOKEN if locale.startswith("en-")) == "en-US"
    assert "ur-PK" in SPOKEN
