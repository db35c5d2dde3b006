"""Live captions as a file: what a dashboard may send of them, and what it gets."""

from typing import Any

import pytest

from custom_components.azure_speech_live.const import DOMAIN

from ..dashboards import Dashboard, errors

pytestmark = pytest.mark.usefixtures("entry")

SEGMENT: dict[str, Any] = {"text": "It is on. It is off.", "offset": 1.5, "duration": 12}
WORDS = [
    {"text": word, "offset": offset, "duration": 0.5}
    for offset, word in [(1.5, "it"), (2, "is"), (2.5, "on"), (12, "it"), (12.5, "is"), (13, "off")]
]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("srt", "1\r\n00:00:01,500 --> 00:00:03,000\r\nMum: It is on.\r\n\r\n"),
        ("vtt", "WEBVTT\n\n00:00:01.500 --> 00:00:03.000\n<v Mum>It is on.\n\n"),
        ("txt", "[00:00:01] Mum: It is on. It is off.\n"),
    ],
)
async def test_segments_become_a_file(dashboard: Dashboard, form: str, text: str) -> None:
    segments = [SEGMENT | {"speaker": "Mum", "words": WORDS}]
    result = await dashboard.ask(f"{DOMAIN}/subtitles", format=form, segments=segments)
    assert result["result"]["text"].startswith(text)


async def test_speakers_and_words_may_be_missing(dashboard: Dashboard) -> None:
    for segments in ([], [SEGMENT], [SEGMENT | {"speaker": None}]):
        result = await dashboard.ask(f"{DOMAIN}/subtitles", format="vtt", segments=segments)
        assert result["result"]["text"].count("-->") == 2 * len(segments)


@pytest.mark.parametrize(
    "segment",
    [
        {"text": 1},
        {"offset": -1},
        {"offset": 1e300},
        {"offset": "1"},
        {"duration": None},
        {"speaker": ["Mum"]},
        {"words": [{"text": "it"}]},
        {"words": "it"},
        {"more": 1},
        {"text": "x" * 1_000_001},
    ],
    ids="-".join,
)
async def test_what_is_not_in_order_is_refused(
    dashboard: Dashboard, caplog: pytest.LogCaptureFixture, segment: dict[str, Any]
) -> None:
    error = await dashboard.refused("subtitles", format="srt", segments=[SEGMENT, SEGMENT | segment])
    assert error["code"] == "invalid_format"
    assert errors(caplog) == []


@pytest.mark.parametrize(
    "options", [{"format": "pdf"}, {"segments": {}}, {"segments": [{}] * 20_001}], ids=["format", "no list", "too many"]
)
async def test_a_command_that_is_not_in_order_is_refused(dashboard: Dashboard, options: dict[str, Any]) -> None:
    error = await dashboard.refused("subtitles", **({"format": "srt", "segments": []} | options))
    assert error["code"] == "invalid_format"
