"""A voice's settings: what a form gives, what a subentry stores, and what they mean for an answer."""

from typing import Any

import pytest

from custom_components.azure_speech_live.resource.stored import InvalidSettingError
from custom_components.azure_speech_live.speech import OutputFormat, SynthesisOptions, Voice
from custom_components.azure_speech_live.voice.settings import VoiceSettings, fingerprint

JENNY = Voice("en-US-JennyNeural", "en-US", styles=("cheerful", "sad"), roles=("Girl",))
AVA = Voice("en-US-AvaMultilingualNeural", "en-US", secondary_locales=("de-DE",))
ID = "12345678-90ab-cdef-1234-567890abcdef"
PCM = OutputFormat.RAW_24KHZ
EVERYTHING: dict[str, Any] = {
    "voice": JENNY.short_name,
    "mixed": True,
    "style": "cheerful",
    "degree": 150,
    "role": "Girl",
    "lead_in": 0.5,
    "end_silence": 0.1,
    "rate": 120,
    "pitch": 90,
    "volume": 50.0,
    "pronunciations": ["light => lite"],
    "deployment": f" {ID.upper()} ",
    "text_streaming": True,
    "second_engine": "0123456789abcdef",
}


def test_without_anything_a_voice_is_complete() -> None:
    options = VoiceSettings.from_stored({}, "Kitchen").synthesis_options(JENNY, "en-US", PCM)
    assert options == SynthesisOptions(voice=JENNY.short_name, language="en-US", output_format=PCM)


def test_what_is_set_is_asked_for() -> None:
    settings = VoiceSettings.from_data(EVERYTHING)
    assert settings.synthesis_options(JENNY, "en-US", PCM) == SynthesisOptions(
        voice=JENNY.short_name,
        language="en-US",
        mixed=True,
        style="cheerful",
        degree=1.5,
        role="Girl",
        lead_in=0.5,
        end_silence=0.1,
        rate=1.2,
        pitch=0.9,
        volume=0.5,
        output_format=PCM,
        deployment=ID,
        text_streaming=True,
        words=True,
    )
    assert settings.pronunciations.apply("The light") == ["The lite"]


def test_another_voice_has_neither_the_style_and_the_role_nor_the_deployment() -> None:
    options = VoiceSettings.from_data(EVERYTHING).synthesis_options(AVA, "de-DE", PCM)
    assert (options.style, options.degree, options.role, options.deployment) == (None, None, None, None)
    assert (options.rate, options.language) == (1.2, "de-DE")


def test_a_language_is_spoken_as_the_voice_knows_it() -> None:
    settings = VoiceSettings()
    assert settings.synthesis_options(AVA, "de-AT", PCM).language == "de-DE"
    assert settings.synthesis_options(Voice.named("KitchenNeural"), "de-AT", PCM).language == "de-AT"


@pytest.mark.parametrize(
    ("data", "setting", "key"),
    [
        ({"voice": "Katja from Germany"}, "voice", "invalid_voice"),
        ({"voice": "K" * 101}, "voice", "invalid_voice"),
        ({"voice": "Katja\n"} | {"voice": "Ka\ntja"}, "voice", "invalid_voice"),
        ({"deployment": "kitchen", "voice": "KitchenNeural"}, "deployment", "invalid_deployment"),
        ({"deployment": ID}, "deployment", "deployment_without_voice"),
        ({"pronunciations": ["light"]}, "pronunciations", "invalid_pronunciation"),
        ({"pronunciations": ["light => //"]}, "pronunciations", "invalid_pronunciation"),
    ],
)
def test_a_mistake_is_named(data: dict[str, Any], setting: str, key: str) -> None:
    with pytest.raises(InvalidSettingError) as caught:
        VoiceSettings.from_data(data)
    assert (caught.value.setting, caught.value.key) == (setting, key)


@pytest.mark.parametrize(
    "data",
    [
        {"voice": 1},
        {"mixed": "yes"},
        {"style": ""},
        {"degree": 0},
        {"rate": "fast"},
        {"rate": 201},
        {"pitch": float("nan")},
        {"volume": -1},
        {"role": ""},
        {"lead_in": 1.1},
        {"end_silence": 0},
        {"end_silence": 2.1},
        {"pronunciations": "light => lite"},
        {"deployment": None},
        {"text_streaming": "yes"},
        {"second_engine": ""},
    ],
)
def test_what_cannot_be_read_has_its_default(data: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    settings = VoiceSettings.from_stored({"volume": 50, **data}, "Kitchen")
    plain = VoiceSettings(volume=settings.volume, pronunciations=settings.pronunciations)
    assert settings == plain
    assert caplog.text.count("cannot read what is stored") == 1


@pytest.mark.parametrize(
    ("data", "needs"),
    [
        ({"end_silence": 0.1}, True),
        ({"end_silence": 0.25}, False),
        ({"end_silence": 1}, False),
        ({"lead_in": 0.1}, False),
    ],
)
def test_unusual_silence_needs_samples(data: dict[str, Any], *, needs: bool) -> None:
    assert VoiceSettings.from_data(data).needs_samples is needs


def test_an_empty_field_is_none() -> None:
    assert VoiceSettings.from_data({"voice": " ", "deployment": " "}).voice is None


def test_whatever_is_changed_is_told_apart_but_the_second_engine() -> None:
    prints = {fingerprint({})}
    for name, value in EVERYTHING.items():
        prints.add(fingerprint({name: value}))
    assert len(prints) == len(EVERYTHING)
    assert fingerprint({"second_engine": "0123456789abcdef"}) == fingerprint({})
    assert fingerprint({"rate": 1, "pitch": 2}) == fingerprint({"pitch": 2, "rate": 1})
