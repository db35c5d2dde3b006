"""Which characters of a text are said."""

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.voice.characters import Heard, whole


def heard(*texts: str) -> str:
    said = Heard()
    for text in texts:
        said.write(text)
    return said.taken()


@given(st.text(max_size=60), st.integers(0, 60))
def test_what_is_written_in_parts_is_the_same(text: str, place: int) -> None:
    assert heard(text[:place], text[place:]) == heard(text)


@given(st.text(st.characters(categories=["L", "M", "Nd", "Zs"], max_codepoint=0x1FFF), max_size=60))
def test_words_of_any_script_stay(text: str) -> None:
    assert heard(text) == text


def test_what_was_left_out_parts_words() -> None:
    said = Heard()
    said.write("one")
    said.leave_gap()
    said.write("two ")
    said.leave_gap()
    said.write(" three")
    assert said.taken() == "one two three"
    assert said.taken() == ""


def test_how_it_ends_is_known() -> None:
    said = Heard()
    said.write('He said "so." \u200b')
    assert (said.last, said.mark) == (" ", ".")
    said.write("\n ")
    assert (said.last, said.mark) == (" ", "\n")


@pytest.mark.parametrize(
    ("pieces", "text", "rest"),
    [
        (["a\r\nb\r"], "a\nb", ""),
        (["\ud83d", "\ude00"], "\U0001f600", ""),
        (["é\ud83d"], "é", "\ud83d"),
        (["\ude00\ud83d\ude00"], "\ude00\U0001f600", ""),
        (["é\u2028\u2029"], "é\n\n", ""),
    ],
)
def test_characters_are_made_whole(pieces: list[str], text: str, rest: str) -> None:
    half = ""
    found = ""
    for piece in pieces:
        added, half = whole(half + piece)
        found += added
    assert (found, half) == (text, rest)
