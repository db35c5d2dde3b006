"""What a caller gives to be spoken."""

import pytest

from custom_components.azure_speech_live.speech import Fragment, Phoneme, Piece, Text
from custom_components.azure_speech_live.speech.synthesis.texts import gap, is_speakable, pieces_of, said, without

SOUND = Phoneme("Ikea", "ikea")


@pytest.mark.parametrize(
    ("text", "pieces"),
    [("One", ("One",)), (["One ", SOUND], ("One ", SOUND)), (Fragment(("One ",)), ("One ",)), ([], ())],
)
def test_pieces(text: Text, pieces: tuple[Piece, ...]) -> None:
    assert pieces_of(text) == pieces


def test_said() -> None:
    assert said(["At ", SOUND, "."]) == "At Ikea."


@pytest.mark.parametrize(("text", "expected"), [("a", True), ("7", True), ("€", True), ("直", True), ("... —", False)])
def test_speakable(text: str, *, expected: bool) -> None:
    assert is_speakable(text) is expected


@pytest.mark.parametrize(
    ("before", "after", "between"),
    [("One.", "Two.", " "), ("One. ", "Two.", ""), ("One.", "\nTwo.", ""), ("", "Two.", ""), ("One.", "", " ")],
)
def test_gap(before: str, after: str, between: str) -> None:
    assert gap(before, after) == between


def test_without_a_pronunciation() -> None:
    other = Phoneme("Ikea", "ike")
    assert without({SOUND}, ["At ", SOUND, other]) == ("At ", "Ikea", other)
