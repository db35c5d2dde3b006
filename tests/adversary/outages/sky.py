"""How the weather changes, by a seed: some outages, then the service works until it is used again, and so on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.speech_service.faults import NORMAL, Behaviour
from tests.speech_service.service import SpeechService

from .gate import Gate, Net
from .weather import FINE, OUTAGES, Weather

LONGEST: Final = 120.0
"""Seconds for which the service works and is not used, until the next outage comes all the same."""
TWICE: Final = 0.3
"""How often an outage is followed by another one."""


@dataclass
class Spell:
    """One weather, from one change to the next. Times are the event loop's."""

    weather: Weather
    begun: float
    outage: float = 0.0
    """Seconds for which the service had been away before, where it works."""
    after: str = ""
    """What was the matter before."""
    commands: int = 0
    """Those that ended in it."""
    met: float | None = None
    """When the first command ended that had begun in it: from then on, one may know."""
    used: float | None = None
    """When the service had answered for the first time, where it works."""
    ended: float | None = None

    @property
    def unused(self) -> float | None:
        """Return the seconds until it was used again, or gone again; None where it is not back from anywhere."""
        until = self.used or self.ended
        return until - self.begun if self.weather is FINE and self.outage and until else None

    def __str__(self) -> str:
        until = "used again" if self.used else "gone again, unused,"
        return f"back after {self.outage:.0f} s, {self.after} at last: {until} after {self.unused or 0.0:.1f} s"


class Sky:
    """The weather over the service and the way there."""

    def __init__(self, gate: Gate, service: SpeechService, chance: Random, length: int) -> None:
        """Begin with a service that works; outages last for ``length`` commands on average."""
        self.spells = [Spell(FINE, asyncio.get_running_loop().time())]
        self._gate = gate
        self._chance = chance
        self._length = length
        self._deck: list[Weather] = []
        self._changed = asyncio.Condition()
        service.behaviours = service.rest_behaviours = service.list_behaviours = self._behaviour

    @property
    def now(self) -> Spell:
        """Return the present spell."""
        return self.spells[-1]

    async def change(self, weather: Weather) -> None:
        """Let it be so from now on. A connection goes on only if nothing but the network is any different."""
        loop, was = asyncio.get_running_loop(), self.now
        outage = loop.time() - was.begun + was.outage if was.weather is not FINE else 0.0
        was.ended = loop.time()
        self.spells.append(Spell(weather, loop.time(), outage, was.weather.name))
        self._gate.delay = weather.delay
        await self._gate.set(weather.net)
        if was.weather.net is not Net.OPEN or {was.weather.behaviour, weather.behaviour} != {NORMAL}:
            self._gate.cut()

    async def note(self, spell: Spell, *, used: bool) -> None:
        """Take note of a command that began in a spell and has just ended; ``used``: by the service."""
        now = asyncio.get_running_loop().time()
        async with self._changed:
            self.now.commands += 1
            if spell is self.now:
                spell.met = spell.met or now
                if used:
                    spell.used = spell.used or now
            self._changed.notify_all()

    async def run(self) -> None:
        """Let it change for ever, from what it is."""
        while True:
            if self.now.weather is FINE:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LONGEST):
                        await self._until(lambda spell: spell.used is not None and spell.commands >= self._length)
                await self.change(self._draw())
            else:
                least = self._chance.randint(self._length // 2 + 1, self._length * 3 // 2)
                await self._until(lambda spell, least=least: spell.commands >= least)  # type: ignore[misc]
                await self.change(self._draw() if self._chance.random() < TWICE else FINE)

    async def _until(self, condition: Callable[[Spell], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: condition(self.now))

    def _draw(self) -> Weather:
        """Return an outage; each comes before one comes again."""
        if not self._deck:
            self._deck = self._chance.sample(OUTAGES, len(OUTAGES))
        return self._deck.pop()

    def _behaviour(self, _: int) -> Behaviour:
        return self.now.weather.behaviour
