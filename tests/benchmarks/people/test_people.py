"""Recordings are played to a real Home Assistant, and what is measured of them is what became of them."""

from __future__ import annotations

import pytest

from custom_components.azure_speech_live.home.command import Verdict

from .house import Way
from .measured import Plan, measure
from .orders import wording
from .played import Outcome
from .report import report


@pytest.mark.timeout(120)
async def test_three_commands_with_a_pause() -> None:
    """The service's half a second cuts them. Home Assistant waits, and so does who knows that one can go on."""
    measured = await measure(Plan(people=False, pauses=(0.6,), at_once=3))
    outcomes = {way: [heard.outcome for heard in measured.heard[way]] for way in Way}
    assert outcomes[Way.TODAY] == [Outcome.CUT] * 3
    assert outcomes[Way.HOME_ASSISTANT] == [Outcome.WHOLE] * 3
    for way in (Way.HOME_ASSISTANT, Way.BY_COMMAND):
        light, *_ = measured.heard[way]
        assert light.outcome is Outcome.WHOLE
        assert light.understood
    assert measured.verdicts[0] is Verdict.FINAL
    written = report(measured)
    assert "| Commands cut in the middle |" in written
    assert all(f"| {way} | 3 |" in written for way in Way)


def test_an_order_may_be_worded_in_any_order() -> None:
    said = wording({"coffeeDrink": "mocha", "size": "large", "roast": "dark roast", "milkAmount": " soy milk"})
    assert said.endswith("[a | an] (large dark roast | dark roast large) mocha with (soy milk)")
    assert wording({"coffeeDrink": "latte"}).endswith("[a | an]  latte")
