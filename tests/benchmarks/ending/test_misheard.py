"""Words that sound alike are taken for one another, and it is counted which reading is taken."""

from __future__ import annotations

from random import Random

from .misheard import READINGS, Ears, misheard
from .sentences import Corpus


def test_words_are_taken_for_those_that_sound_alike() -> None:
    ears = Ears(Random(17))  # noqa: S311 - no secret
    assert "kitten" in ears.alike("kitchen") or "chicken" in ears.alike("kitchen")
    assert "night" in ears.alike("light")
    assert "light" not in ears.alike("light")
    readings = ears.readings("turn on the kitchen light")
    assert len(set(readings)) == READINGS
    assert "turn on the kitchen light" not in readings
    assert not ears.readings("22")


def test_a_command_that_was_misheard_is_repaired_and_talk_is_no_command() -> None:
    result = misheard(Corpus.sample("en").some(15), 1, 10, 30)
    assert result.among.heard >= 12
    assert result.among.repaired > result.among.heard / 2
    assert result.talk.heard >= 25
    assert result.talk.made_wrong == 0
