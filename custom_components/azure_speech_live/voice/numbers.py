"""Numbers as they are said, where Azure's voices are known to misread what is written.

Only three things, and only where they are sure: a minus before a number, the decimal mark of a number with a unit, and
degrees. Times, dates, ranges, thousands, prices, and all else stay as they are: voices know them. What was reported:
- home-assistant/core#156122: Polish, "12,5 degrees" is read as the twelfth of May.
- home-assistant/core#106298, OHF-Voice/intents#3426, #4213: with a point where the language has a comma, "20.8 °C" is a
  time in Lithuanian, "18.8" a date in Catalan, and "16.3 °C" is spelt in Slovenian; with the comma it is right.
- OHF-Voice/intents#3676: German, "-1.5 °C" is "Strich Eins Punkt Fünf Grad C".
- OHF-Voice/intents#1683: Russian, Romanian, Hungarian: the minus is not said.
So the decimal mark is the language's own, and minus and degrees are words. Other languages than those below: nothing.
Of the last three, the minus is a word, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
import re
from typing import Final

from ..speech.language_tags import language_of, lookup

_COMMA: Final = (
    *("bg", "bs", "ca", "cs", "da", "de", "el", "es", "et", "eu", "fi", "fr", "gl", "hr", "hu", "id", "is", "it", "kk"),
    *("lt", "lv", "mk", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "tr", "uk", "vi"),
)
"""Languages that write a comma before decimals. Source: Unicode's CLDR 48, numbers."""
_POINT: Final = (
    *("de-CH", "es-419", "es-DO", "es-GT", "es-HN", "es-MX", "es-NI", "es-PA", "es-PE", "es-PR", "es-SV", "es-US"),
    "it-CH",
)
"""Locales that write a point all the same. Source: as before."""


_FEW: Final = range(2, 5)
_TEENS: Final = range(12, 15)


@dataclass(frozen=True, slots=True)
class _Words:
    """What a language says. Polish counts in its own way: one, two to four, more, and part of one."""

    minus: str
    degree: str
    """One."""
    degrees: str
    celsius: str = "Celsius"
    fahrenheit: str = "Fahrenheit"
    few_degrees: str = ""
    parts_of_degree: str = ""
    decimal_mark: str = ""
    """A word for it, where the mark itself is misread."""

    def of(self, number: int, *, is_whole: bool) -> str:
        """Return the word for so many degrees, or for so many and a part of one."""
        if not is_whole:
            return self.parts_of_degree or self.degrees
        if number == 1:
            return self.degree
        is_few = number % 10 in _FEW and number % 100 not in _TEENS
        return self.few_degrees if self.few_degrees and is_few else self.degrees


_WORDS: Final[Mapping[str, _Words]] = {
    "de": _Words("minus", "Grad", "Grad"),
    "en": _Words("minus", "degree", "degrees"),
    "es": _Words("menos", "grado", "grados"),
    "fr": _Words("moins", "degré", "degrés"),
    "it": _Words("meno", "grado", "gradi"),
    "nl": _Words("min", "graad", "graden"),
    "pl": _Words("minus", "stopień", "stopni", "Celsjusza", "Fahrenheita", "stopnie", "stopnia", "przecinek"),
    "pt": _Words("menos", "grau", "graus"),
}
"""The languages of this integration; how they count is a guess where no report says it."""
_MINUS_WORDS: Final = {"hu": "mínusz", "ro": "minus", "ru": "минус"}
"""In languages of which no more is reported."""

_MINUS: Final = "\u2010\u2011\u2012\u2013\u2212-"
"""All that is written for it."""
_BLANK: Final = "[ \u00a0\u202f]?"
_ALONE: Final = rf"(?<![\w.,:/{_MINUS}])(?<!\d[ \u00a0\u202f])"
"""Behind a number it would be a range, a date, a version, a thousand."""
_SYMBOLS: Final = (
    "km/h m/s mph kn Wh kWh MWh GWh W kW MW GW VA kVA V kV A mA Pa hPa kPa mbar bar mm cm dm m m² m³ km km² ml cl dl l"
    " l/h l/min m³/h mg g kg t ppm ppb lx lm dB dBm Hz kHz MHz GHz kB MB GB TB KiB MiB GiB TiB kbit/s Mbit/s Gbit/s"
    " µg/m³ μg/m³ W/m²"
)
_NAMES: Final = (
    "Grad degree degrees grado grados degré degrés gradi graad graden stopień stopnie stopni stopnia grau graus"
    " Prozent percent por\u00a0ciento pour\u00a0cent per\u00a0cento procent por\u00a0cento"
)


