"""How much is measured of the judgement, and what came of it, language by language."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
import os
from random import Random
import time
from typing import Final

from custom_components.azure_speech_live.home.grammar import judge

from .heard import Heard, Listener
from .home import Home
from .misheard import Misheard, misheard
from .sampled import sampled
from .sentences import LANGUAGES, Corpus

SMALL, LARGE = 50, 500
"""Names of a home."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is done."""

    languages: tuple[str, ...] = LANGUAGES
    kept: int | None = None
    """So many of the sentences that are kept here; None: all that there are, from the network."""
    homes: int = 10
    """Homes of random names, of a language."""
    sampled: int = 60
    """Sentences in each of them."""
    in_large: int = 100
    """Sentences in a large home."""
    misheard: int = 3
    """Times that each English sentence is misheard."""
    lacking: int = 1000
    """Sentences of what a home has not."""
    talk: int = 1200
    """Lines of talk."""


QUICK: Final = Plan(languages=("en", "zh-CN"), kept=10, homes=1, sampled=5, in_large=5, misheard=1, lacking=20, talk=40)


@dataclass
class Language:
    """What came of a language."""

    name: str
    written: Heard = field(default_factory=Heard)
    """Of the sentences that people wrote, in the home that they wrote them for."""
    random: Heard = field(default_factory=Heard)
    """Of random sentences, in small random homes."""
    large: Heard = field(default_factory=Heard)
    """The same in a large one."""
    first: float = 0.0
    """Seconds of processor time of the language's first judgement."""
    renamed: dict[int, float] = field(default_factory=dict)
    """Of the first in another home, by its names."""


@dataclass
class Measured:
    """What came of it."""

    plan: Plan
    languages: list[Language] = field(default_factory=list)
    misheard: Misheard = field(default_factory=Misheard)


def measure(plan: Plan) -> Measured:
    """Measure, on all processors. Takes a while."""
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as processes:
        heard = processes.submit(misheard, _corpus(plan, "en"), plan.misheard, plan.lacking, plan.talk)
        languages = processes.map(_language, [plan] * len(plan.languages), plan.languages)
        return Measured(plan, list(languages), heard.result())


def _corpus(plan: Plan, language: str) -> Corpus:
    return Corpus.whole(language) if plan.kept is None else Corpus.sample(language).some(plan.kept)


def _language(plan: Plan, name: str) -> Language:
    corpus, language, chance = _corpus(plan, name), Language(name), Random(name)  # noqa: S311 - no secret
    language.first = _hear(Home.of(corpus), language.written, corpus.sentences)
    for _ in range(plan.homes):
        home = Home.at_random(corpus, SMALL, chance)
        language.renamed[SMALL] = _hear(home, language.random, sampled(home, plan.sampled, chance))
    home = Home.at_random(corpus, LARGE, chance)
    language.renamed[LARGE] = _hear(home, language.large, sampled(home, plan.in_large, chance))
    return language


def _hear(home: Home, heard: Heard, sentences: Iterable[str]) -> float:
    sentences = list(sentences)
    match = home.match(sentences[0])
    begun = time.thread_time()
    judge(sentences[0], home.grammar, match, triggered=False)
    first = time.thread_time() - begun
    Listener(home, heard).hear(sentences)
    return first
