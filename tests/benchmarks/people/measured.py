"""How much is played, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final

from custom_components.azure_speech_live.home.command import Verdict

from .house import House, Way, house
from .orders import orders
from .played import Heard, Playing
from .spoken import Spoken, own
from .understood import verdicts

SEED: Final = 17


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is done."""

    people: bool = True
    """Recordings of people, which come over the network; else the repository's own."""
    pauses: tuple[float, ...] = (0.0, 0.4, 0.6, 0.8)
    """Seconds of the pauses that are put into these."""
    at_once: int = 10
    """Satellites that are spoken to at a time."""


QUICK: Final = Plan(people=False, at_once=6)


@dataclass
class Measured:
    """What came of it."""

    plan: Plan
    spoken: Spoken
    heard: dict[Way, list[Heard]] = field(default_factory=lambda: {way: [] for way in Way})
    """In the order of the recordings."""

    verdicts: list[Verdict] = field(default_factory=list)
    """Of what was said, whole, in the same order."""

    @property
    def late(self) -> list[float]:
        """Return the seconds by which audio was sent too late, at the most of each command."""
        return [heard.late for way in self.heard.values() for heard in way]


async def measure(plan: Plan) -> Measured:
    """Play everything through every pipeline."""
    measured = Measured(plan, await asyncio.to_thread(orders) if plan.people else own(plan.pauses))
    recordings = measured.spoken.recordings
    jobs = [(way, number) for number in range(len(recordings)) for way in Way]
    Random(SEED).shuffle(jobs)  # noqa: S311 - no secret
    waiting = iter(jobs)
    came: dict[tuple[Way, int], Heard] = {}

    async def satellite(place: House, pipelines: Mapping[Way, str], after: float) -> None:
        await asyncio.sleep(after)  # not all begin at once
        async with place.home.connect() as connection:
            # What a first command alone takes is not counted.
            await Playing(recordings[0]).through(connection, pipelines[Way.BY_COMMAND])
            for way, number in waiting:
                came[way, number] = await Playing(recordings[number]).through(connection, pipelines[way])

    async with house(measured.spoken, plan.at_once) as place, asyncio.TaskGroup() as satellites:
        for number, pipelines in enumerate(place.satellites):
            satellites.create_task(satellite(place, pipelines, number / plan.at_once))
    for way, number in sorted(came, key=lambda job: job[1]):
        measured.heard[way].append(came[way, number])
    measured.verdicts = verdicts(measured.spoken)
    return measured