def _alternatives(words: str) -> str:
    return "|".join(re.escape(word).replace("\u00a0", "[ \u00a0]") for word in words.split(" "))


_QUANTITY: Final = re.compile(
    rf"{_ALONE}(?P<minus>[{_MINUS}])?(?P<whole>\d++)(?:(?P<mark>[.,])(?P<decimals>\d++))?"
    rf"(?P<unit>{_BLANK}(?:[°º][ \u00a0]?(?P<scale>[CF])(?!\w)|(?P<sign>[℃℉])|[°%‰](?!\w)"
    rf"|(?:{_alternatives(_SYMBOLS)}|{_alternatives(_NAMES)})(?![\w/]|[²³])))"
)
_NEGATIVE: Final = re.compile(
    rf"(?:(?<=[\s(])(?<!\d\s)|\A(?=[{_MINUS}]\d++(?:[.!?]?\s*\Z|.*°)))[{_MINUS}](?=\d+(?:[.,]\d+)?(?:[\s).,!?;:]|\Z)(?!\d))"
)
"""A minus before a number without a unit; at the beginning of a sentence that tells no degrees it may be an item's."""
_CHINESE_NEGATIVE: Final = re.compile(
    rf"(?<![a-zA-Z0-9.,:/{_MINUS}])(?<!\d )[{_MINUS}](?=\d+(?:\.\d+)?(?P<degrees>[ \u00a0]?(?:°|℃|摄氏|度))?)"
)
_THOUSANDS: Final = 3
"""So many digits behind a mark that is not the language's own are thousands."""


class SpokenNumbers:
    """How numbers are written in a language so that its voices say them right. It takes whole sentences."""

    def __init__(self, language: str) -> None:
        """Take a language, a BCP-47 tag."""
        self._language = language_of(language)
        self._words = _WORDS.get(self._language)
        self._minus = self._words.minus if self._words else _MINUS_WORDS.get(self._language, "")
        self._mark = "." if self._words else ""
        if self._language in _COMMA and not lookup(language, _POINT):
            self._mark = ","

    def apply(self, text: str) -> str:
        """Return a sentence with its numbers so."""
        if self._language == "zh":
            return _CHINESE_NEGATIVE.sub(lambda found: "零下" if found["degrees"] else "负", text)
        if self._minus:
            text = _NEGATIVE.sub(f"{self._minus} ", text)
        return _QUANTITY.sub(self._quantity, text) if self._mark else text

    def _quantity(self, found: re.Match[str]) -> str:
        minus, whole, mark, decimals = found["minus"] or "", found["whole"], found["mark"], found["decimals"]
        if mark and mark != self._mark and len(decimals) == _THOUSANDS and whole != "0":
            return found[0]
        number = f"{whole}{self._mark}{decimals}" if decimals else whole
        if minus and self._minus:
            minus = f"{self._minus} "
        if self._words is None:
            return minus + number + found["unit"]
        if decimals and self._words.decimal_mark:
            number = f"{whole} {self._words.decimal_mark} {decimals}"
        return minus + number + self._unit(found, self._words)

    def _unit(self, found: re.Match[str], words: _Words) -> str:
        """Return the unit, in words if it is degrees; a sign alone, "5°", may be an angle or an ordinal number."""
        unit, decimals = found["unit"], found["decimals"]
        scale = found["scale"] or {"℃": "C", "℉": "F"}.get(found["sign"] or "")
        if not scale and not (unit.endswith("°") and (found["minus"] or decimals)):
            return unit
        name = {"C": f" {words.celsius}", "F": f" {words.fahrenheit}"}.get(scale or "", "")
        return f" {words.of(int(found['whole']), is_whole=not decimals)}{name}"
