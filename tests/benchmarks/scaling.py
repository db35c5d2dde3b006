"""How cost grows with what there is: names, recordings and their length, captions, months of usage.

A Home Assistant of its own is asked, and for a recording's length also a client: what others asked before is not in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from statistics import median
import subprocess
from tempfile import TemporaryDirectory
from typing import Any, Final

from tests.speech_service.wav import BYTES_PER_SECOND

from .arena import COMMANDS, Arena, Name, Utterance, Worker, contender, python
from .command import Command
from .measured import Cost, Measured

BIT_RATE: Final = 32_000
PACKET: Final = 3200
"""Bytes of audio that an app sends at a time."""
FRAME: Final = 144
"""Bytes of 36 ms in an MP3 file of that bit rate, at 16 kHz."""
FRAME_SECONDS: Final = 0.036
BLOCK: Final = 60
"""Seconds of sound that are repeated."""
BESIDE: Final = 60
"""Seconds of each recording beside a command: sent in half of that, so that none ends before the commands."""


async def scaling(arena: Arena, measured: Measured) -> None:
    """Let all of it grow. Names come last, as they are there from then on."""
    async with contender("a household", python("household")) as home:
        await recordings(arena, measured, home)
        await months(measured, home)
        await crowds(arena, measured, home)
        await names(arena, measured, home)


async def recordings(arena: Arena, measured: Measured, home: Worker) -> None:
    """Have longer and longer recordings recognised, by the client and by the action."""
    pace = measured.plan.recording_pace
    async with contender(Name.CLIENT, COMMANDS[Name.CLIENT]) as client:
        # What is loaded and made with the first one belongs to none.
        for seconds in (measured.plan.recordings[0], *measured.plan.recordings):
            costs = await client.do("recording", port=arena.port, seconds=seconds, pace=pace)
            measured.recordings.setdefault(Name.CLIENT, {})[seconds] = costs
            costs = await _by_action(home, arena, seconds, pace)
            measured.recordings.setdefault(Name.HOME_ASSISTANT, {})[seconds] = costs


async def _by_action(home: Worker, arena: Arena, seconds: int, pace: float) -> Cost:
    with TemporaryDirectory() as folder:
        media = await asyncio.to_thread(recorded, Path(folder), seconds)
        cost: Cost = await home.do("recording", port=arena.port, media=str(media), pace=pace)
    if abs(cost["seconds"] - seconds) > 1:
        raise RuntimeError(f"of a recording of {seconds} s, {cost['seconds']} s were heard")
    return cost


async def months(measured: Measured, home: Worker) -> None:
    """Let more and more months be stored."""
    for count in measured.plan.months:
        measured.months[count] = await home.do("months", count=count, rounds=measured.plan.months_rounds)


async def crowds(arena: Arena, measured: Measured, home: Worker) -> None:
    """Speak commands beside captions and recordings."""
    plan = measured.plan
    async with contender("captions", python("captions")) as app:
        with TemporaryDirectory() as folder:
            media = await asyncio.to_thread(recorded, Path(folder), BESIDE)
            login = await home.do("log_in", port=arena.port)
            await app.do("log_in", token=login["token"])
            # As above: the first round is not counted.
            for captions, recordings in (plan.crowds[-1], *plan.crowds):
                # Captions last a little longer than the commands.
                seconds = 2 + 1.5 * plan.crowd_commands
                listening = Command(port=login["port"], streams=captions, seconds=seconds, packet=PACKET)
                commands = {"port": arena.port, "media": str(media), "commands": plan.crowd_commands}
                measured.crowds.pop((captions, recordings), None)
                measured.crowds[captions, recordings] = await _beside(home, app, listening, recordings, commands)


async def _beside(home: Worker, app: Worker, listening: Command, recordings: int, commands: Mapping[str, Any]) -> Cost:
    """Return what commands cost, one after another, and all that there is beside them."""
    resting = await home.do("resting")
    speaking = asyncio.create_task(app.do("run", **asdict(listening)))
    said = await home.do("beside", recordings=recordings, **commands)
    await speaking
    utterances = [Utterance.parse(one, int(Command.seconds * BYTES_PER_SECOND)) for one in said["utterances"]]
    return {
        "delay": median(utterance.delay for utterance in utterances),
        "first": median(utterance.first for utterance in utterances),
        "cpu": said["cpu"],
        "memory": said["memory"] - resting,
    }


async def names(arena: Arena, measured: Measured, home: Worker) -> None:
    """Let a home have more and more names."""
    rounds = measured.plan.names_rounds
    for count in measured.plan.names:
        measured.names[count] = await home.do("names", port=arena.port, count=count, rounds=rounds)


def recorded(folder: Path, seconds: int) -> Path:
    """Return an MP3 file of so many seconds: of a minute's noise, again and again."""
    block, whole = folder / "block.mp3", folder / f"{seconds}.mp3"
    noise = ("-f", "lavfi", "-i", f"anoisesrc=r=16000:d={BLOCK}:a=0.1:seed=1")
    plain = ("-ac", "1", "-b:a", str(BIT_RATE), "-reservoir", "0", "-write_xing", "0", "-id3v2_version", "0")
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *noise, *plain, str(block)], check=True)
    sound = block.read_bytes()
    size = round(seconds / FRAME_SECONDS) * FRAME
    with whole.open("wb") as file:
        while (left := size - file.tell()) > 0:
            file.write(sound[:left])
    return whole
