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


@pytest.mark.parametrize("text", ["a", "7", "½", "€", "+", "°", "直", "๕", "#", "%", "&", "@", "§"])
def test_what_has_a_name_is_speakable(text: str) -> None:
    assert is_speakable(f"... {text}")


@pytest.mark.parametrize("text", ["", " ", "... —", "-", "*", "?!", "“”", "\n", "¿", "_", "^", "`"])
def test_marks_alone_are_not_speakable(text: str) -> None:
    assert not is_speakable(text)


@pytest.mark.parametrize(
    ("before", "after", "between"),
    [("One.", "Two.", " "), ("One. ", "Two.", ""), ("One.", "\nTwo.", ""), ("", "Two.", ""), ("One.", "", " ")],
)
def test_gap(before: str, after: str, between: str) -> None:
    assert gap(before, after) == between


def test_without_a_pronunciation() -> None:
    other = Phoneme("Ikea", "ike")
    assert without({SOUND}, ["At ", SOUND, other]) == ("At ", "Ikea", other)
