"""English commands that are misheard: words that sound alike, in place of those that were said.

What sounds alike is told by pocketsphinx's dictionary of pronunciations: one sound other, more or less. Of such words
the more common ones come first, as with a recogniser which does not know the home.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Final, override

from pocketsphinx import Config, LogMath, NGramModel, get_model_path  # type: ignore[import-untyped]  # it has no types

from custom_components.azure_speech_live.home.choosing import meant as meant_by
from custom_components.azure_speech_live.home.joining import Said
from custom_components.azure_speech_live.home.sentences import Sentences
from tests.benchmarks.arena import ROOT

from .heard import meaning
from .home import Home
from .sampled import sampled
from .sentences import Corpus, as_heard

TALK: Final = ROOT / "tests" / "data" / "sentences" / "talk.txt"
READINGS: Final = 5
"""That the service gives of a command: its first, and others."""
ALIKE: Final = 8
"""Words that are taken for one, at most."""
COMMON: Final = -125_000
"""Of a word's probability in pocketsphinx's own unit: some 15,000 words are more common."""
NAMES: Final = (50, 200)
"""Of homes in which something is asked for that is not there."""

type Sounds = tuple[str, ...]


@dataclass
class Outcome:
    """What came of commands of which the first reading is wrong."""

    heard: int = 0
    right: int = 0
    """The first means what was said, all the same."""
    wrong: int = 0
    """It is another command: nothing is to be done about it."""
    repaired: int = 0
    made_wrong: int = 0
    """Another reading was taken, which means something else than what was said."""

    @property
    def left(self) -> int:
        """Return of how many no reading was a command."""
        return self.heard - self.right - self.wrong - self.repaired - self.made_wrong


@dataclass
class Misheard:
    """What came of it."""

    among: Outcome = field(default_factory=Outcome)
    """Where what was said is among the others."""
    missing: Outcome = field(default_factory=Outcome)
    """Where it is not."""
    lacking: dict[int, Outcome] = field(default_factory=dict)
    """Where what was said is nothing of this home, by the number of its names."""
    talk: Outcome = field(default_factory=Outcome)
    """Where what was said is no command at all, and the first reading is right."""


class Ears:
    """Who mishears."""

    def __init__(self, chance: Random) -> None:
        """Learn how words sound."""
        self._chance = chance
        self._sounds: dict[str, Sounds] = {}
        self._alike: defaultdict[Sounds, list[str]] = defaultdict(list)
        language = NGramModel(Config(), LogMath(), get_model_path("en-us/en-us.lm.bin"))
        lines = Path(get_model_path("en-us/cmudict-en-us.dict")).read_text(encoding="utf-8").splitlines()
        words = {word: tuple(sounds) for word, *sounds in map(str.split, lines) if word.isalpha()}
        common = {word: probability for word in words if (probability := language.prob([word])) > COMMON}
        self._sounds = words
        for word in sorted(common, key=common.__getitem__, reverse=True):
            for hole in _holes(words[word]):
                self._alike[hole].append(word)

    def alike(self, word: str) -> list[str]:
        """Return what a word is taken for."""
        sounds = self._sounds.get(word, ())
        found = dict.fromkeys(other for hole in _holes(sounds) for other in self._alike[hole] if other != word)
        return list(found)[:ALIKE]

    def readings(self, text: str) -> list[str]:
        """Return what a text is taken for: a word other in each, in some two. None, if all of it is beyond mistake."""
        words = text.split()
        alike = {place: found for place, word in enumerate(words) if (found := self.alike(word))}
        readings: dict[str, None] = {}
        for _ in range(READINGS**2 if alike else 0):
            heard = [*words]
            for place in self._chance.sample(sorted(alike), min(len(alike), self._chance.choice((1, 1, 2)))):
                heard[place] = self._chance.choice(alike[place])
            readings[" ".join(heard)] = None
        readings.pop(text, None)
        return list(readings)[:READINGS]


def _holes(sounds: Sounds) -> Iterator[Sounds]:
    """Yield sounds with a hole: two words that have one in common differ in one sound, or one has one more."""
    if len(sounds) > 1:
        yield sounds
        for place in range(len(sounds)):
            yield (*sounds[:place], "?", *sounds[place + 1 :])
            yield (*sounds[:place], *sounds[place + 1 :])


class _Understanding(Sentences):
    """What a home understands, without its Home Assistant. What is asked twice is matched once."""

    def __init__(self, home: Home) -> None:
        self.match = cache(home.match)
        self.language = home.grammar.language

    @override
    async def understands(self, text: str, *, exactly: bool = False) -> bool:
        match = self.match(text)
        return match is not None and not (exactly and any(slot.is_wildcard for slot in match.entities_list))


async def _count(home: _Understanding, said: str, readings: Sequence[str], outcome: Outcome) -> None:
    outcome.heard += 1
    meant, first = home.match(said), home.match(readings[0])
    heard = [Said(readings[0], tuple(readings[1:]))]
    text, taken = await meant_by(home, heard, home.language, readings[0])
    if first is not None:
        same = meant is not None and meaning(first) == meaning(meant)
        outcome.right += same
        outcome.wrong += not same
        outcome.made_wrong += taken
    elif taken:
        match = home.match(text)
        repaired = meant is not None and match is not None and meaning(match) == meaning(meant)
        outcome.repaired += repaired
        outcome.made_wrong += not repaired


def misheard(corpus: Corpus, times: int, lacking: int, talk: int) -> Misheard:
    """Mishear the sentences of a corpus so many times each, `lacking` that a home cannot know, `talk` lines of talk."""
    return asyncio.run(_misheard(corpus, times, lacking, talk))


async def _misheard(corpus: Corpus, times: int, lacking: int, talk: int) -> Misheard:
    chance = Random(corpus.language)  # noqa: S311 - no secret
    ears, result, home = Ears(chance), Misheard(), _Understanding(Home.of(corpus))
    for said in [sentence for sentence in corpus.sentences if home.match(sentence)] * times:
        if len(wrong := ears.readings(said)) == READINGS:
            among = [*wrong[:-1]]
            among.insert(chance.randint(1, READINGS - 1), said)
            await _count(home, said, among, result.among)
            await _count(home, said, wrong, result.missing)
    for names in NAMES:
        outcome = result.lacking.setdefault(names, Outcome())
        here, other = (Home.at_random(corpus, names, chance) for _ in range(2))
        lacks = _Understanding(here)
        for said in sampled(other, lacking, chance):
            if lacks.match(said) is None and (wrong := ears.readings(said)):
                await _count(lacks, said, wrong, outcome)
    lines = [*map(as_heard, TALK.read_text(encoding="utf-8").splitlines())]
    for said in (lines * times)[:talk]:
        if home.match(said) is None:
            await _count(home, said, [said, *ears.readings(said)[1:]], result.talk)
    return result
