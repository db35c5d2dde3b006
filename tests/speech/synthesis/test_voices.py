"""The service's list of voices, and the choice among them."""

import json
from typing import Any, Final

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.speech.errors import UnusableMessageError
from custom_components.azure_speech_live.speech.synthesis.capabilities import capabilities
from custom_components.azure_speech_live.speech.synthesis.voices import (
    MAX_LISTED,
    MAX_NAME,
    MAX_VOICES,
    Voice,
    parse,
    similar,
    speaking,
)
from tests.speech_service.synthesis.voices import VOICES

JENNY: Final[dict[str, Any]] = {
    "Name": "Microsoft Server Speech Text to Speech Voice (en-US, JennyNeural)",
    "DisplayName": "Jenny",
    "LocalName": "Jenny",
    "ShortName": "en-US-JennyNeural",
    "Gender": "Female",
    "Locale": "en-US",
    "LocaleName": "English (United States)",
    "StyleList": ["assistant", "chat", "cheerful"],
    "SampleRateHertz": "24000",
    "VoiceType": "Neural",
    "Status": "GA",
    "ExtendedPropertyMap": {"IsHighQuality48K": "True"},
    "WordsPerMinute": "152",
}
"""As the documentation shows it."""
YUNXI: Final[dict[str, Any]] = {
    "DisplayName": "Yunxi",
    "LocalName": "云希",
    "ShortName": "zh-CN-YunxiNeural",
    "Gender": "Male",
    "Locale": "zh-CN",
    "SecondaryLocaleList": ["en-US"],
    "RolePlayList": ["Narrator", "Boy"],
    "SampleRateHertz": "48000",
    "VoiceType": "Neural",
    "Status": "Preview",
}


def listed(*entries: object) -> tuple[Voice, ...]:
    return parse(json.dumps(entries).encode())


def test_what_the_service_says_of_a_voice() -> None:
    jenny, yunxi = listed(JENNY, YUNXI)
    assert jenny == Voice(
        short_name="en-US-JennyNeural",
        locale="en-US",
        display_name="Jenny",
        local_name="Jenny",
        gender="Female",
        styles=("assistant", "chat", "cheerful"),
    )
    assert yunxi == Voice(
        short_name="zh-CN-YunxiNeural",
        locale="zh-CN",
        display_name="Yunxi",
        local_name="云希",
        gender="Male",
        secondary_locales=("en-US",),
        roles=("Narrator", "Boy"),
        sample_rate=48_000,
        status="Preview",
    )


def test_every_voice_of_a_list_is_there() -> None:
    voices = listed(*(voice.json() for voice in VOICES))  # the stand-in's
    assert [(voice.short_name, voice.secondary_locales, voice.styles, voice.roles) for voice in voices] == [
        (voice.short_name, voice.secondary_locales, voice.styles, voice.roles) for voice in VOICES
    ]
    assert [voice.short_name for voice in voices if voice.deprecated] == ["en-US-JessaRUS"]
    assert [voice.short_name for voice in voices if voice.is_hd] == ["en-US-Ava:DragonHDLatestNeural"]


