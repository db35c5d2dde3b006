"""Words in any script: without marks that nobody sees, as a keyboard writes them, whole; and lines about them."""

# ruff: noqa: RUF001 - marks that look like others are the point

import re

import pytest

from custom_components.azure_speech_live.languages.words import plain, visible, whole_words, word_pairs


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\u200fאור\u200e \u2067on\u2069", "אור on"),
        ("\ufeffမီး\u200bဖွင့်ပါ\u2060", "မီးဖွင့်ပါ"),
        ("Schreib\u00adtisch", "Schreibtisch"),
        # These are part of the words, as they are in Home Assistant's sentences.
        ("چراغ\u200cها", "چراغ\u200cها"),
        ("ಲೈಟ್\u200cಗಳು", "ಲೈಟ್\u200cಗಳು"),
        ("होस्\u200c न", "होस्\u200c न"),
        ("പരിവര്\u200dത്തനം", "പരിവര്\u200dത്തനം"),
        ("👩\u200d💻", "👩\u200d💻"),
        # And of nothing here.
        ("\u200cچراغ \u200d", "چراغ "),
        ("two\nlines\u00a0here", "two\nlines\u00a0here"),
        ("a \x1b[31mred\x07 \0light\u202e", "a [31mred light"),
    ],
)
def test_marks_that_nobody_sees_go_unless_they_are_part_of_a_word(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_names_are_as_a_keyboard_writes_them() -> None:
    assert plain(" \u200fKid’s\u00a0 lamp ") == "Kid's lamp"
    assert plain("Cafe\u0301") == visible("Cafe\u0301") == "Café"


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("lamp", "The lamp and the lamps", ["lamp"]),
        ("Kid's lamp", "kid’s  lamp", ["kid’s  lamp"]),
        ("ไฟ", "เปิดไฟหน่อย", ["ไฟ"]),
        ("C++", "C++ and C+", ["C++"]),
        ("नमक", "नमक नमकीन", ["नमक"]),
    ],
)
def test_words_are_not_part_of_longer_ones(words: str, text: str, found: list[str]) -> None:
    assert re.findall(whole_words(words), text, re.IGNORECASE) == found


def test_a_line_has_an_arrow() -> None:
    assert list(word_pairs(["a  => b", " ", "c =>", "d => e => f"])) == [("a", "b"), ("c", ""), ("d", "e => f")]
    for line in ("a", "=> b", " => "):
        with pytest.raises(ValueError, match=re.escape(line.strip())):
            list(word_pairs([line]))
