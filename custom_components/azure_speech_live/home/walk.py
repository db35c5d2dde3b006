"""The walk: how a template can be gone through with the words so far, and what can follow them.

Many places in a template at once, as a text can be read in several ways; past the end of the text everything fits. The
same part is walked once from each place, however many templates have it. The rules are hassil's, or laxer where that is
simpler: it may take a way that hassil does not, but never misses one.
"""

from collections.abc import Iterator, Set as AbstractSet
from typing import Final

from hassil.intents import RangeSlotList, TextSlotList, TextSlotValue, WildcardSlotList

from .patterns import Branch, InAnyOrder, InTurn, OneOf, Parts, Pattern, Rule, Scope, Slot, Template, Words
from .sense import ANOTHER, MORE, Sense, to_come, together
from .values import Lists
from .wording import Wording, pressed

STEPS: Final = 30_000
"""Steps for one text, which take some 200 ms; what is said every day takes a tenth of them at most."""
MANY: Final = 7
"""Parts in any order: with more there are too many orders."""

type Place = tuple[int, bool, str | None]
"""How far the text is read, whether a word can begin there, and the slot that takes free text from there on."""
type End = tuple[Place, int]
"""Where a part can end, and what was noted on the way."""
type Ends = frozenset[End]

BEGINNING: Final[End] = ((0, True, None), 0)
PAST: Final[Place] = (-1, True, None)
"""Beyond the end of the text."""
NOWHERE: Final[Ends] = frozenset()

type Ways = frozenset[int]
"""What can be noted on the ways through a part."""

NO_WAY: Final[Ways] = frozenset()
STRAIGHT: Final[Ways] = frozenset((0,))


class TooMuchError(Exception):
    """A grammar or a text takes more than a command may take."""


class Beyond:
    """What can follow when no word of a part of a template has come: the same for every text, until a name changes."""

    def __init__(self, lists: Lists) -> None:
        """Find them when they are asked for."""
        self._lists = lists
        self._ways: dict[tuple[Pattern, Scope | None], Ways] = {}

    def ways(self, pattern: Pattern, scope: Scope) -> Ways:
        """Return what can be noted on the ways through a part; nothing, if there is none in this home."""
        key = (pattern, self._lists.own_scope(pattern, scope))
        known = self._ways.get(key)
        if known is None:
            self._ways[key] = NO_WAY  # of a rule within itself
            known = self._ways[key] = self._found(pattern, scope)
        return known

    def _found(self, pattern: Pattern, scope: Scope) -> Ways:
        match pattern:
            case Words():
                return STRAIGHT if pattern.blank else frozenset((MORE,))
            case Slot():
                return self._of_a_slot(pattern, scope)
            case Rule():
                rule = self._lists.rule(pattern.name, scope)
                return NO_WAY if rule is None else self.ways(rule, scope)
            case OneOf():
                return NO_WAY.union(*(self.ways(item, scope) for item in pattern.items))
            case Parts():
                found = STRAIGHT
                for item in pattern.items:
                    found = frozenset(together(bits, more) for bits in found for more in self.ways(item, scope))
                return found
        raise TypeError(pattern)

    def _of_a_slot(self, slot: Slot, scope: Scope) -> Ways:
        values = self._lists.find(slot, scope)
        if isinstance(values, TextSlotList):
            there_is = any(self._lists.fits(value, scope) for value in values.values)
        else:
            there_is = isinstance(values, RangeSlotList | WildcardSlotList)
        if not there_is:
            return NO_WAY
        is_capture = slot.is_capture and isinstance(values, TextSlotList)  # hassil takes no number or free text for one
        return frozenset((MORE if is_capture else MORE | to_come(slot.slot),))


