"""Options of what is spoken: what is asked for stands in the query and in synthesis.context, and has bounds."""

from dataclasses import replace
import json
from typing import Any, Final

import pytest

from custom_components.azure_speech_live.speech import OutputFormat, RecognitionOptions, SynthesisOptions

KATJA: Final = "de-DE-KatjaNeural"
RECORDED: Final = (
    '{"synthesis":{"audio":{"outputFormat":"raw-16khz-16bit-mono-pcm","metadataOptions":{"visemeEnabled":false,'
    '"bookmarkEnabled":false,"wordBoundaryEnabled":false,"punctuationBoundaryEnabled":false,'
    '"sentenceBoundaryEnabled":false,"sessionEndEnabled":true}},"language":{"autoDetection":false}}}'
)
"""The synthesis.context of Microsoft's native SDK 1.53."""


def test_synthesis_is_asked_for_as_the_sdk_does() -> None:
    options = SynthesisOptions(voice=KATJA, output_format=OutputFormat.RAW_16KHZ)
    assert json.dumps(options.context(), separators=(",", ":")) == RECORDED


def test_words_are_told_of_where_somebody_listens_to_them() -> None:
    recorded = RECORDED.replace('"wordBoundaryEnabled":false', '"wordBoundaryEnabled":true')
    options = SynthesisOptions(voice=KATJA, output_format=OutputFormat.RAW_16KHZ)
    for asked in (replace(options, words=True), replace(options, text_streaming=True)):
        assert json.dumps(asked.context(), separators=(",", ":")) == recorded


def test_a_connection_is_told_of_no_audio_that_comes() -> None:
    ours, heard = SynthesisOptions(voice=KATJA).config()["context"], RecognitionOptions().config()["context"]
    assert set(ours) == {"system", "os"}
    assert ours.items() <= heard.items()


def test_a_voice_speaks_as_it_is_where_nothing_is_set() -> None:
    options = SynthesisOptions(voice=KATJA)
    assert (options.rate, options.pitch, options.volume) == (1, 1, 1)
    assert (options.language, options.mixed, options.style, options.degree, options.role) == (None, False, *[None] * 3)


def test_deployment_of_a_custom_voice_stands_in_the_query() -> None:
    assert SynthesisOptions(voice=KATJA).query() == {}
    assert SynthesisOptions(voice="MyNeural", deployment="abcd-01").query() == {"deploymentId": "abcd-01"}


def test_rates_of_the_formats() -> None:
    raw = {form.rate: str(form) for form in OutputFormat if form.is_raw}
    assert raw == {
        8_000: "raw-8khz-16bit-mono-pcm",
        16_000: "raw-16khz-16bit-mono-pcm",
        22_050: "raw-22050hz-16bit-mono-pcm",
        24_000: "raw-24khz-16bit-mono-pcm",
        44_100: "raw-44100hz-16bit-mono-pcm",
        48_000: "raw-48khz-16bit-mono-pcm",
    }
    assert [form.rate for form in OutputFormat if not form.is_raw] == [16_000, 24_000, 48_000]


@pytest.mark.parametrize(
    "changes",
    [
        {"voice": ""},
        {"language": ""},
        {"language": "de_DE"},
        {"language": "German (Germany)"},
        {"rate": 0.49},
        {"rate": 2.01},
        {"rate": float("nan")},
        {"pitch": 0.49},
        {"pitch": 1.6},
        {"volume": -0.1},
        {"lead_in": 1.1},
        {"end_silence": 0},
        {"volume": float("inf")},
        {"style": "sad", "degree": 0},
        {"style": "sad", "degree": 2.1},
        {"degree": 1},
        {"role": "Girl", "degree": 1},
    ],
)
def test_what_no_voice_can_do_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^(rate|pitch|volume|lead_in|end_silence|degree|language|a voice) "):
        SynthesisOptions(**{"voice": KATJA, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"rate": 0.5, "pitch": 0.5, "volume": 0},
        {"rate": 2, "pitch": 1.5, "volume": 2},
        {"style": "sad", "degree": 0.01, "language": "zh-CN-sichuan"},
        {"style": "sad", "degree": 2, "language": "iu-Latn-CA"},
        {"role": "Girl", "language": "fil-PH"},
    ],
)
def test_what_a_voice_can_do_is_taken(changes: dict[str, Any]) -> None:
    options = SynthesisOptions(**{"voice": KATJA, **changes})
    assert {name: getattr(options, name) for name in changes} == changes
