"""Numbers as they are said: which stand in a text, and whether more can come of one at its end."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
import re
from typing import Final

from hassil.intents import RangeFractionType, RangeSlotList
from hassil.numbers import get_rbnf_engine
from hassil.string_matcher import BREAK_WORDS_TABLE, FLOAT_START, INTEGER_START
from hassil.util import CJK

from .wording import fold, pressed

ANOTHER_WORD: Final = re.compile(rf"[^\w]|[{CJK}]")
"""What a word that is added to a number's begins with: in most languages something that is no letter."""
BEGINNING: Final = re.compile(r"\s*-?\s*$")


@dataclass(frozen=True, slots=True)
class Number:
    """A number that stands in a text."""

    end: int
    value: float


class Numbers:
    """The numbers of a range."""

    def __init__(self, numbers: RangeSlotList, language: str) -> None:
        """Prepare them, as they are said in `language`, except for the words, which are made when they are needed."""
        self._all = frozenset(numbers.get_numbers())
        self._digits = numbers.digits
        self._pattern = INTEGER_START if numbers.fraction_type is None else FLOAT_START
        self._spoken = (
            spoken(numbers.words_language or language, numbers.start, numbers.stop, numbers.step, numbers.fraction_type)
            if numbers.words
            else Spoken({})
        )

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        """The digits that are the beginning of other numbers' digits."""
        digits = map(str, self._all)
        return frozenset(number[:end] for number in digits for end in range(1, len(number)))

    def at(self, text: str, start: int, *, tight: bool = False) -> Iterator[Number]:
        """Yield the numbers that begin there in a folded text, before which there may be space."""
        if self._digits and (found := self._pattern.match(text[start:])):
            value = float(found[1].replace(",", "."))
            if value in self._all:
                yield Number(start + found.end(), value)
        else:
            yield from self._spoken.at(text, start, tight=tight)

    def goes_on(self, text: str, start: int, *, tight: bool = False) -> bool:
        """Return whether a number that begins there can have more words, or digits, than the text has."""
        rest = text[start:]
        if BEGINNING.match(rest):
            return True
        if self._digits and (found := self._pattern.match(rest)):
            return not rest[found.end() :].strip() and self.grows(found[1].strip())
        return self._spoken.goes_on(text, start, tight=tight)

    def grows(self, digits: str) -> bool:
        """Return whether the number that has these digits can become another: 5, 50; 20, as it is said, 25."""
        return digits in self._beginnings or self._spoken.grows(float(digits.replace(",", ".")))


class Spoken:
    """Numbers in words."""

    def __init__(self, words: dict[str, float]) -> None:
        """Index them: `words` says what each, folded, means."""
        self._loose = Beginnings(words)
        self._tight = Beginnings({pressed(said): number for said, number in words.items()})
        # In French, eighty has an s, which eighty-one has not.
        self._growing = frozenset(
            number for said, number in words.items() if self._loose.has_longer(said.removesuffix("s"))
        )

    def at(self, text: str, start: int, *, tight: bool) -> Iterator[Number]:
        """Yield the numbers that begin there."""
        return (self._tight if tight else self._loose).at(text, start)

    def goes_on(self, text: str, start: int, *, tight: bool) -> bool:
        """Return whether all that follows there is the beginning of a number that is longer."""
        return (self._tight if tight else self._loose).goes_on(text, start)

    def grows(self, number: float) -> bool:
        """Return whether another number begins with all words of this one."""
        return number in self._growing


class Beginnings:
    """What can be said, by how it begins."""

    def __init__(self, said: dict[str, float]) -> None:
        """Sort it."""
        self._keys = sorted(said)
        self._said = said
        self._lengths = sorted({len(key) for key in said})

    def at(self, text: str, start: int) -> Iterator[Number]:
        """Yield what begins there in `text`, before which there may be space."""
        while text[start : start + 1].isspace():
            start += 1
        for length in self._lengths:
            if start + length > len(text):
                return
            if (number := self._said.get(text[start : start + length])) is not None:
                yield Number(start + length, number)

    def goes_on(self, text: str, start: int) -> bool:
        """Return whether all that follows there is the beginning of something longer."""
        rest = text[start:].lstrip()
        index = bisect_right(self._keys, rest)
        return index < len(self._keys) and self._keys[index].startswith(rest)

    def has_longer(self, said: str) -> bool:
        """Return whether something else begins with all words of this."""
        index = bisect_right(self._keys, said)
        while index < len(self._keys) and self._keys[index].startswith(said):
            if ANOTHER_WORD.match(self._keys[index], len(said)):
                return True
            index += 1
        return False


@lru_cache(maxsize=64)
def spoken(language: str, start: int, stop: int, step: int, fractions: RangeFractionType | None) -> Spoken:
    """Return the words of a range's numbers; none in a language that hassil has no words of."""
    try:
        engine = get_rbnf_engine(language)
    except ValueError:
        return Spoken({})
    words: dict[str, float] = {}
    for number in RangeSlotList(None, start, stop, step, fraction_type=fractions).get_numbers():
        try:
            said = engine.format_number(number).text_by_ruleset.values()
        except ValueError:
            continue
        for one in said:
            words[fold(one)] = words[fold(one.translate(BREAK_WORDS_TABLE))] = number
    return Spoken(words)
