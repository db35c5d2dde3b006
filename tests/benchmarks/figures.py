"""What is measured, and how: each figure lets the contenders of an arena speak, and keeps what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
import json
from pathlib import Path
import sys
from tempfile import TemporaryDirectory
from typing import Final
import wave

from .arena import ROOT, Arena, Name, Utterance
from .command import PACKET, Command

SPEECH: Final = ROOT / "tests" / "data" / "turn_on_the_kitchen_light.wav"
SPEECH_SECONDS: Final = 1.44
"""Where the speech in it ends."""
FRAME: Final = 3200
"""Bytes of audio in a message of the SDKs: 100 ms."""
GAP: Final = 0.15
"""Seconds between the contenders' beginnings, so that they do not end together."""
OURS: Final = "custom_components.azure_speech_live"
IMPORTS: Final[Mapping[str, Sequence[str]]] = {
    "Azure Speech Live": (OURS, f"{OURS}.config_flow", f"{OURS}.stt"),
    "Microsoft's Python SDK, which an integration would need": ("azure.cognitiveservices.speech",),
    "Home Assistant Cloud": ("homeassistant.components.cloud", "homeassistant.components.cloud.stt"),
}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is done."""

    rounds: int = 15
    slow_rounds: int = 8
    round_trips: tuple[int, ...] = (20, 80, 200)
    """Milliseconds."""
    opened_on: int = 80
    """That of the network on which connections are opened: every network shows the same, by its round trip."""
    streams: tuple[int, ...] = (1, 10, 50, 100, 200)
    load_seconds: float = 4.0
    load_rounds: int = 3
    memory_streams: int = 100
    turns: int = 10_000
    silences: tuple[float, ...] = (0.5, 1.2)
    """Seconds of silence after which the service takes a phrase to be over: it may be quicker than Home Assistant."""
    speech_rounds: int = 5
    satellites: int = 20
    loop_seconds: float = 8.0
    loop_rounds: int = 3
    imports: int = 3
    set_ups: int = 20


QUICK: Final = Plan(
    rounds=1,
    slow_rounds=1,
    round_trips=(20,),
    opened_on=20,
    streams=(1, 2),
    load_seconds=0.5,
    load_rounds=1,
    memory_streams=2,
    turns=100,
    speech_rounds=1,
    satellites=2,
    loop_seconds=1.5,
    loop_rounds=1,
    imports=1,
    set_ups=1,
)

Delays = dict[Name, list[float]]


@dataclass
class Measured:
    """What came of it. Times are seconds, sizes are bytes."""

    plan: Plan
    first_command: dict[Name, Utterance] = field(default_factory=dict)
    end: dict[str, Delays] = field(default_factory=dict)
    """From the last audio to the result, by network."""
    first: dict[str, Delays] = field(default_factory=dict)
    """From the call to the first audio at the service, by network and connection."""
    partials: Delays = field(default_factory=dict)
    """From the service to the contender's caller."""
    cpu: dict[int, Delays] = field(default_factory=dict)
    """Seconds of processor time for a second of audio, by the number of streams."""
    service_cpu: dict[int, Delays] = field(default_factory=dict)
    """The same, of the service's process."""
    loaded: dict[int, Delays] = field(default_factory=dict)
    """The end's delays in these runs."""
    memory: dict[Name, float] = field(default_factory=dict)
    """Of one stream."""
    growth: list[int] = field(default_factory=list)
    """The client's memory after each tenth of many turns."""
    speech_end: dict[str, list[list[float]]] = field(default_factory=dict)
    """From the end of speech to the text, by who decides on it and the service's silence."""
    loop: dict[int, list[list[float]]] = field(default_factory=dict)
    """How late Home Assistant's event loop was, by the number of satellites."""
    imports: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    """Seconds and memory that importing takes."""
    set_up: list[float] = field(default_factory=list)
    """Seconds that setting an entry up takes."""
    lost: dict[Name, int] = field(default_factory=dict)
    """Bytes of audio that did not reach the service."""

    def note(self, name: Name, said: Sequence[Utterance]) -> None:
        """Note whether the service heard all."""
        self.lost[name] = self.lost.get(name, 0) + sum(utterance.lost for utterance in said)


async def first_command(arena: Arena, measured: Measured) -> None:
    """Speak for the first time in each process."""
    for name, contender in arena.contenders.items():
        run = await contender.speak(Command(port=arena.port, first=FRAME))
        measured.first_command[name] = run.utterances[0]


async def memory(arena: Arena, measured: Measured) -> None:
    """Look at the memory in the middle of many utterances, with connections that were open before."""
    streams = measured.plan.memory_streams
    for name, contender in arena.contenders.items():
        run = await contender.speak(Command(port=arena.port, streams=streams, seconds=2, fresh=True, memory=True))
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
