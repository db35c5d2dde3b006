"""The allowance of a minute: what can wait is spread over it, and a tier that takes more is noticed."""

from itertools import pairwise
from math import inf

import pytest

from custom_components.azure_speech_live.speech.synthesis.allowance import GATHERED, REQUESTS, SECONDS, Allowance


def test_the_first_ones_come_as_they_are_wanted() -> None:
    allowance = Allowance()
    for number in range(GATHERED - 1):
        allowance.asked(float(number))
        assert allowance.next_at == -inf


@pytest.mark.parametrize("wanted", [0.0, 0.5, 2.0, 3.0, 7.0])
def test_the_others_are_spread_so_that_they_last(wanted: float) -> None:
    """However often something is wanted."""
    allowance, now = Allowance(), 1000.0
    asked: list[float] = []
    while now < 1300.0:
        now = max(now + wanted, allowance.next_at)
        asked.append(now)
        allowance.asked(now)
    longest = max(after - before for before, after in pairwise(asked))
    assert longest <= max(wanted, SECONDS / GATHERED + 0.01)
    for moment in asked:
        assert len([other for other in asked if moment - SECONDS < other <= moment]) <= REQUESTS


def test_service_that_takes_more_is_asked_as_it_is_wanted_until_it_refuses() -> None:
    allowance = Allowance()
    for _ in range(REQUESTS + 1):
        allowance.asked(1.0)
    assert allowance.next_at == -inf
    allowance.refused()
    assert allowance.next_at == 1.0 + SECONDS
    allowance.asked(1.0 + SECONDS)
    assert allowance.next_at == -inf


def test_request_that_is_refused_does_not_count() -> None:
    allowance = Allowance()
    for number in range(GATHERED):
        allowance.asked(float(number))
    assert allowance.next_at > -inf
    allowance.refused()
    assert allowance.next_at == -inf
