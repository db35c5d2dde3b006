"""What the walk notes on its way through a template, as bits of a number, beside a bit for each slot of the command."""

from typing import Final

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


def together(bits: int, more: int) -> int:
    """Return what was noted on a way in two parts; once it means something else, the rest is of no interest."""
    both = bits | more
    return both & (MORE | ANOTHER) if both & ANOTHER else both


def to_come(slot: str) -> int:
    """Return what it says that the words for a slot are still to come."""
    return ELSEWHERE if slot in PLACES else ANOTHER
