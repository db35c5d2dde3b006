"""The pronunciations of a household."""

# ruff: noqa: RUF001 - sounds look like letters

from itertools import pairwise
import re

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import Phoneme
from custom_components.azure_speech_live.voice.pronunciation import Pronunciations

LISTED = Pronunciations.parse(
    [
        "Knäckebröd => k-neck-e-bröd",
        "Wi-Fi  =>  /ˈwaɪfaɪ/",
        "Kid's room => kids room",
        "room => ruhm",
        "小米 => xiao mi",
        "ไฟ => fai",
        "AC/DC => A C D C",
        "",
    ]
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Mehr knäckebröd, bitte!", ["Mehr k-neck-e-bröd, bitte!"]),
        ("Wi-Fi is on; wi-fi.", [Phoneme("Wi-Fi", "ˈwaɪfaɪ"), " is on; ", Phoneme("Wi-Fi", "ˈwaɪfaɪ"), "."]),
        ("The kid’s  room and the room", ["The kids room and the ruhm"]),
        ("Knäckebröds, rooms, mushroom", ["Knäckebröds, rooms, mushroom"]),
        ("打开小米灯", ["打开xiao mi灯"]),
        ("เปิดไฟหน่อย", ["เปิดfaiหน่อย"]),
        ("AC/DC", ["A C D C"]),
        ("", []),
    ],
)
def test_whole_words_are_said_so_in_any_script(text: str, parts: list[str | Phoneme]) -> None:
    assert LISTED.apply(text) == parts


def test_what_was_put_in_is_not_looked_at_again() -> None:
    swapped = Pronunciations.parse(["a => b", "b => a", "a b => c"])
    assert swapped.apply("a, b; a b") == ["b, a; c"]


def test_nothing_listed_changes_nothing() -> None:
    assert Pronunciations().apply("Knäckebröd") == ["Knäckebröd"]


@pytest.mark.parametrize("line", ["word", "=> said", "word =>", "word => //", "word => / /", f"word => /{'a' * 5000}/"])
def test_a_line_that_cannot_be_read_is_told(line: str) -> None:
    with pytest.raises(ValueError, match=re.escape(line.partition("=>")[0].strip() or line)):
        Pronunciations.parse(["good => fine", line])


@pytest.mark.parametrize("said", ["and/or", "/a", "a/", "/a/ or /b/"])
def test_only_what_is_between_slashes_tells_sounds(said: str) -> None:
    assert Pronunciations.parse([f"word => {said}"]).apply("word") == [said]


@given(st.text(max_size=40))
def test_what_is_not_listed_stays(text: str) -> None:
    assert "".join(map(str, Pronunciations.parse(["\ue000 => x"]).apply(text))) == text.replace("\ue000", "x")


@given(st.lists(st.sampled_from(["Wi-Fi", "room", " ", "x", ", "]), max_size=12).map("".join))
def test_texts_do_not_stand_side_by_side(text: str) -> None:
    parts = LISTED.apply(text)
    assert all(parts)
    assert not any(isinstance(one, str) and isinstance(other, str) for one, other in pairwise(parts))
