"""Long texts: parts that fit, in order, with nothing lost."""

from datetime import UTC, datetime
from typing import Final

from hypothesis import given, strategies as st
import pytest
import regex

from custom_components.azure_speech_live.speech.synthesis import splitting
from custom_components.azure_speech_live.speech.synthesis.splitting import MAX_MESSAGE, parts, seconds
from custom_components.azure_speech_live.speech.synthesis.ssml import Phoneme, Piece, clean, document, text_of
from custom_components.azure_speech_live.speech.synthesis_options import SynthesisOptions
from custom_components.azure_speech_live.speech.wire.messages import Message, encode

from .texts import options, pieces

JENNY: Final = SynthesisOptions(voice="en-US-JennyNeural")
NOW: Final = datetime(2026, 11, 29, tzinfo=UTC)
XIAOXIAO: Final = SynthesisOptions(voice="zh-CN-XiaoxiaoNeural")


def texts(pieces: list[Piece] | str, options: SynthesisOptions = JENNY) -> list[str]:
    """Return the texts of the parts, each of which fits."""
    split = list(parts([pieces] if isinstance(pieces, str) else pieces, options))
    for part in split:
        message = Message("ssml", document(part, options), "0" * 32, "application/ssml+xml")
        sent = encode(message, NOW)
        assert isinstance(sent, str)
        assert len(sent.encode()) <= MAX_MESSAGE
    return ["".join(map(text_of, part)) for part in split]


@pytest.mark.parametrize("text", ["Hello.", "One. Two.\nThree.", "直通。" * 100, "a" * 4000])
def test_what_fits_is_one_part(text: str) -> None:
    assert texts(text) == [text]


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\0"])
def test_nothing_to_say_is_no_part(text: str) -> None:
    assert texts(text) == []


def test_ninety_thousand_chinese_characters() -> None:
    text = "今天天气很好。" * 12_900
    split = texts(text, XIAOXIAO)
    assert "".join(split) == text
    assert all(part.endswith("。") for part in split)


def test_more_than_ten_minutes_of_english() -> None:
    text = "The quick brown fox jumps over the lazy dog, as it always does. " * 190
    split = texts(text)
    assert "".join(split) == text
    assert len(split) == 3
    assert all(part.endswith("does. ") for part in split)


def test_slow_speech_has_shorter_parts() -> None:
    text = "The quick brown fox jumps over the lazy dog, as it always does. " * 190
    assert len(texts(text, SynthesisOptions(voice="en-US-JennyNeural", rate=0.5))) == 6
    assert len(texts(text, SynthesisOptions(voice="en-US-JennyNeural", rate=2))) == 2


def test_thirty_thousand_ampersands() -> None:
    split = texts("&" * 30_000)
    assert "".join(split) == "&" * 30_000


@pytest.mark.parametrize("word", ["word ", "wörter  ", "слово\n"])
def test_a_sentence_of_seventy_kilobytes_ends_at_blanks(word: str) -> None:
    text = word * (70_000 // len(word.encode()))
    split = texts(text)
    assert "".join(split) == text
    assert len(split) > 1
    assert all(part.rstrip().endswith(word.rstrip()) for part in split)


@pytest.mark.parametrize("room", range(36, 48))
@pytest.mark.parametrize(
    "character", ["👩\u200d👩\u200d👧", "क्षि", "e\u0301", "👍🏽", "ก็", "\u1112\u1161\u11ab", "\u1112\uc544"]
)
def test_a_word_without_end_is_cut_between_characters(
    monkeypatch: pytest.MonkeyPatch, character: str, room: int
) -> None:
    monkeypatch.setattr(splitting, "MAX_MESSAGE", splitting.HEADERS + len(document((), JENNY)) + room)
    split = texts(character * 20)
    assert "".join(split) == character * 20
    assert len(split) > 1
    assert {part.replace(character, "") for part in split} == {""}


def test_numbers_take_longer_to_say_than_to_write() -> None:
    assert len(texts("word " * 900)) == 1
    assert len(texts("12345 " * 750)) == 5


def test_flags_are_whole_where_something_is_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitting, "MAX_MESSAGE", splitting.HEADERS + len(document((), JENNY)) + 40)
    split = texts("x🇩🇪" * 20)
    assert len(split) > 1
    assert {part.replace("🇩🇪", "").replace("x", "") for part in split} == {""}


def test_a_pronunciation_is_never_cut() -> None:
    # It has blanks and an end of a sentence in it, where else a part would end.
    text: list[Piece] = [
        "Go to ",
        Phoneme("St. John. s ", "snts"),
        "now, or in an hour. ",
        Phoneme("St. John", "sn"),
        "!",
    ]
    split = list(parts(text, JENNY, 2.1))  # which are 20 letters
    assert split == [
        ("Go to ", Phoneme("St. John. s ", "snts")),
        ("now, or in an hour. ",),
        (Phoneme("St. John", "sn"), "!"),
    ]
    assert list(parts(text[:2], JENNY, 1.2)) == [("Go to ",), (text[1],)]


@given(pieces, options, st.integers(1, 300), st.floats(0.5, 20))
def test_nothing_is_lost_and_all_fits(
    pieces: list[Piece], options: SynthesisOptions, room: int, seconds: float
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitting, "MAX_MESSAGE", splitting.HEADERS + len(document((), options).encode()) + room)
        split = list(parts(pieces, options, seconds))
    whole = clean("".join(map(text_of, pieces)))
    flat = [piece for part in split for piece in part]
    if not whole.strip():
        assert split == []
        return
    assert "".join(map(text_of, flat)) == "".join(clean(text_of(piece)) for piece in pieces)
    spelled = [[piece for piece in some if isinstance(piece, Phoneme)] for some in (flat, pieces)]
    assert spelled[0] == [Phoneme(clean(piece.text), clean(piece.ipa)) for piece in spelled[1]]
    bare = len(document((), options).encode())
    for part in split:
        alone = len("".join(map(text_of, part))) == 1 or len(part) == 1
        assert alone or len(document(part, options).encode()) <= bare + room


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cn", "Z"]), max_size=30)))
def test_characters_are_whole_as_people_see_them(words: list[str]) -> None:
    text = "".join(words)
    split = ["".join(map(text_of, part)) for part in parts([text], JENNY, 1.2)]
    ends = {match.end() for match in regex.finditer(r"\X", text)}
    position = 0
    for part in split:
        position += len(part)
        if len(regex.findall(r"\X", part)) > 1:
            assert position in ends


def test_how_long_a_text_is_spoken() -> None:
    """About: digits are words, and so are Chinese characters."""
    assert seconds("") == 0
    assert 3 <= seconds("Once upon a time there was a house.") <= 4
    assert seconds("1234567890") > 2 * seconds("abcdefghij")
    assert seconds("直通直通直通") > 2 * seconds("abcdef")
