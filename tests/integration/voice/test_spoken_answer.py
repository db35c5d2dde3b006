"""An answer as it is to be said: from a model's pieces to the service's SSML."""

from xml.etree import ElementTree as ET

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import Phoneme, SynthesisOptions
from custom_components.azure_speech_live.speech.synthesis.ssml import document
from custom_components.azure_speech_live.voice.pronunciation import Pronunciations
from custom_components.azure_speech_live.voice.sentences import size
from custom_components.azure_speech_live.voice.spoken_answer import SpokenAnswer

from .pieces import in_pieces

# ruff: noqa: RUF001 - sounds look like letters

LISTED = Pronunciations.parse(["Knäckebröd => k-neck-e-bröd", "Ikea => /iˈkeːa/"])


def said(*pieces: str, language: str = "en", limit: int = 4000) -> list[list[str | Phoneme]]:
    answer = SpokenAnswer(language, LISTED, limit)
    return [sentence for piece in pieces for sentence in answer.add(piece)] + answer.flush()


def texts(*pieces: str, language: str = "en") -> list[str]:
    return [
        "".join(part if isinstance(part, str) else part.text for part in sentence)
        for sentence in said(*pieces, language=language)
    ]


def parsed(sentence: list[str | Phoneme]) -> ET.Element:
    """Return the <voice> of a sentence's SSML."""
    ssml = document(sentence, SynthesisOptions(voice="en-US-AvaNeural", mixed=True))
    return ET.fromstring(ssml)[0]  # noqa: S314 - it is ours


def test_all_that_is_put_right_is_so_in_every_sentence() -> None:
    assert said("**Draußen** sind es -12,5 °C. 🥶\n", "- Knäcke", "bröd\n- Ikea heute?\n\n---\n", language="de") == [
        ["Draußen sind es minus 12,5 Grad Celsius."],
        ["k-neck-e-bröd."],
        [Phoneme("Ikea", "iˈkeːa"), " heute?"],
    ]


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (["Jack &", " Jones"], ["Jack & Jones"]),
        (["Temp < 5 °C & > 0"], ["Temp < 5 degrees Celsius & > 0"]),
        (["Kna\u0308cke", "bro\u0308d"], ["k-neck-e-bröd"]),  # as macOS writes it
        (["He said \"don't\" 'now'"], ["He said \"don't\" 'now'"]),
        (["AT&amp;T"], ["AT&T"]),
        (["x ]]> y"], ["x ]]> y"]),
        (["a\x00b\x0bc\ufffed\ud800e"], ["abcde"]),
        (["Wait 👩\u200d👩\u200d👧 here"], ["Wait here"]),
        (['Wait <break time="2s"/>here'], ["Wait here"]),
        (['Wait &lt;break time="2s"/&gt;here'], ['Wait <break time="2s"/>here']),
    ],
)
def test_reserved_characters_arrive_as_they_are(pieces: list[str], expected: list[str]) -> None:
    """Case 1: what a parser of the SSML finds is what was to be said, and nothing of it is markup."""
    assert texts(*pieces) == expected
    voice = parsed(said(*pieces)[0])
    assert ("".join(voice.itertext()), list(voice)) == (expected[0], [])


@given(in_pieces())
def test_whatever_is_written_becomes_ssml(cut: tuple[str, list[str]]) -> None:
    for sentence in said(*cut[1]):
        voice = parsed(sentence)
        assert "".join(voice.itertext()) == "".join(map(str, sentence))
        assert sentence


