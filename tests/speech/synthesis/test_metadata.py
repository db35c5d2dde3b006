"""What the service tells of its audio: what can be read is read, and nothing else breaks anything."""

import json

import pytest

from custom_components.azure_speech_live.speech.synthesis.metadata import entries
from custom_components.azure_speech_live.speech.wire.messages import Message

GOOD = {"Type": "SessionEnd", "Data": {"Offset": 5}}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"Metadata": [GOOD, GOOD]}, [("SessionEnd", {"Offset": 5})] * 2),
        (
            {"Metadata": [None, [], {}, {"Type": 1, "Data": {}}, {"Type": "x"}, {"Type": "x", "Data": 1}, GOOD]},
            [GOOD],
        ),
        ({"Metadata": GOOD}, []),
        ({"Metadata": None}, []),
        ({}, []),
        ([GOOD], []),
    ],
)
def test_entries(body: object, expected: list[object]) -> None:
    wanted = [(entry["Type"], entry["Data"]) if isinstance(entry, dict) else entry for entry in expected]
    assert list(entries(Message("audio.metadata", json.dumps(body)))) == wanted


@pytest.mark.parametrize("body", ["", "{", b"\0", "[" * 100_000])
def test_what_is_no_json(body: str | bytes) -> None:
    assert list(entries(Message("audio.metadata", body))) == []
