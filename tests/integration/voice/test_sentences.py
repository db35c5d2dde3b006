"""Sentences out of pieces of text: where they end, how early, and what becomes of long ones."""

# ruff: noqa: RUF001 - marks that look like others are the point

from hypothesis import given, settings, strategies as st
import pytest
from sentence_stream import SentenceBoundaryDetector

from custom_components.azure_speech_live.voice.sentences import Sentences, size

from ..growth import PROPORTIONAL, growth
from .answers import ANSWERS
from .pieces import answer, in_pieces, sentences

LANGUAGES = st.sampled_from(["de", "en-US", "fr", "th", "zh", "xx", ""])
PROSE = st.lists(
    st.sampled_from(
        [
            *("word", "Wort", "z", "B", "Dr", "3", "12", "2026", "字", "ครับ", "é", "👩\u200d👧", "&", "<", "e\u0301"),
            *(".", "!", "?", "...", "…", "。", "！", ":", ",", ";", '"', "”", "“", "»", ")", "*"),
            *(" ", " ", " ", "  ", "\n", "\n\n", "\t", "\u00a0"),
        ]
    ),
    max_size=40,
).map("".join)


@pytest.mark.parametrize("language", ANSWERS)
def test_answers_of_voice_assistants(language: str) -> None:
    """In nine languages of this integration, and three more; letter by letter, and all at once."""
    for text, expected in ANSWERS[language]:
        assert answer([text], language) == answer(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Dr. Smith left at 5 p.m. Then St. Ives. ", ["Dr. Smith left at 5 p.m. Then St. Ives. "]),
        ("en", "It is 21. Well... maybe. Hm... So. ", ["It is 21. ", "Well... maybe. ", "Hm... ", "So. "]),
        ("en", '"Stop!" she said. "Go." (Yes.) No ', ['"Stop!" she said. ', '"Go." ', "(Yes.) ", "No "]),
        ("en", "1. Mix. 2. Bake.\n3. Eat.\n", ["1. Mix. ", "2. Bake.\n", "3. Eat.\n"]),
        ("en", "Here:\n\nOne\n \nTwo 3.5 e.g. x", ["Here:\n", "\nOne\n \n", "Two 3.5 e.g. x"]),
        ("en", "... Hm? ?! So!", ["... Hm? ", "?! So!"]),
        ("de", "Am 3. Oktober, z. B. um 8. Im Jahr 2026. Ja.", ["Am 3. Oktober, z. B. um 8. Im Jahr 2026. ", "Ja."]),
        ("de", "Ca. 5 Min. lang bzw. mehr.\nGut", ["Ca. 5 Min. lang bzw. mehr.\n", "Gut"]),
        ("de", "Um 8.\nDann", ["Um 8.\n", "Dann"]),
        ("fr", "« Ça va ? » dit-il. Oui ! Bon.", ["« Ça va ? » dit-il. ", "Oui ! ", "Bon."]),
        ("zh", "今天晴。“好的！”他说。", ["今天晴。", "“好的！”", "他说。"]),
        ("th", "สวัสดีครับ วันนี้ฝนตก\nลมแรงค่ะ", ["สวัสดีครับ ", "วันนี้ฝนตก\n", "ลมแรงค่ะ"]),
        ("th", "ฝนตก\n\nลมแรง", ["ฝนตก\n", "\nลมแรง"]),
        ("hi", "नमस्ते। बारिश होगी।", ["नमस्ते।", " बारिश होगी।"]),
    ],
)
def test_where_a_sentence_ends(language: str, text: str, expected: list[str]) -> None:
    assert sentences([text], language) == sentences(text, language) == expected


@pytest.mark.parametrize(
    ("language", "pieces"),
    [
        ("en", ["It is sunny. ", "Tomorrow"]),
        ("en", ["Is it", "?", " It"]),
        ("de", ["Es regnet", ".", "\n"]),
        ("zh", ["今天晴", "。", "明"]),
        ("th", ["ได้ครับ", " "]),
        ("en", ["Your timers:", "\n"]),
    ],
)
def test_a_sentence_does_not_wait_for_the_next_one(language: str, pieces: list[str]) -> None:
    splitter = Sentences(language, 1000)
    released = [splitter.add(piece) for piece in pieces]
    assert sum(map(len, released)) == 1