class Walk:
    """One form of a text, in all templates of a language."""

    def __init__(self, lists: Lists, beyond: Beyond, wording: Wording, sense: Sense) -> None:
        """Begin; `sense` is what the text means so far."""
        self._lists = lists
        self._beyond = beyond
        self._wording = wording
        self._text = wording.text
        self._size = len(self._text)
        self._sense = sense
        self._free = self._free_to(sense.free)
        self._known: dict[tuple[Pattern, Place, Scope | None], Ends] = {}
        self._steps = 0

    def continuations(self, scope: Scope, branch: Branch) -> Iterator[tuple[Template, int]]:
        """Yield each way through a template that needs words which are still to come, with what was noted on it.

        Raises TooMuchError, RecursionError.
        """
        for template, place, bits in self._ways(scope, branch, {BEGINNING}):
            if bits & MORE or (self._wording.unfinished and self._is_read(place)):
                yield template, bits

    def said(self, scope: Scope, branch: Branch) -> Iterator[Template]:
        """Yield the templates of which the text is a whole sentence. Raises TooMuchError, RecursionError."""
        for template, place, _ in self._ways(scope, branch, {BEGINNING}):
            if self._is_read(place):
                yield template

    def _ways(self, scope: Scope, branch: Branch, ends: AbstractSet[End]) -> Iterator[tuple[Template, Place, int]]:
        """Yield where templates can end, and what was noted on the way."""
        for template in branch.templates:
            for place, bits in ends:
                yield template, place, bits
        for item, following in branch.following.items():
            if then := self._then(ends, item, scope):
                yield from self._ways(scope, following, then)

    def _step(self, count: int) -> None:
        self._steps += count
        if self._steps > STEPS:
            raise TooMuchError

    def _is_read(self, place: Place) -> bool:
        """Return whether nothing of the text is left, and nothing more has come."""
        return place[0] >= 0 and place[2] is None and self._is_blank(place[0])

    def _is_blank(self, start: int) -> bool:
        return not self._text[start:].strip()

    def _free_to(self, free: list[str] | None) -> list[int] | None:
        """Return, for each place, how far free text may reach; None if anything may be free text."""
        if free is None:
            return None
        may = [letter.isspace() for letter in self._text]
        for said in free:
            wanted = pressed(said) if self._wording.tight else said
            for text in self._wording.texts:
                for start in places_of(wanted, text):
                    may[start : start + len(wanted)] = [True] * len(wanted)
        reach = [*range(self._size + 1)]
        for place in reversed(range(self._size)):
            if may[place]:
                reach[place] = reach[place + 1]
        return reach

    def _after(self, pattern: Pattern, place: Place, scope: Scope) -> Ends:
        """Return where a part can end that begins there."""
        if place[0] < 0:
            return frozenset((PAST, bits) for bits in self._beyond.ways(pattern, scope))
        key = (pattern, place, self._lists.own_scope(pattern, scope))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._walked(pattern, place, scope)
        return known

    def _walked(self, pattern: Pattern, place: Place, scope: Scope) -> Ends:
        match pattern:
            case Words():
                return frozenset(self._words(pattern, place))
            case InTurn():
                return self._in_turn(pattern.items, place, scope)
            case OneOf():
                return NOWHERE.union(*(self._after(item, place, scope) for item in pattern.items))
            case InAnyOrder():
                return self._in_any_order(pattern, place, scope)
            case Rule():
                rule = self._lists.rule(pattern.name, scope)
                return NOWHERE if rule is None else self._after(rule, place, scope)
            case Slot():
                return frozenset(self._slot(pattern, place, scope))
        raise TypeError(pattern)

    def _in_turn(self, items: tuple[Pattern, ...], place: Place, scope: Scope) -> Ends:
        ends: AbstractSet[End] = {(place, 0)}
        for item in items:
            ends = self._then(ends, item, scope)
            if not ends:
                return NOWHERE
        return frozenset(ends)

    def _then(self, ends: AbstractSet[End], item: Pattern, scope: Scope) -> set[End]:
        """Return where a part can end that begins where others ended."""
        then: set[End] = set()
        self._step(len(ends))
        for place, bits in ends:
            after = self._after(item, place, scope)
            if bits:
                then.update([(end, together(bits, more)) for end, more in after])
            else:
                then |= after
        return then

    def _in_any_order(self, pattern: Parts, place: Place, scope: Scope) -> Ends:
        """Walk the orders by what is used up: in which order it was does not matter for what comes."""
        items = pattern.items
        if len(items) > MANY:
            raise TooMuchError
        ways: dict[int, set[End]] = {0: {(place, 0)}}
        everything = (1 << len(items)) - 1
        for used in range(everything):
            ends = ways.pop(used, None)
            for index, item in enumerate(items):
                if ends and not used & 1 << index:
                    ways.setdefault(used | 1 << index, set()).update(self._then(ends, item, scope))
        return frozenset(ways.get(everything, ()))

    def _starts(self, place: Place) -> Iterator[tuple[int, bool, int]]:
        """Yield where the text is read on, whether at a word, and what was noted: free text can end in many places."""
        start, at_word, slot = place
        if slot is None:
            yield start, at_word, 0
        elif self._free is not None:
            for at in range(start + 1, self._free[start] + 1):
                self._step(1)
                yield at, True, self._sense.swallowing(slot, self._text[start:at])

    def _words(self, words: Words, place: Place) -> Iterator[tuple[Place, int]]:
        tight = self._wording.tight
        if words.empty or (words.blank and (tight or place[2] is not None)):
            yield place, 0
            return
        for start, at_word, held in self._starts(place):
            wanted = words.tight if tight else words.bare if at_word else words.text
            for text in self._wording.texts:
                begin = after_space(text, start) if at_word else start
                if text.startswith(wanted, begin):
                    yield (begin + len(wanted), tight or words.ends_word, None), held
                    if text is not self._text:  # hassil forgets here how the words ended
                        yield (begin + len(wanted), at_word, None), held
                elif wanted.startswith(rest := text[begin : self._wording.end]) and wanted[len(rest) :].strip():
                    yield PAST, together(held, MORE)
                elif words.blank and not text[begin:].strip():
                    yield (start, at_word, None), held

    def _slot(self, slot: Slot, place: Place, scope: Scope) -> Iterator[tuple[Place, int]]:
        values = self._lists.find(slot, scope)
        if isinstance(values, WildcardSlotList):
            yield from self._free_text(slot, place)
        elif isinstance(values, TextSlotList):
            for start, at_word, held in self._starts(place):
                for end, bits in self._texts(slot, values, (start, at_word, None), scope):
                    yield end, together(held, bits)
        elif isinstance(values, RangeSlotList):
            for start, at_word, held in self._starts(place):
                for end, bits in self._numbers(slot, values, start, at_word=at_word):
                    yield end, together(held, bits)

    def _free_text(self, slot: Slot, place: Place) -> Iterator[tuple[Place, int]]:
        """Begin free text. A sentence that begins with it is left aside, as all could be, unless the command does."""
        start, at_word, _ = place
        begin = after_space(self._text, start)
        if begin == 0 and (self._free is None or begin == self._size):
            return
        if self._free is None or self._free[begin] == self._size:
            yield PAST, MORE | ANOTHER
        elif self._free[begin] > begin:
            yield (begin, at_word, slot.slot), 0

    def _texts(self, slot: Slot, values: TextSlotList, place: Place, scope: Scope) -> Iterator[tuple[Place, int]]:
        start, at_word, _ = place
        texts = self._lists.texts(values)
        rest = MORE if slot.is_capture else MORE | to_come(slot.slot)
        for text in self._wording.texts:
            begin = after_space(text, start) if at_word else start
            for end, value in texts.at(text, begin):
                if self._lists.fits(value, scope):
                    yield (end, at_word, None), self._holding(slot, value, text[begin:end])
            if any(self._lists.fits(value, scope) for value in texts.longer(text[: self._wording.end], begin)):
                yield PAST, rest
        for pattern, value in texts.templates:
            if self._lists.fits(value, scope):
                for (end, _, free), bits in self._after(pattern, place, scope):
                    if end < 0:
                        yield PAST, together(bits, rest)
                    else:
                        said = self._text[start:end].strip()
                        yield (end, at_word, free), together(bits, self._holding(slot, value, said))

    def _numbers(self, slot: Slot, values: RangeSlotList, start: int, *, at_word: bool) -> Iterator[tuple[Place, int]]:
        numbers = self._lists.numbers(values)
        for text in self._wording.texts:
            for number in numbers.at(text, start, tight=self._wording.tight):
                value = number.value if values.multiplier is None else number.value * values.multiplier
                yield (number.end, at_word, None), self._sense.holding(slot.slot, value)
            if numbers.goes_on(text[: self._wording.end], start, tight=self._wording.tight):
                yield PAST, MORE | to_come(slot.slot)

    def _holding(self, slot: Slot, value: TextSlotValue, said: str) -> int:
        if slot.is_capture:
            return 0
        return self._sense.holding(slot.slot, said if value.value_out is None else value.value_out)


def after_space(text: str, start: int) -> int:
    """Return where the next word begins."""
    while text[start : start + 1].isspace():
        start += 1
    return start


def places_of(wanted: str, text: str) -> Iterator[int]:
    """Yield where it begins in a text."""
    start = text.find(wanted)
    while start >= 0:
        yield start
        start = text.find(wanted, start + 1)
