"""Homes of which sentences are said: those of the sentences' own names, and others, of names that nobody chose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from random import Random
from typing import Final

from hassil.intents import Intents, TextSlotList
from hassil.recognize import RecognizeResult, recognize_best
from home_assistant_intents import get_intents

from custom_components.azure_speech_live.home.grammar import Grammar

from .sentences import Corpus, Name

MOST_WORDS: Final = 3
AREAS: Final = 8


@cache
def intents(language: str) -> Intents:
    """Return Home Assistant's sentences of a language."""
    return Intents.from_dict(get_intents(language) or {})


class Home:
    """A home with a satellite in a room, and what Home Assistant understands there."""

    def __init__(self, language: str, names: Sequence[Name], areas: Sequence[str], floors: Sequence[str]) -> None:
        """Make it. The satellite is in the first area."""
        self._names = [name.said for name in names]
        lists: dict[str, list[tuple[str, str, dict[str, str]]]] = {
            "name": [(name.said, name.said, dict(name.context)) for name in names],
            "area": [(area, area, {}) for area in areas],
            "floor": [(floor, floor, {}) for floor in floors],
        }
        self.grammar: Final = Grammar(
            intents=intents(language),
            slot_lists={
                key: TextSlotList.from_tuples(iter(values), name=key, allow_template=False)
                for key, values in lists.items()
            },
            context={"area": {"value": areas[0], "text": areas[0]}} if areas else None,
            language=language,
            triggers=None,
        )

    @classmethod
    def of(cls, corpus: Corpus) -> Home:
        """Return the home of a corpus."""
        return cls(corpus.language, corpus.names, corpus.areas, corpus.floors)

    @classmethod
    def at_random(cls, corpus: Corpus, names: int, chance: Random) -> Home:
        """Return a home with names of words that a corpus has in its names.

        So one name begins another, as a lamp's does that of the lamp on the left.
        """
        words = sorted({word for name in corpus.names for word in name.said.split()})
        areas = sorted({word for area in corpus.areas for word in area.split()})
        contexts = [name.context for name in corpus.names]
        made = {_made(words, chance) for _ in range(2 * names)} or {""}
        while len(made) < names:
            made.add(f"{_made(words, chance)} {len(made)}")
        chosen = [Name(said, chance.choice(contexts)) for said in chance.sample(sorted(made), names)]
        rooms = list(dict.fromkeys(_made([*areas, *words], chance) for _ in range(AREAS)))
        return cls(corpus.language, chosen, [*corpus.areas[: AREAS // 2], *rooms], corpus.floors)

    def match(self, text: str) -> RecognizeResult | None:
        """Return what Home Assistant makes of a text. See its `DefaultAgent._recognize_strict`."""
        grammar = self.grammar
        return recognize_best(
            text,
            grammar.intents,
            slot_lists=dict(grammar.slot_lists),
            intent_context=dict(grammar.context) if grammar.context else None,
            language=grammar.language,
            best_metadata_key="hass_custom_sentence",
            best_slot_name="name",
        )

    def has_once(self, name: str) -> bool:
        """Return whether one entity alone has a name."""
        return self._names.count(name) == 1


def _made(words: Sequence[str], chance: Random) -> str:
    chosen: Iterable[str] = chance.sample(words, min(len(words), chance.randint(1, MOST_WORDS)))
    return " ".join(chosen)
