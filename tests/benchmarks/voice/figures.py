"""What is measured of voices, and how: each figure has the speakers of a stage speak, and keeps what came of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from .line import Line
from .measured import Measured
from .request import Request
from .stage import Name, Stage

SPREAD: Final = 0.5
"""Seconds over which the beginnings of answers are spread that are asked for at once."""
STOPPED: Final = tuple(name for name in Name if name not in (Name.HOME_ASSISTANT, Name.SPEAK_TEXT))
"""Who can be stopped: Home Assistant ends no answer, and speak_text gives no sound before its end."""


async def first_answer(stage: Stage, measured: Measured) -> None:
    """Have all speak once: what is loaded and made with the first answer belongs to none of the others."""
    line = measured.plan.networks["loopback"]._replace(tls=True)
    await stage.alternate(1, measured.plan.gap, _request(stage, measured, line))


async def delays(stage: Stage, measured: Measured) -> None:
    """Measure when sound comes, by turns, on all networks."""
    plan = measured.plan
    for network, line in plan.networks.items():
        fresh = replace(_request(stage, measured, line._replace(tls=True)), fresh=True)
        measured.fresh[network] = await stage.alternate(plan.fresh_rounds, plan.gap, fresh)
        rounds = plan.slow_rounds if line.round_trip else plan.rounds
        request = _request(stage, measured, line)
        measured.open[network] = await stage.alternate(rounds, plan.gap, request, uncounted=1)


async def paces(stage: Stage, measured: Measured) -> None:
    """Have slower services speak."""
    plan = measured.plan
    for line in plan.paces:
        measured.paces[line] = await stage.alternate(1, plan.gap, _request(stage, measured, line))


async def stops(stage: Stage, measured: Measured) -> None:
    """Want silence in the middle of an answer."""
    plan = measured.plan
    request = _request(stage, measured, plan.paces[0])
    request = replace(request, stop=request.text_at + plan.stop)
    measured.stopped = await stage.alternate(plan.stops, plan.gap, request, STOPPED)


async def load(stage: Stage, measured: Measured) -> None:
    """Have many answers spoken at once, by one speaker at a time."""
    plan = measured.plan
    request = replace(_request(stage, measured, plan.networks["loopback"]), fresh=True, spread=SPREAD)
    names = list(Name)
    for count in plan.at_once:
        # Without connections: some can open many beforehand, and others cannot.
        request = replace(request, answers=count)
        for number in range(plan.load_rounds):
            for name in names[number:] + names[:number]:
                run = await stage.speak(name, request)
                measured.cpu.setdefault(count, {}).setdefault(name, []).append(run.cpu / count)
                measured.memory.setdefault(count, {}).setdefault(name, []).append(run.memory / count)
                measured.at_once.setdefault(count, {}).setdefault(name, []).extend(run.answers)


def _request(stage: Stage, measured: Measured, line: Line) -> Request:
    return Request(port=stage.ports[line], tls=line.tls, written=measured.plan.written)


FIGURES: Final = (first_answer, delays, paces, stops, load)
