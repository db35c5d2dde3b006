"""Who comes to the soak again and again, with a fault drawn at random; and what came of it."""

from abc import ABC, abstractmethod
import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
import random
from typing import Final, Protocol

import aiohttp

from custom_components.azure_speech_live.speech import Credentials, Endpoint, SpeechClient
from tests.speech_service import KEY

from .stage import Met, Stage
from .watch import Watch

FRESH: Final = 0.8
"""The part of the turns with a fault whose client is new, as one that keeps a connection open would not meet it."""
TROUBLESOME: Final = 0.2
"""The part of the turns in which the visitor itself makes trouble."""
SOONEST: Final = -4.0
"""The power of ten of the seconds after which one goes at the soonest: while the connection opens."""
SETTLED: Final = 3.0
"""Seconds after which nothing of a cancelled turn goes on at the stand-in, where it would count for the next one."""
HELD_UP: Final = 1.0
"""Seconds in which the machine did not let client or stand-in run: what has a limit of some seconds then fails."""


@dataclass
class Report:
    """What came of it."""

    turns: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """Turns whose words are wrong, or missing without an error."""
    failed: list[str] = field(default_factory=list)
    """Turns with an error that they should not have had, or that took too long."""
    foreign: list[str] = field(default_factory=list)
    """Exceptions that are none of the client's own, whoever heard them."""
    held_up: int = 0
    """Turns that would be among these, but the machine was too busy for anything that has a limit of seconds."""


class Playable(Protocol):
    """What a turn may meet."""

    @property
    def name(self) -> str:
        """By what the stage knows it."""

    @property
    def lasting(self) -> bool:
        """Whether a connection that is kept goes on like that for all later turns, so that the client is always new."""


@dataclass(kw_only=True)
class Visitor[SceneT: Playable](ABC):
    """One of many, with a place on the stage of its own, so that it is known which fault its turn meets."""

    session: aiohttp.ClientSession
    stage: Stage
    place: int
    chance: random.Random
    report: Report
    watch: Watch
    faultiness: float = 0.0

    async def run(self, going: Callable[[], bool]) -> None:
        """Have one turn after the other."""
        kept = self.client()
        while going():
            scene = self.draw() if self.chance.random() < self.faultiness else None
            if scene is None or (not scene.lasting and self.chance.random() >= FRESH):
                await self.visit(kept, scene)
                continue
            fresh = self.client()
            await self.visit(fresh, scene, fresh=True)
            await fresh.close()
        await kept.close()

    def client(self) -> SpeechClient:
        """Return a new client of the stand-in at this place."""
        return SpeechClient(self.session, Endpoint.from_url(self.stage.urls[self.place]), Credentials(key=KEY))

    async def play(self, scene: SceneT | None) -> Met:
        """Have a scene played from now on."""
        return await asyncio.to_thread(self.stage.play, scene.name if scene else None, self.place)

    def pick(self, kinds: Mapping[str, Sequence[SceneT]], weights: Mapping[str, int]) -> SceneT:
        """Return one of the scenes, by how often there is to be one of a kind."""
        (kind,) = self.chance.choices(list(weights), list(weights.values()))
        return self.chance.choice(kinds[kind])

    async def go[ResultT](self, task: asyncio.Task[ResultT], within: float) -> None:
        """Cancel a turn at some time, and wait until nothing of it can go on."""
        await asyncio.wait([task], timeout=within * 10 ** self.chance.uniform(SOONEST, 0.0))
        task.cancel()
        await asyncio.wait([task])
        await asyncio.sleep(SETTLED)

    @abstractmethod
    def draw(self) -> SceneT:
        """Return a scene."""

    @abstractmethod
    async def visit(self, client: SpeechClient, scene: SceneT | None, *, fresh: bool = False) -> None:
        """Have one turn, and where the fault is over then, another one. ``fresh``: no connection is open."""
