"""How much is measured of the card, and what came of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
import gzip
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.end_to_end.browser import Browser, write_microphone
from tests.end_to_end.captions_house import DASHBOARD, put_on_the_wall
from tests.end_to_end.home_assistant import HomeAssistant
from tests.end_to_end.process import ROOT
from tests.machine import new_machine
from tests.memory import resident
from tests.speech_service import KEY, SpeechService

from .page import Wall
from .talker import Talker

_MODULES: Final = ROOT / "custom_components" / "azure_speech_live" / "frontend"
_CARD: Final = {"mode": "captions", "languages": ["en-US"]}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is done."""

    clicks: int = 8
    seconds: float = 60
    """Of captions, whose delay and processor time are measured."""
    idle: float = 20
    """Of the same page, which shows a card that does not listen."""
    hours: float = 4
    """Of captions, in which memory is looked at."""
    pace: int = 100
    """Of these, how much faster they go."""
    looks: int = 8


QUICK: Final = Plan(clicks=1, seconds=4, idle=1, hours=0.2, looks=2)


@dataclass(frozen=True)
class Taken:
    """Processor time in seconds of a second."""

    page: float
    browser: float
    """The page, and all else of the browser."""
    home: float


@dataclass(frozen=True)
class Look:
    """How it stands after some hours."""

    hours: float
    heap: float
    """Bytes of the page's objects."""
    home: float
    """Resident bytes of Home Assistant."""
    behind: float
    """Seconds by which the page is behind the service."""


@dataclass
class Measured:
    """What came of it."""

    plan: Plan
    modules: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Bytes of each, as it is and compressed."""
    first: list[float] = field(default_factory=list)
    """Seconds from clicks to the first word."""
    shown: list[float] = field(default_factory=list)
    drawn: list[float] = field(default_factory=list)
    """Seconds from the service to the page."""
    sent: float = 0
    """Bytes of audio in a second."""
    rate: int = 0
    """Samples of the device in a second."""
    idle: Taken | None = None
    busy: Taken | None = None
    looks: list[Look] = field(default_factory=list)


async def measure(plan: Plan) -> Measured:
    """Measure all of it."""
    measured = Measured(plan)
    for path in sorted(_MODULES.glob("*.js")):
        source = path.read_bytes()
        measured.modules[path.name] = len(source), len(gzip.compress(source))
    talker = Talker()
    with TemporaryDirectory(prefix="captions-") as name, new_machine(folder := Path(name)):
        (config := folder / "config").mkdir()
        write_microphone(microphone := folder / "microphone.wav", bytes(32_000))
        async with (
            SpeechService(talker, remember=False) as service,
            HomeAssistant.run(config) as home,
            home.connect() as connection,
        ):
            await home.add_integration(service.url, KEY)
            await home.post("/api/services/logger/set_level", json={"custom_components.azure_speech_live": "warning"})
            await put_on_the_wall(connection, _CARD)
            async with Browser.open(home, microphone) as browser:
                await _measure(measured, home, await Wall.watch(browser.page), talker)
                assert not browser.errors
    return measured


async def _measure(measured: Measured, home: HomeAssistant, wall: Wall, talker: Talker) -> None:
    plan, url = measured.plan, f"{home.url}/{DASHBOARD}/0"
    await wall.open(url)
    measured.rate = await wall.rate()
    measured.idle = await _taken(home, wall, plan.idle)
    for _ in range(plan.clicks):
        await wall.open(url)
        await wall.listen()
        seen = await wall.seen()
        assert seen.first is not None
        measured.first.append(seen.first)
    await wall.open(url)
    await wall.listen()
    before = wall.sent
    measured.busy = await _taken(home, wall, plan.seconds)
    measured.sent = (wall.sent - before) / plan.seconds
    seen = await wall.seen()
    measured.shown, measured.drawn = seen.shown, seen.drawn
    talker.pace = plan.pace
    for number in range(1, plan.looks + 1):
        await asyncio.sleep(3600 * plan.hours / plan.pace / plan.looks)
        behind = await wall.behind()
        memory = resident(home.process.id)
        measured.looks.append(Look(plan.hours * number / plan.looks, await wall.heap(), memory, behind))


async def _taken(home: HomeAssistant, wall: Wall, seconds: float) -> Taken:
    before = (*await wall.processor(), _processor(home.process.id))
    await asyncio.sleep(seconds)
    after = (*await wall.processor(), _processor(home.process.id))
    return Taken(*((later - earlier) / seconds for earlier, later in zip(before, after, strict=True)))


def _processor(process: int) -> float:
    """Return the seconds of processor time of a process so far."""
    stat = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
