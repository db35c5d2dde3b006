"""The run: a house with our recognizer and another engine in it, people who speak, and the weather."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
import re
from typing import Any, Final, Self

from tests.end_to_end.home_assistant import HomeAssistant
from tests.end_to_end.process import ROOT
from tests.end_to_end.second_engines import choose
from tests.speech_service.engines.espeak_ng import EspeakNg
from tests.speech_service.engines.pocketsphinx import Pocketsphinx
from tests.speech_service.service import KEY, SpeechService
from tests.speech_service.synthesis.synthesis import Synthesis

from .gate import Gate
from .people import THINGS, Person, Report, Sounds
from .sky import Sky
from .weather import AWAY

SPOKEN: Final = 5
"""Of so many commands, one is followed by something that our voice says."""
_PHRASES: Final = (ROOT / "tests" / "data" / "home_commands.txt").read_text().splitlines()


@dataclass(kw_only=True)
class House:
    """Home Assistant with both in it, and what is outside."""

    home: HomeAssistant
    gate: Gate
    service: SpeechService
    ear: str
    voice: str
    pipelines: tuple[str, str]
    """The one that listens through our recognizer, and the one that listens through the other engine alone."""

    @classmethod
    @asynccontextmanager
    async def furnished(cls, home: HomeAssistant, port: int) -> AsyncIterator[Self]:
        """Add a stand-in Speech service, and the engines at a port of loopback as the second ones."""
        synthesis = Synthesis(speaker=EspeakNg())
        ear = Pocketsphinx(_PHRASES)
        async with (
            SpeechService(ear, synthesis=synthesis, remember=False) as service,
            Gate(service.port) as gate,
            home.connect() as connection,
        ):
            wyoming = await home.add_wyoming(port)
            entry_id = (await home.add_integration(f"ws://127.0.0.1:{gate.port}", KEY))["result"]["entry_id"]
            for kind, domain in (("recognizer", "stt"), ("voice", "tts")):
                await choose(home, connection, entry_id, kind, await connection.entity(wyoming, domain))
            alone = await connection.create_pipeline(wyoming, stt_language="en")
            ours = await connection.create_pipeline(entry_id)
            yield cls(
                home=home,
                gate=gate,
                service=service,
                ear=await connection.entity(entry_id, "stt"),
                voice=await connection.entity(entry_id, "tts"),
                pipelines=(ours, alone),
            )
            for entry in (entry_id, wyoming):
                await home.remove_integration(entry)


class Run:
    """A run through the outages."""

    def __init__(self, house: House, *, seed: int, length: int, at_once: int) -> None:
        """Begin; outages last for ``length`` commands on average, and so many people speak at a time."""
        self.done = Report()
        self.sky = Sky(house.gate, house.service, Random(seed), length)  # noqa: S311 - repeatable, not secret
        self._house = house
        self._sounds = Sounds()
        self._at_once = at_once
        self._begun = len(house.home.process.lines)

    async def commands(self, count: int) -> None:
        """Go on until there are so many commands."""
        house = self._house
        async with house.home.connect() as connection:
            ours, alone = house.pipelines
            people = [
                Person(
                    thing=thing,
                    home=house.home,
                    connection=connection,
                    pipeline=ours if place < self._at_once else alone,
                    engine=house.ear,
                    voice=house.voice,
                    sky=self.sky if place < self._at_once else None,
                    sounds=self._sounds,
                    report=self.done,
                    state=await connection.state(thing),
                )
                for place, thing in enumerate(list(THINGS)[: self._at_once + 1])
            ]
            if not self.done.commands:
                await _at_once(person.warm_up() for person in people)
            changing = asyncio.create_task(self.sky.run())
            try:
                await _at_once(self._speak(person, count) for person in people)
            finally:
                changing.cancel()
                await asyncio.wait([changing])

    async def restart(self) -> None:
        """Restart Home Assistant while there is no service, which comes later."""
        await self.sky.change(AWAY)
        self._note_log()
        await self._house.home.restart()
        self._begun = 0

    async def report(self) -> Report:
        """Return what came of everything."""
        await self._house.home.log()
        self._note_log()
        return self.done

    async def _speak(self, person: Person, count: int) -> None:
        while len(self.done.ours) < count:
            await person.command()
            if person.sky and len(self.done.ours) % SPOKEN == 0:
                await person.listen(f"This was command number {len(self.done.ours)}.")

    def _note_log(self) -> None:
        lines = self._house.home.process.lines[self._begun :]
        self.done.logged += [
            line
            for before, line, after in zip(["", *lines], lines, [*lines[1:], ""], strict=False)
            if any(re.search(r"^Traceback |^Exception ignored |was never ", near) for near in (before, line, after))
        ]


async def _at_once(doings: Iterable[Coroutine[Any, Any, None]]) -> None:
    async with asyncio.TaskGroup() as group:
        for doing in doings:
            group.create_task(doing)
