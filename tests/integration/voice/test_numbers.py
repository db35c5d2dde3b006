"""Numbers as they are said: what is put right in each language, and what is left alone."""

# ruff: noqa: RUF001 - all that stands for a minus

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.voice.numbers import SpokenNumbers

from ..growth import PROPORTIONAL, growth
from ..package import ROOT

SPOKEN = {
    "de": {
        "Es sind -12,5 °C draußen.": "Es sind minus 12,5 Grad Celsius draußen.",
        "-1.5 °C": "minus 1,5 Grad Celsius",
        "20.8°C, 1 °C und −3°": "20,8 Grad Celsius, 1 Grad Celsius und minus 3 Grad",
        "0.125 kWh und 55.5 %": "0,125 kWh und 55,5 %",
        "-5 bis -2 °C": "minus 5 bis minus 2 Grad Celsius",
        "(-4)": "(minus 4)",
        "1.234 W und 1,234 W": "1.234 W und 1,234 W",
    },
    "de-CH": {"20.8 °C": "20.8 Grad Celsius"},
    "en": {
        "It's 21.5 °C.": "It's 21.5 degrees Celsius.",
        "1 °F, 0°F, -0,5 ℃": "1 degree Fahrenheit, 0 degrees Fahrenheit, minus 0.5 degrees Celsius",
        "It is -5 now, or –6.": "It is minus 5 now, or minus 6.",
        "-7": "minus 7",
        "1,234 W and 1.234 W": "1,234 W and 1.234 W",
    },
    "es": {"-20.8 ºC, 1 °C": "menos 20,8 grados Celsius, 1 grado Celsius"},
    "es-MX": {"20.8 °C": "20.8 grados Celsius"},
    "fr": {"Il fait -1.5 °C et 1\u00a0°C.": "Il fait moins 1,5 degrés Celsius et 1 degré Celsius."},
    "hu": {"-1,5 °C van, 3-5 perc": "mínusz 1,5 °C van, 3-5 perc"},
    "ro": {"Sunt -5.5 °C.": "Sunt minus 5,5 °C."},
    "ru": {"Сейчас -5 °C, 10-12 °C": "Сейчас минус 5 °C, 10-12 °C"},
    "it": {"-2.5°C": "meno 2,5 gradi Celsius"},
    "nl": {"-1 °C, 3.5 km/h": "min 1 graad Celsius, 3,5 km/h"},
    "pl": {
        "12,5 °C": "12 przecinek 5 stopnia Celsjusza",
        "1 °C, 2 °C, 5 °C, 12 °C, 22 °C": (
            "1 stopień Celsjusza, 2 stopnie Celsjusza, 5 stopni Celsjusza, 12 stopni Celsjusza, 22 stopnie Celsjusza"
        ),
        "12,5 stopnia": "12 przecinek 5 stopnia",
    },
    "pt-BR": {"-5.5 °C": "menos 5,5 graus Celsius"},
    "zh-Hans": {"温度是-5°C": "温度是零下5°C", "-5.5度": "零下5.5度", "余额是−5元": "余额是负5元"},
    # Others have the decimal mark of their language.
    "lt": {"20.8 °C": "20,8 °C"},
    "ca": {"18.8 °C": "18,8 °C", "-18.8 °C": "-18,8 °C"},
    "sl": {"16.3 °C": "16,3 °C"},
    "sv": {"-3.5 °C": "-3,5 °C"},
}
ALONE = [
    "um 20.15 Uhr, 20:30, 7.00",
    "am 3.10. und 03.10.2026, 2026-11-29, 1/2",
    "18-21 °C, 18,5–21,5 °C, 5 -10, 5 - 3, 3-5",
    "3,50 €, $3.50, €3.50",
    "1.234.567, 1 234 W, 1.234.567 W",
    "X-5, Modell -A, 1.2.3, v1.2, 192.168.1.10, +49 -123",
    "-3 eggs and -x --5 -5-",
    "5º lugar, 5° piano, 90°",
    "12,5 and 12.5",
    "",
]


@pytest.mark.parametrize(
    ("language", "text", "spoken"),
    [(language, text, spoken) for language, texts in SPOKEN.items() for text, spoken in texts.items()],
)
def test_what_is_misread_is_put_right(language: str, text: str, spoken: str) -> None:
    assert SpokenNumbers(language).apply(text) == spoken


@pytest.mark.parametrize("language", [*SPOKEN, "ja", "th", "xx"])
@pytest.mark.parametrize("text", ALONE)
def test_what_is_not_surely_misread_is_left_alone(language: str, text: str) -> None:
    if language != "zh-Hans":
        assert SpokenNumbers(language).apply(text) == text


@pytest.mark.parametrize("text", ["2026-11-29 18-21度 3-5 A-5 1-800-555", "12.5度，20:30，-", "5 -10"])
def test_what_is_left_alone_in_chinese(text: str) -> None:
    assert SpokenNumbers("zh-CN").apply(text) == text


def test_each_language_of_the_integration_is_put_right() -> None:
    assert {path.stem for path in (ROOT / "translations").iterdir()} <= set(SPOKEN)


@given(st.text("-−–.,: 0159°CF%kWh(\n", max_size=30), st.sampled_from([*SPOKEN, "ja"]))
def test_once_is_enough_and_no_digit_is_lost(text: str, language: str) -> None:
    numbers = SpokenNumbers(language)
    once = numbers.apply(text)
    assert numbers.apply(once) == once
    assert [digit for digit in once if digit.isdigit()] == [digit for digit in text if digit.isdigit()]


@pytest.mark.parametrize("repeated", ["1", "-1", "1.", "-1 ", "1,5 °C ", "-", "1 "])
def test_it_takes_time_in_proportion_to_the_text(repeated: str) -> None:
    assert growth(SpokenNumbers("de").apply, repeated) < PROPORTIONAL
