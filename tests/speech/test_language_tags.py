"""Language tags: the same language in other words is found, another one never."""

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import LANGUAGES, TRANSLATION_LANGUAGES
from custom_components.azure_speech_live.speech.language_tags import language_of, lookup, match, without_script

CHINESE = ("zh-Hans", "zh-Hant")


@pytest.mark.parametrize(
    ("tag", "known", "found"),
    [
        ("zh-hans", CHINESE, "zh-Hans"),
        ("EN-us", ("de-DE", "en-US"), "en-US"),
        ("de_de", ("de-DE",), "de-DE"),
        (" pt_br ", ("pt", "pt-pt"), "pt"),
        ("pt-PT", ("pt", "pt-pt"), "pt-pt"),
        ("fil-PH", ("fi", "fil"), "fil"),
        ("zh-Hant-HK", CHINESE, "zh-Hant"),
        ("zh-Hans-CN", ("zh-TW", "zh-CN"), "zh-CN"),
        ("zh-CN-liaoning", ("zh-TW", "zh-CN"), "zh-CN"),
        ("no", ("nb", "nl"), "nb"),
        ("iw-IL", ("he-IL",), "he-IL"),
        ("cmn-Hans-CN", ("zh-CN",), "zh-CN"),
        ("zh-cmn-Hans-CN", ("zh-CN",), "zh-CN"),
        ("zh-yue-CN", ("zh-CN", "yue-CN"), "yue-CN"),
        ("es-419", ("es", "419"), "es"),
        ("de", ("de-DE",), None),
        ("de-AT", ("de-DE",), None),
        ("fi", ("fil",), None),
        ("zh-Hant", ("zh-Hans",), None),
        ("", ("de-DE",), None),
        ("-", ("de-DE",), None),
        ("de", (), None),
    ],
)
def test_the_tag_or_what_it_is_more_specific_than_is_found(tag: str, known: tuple[str, ...], found: str | None) -> None:
    assert lookup(tag, known) == found


@pytest.mark.parametrize(
    ("tag", "known", "found"),
    [
        ("de", ("de-AT", "de-DE"), "de-AT"),
        ("DE", LANGUAGES, "de-DE"),
        ("pt", LANGUAGES, "pt-BR"),
        ("fil", LANGUAGES, "fil-PH"),
        ("zh", TRANSLATION_LANGUAGES, "zh-Hans"),
        ("pt-br", TRANSLATION_LANGUAGES, "pt"),
        ("fi", ("fil-PH",), None),
        ("en-UK", LANGUAGES, None),
        ("", LANGUAGES, None),
    ],
)
def test_a_shorter_tag_means_the_first_longer_one(tag: str, known: tuple[str, ...], found: str | None) -> None:
    assert match(tag, known) == found


@pytest.mark.parametrize("known", [LANGUAGES, TRANSLATION_LANGUAGES])
def test_each_is_found_however_it_is_written(known: tuple[str, ...]) -> None:
    for tag in known:
        for written in (tag.lower(), tag.upper(), tag.replace("-", "_")):
            assert match(written, known) == lookup(written, known) == tag


@pytest.mark.parametrize("tag", ["zh", "zh_Hans-CN", "ZH-tw", "cmn"])
def test_the_language_alone(tag: str) -> None:
    assert language_of(tag) == "zh"


@pytest.mark.parametrize(
    ("tag", "heard"),
    [
        ("sr", "sr"),
        ("sr_Latn", "sr"),
        ("zh-Hans-CN", "zh-cn"),
        ("zh-CN-sichuan", "zh-cn-sichuan"),
        ("de-1996", "de-1996"),
        ("zh-yue-Hant", "yue"),
    ],
)
def test_a_script_is_not_heard(tag: str, heard: str) -> None:
    assert without_script(tag) == heard


@given(st.text())
def test_anything_is_compared(tag: str) -> None:
    assert match(tag, LANGUAGES) in (None, *LANGUAGES)
    assert "-" not in language_of(tag)
