"""Sentences that people wrote are never ended wrongly, and that they go on is never missed: some of each language."""

from __future__ import annotations

from random import Random

import pytest

from .heard import Heard, Listener
from .home import Home
from .sampled import sampled
from .sentences import Corpus, Name

FEW = 8
"""Sentences: each takes some fifty milliseconds."""


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "nl", "zh-CN"])
def test_what_people_say_is_neither_ended_wrongly_nor_missed(language: str) -> None:
    corpus = Corpus.sample(language)
    heard = Heard()
    Listener(Home.of(corpus), heard).hear(corpus.some(FEW).sentences)
    assert heard.sentences >= FEW - 1
    assert not heard.wrong
    assert not heard.missed
    assert heard.final > FEW / 3


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_what_can_be_said_in_a_home_that_nobody_chose_is_understood_there(language: str) -> None:
    chance = Random(17)  # noqa: S311 - no secret
    home = Home.at_random(Corpus.sample(language), 50, chance)
    sentences = list(sampled(home, FEW, chance))
    assert len(set(sentences)) == FEW
    assert all(map(home.match, sentences))


def test_it_is_counted_what_a_command_becomes() -> None:
    home = Home("en", [Name("Lamp", {"domain": "light"}), Name("Lamp Left", {"domain": "light"})], ["Kitchen"], [])
    counted = {
        "turn on the lamp": (1, 0, 0),
        "turn on the lamp left": (1, 1, 1),
        "turn on the lamp in the kitchen": (1, 1, 0),
        "turn on the lights in the kitchen": (1, 1, 0),
        "turn on the lamp in 5 minutes": (1, 1, 1),
        "fly me to the moon": (0, 0, 0),
    }
    for sentence, figures in counted.items():
        heard = Heard()
        Listener(home, heard).hear([sentence])
        assert (heard.sentences, heard.complete, heard.dangerous) == figures, sentence