@pytest.mark.parametrize(
    ("language", "text", "released"),
    [
        ("en", "Let me check.", True),
        ("en", 'He said "so!" ', True),
        ("en", "One moment:", True),
        ("en", "Let me", False),
        ("en", "It is 5 p.m.", False),
        ("en", "1.", False),
        ("en", " ... ", False),
        ("en", "", False),
        ("zh", "请稍等。", True),
        ("th", "รอสักครู่ครับ", True),
        ("de", "Am 3.", False),
    ],
)
def test_a_pause_releases_what_is_a_whole_sentence(language: str, text: str, released: bool) -> None:  # noqa: FBT001
    splitter = Sentences(language, 1000)
    assert splitter.add(text) == []
    assert splitter.pause() == ([text] if released else [])
    assert splitter.flush() == ([text] if text and not released else [])


@settings(max_examples=500)
@given(in_pieces(PROSE), LANGUAGES, st.sampled_from([10, 25, 60, 10_000]))
def test_nothing_is_lost_and_any_cutting_is_the_same(cut: tuple[str, list[str]], language: str, limit: int) -> None:
    text, pieces = cut
    found = sentences(pieces, language, limit)
    assert "".join(found) == text
    assert found == sentences([text], language, limit) == sentences(text, language, limit)
    assert all(size(sentence) <= limit or len(sentence) == 1 for sentence in found)


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("One, two three, four five six", 20, ["One, two three,", " four five six"]),
        ("One two three four five", 12, ["One two ", "three four ", "five"]),
        ("字字字字字", 9, ["字字字", "字字"]),
        ("你好，今天是晴天", 18, ["你好，", "今天是晴天"]),
        ("&&&&&", 12, ["&&", "&&", "&"]),
        ("aae\u0301e\u0301", 4, ["aa", "e\u0301", "e\u0301"]),
        ("Short. And one that is longer.", 20, ["Short. ", "And one that is ", "longer."]),
    ],
)
def test_a_long_sentence_is_parted_at_clauses_then_blanks_then_characters(
    text: str, limit: int, expected: list[str]
) -> None:
    assert sentences([text], limit=limit) == sentences(text, limit=limit) == expected


@pytest.mark.parametrize(
    "text",
    ["今天天气很好。" * 13_000, "It is a fine day, and so on. " * 420, "&" * 30_000, "a word " * 10_000, "x" * 70_000],
)
def test_a_text_that_is_too_long_is_whole_in_parts(text: str) -> None:
    """Case 4: 279 kB of Chinese, ten minutes of English, what is escaped, a sentence without an end, or a blank."""
    found = sentences([text], limit=4000)
    assert "".join(found) == text
    assert max(map(size, found)) <= 4000
    assert all(sentence.endswith(("。", ". ")) for sentence in found) == ("day" in text or "天" in text)


# Numbers of items, ordinal numbers, abbreviations that it does not know.
_NO_ENDS = (":1.", ".2.", "3.", "24.", "31.", "z.", "dott.")


def test_every_end_that_home_assistants_own_splitter_finds_is_one() -> None:
    for language, answers in ANSWERS.items():
        for text, expected in answers:
            detector = SentenceBoundaryDetector()
            theirs = [*detector.add_chunk("\n".join(expected)), detector.finish()]
            ends = {"".join("".join(expected[: index + 1]).split()) for index in range(len(expected))}
            for index in range(len(theirs)):
                end = "".join("".join(theirs[: index + 1]).split())
                assert end in ends or end.endswith(("24.", "3.", "31.", "z.", ":1.", ".2.", "dott.")), (
                    language,
                    end,
                    text,
                )


@pytest.mark.parametrize("repeated", ["a. ", "a ", ".", "! ", "字。", "\n", " ", '"', "1. ", "...", "z.B. "])
def test_it_takes_time_in_proportion_to_the_text(repeated: str) -> None:
    def joined(text: str) -> str:
        return "".join(sentences([text], "de", 200))

    assert growth(joined, repeated) < PROPORTIONAL


@pytest.mark.parametrize("repeated", ["a", ".", ".!", '."', "。", " ", '"'])
def test_a_piece_takes_no_longer_in_a_long_sentence(repeated: str) -> None:
    """What cannot end any more is not looked at again with each piece."""

    def letter_by_letter(text: str) -> str:
        return "".join(sentences(text, "de", 10_000))

    assert growth(letter_by_letter, repeated) < PROPORTIONAL
