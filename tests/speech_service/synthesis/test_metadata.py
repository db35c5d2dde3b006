"""What is told of the audio beside it."""

from __future__ import annotations

from typing import Any

import pytest

from .. import SpeechService
from ..raw_client import connected
from .asking import V1, context, metadata, spoken, ssml

_TEXT = "Hello <bookmark mark='m1'/>big. World!"
_OPTIONS = ("wordBoundary", "punctuationBoundary", "sentenceBoundary", "viseme", "bookmark")


async def told(*options: str) -> list[tuple[str, Any, int]]:
    """Return type, what is told, and the offset in characters, of what is told of a text."""
    wishes = {f"{option}Enabled": option in options for option in _OPTIONS}
    async with SpeechService() as service, connected(service.url, V1) as client:
        entries = metadata(await spoken(client, ssml(_TEXT), context(wishes=wishes)))
    assert entries.pop()["Type"] == "SessionEnd"
    return [
        (
            entry["Data"].get("text", {}).get("BoundaryType", entry["Type"]),
            entry["Data"].get("text", {}).get("Text") or entry["Data"].get("Bookmark"),
            entry["Data"]["Offset"] // 200_000,
        )
        for entry in entries
    ]


async def test_nothing_is_told_that_was_not_asked_for() -> None:
    assert await told() == []


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("wordBoundary", [("Hello", 0), ("big", 6), ("World", 11)]),
        ("punctuationBoundary", [(".", 9), ("!", 16)]),
        ("sentenceBoundary", [("Hello ", 0), ("big.", 6), ("World!", 11)]),
        ("bookmark", [("m1", 6)]),
        ("viseme", [(None, 0), (None, 6), (None, 11)]),
    ],
)
async def test_each(option: str, expected: list[tuple[str | None, int]]) -> None:
    found = await told(option)
    assert {kind.lower() for kind, _, _ in found} == {option.lower()}
    assert [(text, offset) for _, text, offset in found] == expected


async def test_the_order_is_that_of_the_audio() -> None:
    offsets = [offset for _, _, offset in await told(*_OPTIONS)]
    assert offsets == sorted(offsets)
    assert len(offsets) == 12
