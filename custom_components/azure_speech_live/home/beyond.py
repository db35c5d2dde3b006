"""What can follow when no word of a part of a template has come yet: the same for every text, until a name changes."""

from typing import Final

from hassil.intents import RangeSlotList, TextSlotList, WildcardSlotList

from .notes import MORE, to_come, together
from .patterns import OneOf, Parts, Pattern, Rule, Scope, Slot, Words
from .values import Lists

type Ways = frozenset[int]
"""What can be noted on the ways through a part."""

NO_WAY: Final[Ways] = frozenset()
STRAIGHT: Final[Ways] = frozenset((0,))


class Beyond:
    """The ways through parts of templates of which no word has come."""

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
        return frozenset((MORE if slot.is_capture else MORE | to_come(slot.slot),))
