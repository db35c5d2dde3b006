"""What is measured, and how: each figure lets the contenders of an arena speak, and keeps what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
import json
from pathlib import Path
import sys
from tempfile import TemporaryDirectory
from typing import Final
import wave

from tests.speech_service.wav import BYTES_PER_SECOND

from .arena import ROOT, Arena, Name
from .command import PACKET, Command
from .measured import Delays, Measured

SPEECH: Final = ROOT / "tests" / "data" / "turn_on_the_kitchen_light.wav"
SPEECH_SECONDS: Final = 1.44
"""Where the speech in it ends."""
FRAME: Final = 3200
"""Bytes of audio in a message of the SDKs: 100 ms."""
GAP: Final = 0.15
"""Seconds between the contenders' beginnings, so that they do not end together."""
MEMORY_SECONDS: Final = 2.0
"""Seconds of the utterances in the middle of which the memory is looked at."""
MEMORY_KEPT: Final = PACKET + int(MEMORY_SECONDS / 2) * BYTES_PER_SECOND
"""Bytes of audio that each of them has then had: all that no phrase has covered is kept."""
OURS: Final = "custom_components.azure_speech_live"
IMPORTS: Final[Mapping[str, Sequence[str]]] = {
    "Azure Speech Live": (OURS, f"{OURS}.config_flow", f"{OURS}.stt"),
    "Microsoft's Python SDK, which an integration would need": ("azure.cognitiveservices.speech",),
    "Home Assistant Cloud": ("homeassistant.components.cloud", "homeassistant.components.cloud.stt"),
}


async def first_command(arena: Arena, measured: Measured) -> None:
    """Speak for the first time in each process."""
    for name, contender in arena.contenders.items():
        # Without a connection: some would open one beforehand, and others not.
        run = await contender.speak(Command(port=arena.port, first=FRAME, fresh=True))
        measured.first_command[name] = run.utterances[0]


async def memory(arena: Arena, measured: Measured) -> None:
    """Look at the memory in the middle of many utterances, with connections that are opened for them."""
    streams = measured.plan.memory_streams
    command = Command(port=arena.port, streams=streams, seconds=MEMORY_SECONDS, fresh=True, memory=True)
    for name, contender in arena.contenders.items():
        run = await contender.speak(command)
        measured.memory[name] = run.memory / streams


async def delays(arena: Arena, measured: Measured) -> None:
    """Measure how late first audio, partial results and results are, by turns."""
    plan = measured.plan
    networks = {"loopback": arena.port} | {f"{trip:g} ms": port for trip, port in arena.slow.items()}
    for network, port in networks.items():
        rounds = plan.rounds if port == arena.port else plan.slow_rounds
        for fresh in (False, True) if port in (arena.port, arena.slow[plan.opened_on]) else (False,):
            said = await arena.alternate(rounds, GAP, Command(port=port, fresh=fresh, first=FRAME))
            for name, utterances in said.items():
                measured.note(name, utterances)
                first = measured.first.setdefault(f"{network}, {'none' if fresh else 'open'}", {})
                first[name] = [utterance.first for utterance in utterances]
                if fresh:
                    continue
                measured.end.setdefault(network, {})[name] = [utterance.delay for utterance in utterances]
                if port == arena.port:
                    measured.partials[name] = [late for utterance in utterances for late in utterance.partials]


async def load(arena: Arena, measured: Measured) -> None:
    """Measure the processor time of many streams."""
    plan = measured.plan
    names = list(arena.contenders)
    for streams in plan.streams:
        command = Command(
            port=arena.port,
            streams=streams,
            seconds=plan.load_seconds,
            # What the SDKs send at a time: with smaller pieces, most of the time would be that of feeding them.
            packet=FRAME,
            first=FRAME,
            fresh=True,
            spread=0.5,
        )
        for number in range(plan.load_rounds):
            for name in names[number:] + names[:number]:
                before = arena.service.cpu
                run = await arena.contenders[name].speak(command)
                audio = streams * plan.load_seconds
                measured.note(name, run.utterances)
                _add(measured.cpu, streams, name, [run.cpu / audio])
                _add(measured.service_cpu, streams, name, [(arena.service.cpu - before) / audio])
                _add(measured.loaded, streams, name, [utterance.delay for utterance in run.utterances])


async def growth(arena: Arena, measured: Measured) -> None:
    """Let our client serve many turns."""
    answer = await arena.contenders[Name.CLIENT].do("repeat", port=arena.port, turns=measured.plan.turns)
    measured.growth = answer["memory"]


async def end_of_speech(arena: Arena, measured: Measured) -> None:
    """Speak through pipelines, with every one who may decide that a command is over."""
    plan = measured.plan
    with wave.open(str(SPEECH)) as wav, TemporaryDirectory() as folder:
        pcm = Path(folder) / "speech.pcm"
        whole = int(SPEECH_SECONDS * wav.getframerate())
        pcm.write_bytes(wav.readframes(whole)[: whole * 2 // PACKET * PACKET])
        measured.speech_end = await arena.contenders[Name.HOME_ASSISTANT].do(
            "end_of_speech", port=arena.port, pcm=str(pcm), silences=plan.silences, rounds=plan.speech_rounds
        )


async def loop_delay(arena: Arena, measured: Measured) -> None:
    """Look at Home Assistant's event loop while nobody speaks, and while many do."""
    plan = measured.plan
    for _ in range(plan.loop_rounds):
        for streams in (0, plan.satellites):
            answer = await arena.contenders[Name.HOME_ASSISTANT].do(
                "loop_delay", port=arena.port, streams=streams, seconds=plan.loop_seconds
            )
            measured.loop.setdefault(streams, []).append(answer["late"])


async def set_up(arena: Arena, measured: Measured) -> None:
    """Import integrations in processes of their own, and set ours up."""
    plan = measured.plan
    for _ in range(plan.imports):
        for name, modules in IMPORTS.items():
            took = await _import(modules)
            measured.imports.setdefault(name, []).append(took)
    answer = await arena.contenders[Name.HOME_ASSISTANT].do("set_up", port=arena.port, times=plan.set_ups)
    measured.set_up = answer["seconds"]


async def _import(modules: Sequence[str]) -> tuple[float, int]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks.contenders.imports", *modules),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    took = json.loads(out)
    return took["seconds"], took["memory"]


def _add(figure: dict[int, Delays], streams: int, name: Name, values: list[float]) -> None:
    figure.setdefault(streams, {}).setdefault(name, []).extend(values)


FIGURES: Final = (first_command, memory, delays, load, growth, end_of_speech, loop_delay, set_up)
