"""Sentences that nobody wrote: a way through a grammar, taken by chance, with the names of a home."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any, Final

from hassil.expression import Alternative, Expression, Group, ListReference, Permutation, RuleReference, TextChunk
from hassil.intents import IntentData, RangeSlotList, SlotList, TextSlotList
from hassil.numbers import get_rbnf_engine
from hassil.util import check_required_context, normalize_whitespace

from .home import Home
from .sentences import as_heard

FREE: Final = ("milk", "rice and beans", "yesterday", "the long way home")
"""What is said where anything can be."""
MOST: Final = 120
"""Characters of a sentence: longer ones nobody says."""
TRIES: Final = 60
"""For each sentence."""


def sampled(home: Home, count: int, chance: Random) -> Iterator[str]:
    """Yield sentences that can be said in a home, each intent's as often as another's. Fewer, if few are found."""
    intents = [intent for intent in home.grammar.intents.intents.values() if intent.data]
    said: set[str] = set()
    for _ in range(TRIES * count):
        data = chance.choice(chance.choice(intents).data)
        text = as_heard(_Sampler(home, data, chance).say(chance.choice(data.sentences).expression))
        if len(text) <= MOST and text not in said and home.match(text):
            said.add(text)
            yield text
            if len(said) == count:
                return


class _Sampler:
    def __init__(self, home: Home, data: IntentData, chance: Random) -> None:
        intents = home.grammar.intents
        self._lists: Mapping[str, SlotList] = {**intents.slot_lists, **home.grammar.slot_lists, **data.slot_lists}
        self._rules = {**intents.expansion_rules, **data.expansion_rules}
        self._requires: dict[str, Any] = data.requires_context or {}
        self._language = home.grammar.language
        self._chance = chance

    def say(self, expression: Expression) -> str:
        """Return one of the texts that an expression allows."""
        return normalize_whitespace(self._say(expression)).strip()

    def _say(self, expression: Expression) -> str:
        match expression:
            case TextChunk():
                return expression.original_text
            case Alternative():
                return self._say(self._chance.choice(expression.items))
            case Permutation():
                items = self._chance.sample(expression.items, len(expression.items))
                return " ".join(map(self._say, items))
            case Group():
                return "".join(map(self._say, expression.items))
            case RuleReference():
                return self._say(self._rules[expression.rule_name].expression)
            case ListReference():
                return self._value(expression)
        raise TypeError(expression)

    def _value(self, reference: ListReference) -> str:
        match self._lists.get(reference.list_name):
            case TextSlotList(values=values):
                fitting = [value for value in values if self._fits(value.context)]
                return self._say(self._chance.choice(fitting or values).text_in) if values else ""
            case RangeSlotList() as numbers:
                return self._number(numbers)
        return self._chance.choice(FREE)

    def _fits(self, context: dict[str, Any] | None) -> bool:
        return check_required_context(self._requires, context, allow_missing_keys=True)

    def _number(self, numbers: RangeSlotList) -> str:
        number = self._chance.choice(_some(numbers))
        if numbers.digits and self._chance.random() < 2 / 3:
            return str(number)
        spelled = get_rbnf_engine(numbers.words_language or self._language).format_number(number)
        return str(spelled.text)


def _some(numbers: RangeSlotList) -> Sequence[int]:
    return range(numbers.start, numbers.stop + 1, numbers.step)
