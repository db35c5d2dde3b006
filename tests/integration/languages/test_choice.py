"""Languages that somebody asks for: completed to what the service wants, or refused."""

from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.azure_speech_live.languages.choice import (
    locales_of,
    own_translation,
    spoken_locale,
    translation_options,
)
from custom_components.azure_speech_live.speech import LANGUAGES, TRANSLATION_LANGUAGES


@pytest.mark.parametrize(
    ("written", "locale"),
    [
        ("de", "de-DE"),
        ("EN", "en-US"),
        ("en_gb", "en-GB"),
        ("pt", "pt-BR"),
        ("no", "nb-NO"),
        ("tl", "fil-PH"),
        ("zh", "zh-CN"),
        ("zh-Hans", "zh-CN"),
        ("zh-hant", "zh-TW"),
        ("zh-Hant-HK", "zh-HK"),
        ("sr-Cyrl-RS", "sr-RS"),
        ("sr-Cyrl", "sr-RS"),
        ("zh-CN-sichuan", "zh-CN-sichuan"),
        ("es-419", "es-MX"),
        ("ES_419", "es-MX"),
        ("en-001", "en-GB"),
        ("en-150", "en-GB"),
        ("ar-001", "ar-EG"),
        ("zh-SG", "zh-CN"),
        ("zh-Hans-SG", "zh-CN"),
        ("zh-MO", "zh-HK"),
        ("zh-Hant-MO", "zh-HK"),
        ("zh-Hant-TW", "zh-TW"),
        ("sr-Latn", "sr-RS"),
        ("de-Latn", "de-DE"),
        ("pa-Guru", "pa-IN"),
    ],
)
def test_a_spoken_language_has_a_region(written: str, locale: str) -> None:
    assert spoken_locale(written) == locale


@pytest.mark.parametrize("written", ["", "-", "en-UK", "de-LU", "tlh", "xx-XX", "deutsch"])
def test_what_is_no_language_of_the_service_is_refused(written: str) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        spoken_locale(written)
    assert caught.value.translation_key == "unknown_language"


@pytest.mark.parametrize(
    ("written", "nearest"),
    [("de_LU", "de-DE, de-AT, de-CH"), ("en-UK", "en-US, en-AU, en-CA"), ("xx", "de-DE, en-GB"), ("", "de-DE, en-GB")],
)
def test_the_nearest_are_named(written: str, nearest: str) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        spoken_locale(written)
    assert (caught.value.translation_placeholders or {})["nearest"] == nearest


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("de-DE", "de"),
        ("en_GB", "en"),
        ("pt-BR", "pt"),
        ("pt-PT", "pt-pt"),
        ("FR-CA", "fr-ca"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh-HK", "yue"),
        ("sr", "sr-Cyrl"),
        ("sr-RS", "sr-Cyrl"),
        ("sr-Latn-RS", "sr-Latn"),
        ("no", "nb"),
        ("es-419", "es"),
        ("zh-SG", "zh-Hans"),
        ("zh-MO", "yue"),
    ],
)
def test_a_target_language_may_be_a_locale(written: str, target: str) -> None:
    assert translation_options(["hu-HU"], [written]).targets == (target,)


def test_the_same_language_in_other_words_is_the_same() -> None:
    assert translation_options(["de", "DE-de", "fr"], ["de-AT", "de"]).candidates == ("de-DE", "fr-FR")
    with pytest.raises(ServiceValidationError) as caught:
        translation_options(["de_at"], ["DE"])
    assert caught.value.translation_key == "same_language"


@pytest.mark.parametrize("written", ["", "xx", "jv-ID", "jv"])
def test_what_the_service_does_not_translate_to_is_refused(written: str) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        translation_options(["hu-HU"], [written])
    assert caught.value.translation_key == "unknown_target_language"


def test_the_own_translation_of_each_locale_is_known_in_any_case() -> None:
    assert own_translation("zh-CN-sichuan") == "zh-Hans"
    assert own_translation("pt-BR") == "pt"
    for locale in LANGUAGES:
        assert own_translation(locale) == own_translation(locale.lower())
    unknown = {own_translation(locale) for locale in LANGUAGES} - set(TRANSLATION_LANGUAGES)
    assert unknown == {"eu", "gl", "jv", "ka", "mk", "mn", "si", "so", "uz", "zu"}


@pytest.mark.parametrize(
    ("target", "locale"),
    [
        ("en", "en-US"),
        ("pt", "pt-BR"),
        ("pt-pt", "pt-PT"),
        ("fr-ca", "fr-CA"),
        ("zh-Hans", "zh-CN"),
        ("zh-Hant", "zh-TW"),
        ("sr-Latn", "sr-Latn"),
        ("tlh-Latn", "tlh-Latn"),
    ],
)
def test_a_pipeline_of_the_target_language_can_use_it(target: str, locale: str) -> None:
    assert locales_of(target)[0] == locale


def test_every_target_language_has_a_locale() -> None:
    assert all(locales_of(target) for target in TRANSLATION_LANGUAGES)