def test_a_text_that_is_too_long_comes_in_parts() -> None:
    """Case 4: nothing is lost, nothing comes twice, and it is in order."""
    chinese = "".join(f"第{number}句话说完了。" for number in range(9000))
    assert "".join(texts(chinese, language="zh-CN")) == chinese
    assert max(size("".join(map(str, sentence))) for sentence in said("& " * 30_000)) <= 4000
    assert sum("".join(map(str, sentence)).count("&") for sentence in said("& " * 30_000)) == 30_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Supreme Guest.\nDeluxe Wash.", ["Supreme Guest.", "Deluxe Wash."]),
        ("Fines plus a charge?", ["Fines plus a charge?"]),
        ("eten, at, gegeten", ["eten, at, gegeten"]),
        ("21", ["21"]),
        ("OK", ["OK"]),
    ],
)
def test_short_texts_are_said_as_they_are(text: str, expected: list[str]) -> None:
    """Case 9: nothing is added that could be taken for another language."""
    assert texts(text) == texts(*text) == expected


@pytest.mark.parametrize("text", ["", "👍", "```\nx = 1\n```", "...", "<br/>", "---\n", "[](https://example.com)"])
def test_of_what_nobody_would_hear_there_is_no_sentence(text: str) -> None:
    assert said(text) == []


def test_a_pause_lets_go_of_what_is_whole() -> None:
    answer = SpokenAnswer("fr", LISTED, 4000)
    assert answer.add("Un instant !") == []
    assert answer.pause() == [["Un instant !"]]
    assert answer.add(" Il fait") == []
    assert answer.pause() == []
    assert answer.add(" 5 °C") == []
    assert answer.flush() == [["Il fait 5 degrés Celsius"]]
    assert answer.flush() == []


# --- in fragments


def fragments(
    *pieces: str, language: str = "en", pronunciations: Pronunciations = LISTED, limit: int = 4000
) -> list[str]:
    """Return what is given of an answer, and behind each sentence a bar."""
    answer, given = SpokenAnswer(language, pronunciations, limit), list[str]()
    for piece in pieces:
        given += [f"{''.join(map(str, sentence))}|" for sentence in answer.add(piece)]
        if fragment := answer.fragment():
            given.append("".join(map(str, fragment.pieces)))
    return given + [f"{''.join(map(str, sentence))}|" for sentence in answer.flush()]


def test_words_are_given_once_they_are_sure() -> None:
    assert fragments("The light", " in the hall is", " on, and the heating is off. Good", " night.") == [
        "The light in ",
        "the hall is on, and the heating is off.|",
        "Good night.|",
    ]


@pytest.mark.parametrize(
    ("language", "pieces", "expected"),
    [
        (
            "de",
            ("Es sind heute -12.5", " °C in Köln und Bonn. "),
            ["Es ", "sind heute minus 12,5 Grad Celsius in Köln und Bonn.|"],
        ),
        ("es", ("Es 12.5 por", " ciento más que ayer y hoy. "), ["Es 12,5 por ciento más que ayer y hoy.|"]),
        ("en", ("-5 is what it is outside now", " in °C"), ["minus 5 is what it is outside now in °C|"]),
        ("zh", ("好的，今天北京晴，气温-5", "°C。"), ["好的，今天北京晴，", "气温零下5°C。|"]),
        ("en", ("*** --- ... ", "\n", "---"), []),
    ],
)
def test_what_may_change_is_kept_back(language: str, pieces: tuple[str, ...], expected: list[str]) -> None:
    assert fragments(*pieces, language=language) == expected


def test_names_of_several_words_are_kept_together() -> None:
    listed = Pronunciations.parse(["Jack and Jones => jackenjones"])
    assert fragments("We went to Jack and", " Jones to buy a coat", pronunciations=listed) == [
        "We ",
        "went to jackenjones ",
        "to buy a coat|",
    ]


@given(in_pieces(), st.sampled_from(["en", "de", "pl", "zh", "th"]))
def test_fragments_are_the_sentences(cut: tuple[str, list[str]], language: str) -> None:
    """Nothing is lost, twice, or said in another way, wherever the text is cut."""
    whole = SpokenAnswer(language, LISTED, 200)
    sentences = [*(each for piece in cut[1] for each in whole.add(piece)), *whole.flush()]
    given = fragments(*cut[1], language=language, limit=200)
    assert "".join(given).split() == "".join(f"{''.join(map(str, each))}|" for each in sentences).split()
