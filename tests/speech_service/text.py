"""The forms in which a phrase is written, as the service writes them.

Lexical: the words as heard ("set it to twenty two degrees"). ITN (inverse text normalisation): numbers in digits
("set it to 22 degrees"). Display: ITN with capitals and punctuation ("Set it to 22 degrees."). Masked: with
profane words hidden.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
import re
from typing import Final

from .options import Profanity

PROFANE: Final = frozenset({"damn", "crap", "hell"})
"""A few mild words, enough to show what becomes of profanity."""

_SMALL: Final = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
_TEENS: Final = "sixteen seventeen eighteen nineteen"
_UNITS: Final = {word: value for value, word in enumerate(f"{_SMALL} {_TEENS}".split())}
_TENS: Final = {
    word: 10 * value
    for value, word in enumerate(
        ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), start=2
    )
}
_QUESTION: Final = re.compile(r"(what|who|where|when|why|how|which|is|are|do|does|did|can|could|will|would)\b")
_WORD: Final = re.compile(r"[\w'*-]+")


@dataclass(frozen=True, slots=True)
class Written:
    """A phrase in its three forms."""

    display: str
    lexical: str
    itn: str

    @staticmethod
    def from_lexical(lexical: str) -> Written:
        """Write what a recogniser heard: lower-case words without punctuation."""
        itn = _digits(lexical)
        mark = "?" if _QUESTION.match(itn) else "."
        display = itn[:1].upper() + re.sub(r"\bi\b", "I", itn[1:]) + mark if itn else ""
        return Written(display, lexical, itn)

    @staticmethod
    def from_display(display: str) -> Written:
        """Write what a script displays."""
        lexical = " ".join(_WORD.findall(display.lower()))
        return Written(display, lexical, lexical)


def treat_profanity(text: str, profanity: Profanity, mark: Callable[[str], str] = lambda word: "*" * len(word)) -> str:
    """Mask (by what `mark` makes of them), remove or leave profane words."""
    if profanity is Profanity.RAW:
        return text
    if profanity is Profanity.MASKED:
        return _WORD.sub(lambda word: mark(word[0]) if word[0].lower() in PROFANE else word[0], text)
    without = _WORD.sub(lambda word: "" if word[0].lower() in PROFANE else word[0], text)
    return re.sub(r"\s+(?=[\s.?!,]|$)|^\s+", "", without)


def spell_numbers(text: str) -> str:
    """Return the words of a text as they are spoken: lower case, no punctuation, numbers below 100 in words."""
    tens = {value: word for word, value in _TENS.items()}
    units = {value: word for word, value in _UNITS.items()}

    def spell(digits: re.Match[str]) -> str:
        value = int(digits[0])
        if value in units:
            return units[value]
        if value >= 100:
            return digits[0]
        unit = value % 10
        return tens[value - unit] + (f" {units[unit]}" if unit else "")

    return re.sub(r"\b\d+\b", spell, " ".join(_WORD.findall(text.lower())))


def _digits(lexical: str) -> str:
    """Write numbers from ten on, and compounds of them, in digits; the service leaves single units as words."""
    words: list[str] = []
    for word in lexical.split():
        unit = _UNITS.get(word)
        if unit is not None and 0 < unit < 10 and words and words[-1].isdigit() and int(words[-1]) in _TENS.values():
            words[-1] = str(int(words[-1]) + unit)
        elif word in _TENS:
            words.append(str(_TENS[word]))
        elif unit is not None and unit >= 10:
            words.append(str(unit))
        else:
            words.append(word)
    return " ".join(words)
