"""A text as hassil compares it."""

from hassil.util import match_start
from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.home.wording import fold, wordings

from .grammars import no_home  # noqa: F401 - a fixture


@given(st.characters())
def test_what_hassil_takes_for_the_same_letter_is_the_same_folded(letter: str) -> None:
    assert len(fold(letter)) == 1
    for other in {letter.lower(), letter.upper(), letter.swapcase(), letter.casefold(), letter.title()}:
        if len(other) == 1 and match_start(letter, other) is not None:
            assert fold(other) == fold(letter)


@pytest.mark.parametrize(
    ("letter", "other"), [("\u0130", "i"), ("\u0131", "I"), ("\u017f", "S"), ("\u212a", "k"), ("ς", "Σ")]
)
def test_letters_of_no_simple_case_are_folded_too(letter: str, other: str) -> None:
    assert match_start(letter, other) is not None
    assert fold(letter) == fold(other)


def texts(text: str, *skip_words: str, tight: bool = False) -> set[tuple[str, ...]]:
    """Return the forms of a text."""
    return {wording.texts for wording in wordings(text, skip_words, tight=tight)}


def test_what_ends_a_sentence_is_no_part_of_it_and_words_may_be_apart() -> None:
    assert texts("Turn on the Living-Room!") == {("turn on the living-room ", "turn on the living room ")}
    assert texts(" 打开 客厅 的灯。", tight=True) == {("打开客厅的灯",)}


def test_words_that_can_be_skipped_are_left_out_also_when_they_have_only_begun() -> None:
    assert texts("please stop please", "please") == {
        ("please stop please ",),
        ("stop ",),
        ("stop please ",),
        ("please stop ",),
    }
    found = {
        (wording.text, wording.unfinished) for wording in wordings("stop would", ["would you please"], tight=False)
    }
    assert found == {("stop would ", False), ("stop ", True)}
    assert {wording.text for wording in wordings("stopwould", ["would you"], tight=False)} == {"stopwould "}
    assert {wording.text for wording in wordings("麻烦", ["麻烦你"], tight=True)} == {"麻烦", ""}