@pytest.mark.parametrize(
    "bad",
    [
        None,
        1,
        [],
        "en-US-GuyNeural",
        {},
        {"ShortName": "en-US-GuyNeural"},
        {"Locale": "en-US"},
        {"ShortName": "", "Locale": "en-US"},
        {"ShortName": "en-US-GuyNeural", "Locale": ""},
        {"ShortName": "en-US-GuyNeural", "Locale": "en_US"},
        {"ShortName": "en-US-GuyNeural", "Locale": "English"},
        {"ShortName": 1, "Locale": "en-US"},
        {"ShortName": "en-US-GuyNeural", "Locale": ["en-US"]},
        {"ShortName": "en-US-Guy\nNeural", "Locale": "en-US"},
        {"ShortName": "x" * (MAX_NAME + 1), "Locale": "en-US"},
        JENNY | {"Gender": "Male"},  # the first one counts
    ],
)
def test_a_bad_entry_costs_itself(bad: object) -> None:
    assert [voice.short_name for voice in listed(JENNY, bad, YUNXI)] == [JENNY["ShortName"], YUNXI["ShortName"]]
    assert listed(JENNY, bad)[0].gender == "Female"


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ({"DisplayName": None}, {"display_name": "en-US-JennyNeural"}),
        ({"LocalName": "a\nb"}, {"local_name": "a b"}),
        ({"LocalName": "x" * 1000}, {"local_name": "x" * (MAX_NAME - 1) + "…"}),
        ({"Gender": 1}, {"gender": ""}),
        ({"StyleList": "cheerful"}, {"styles": ()}),
        ({"StyleList": ["sad", None, 1, "", {}]}, {"styles": ("sad",)}),
        ({"StyleList": ["x"] * (MAX_LISTED + 1)}, {"styles": ("x",) * MAX_LISTED}),
        ({"SecondaryLocaleList": ["de-DE", "German", None, "!"]}, {"secondary_locales": ("de-DE",)}),
        ({"SampleRateHertz": 48000}, {"sample_rate": 48_000}),
        ({"SampleRateHertz": "1" * 5000}, {"sample_rate": 24_000}),
        ({"SampleRateHertz": "-1"}, {"sample_rate": 24_000}),
        ({"SampleRateHertz": None}, {"sample_rate": 24_000}),
        ({"Status": None}, {"status": "GA"}),
        ({"Status": "Deprecated"}, {"status": "Deprecated", "deprecated": True}),
    ],
)
def test_what_else_is_said_need_not_be_true(said: dict[str, Any], known: dict[str, Any]) -> None:
    (voice,) = listed(JENNY | said)
    assert {name: getattr(voice, name) for name in known} == known


@pytest.mark.parametrize("answer", [b"", b"{}", b"null", b"<html>", b"[", b"\xff[]", b"[" * 100_000])
def test_what_is_no_list(answer: bytes) -> None:
    with pytest.raises(UnusableMessageError, match="a list of voices that is not a JSON array"):
        parse(answer)


def test_a_list_is_bounded() -> None:
    entries = [{"ShortName": f"en-US-{number}Neural", "Locale": "en-US"} for number in range(MAX_VOICES + 2)]
    assert len(listed(*entries)) == MAX_VOICES


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*JENNY, *YUNXI]), inner, max_size=9),
    max_leaves=6,
)


@given(
    st.lists(
        json_values
        | st.builds(lambda changes: JENNY | changes, st.dictionaries(st.sampled_from([*YUNXI]), json_values))
    )
)
def test_anything_may_be_in_a_list(entries: list[object]) -> None:
    voices = listed(*entries)
    assert len({voice.short_name for voice in voices}) == len(voices)
    assert all(voice.short_name and voice.locale for voice in voices)


def voice(name: str, *secondary: str, status: str = "GA", gender: str = "Female") -> Voice:
    named = Voice.named(name)
    return Voice(name, named.locale, gender=gender, secondary_locales=secondary, status=status)


AVA: Final = voice("en-US-AvaMultilingualNeural", "de-AT", "de-DE", "en-GB", "ar-EG")
AVA_HD: Final = voice("en-US-Ava:DragonHDLatestNeural", "de-DE")
ANDREW: Final = voice("en-US-AndrewMultilingualNeural", "de-DE", gender="Male")
KATJA: Final = voice("de-DE-KatjaNeural")
CONRAD: Final = voice("de-DE-ConradNeural", gender="Male")
KILLIAN: Final = voice("de-DE-KillianNeural", gender="Male")
GISELA: Final = voice("de-DE-GiselaNeural", status="Preview")
OLD: Final = voice("de-DE-OldNeural", status="Deprecated")
SERAPHINA_HD: Final = voice("de-DE-Seraphina:DragonHDLatestNeural")
INGRID: Final = voice("de-AT-IngridNeural")
ALL: Final = (AVA_HD, AVA, ANDREW, OLD, SERAPHINA_HD, GISELA, KATJA, CONRAD, KILLIAN, INGRID)


