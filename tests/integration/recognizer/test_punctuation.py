"""Texts without what is only for reading them: punctuation of all scripts."""

# ruff: noqa: RUF001 - marks that look like others are the point

import sys
import unicodedata

from hassil.util import normalize_for_matching
from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.languages.words import visible
from custom_components.azure_speech_live.recognizer.punctuation import without_punctuation

from ..growth import PROPORTIONAL, growth

# Without the few letters that are several things in another case, such as the Turkish i.
WORDS = st.text(st.characters(categories=["Ll", "Nd"], max_codepoint=0xFF), min_size=1, max_size=8)
SENTENCES = st.lists(WORDS, max_size=6).map(" ".join)


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("Turn on the light, please.", "Turn on the light please"),
        ("What's the time? It's 8:30!", "What's the time It's 8:30"),
        ("Set it to 22.5 °C, or 1,000 lux...", "Set it to 22.5 °C or 1,000 lux"),
        ("Restart node.js; then wait…", "Restart node.js then wait"),
        ('Play "Heroes" (live)', "Play Heroes live"),
        ("Play “Heroes”, ‘Low’ and «Lodger»!", "Play Heroes Low and Lodger"),
        ("Wait...what?! ...and", "Wait what and"),
        ("To bed—now – or never -", "To bed now or never"),
        ("", ""),
        ("¿Qué hora es?", "Qué hora es"),
        ("Quelle heure est-il ?", "Quelle heure est-il"),
        ("打开灯、谢谢。", "打开灯谢谢"),
        ("打开灯……谢谢！再见", "打开灯谢谢再见"),
        ("打开WiFi：谢谢", "打开WiFi谢谢"),
        ("電気をつけて｡お願い､｢はい｣", "電気をつけてお願いはい"),
        ("هل الباب مفتوح؟ نعم،شكرا؛", "هل الباب مفتوح نعم شكرا"),
        ("دروازہ بند کرو۔", "دروازہ بند کرو"),
        ("बत्ती जलाओ।", "बत्ती जलाओ"),
        ("မီးဖွင့်ပါ။ ကျေးဇူးပါ၊", "မီးဖွင့်ပါ ကျေးဇူးပါ"),
        ("បើកភ្លើង។ អរគុណ៕", "បើកភ្លើង អរគុណ"),
        ("བཀྲ་ཤིས།༎", "བཀྲ་ཤིས"),
        ("ሰላም፡ለኪ።", "ሰላም ለኪ"),
        ("Ի՞նչ, լույսը։", "Ինչ լույսը"),
        ("Άναψε το φως\u037e", "Άναψε το φως"),
        ("אור׃ תודה", "אור תודה"),
    ],
)
def test_marks_of_sentences_go(text: str, without: str) -> None:
    assert without_punctuation(text) == without


@pytest.mark.parametrize(
    "text",
    [
        "22.5 1,000.50 1.000,5 8:30 10–20 3:2 1/2",
        "8：30",
        "٢٢٫٥ ٪",
        "-5 °C –5 °C $5 50 % 20% 5′ 6″ .5 .NET C#/.NET",
        "node.js a@b.de http://nas.local/x_y P!nk Route 66",
        "C# C++ R&B AC/DC #1 *",
        "**** ****'s",
        "l'été rock'n'roll can't dogs' rock 'n' roll nell' ingresso п'ять",
        "3-mal Ein- und Ausgang air-conditioner",
        "A.C. on the U.S. z.B. p.m.",
        "col·lecció ジョン・スミス",
        'צה"ל ג׳ בית־ספר',
        "พ.ศ. 2567",
        "၎င်း၏ အခန်း၌",
        "डॉ॰ शर्मा",
        "👍🏽 👩\u200d💻 ♥️",
    ],
)
def test_marks_of_words_and_numbers_stay(text: str) -> None:
    assert without_punctuation(visible(text)) == text


def test_at_the_end_of_a_sentence_all_marks_of_all_scripts_go_that_are_not_read() -> None:
    every = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)).startswith("P")]
    left = {mark for mark in every if without_punctuation(f"it is on{mark}") != "it is on"}
    # Others have the same marks in another width or form.
    read = "#%&*/@\\_§‰‱′٪؉؊՟॰৽੶૰၌၍၎၏་"
    parts_of_words = "'’՚׳״-‐֊־"
    assert {mark for mark in left if mark == unicodedata.normalize("NFKC", mark)} == set(read + parts_of_words)


@pytest.mark.parametrize("apostrophe", "’ʼ՚＇")
def test_apostrophes_are_those_of_home_assistants_sentences(apostrophe: str) -> None:
    heard = without_punctuation(f"Turn on the kid{apostrophe}s lamp.")
    assert heard == "Turn on the kid's lamp"
    assert normalize_for_matching(heard).text == heard


@given(st.text())
def test_once_without_punctuation_is_enough(text: str) -> None:
    once = without_punctuation(text)
    assert "  " not in once
    assert once == once.strip()


@given(SENTENCES)
def test_words_alone_are_left_as_they_are(text: str) -> None:
    assert without_punctuation(text) == text
    assert without_punctuation(f"{text}.") == text


@pytest.mark.parametrize("repeated", [".", "‘", "’", "a.", "...a", "-", " ", "。"])
def test_it_takes_time_in_proportion_to_the_text(repeated: str) -> None:
    assert growth(without_punctuation, repeated) < PROPORTIONAL
