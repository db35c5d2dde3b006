"""What a command means to Home Assistant, and whether a longer one means the same: the intent, and its slots.

The walk notes on its way through a template what that has of it: bits of a number, one for each slot of the command.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from hassil.intents import TextSlotList
from hassil.models import MatchEntity
from hassil.recognize import RecognizeResult

from .patterns import Template
from .values import Lists
from .wording import fold, pressed

MORE: Final = 1
"""Words are still to come."""
ELSEWHERE: Final = 2
"""An area or a floor is named that the command does not name."""
ANOTHER: Final = 4
"""A slot holds something else than the command's, or what only comes later."""
FIRST_SLOT: Final = 8
"""The bit of the first slot: it holds what the command's does."""

PLACES: Final = frozenset({"area", "floor"})
"""Slots that say where something is."""
NAME: Final = "name"


def together(bits: int, more: int) -> int:
    """Return what was noted on a way in two parts; once it means something else, the rest is of no interest."""
    both = bits | more
    return both & (MORE | ANOTHER) if both & ANOTHER else both


def to_come(slot: str) -> int:
    """Return what it says that the words for a slot are still to come."""
    return ELSEWHERE if slot in PLACES else ANOTHER


class Sense:
    """What is meant by a command."""

    def __init__(
        self,
        intent: str | None = None,
        response: str | None = None,
        slots: Mapping[str, MatchEntity] | None = None,
        *,
        free: Iterable[str] = (),
        is_one: bool = False,
    ) -> None:
        """Take what Home Assistant understood; without an intent nothing is meant yet, and all else is something else.

        `free`: what was free text in the command; a slot may have taken some twice.
        `is_one`: the name in the command is one entity's only, so that its place says nothing new.
        """
        self.intent = intent
        self.response = response
        self.free = None if intent is None else [fold(text.strip()) for text in free]
        """What was free text in the command, folded; None where anything may have been."""
        self.slots = slots or {}
        self.is_one = is_one
        self._needs_no_place = is_one and PLACES.isdisjoint(self.slots)
        self._bits = {name: FIRST_SLOT << index for index, name in enumerate(self.slots)}

    def holding(self, slot: str, value: Any) -> int:
        """Return what it says that a slot holds this value."""
        known = self.slots.get(slot)
        if known is not None and not known.is_wildcard and known.value == value:
            return self._bits[slot]
        return to_come(slot)

    def swallowing(self, slot: str, text: str) -> int:
        """Return what it says that a slot for free text holds this one, folded."""
        known = self.slots.get(slot)
        if known is not None and known.is_wildcard and pressed(fold(known.text)) == pressed(text):
            return self._bits[slot]
        return ANOTHER

    def is_of(self, template: Template, bits: int) -> bool:
        """Return whether a sentence of this template means the same, on the way of which `bits` were noted."""
        if (
            self.intent != template.intent
            or bits & ANOTHER
            or (bits & ELSEWHERE and not self._needs_no_place)
            or self.response != template.data.response
        ):
            return False
        held = {name for name, bit in self._bits.items() if bits & bit}
        if bits & ELSEWHERE:
            held |= PLACES
        for slot, value in template.data.slots.items():
            if slot not in held:
                if slot not in self.slots or self.slots[slot].value != value:
                    return False
                held.add(slot)
        for slot, required in slots_from_context(template.data.requires_context):
            if slot not in held:
                if slot not in self.slots or not allows(required, self.slots[slot].value):
                    return False
                held.add(slot)
        missing = self.slots.keys() - held
        return not missing or (self.is_one and missing <= PLACES)


def slots_from_context(required: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the slots that hold what is known without being said, and what that must be."""
    found = []
    for key, value in required.items():
        if isinstance(value, Mapping) and (slot := value.get("slot")):
            found.append((slot if isinstance(slot, str) else key, value.get("value")))
    return found


def allows(required: Any, value: Any) -> bool:
    """Return whether a value is what is required: that one, one of several, or any."""
    if isinstance(required, Collection) and not isinstance(required, str):
        return value in required
    return required is None or bool(required == value)


def sense_of(match: RecognizeResult, lists: Lists) -> Sense:
    """Return what Home Assistant's match means."""
    name = match.entities.get(NAME)
    names = lists.own.get(NAME)
    is_one = False
    if name is not None and not name.is_wildcard and isinstance(names, TextSlotList):
        folded = fold(name.text_clean)
        is_one = lists.texts(names).named(pressed(folded) if lists.patterns.tight else folded) == 1
    free = [slot.text for slot in match.entities_list if slot.is_wildcard]
    return Sense(match.intent.name, match.intent_data.response, match.entities, free=free, is_one=is_one)
