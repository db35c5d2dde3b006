"""A short run through outages: `python -m tests.adversary.outages` has long ones, and looks at the delays as well."""

from pathlib import Path

import pytest

from tests.adversary.outages.report import Verdict, percentile
from tests.adversary.outages.run import House, Run

from .home_assistant import HomeAssistant
from .second_engines import second_engines

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]


async def test_every_command_is_answered(tmp_path: Path) -> None:
    async with (
        second_engines() as (port, _),
        HomeAssistant.run(tmp_path) as home,
        House.furnished(home, port) as house,
    ):
        run = Run(house, seed=16, length=3, at_once=3)
        await run.commands(8)
        await run.restart()
        await run.commands(16)
        verdict = Verdict(await run.report(), run.sky.spells)
    told = "\n".join(verdict.lines())
    assert not verdict.missed, told
    assert verdict.by_second, told  # else there was no outage


async def test_percentiles_are_of_what_was_measured() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert percentile(values, 0.5) == 50
    assert percentile(values, 0.99) == 99
    assert percentile([3.0], 0.99) == 3
    assert percentile([], 0.5) == 0
