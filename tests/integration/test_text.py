"""How texts are written: forms of the service, punctuation, replaced words."""

import re

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import Hypothesis, Phrase, RecognitionStatus
from custom_components.azure_speech_live.text import Substitutions, TextForm, without_punctuation, written

# Without the few letters that are several things in another case, such as the Turkish i.
WORDS = st.text(st.characters(categories=["Ll", "Nd"], max_codepoint=0xFF), min_size=1, max_size=8)
SENTENCES = st.lists(WORDS, max_size=6).map(" ".join)
PHRASE = Phrase(
    status=RecognitionStatus.SUCCESS,
    text="Damn, 22.5 degrees!",
    lexical="damn twenty two point five degrees",
    itn="damn 22.5 degrees",
    masked_itn="**** 22.5 degrees",
)
NONE = Substitutions()


# --- the forms


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (TextForm.DISPLAY, "Damn, 22.5 degrees!"),
        (TextForm.DISPLAY_WITHOUT_PUNCTUATION, "Damn 22.5 degrees"),
        (TextForm.ITN, "**** 22.5 degrees"),
        (TextForm.LEXICAL, "damn twenty two point five degrees"),
    ],
)
def test_a_phrase_in_every_form(form: TextForm, text: str) -> None:
    assert written(PHRASE, form, NONE) == text


@pytest.mark.parametrize("form", list(TextForm))
def test_what_the_service_did_not_give_is_its_own_form(form: TextForm) -> None:
    """A container or the REST API may give the display form only; hypotheses have one form."""
    assert written(Phrase(status=RecognitionStatus.SUCCESS, text="Stop"), form, NONE) == "Stop"
    assert written(Phrase(status=RecognitionStatus.NO_MATCH), form, NONE) == ""
    assert written(Hypothesis("turn on", 0.0, 0.5), form, NONE) == "turn on"


def test_an_unmasked_form_takes_the_place_of_a_missing_masked_one() -> None:
    assert written(Phrase(status=RecognitionStatus.SUCCESS, text="No.", itn="no"), TextForm.ITN, NONE) == "no"


# --- punctuation


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("Turn on the light, please.", "Turn on the light please"),
        ("What's the time? It's 8:30!", "What's the time It's 8:30"),
        ("Set it to 22.5 °C, or 1,000 lux...", "Set it to 22.5 °C or 1,000 lux"),
        ("Restart node.js; then wait…", "Restart node.js then wait"),
        ('Play "Heroes" (live)', "Play Heroes live"),
        ("¿Qué hora es?", "Qué hora es"),
        ("Quelle heure est-il ?", "Quelle heure est-il"),
        ("Mach's 50 % heller, 3-mal.", "Mach's 50 % heller 3-mal"),
        ("打开灯、谢谢。", "打开灯谢谢"),
        ("هل الباب مفتوح؟", "هل الباب مفتوح"),
        ("बत्ती जलाओ।", "बत्ती जलाओ"),
        ("col·lecció l'estudi", "col·lecció l'estudi"),
        ("", ""),
    ],
)
def test_marks_of_sentences_go_and_those_within_words_stay(text: str, without: str) -> None:
    assert without_punctuation(text) == without


@given(st.text())
def test_once_without_punctuation_is_enough(text: str) -> None:
    once = without_punctuation(text)
    assert "  " not in once
    assert once == once.strip()


@given(SENTENCES)
def test_words_alone_are_left_as_they_are(text: str) -> None:
    assert without_punctuation(text) == text
    assert without_punctuation(f"{text}.") == text


# --- replaced words


@pytest.mark.parametrize(
    ("lines", "text", "replaced"),
    [
        (["per cent => %"], "Set it to 50 Per  Cent.", "Set it to 50 %."),
        (["per cent => %"], "super cents, per century", "super cents, per century"),
        (["per => by", "per cent => %"], "5 per cent per day", "5 % by day"),
        (["a => b", "b => a"], "a b", "b a"),
        (["please =>"], "Light on, please.", "Light on,."),
        (["please =>"], "please turn it on please", "turn it on"),
        (["c++ => c plus plus"], "c++ and c", "c plus plus and c"),
        (["x => \\1"], "x", "\\1"),
        (["grün => rot"], "GRÜN, grünlich", "rot, grünlich"),
        (["电灯泡 => 电灯"], "打开电灯泡吧", "打开电灯吧"),
        (["ไฟ => หลอดไฟ"], "เปิดไฟ", "เปิดหลอดไฟ"),
        (["बत => दीया"], "बत्ती जलाओ", "बत्ती जलाओ"),
        (["बत्ती => दीया"], "बत्ती जलाओ", "दीया जलाओ"),
        (["", "  ", "a=>b=>c"], "a", "b=>c"),
        ([], "  as it  is ", "  as it  is "),
    ],
)
def test_words_are_replaced(lines: list[str], text: str, replaced: str) -> None:
    assert Substitutions.parse(lines).apply(text) == replaced


@pytest.mark.parametrize("line", ["per cent", "=> %", "per cent -> %"])
def test_a_line_that_says_nothing(line: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(line)}$"):
        Substitutions.parse([f" {line} "])


@given(st.dictionaries(WORDS, WORDS, max_size=5), SENTENCES)
def test_each_word_is_replaced_for_itself(words: dict[str, str], text: str) -> None:
    """The rules do not see what other rules wrote."""
    replaced = Substitutions.parse(f"{heard} => {instead}" for heard, instead in words.items()).apply(text)
    assert replaced.split() == [words.get(word, word) for word in text.split()]
