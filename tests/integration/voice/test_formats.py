"""Which sound is asked for, by what Home Assistant's parts ask for."""

from typing import Any

import pytest

from custom_components.azure_speech_live.speech import OutputFormat
from custom_components.azure_speech_live.voice.formats import extension, format_for


@pytest.mark.parametrize(
    ("options", "fitting"),
    [
        ({}, OutputFormat.MP3_24KHZ),
        ({"preferred_format": "mp3"}, OutputFormat.MP3_24KHZ),
        ({"preferred_format": "mp3", "preferred_sample_rate": 16000}, OutputFormat.MP3_16KHZ),
        ({"preferred_format": "wav"}, OutputFormat.RAW_24KHZ),
        ({"preferred_format": "wav", "preferred_sample_rate": 16000}, OutputFormat.RAW_16KHZ),
        ({"preferred_format": "wav", "preferred_sample_rate": "22050"}, OutputFormat.RAW_22KHZ),
        ({"preferred_format": "wav", "preferred_sample_rate": None}, OutputFormat.RAW_24KHZ),
    ],
)
def test_what_is_asked_for_is_what_comes(options: dict[str, Any], fitting: OutputFormat) -> None:
    assert format_for(options) is fitting
    assert extension(fitting) == options.get("preferred_format", "mp3")


@pytest.mark.parametrize("options", [{}, {"preferred_format": "mp3", "preferred_sample_rate": 48000}])
def test_what_needs_samples_is_converted_where_mp3_is_asked_for(options: dict[str, Any]) -> None:
    assert format_for(options, samples=True) is OutputFormat.RAW_24KHZ


def test_what_has_samples_is_as_it_is_asked_for() -> None:
    assert (
        format_for({"preferred_format": "wav", "preferred_sample_rate": 16000}, samples=True) is OutputFormat.RAW_16KHZ
    )


@pytest.mark.parametrize(
    "options",
    [
        {"preferred_format": "wav", "preferred_sample_rate": 11025},
        {"preferred_format": "wav", "preferred_sample_rate": 96000},
        {"preferred_format": "mp3", "preferred_sample_rate": 22050},
        {"preferred_format": "flac", "preferred_sample_rate": 48000},
        {"preferred_format": "ogg"},
    ],
)
def test_what_the_service_does_not_have_comes_as_something_else_so_that_it_is_converted(
    options: dict[str, Any],
) -> None:
    assert extension(format_for(options)) != options["preferred_format"]
