"""What can be said in this home, in hassil's terms, and whether a command can go on.

Only who knows that Home Assistant's conversation component is there imports this: hassil comes with it. Nothing here
knows Home Assistant itself; it takes processor time, and belongs in a thread.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hassil.intents import Intents, SlotList
from hassil.recognize import RecognizeResult

from .verdict import Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Grammar:
    """All that Home Assistant matches a command with."""

    intents: Intents
    """The sentences of a language, with the household's own."""
    slot_lists: Mapping[str, SlotList]
    """The home's names, areas and floors, which come before the lists of `intents`."""
    context: Mapping[str, Any] | None
    """What is known before a word is said: the satellite's area."""
    language: str
    """The language that numbers are said in, as Home Assistant tells hassil."""
    triggers: Intents | None
    """The sentences that start automations."""


def judge(text: str, grammar: Grammar, match: RecognizeResult | None, *, triggered: bool) -> Verdict:  # noqa: ARG001 - the walk is to come
    """Return whether `text` can go on, given what Home Assistant makes of it: `match`, and `triggered` an automation.

    The text is as hassil gets it. Does not raise for whatever text.
    """
    return Verdict.OTHER