@pytest.mark.parametrize(
    ("speaker", "language", "locale"),
    [
        (KATJA, "de-DE", "de-DE"),
        (KATJA, "de_de", "de-DE"),
        (KATJA, "de", "de-DE"),
        (KATJA, "de-AT", "de-DE"),
        (KATJA, "en-US", None),
        (AVA, "de-AT", "de-AT"),
        (AVA, "de-CH", "de-AT"),
        (AVA, "en", "en-US"),
        (AVA, "en-GB", "en-GB"),
        (AVA, "ar-SA", "ar-EG"),
        (AVA, "nl-NL", None),
        (voice("zh-CN-YunxiNeural"), "zh-CN-sichuan", "zh-CN"),
        (voice("nb-NO-FinnNeural"), "no", "nb-NO"),
    ],
)
def test_a_voice_speaks_a_language_or_says_so_before(speaker: Voice, language: str, locale: str | None) -> None:
    assert speaker.spoken_as(language) == locale


def test_voices_that_speak_a_language() -> None:
    german = [KATJA, CONRAD, KILLIAN, SERAPHINA_HD, GISELA, INGRID, AVA, ANDREW, AVA_HD, OLD]
    assert speaking(ALL, "de-DE") == german
    assert speaking(ALL, "de-DE", [KILLIAN, ANDREW])[0] == KILLIAN
    assert speaking(ALL, "de-AT")[:2] == [INGRID, KATJA]
    assert speaking(ALL, "ar-EG") == [AVA]
    dialects = [voice("zh-HK-HiuMaanNeural"), voice("zh-CN-YunxiNeural"), voice("zh-CN-shandong-YunxiangNeural")]
    assert speaking(dialects, "zh-CN-shandong") == dialects[::-1]
    assert speaking(dialects, "zh-CN") == [dialects[1], dialects[0], dialects[2]]
    assert speaking(ALL, "nl-NL") == []


def test_a_similar_voice_speaks_for_one_that_is_lost() -> None:
    def instead(lost: Voice) -> Voice | None:
        return similar(lost, [other for other in ALL if other != lost])

    assert instead(KATJA) == GISELA  # a woman, though in preview, rather than a man
    assert instead(CONRAD) == KILLIAN
    assert instead(INGRID) == KATJA
    assert instead(ANDREW) == AVA  # who speaks as many languages
    assert instead(AVA) == AVA_HD
    assert instead(SERAPHINA_HD) == KATJA
    assert similar(voice("en-US-JennyNeural"), [AVA, voice("en-US-SaraNeural")]) == voice("en-US-SaraNeural")
    assert similar(KATJA, [OLD, AVA]) == AVA
    assert similar(KATJA, [OLD]) == OLD
    assert similar(KATJA, [KATJA, voice("nl-NL-FennaNeural")]) is None
    assert similar(Voice.named("de-DE-GoneNeural"), ALL, [CONRAD]) == CONRAD


def test_a_voice_that_is_in_no_list() -> None:
    gone, own = Voice.named("ar-SY-AmanyNeural"), Voice.named("my-own-voice")
    assert (gone.locale, gone.display_name) == ("ar-SY", "ar-SY-AmanyNeural")
    assert own.locale == "en-US"


def test_what_a_voice_takes() -> None:
    assert (KATJA.is_hd, AVA.is_hd, AVA_HD.is_hd) == (False, False, True)
    assert KATJA.capabilities() == capabilities("de-DE-KatjaNeural", "de-DE")
    assert AVA.capabilities("et-EE") == capabilities("en-US-AvaMultilingualNeural", "et-EE")
