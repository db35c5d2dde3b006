"""The lists of a home: names, areas and floors, and what else a template has a place for.

Indexed by how a value begins, since a home has hundreds of names. Made again when a list is another, which is when the
household changes a name.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping

from hassil.intents import RangeSlotList, SlotList, TextSlotList, TextSlotValue
from hassil.util import check_excluded_context, check_required_context

from .numbers import Numbers
from .patterns import Pattern, Patterns, Scope, Slot, Words, in_braces


class Texts:
    """The values of a list."""

    def __init__(self, values: list[TextSlotValue], patterns: Patterns) -> None:
        """Index those that are plain; the others are templates themselves."""
        self._plain: dict[str, list[TextSlotValue]] = {}
        self.templates: list[tuple[Pattern, TextSlotValue]] = []
        for value in values:
            pattern = patterns.rules.prepared(value.text_in)
            if not isinstance(pattern, Words):
                self.templates.append((pattern, value))
            elif not pattern.blank:  # hassil leaves out what would be found everywhere
                self._plain.setdefault(pattern.tight if patterns.tight else pattern.bare, []).append(value)
        self._begun = sorted(self._plain)
        self._lengths = sorted({len(text) for text in self._plain})

    def at(self, text: str, start: int) -> Iterator[tuple[int, TextSlotValue]]:
        """Yield the plain values that stand there in a folded text, and where they end."""
        for length in self._lengths:
            if start + length > len(text):
                return
            for value in self._plain.get(text[start : start + length], ()):
                yield start + length, value

    def longer(self, text: str, start: int) -> Iterator[TextSlotValue]:
        """Yield the plain values that begin with all that follows there, and go on."""
        rest = text[start:]
        index = bisect_right(self._begun, rest)
        while index < len(self._begun) and self._begun[index].startswith(rest):
            yield from self._plain[self._begun[index]]
            index += 1

    def named(self, text: str) -> int:
        """Return how many plain values have this text, folded."""
        return len(self._plain.get(text, ()))


class Lists:
    """All lists of a home, for the templates of a language."""

    def __init__(self, patterns: Patterns, own: Mapping[str, SlotList], language: str) -> None:
        """Take the home's own lists, which come before those of the language."""
        self.patterns = patterns
        self.own = dict(own)
        self._language = language
        self._all = {**patterns.lists, **own}
        self._texts: dict[int, tuple[SlotList, Texts]] = {}
        self._numbers: dict[int, tuple[SlotList, Numbers]] = {}
        for values in self._all.values():
            if isinstance(values, RangeSlotList):
                self.numbers(values)  # not while a command waits
        self._fitting: dict[tuple[int, int], bool] = {}
        self._apart: dict[Scope, frozenset[str]] = {}
        contexts = {name: context_keys(values) for name, values in self._all.items()}
        self.context_keys = frozenset[str]().union(*contexts.values())
        """What is known only when a value is said."""
        self._chosen = frozenset(in_braces(name) for name, keys in contexts.items() if keys)

    def are_of(self, own: Mapping[str, SlotList], language: str) -> bool:
        """Return whether these are still the home's lists."""
        return (
            language == self._language
            and own.keys() == self.own.keys()
            and all(own[name] is known for name, known in self.own.items())
        )

    def find(self, slot: Slot, scope: Scope) -> SlotList | None:
        """Return the list of a slot, None if there is none."""
        for lists in (scope.lists, self._all):
            if slot.list_name in lists:
                return lists[slot.list_name]
        return slot.unlisted

    def rule(self, name: str, scope: Scope) -> Pattern | None:
        """Return what a rule says, None if there is no such rule."""
        if name in scope.rules:
            return scope.rules[name]
        try:
            return self.patterns.rules[name]
        except KeyError:
            return None

    def texts(self, values: TextSlotList) -> Texts:
        """Return a list's values."""
        known = self._texts.get(id(values))
        if known is None:
            known = self._texts[id(values)] = (values, Texts(values.values, self.patterns))
        return known[1]

    def numbers(self, numbers: RangeSlotList) -> Numbers:
        """Return a list's numbers."""
        known = self._numbers.get(id(numbers))
        if known is None:
            known = self._numbers[id(numbers)] = (numbers, Numbers(numbers, self._language))
        return known[1]

    def own_scope(self, pattern: Pattern, scope: Scope) -> Scope | None:
        """Return the scope of a part of a template if it is something else there than elsewhere."""
        if not pattern.uses:
            return None
        apart = self._apart.get(scope)
        if apart is None:
            chosen = self._chosen if scope.required or scope.excluded else frozenset()
            apart = self._apart[scope] = scope.own | chosen
        return None if apart.isdisjoint(pattern.uses) else scope

    def fits(self, value: TextSlotValue, scope: Scope) -> bool:
        """Return whether an intent takes this value: a name of a light, where it is about lights."""
        if not value.context or not (scope.required or scope.excluded):
            return True
        key = (id(value), id(scope))
        if key not in self._fitting:
            self._fitting[key] = check_required_context(
                dict(scope.required), value.context, allow_missing_keys=True
            ) and check_excluded_context(dict(scope.excluded), value.context)
        return self._fitting[key]


def context_keys(values: SlotList) -> set[str]:
    """Return what a list's values are told apart by: an intent may take some of them and not others."""
    if not isinstance(values, TextSlotList):
        return set()
    return {key for value in values.values for key in value.context or ()}
