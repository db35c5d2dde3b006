"""Where the contenders meet: the service and all contenders as processes, and commands to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
import json
import os
from pathlib import Path
import sys
from tempfile import TemporaryDirectory
from typing import Any, Final, Self

from tests.speech_service import KEY
from tests.speech_service.wav import BYTES_PER_SECOND

from .clock import Heard, now
from .command import Command

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
LINE_LIMIT: Final = 1 << 24
"""Bytes of an answer: one of 200 utterances is long."""
START_LIMIT: Final = 120.0
ANSWER_LIMIT: Final = 600.0


class Name(StrEnum):
    """The contenders, as the tables call them."""

    HOME_ASSISTANT = "Ours, in Home Assistant"
    CLIENT = "Ours, the client"
    PYTHON_SDK = "Microsoft's Python SDK"
    JAVASCRIPT_SDK = "Microsoft's JavaScript SDK"
    CHUNKED = "REST, chunked"
    BUFFERED = "REST, buffered"
    FLOOR = "Floor"


def python(module: str, *arguments: str) -> tuple[str, ...]:
    """Return how to run one that is written in Python."""
    return (sys.executable, "-m", f"tests.benchmarks.contenders.{module}", *arguments)


COMMANDS: Final[Mapping[Name, tuple[str, ...]]] = {
    Name.HOME_ASSISTANT: python("home_assistant"),
    Name.CLIENT: python("client"),
    Name.PYTHON_SDK: python("sdk"),
    Name.JAVASCRIPT_SDK: ("node", "--expose-gc", str(HERE / "contenders" / "sdk.mjs"), KEY),
    Name.CHUNKED: python("rest", "chunked"),
    Name.BUFFERED: python("rest", "buffered"),
    Name.FLOOR: python("floor"),
}


@dataclass(frozen=True)
class Utterance:
    """What a contender and the service say of one utterance. Times are seconds by the common clock."""

    started: float
    """When the contender was called."""
    ended: float
    """When the last audio was there."""
    result: float
    heard: Heard
    partials: list[float]
    """Seconds that each partial result took from the service to the contender's caller."""
    lost: int
    """Bytes of audio that did not reach the service."""

    @classmethod
    def parse(cls, said: Mapping[str, Any], size: int) -> Self:
        """Read what a contender says of so many bytes of audio."""
        heard = Heard.parse(said["text"])
        return cls(
            said["started"] / 1e9,
            said["ended"] / 1e9,
            said["result"] / 1e9,
            heard,
            [(at - int(text)) / 1e9 for text, at in said["partials"]],
            size - heard.size,
        )

    @property
    def delay(self) -> float:
        """Return the seconds from the last audio to the result."""
        return self.result - self.ended

    @property
    def first(self) -> float:
        """Return the seconds from the call to the first audio at the service."""
        return self.heard.first / 1e9 - self.started


@dataclass(frozen=True)
class Run:
    """What came of a command."""

    utterances: list[Utterance]
    cpu: float
    """Seconds of processor time."""
    memory: int
    """Bytes more in the middle of it than before it, if that was asked for."""


@dataclass(eq=False)
class Worker:
    """A contender's process, or the service's."""

    process: asyncio.subprocess.Process
    name: str

    async def answer(self, within: float = ANSWER_LIMIT) -> Any:
        """Return its next line. Raises RuntimeError if there is none."""
        assert self.process.stdout is not None
        async with asyncio.timeout(within):
            line = await self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name}: ended with {await self.process.wait()}")
        return json.loads(line)

    @property
    def cpu(self) -> float:
        """Return the seconds of processor time that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def do(self, kind: str, **arguments: Any) -> Any:
        """Run a command and return its answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": kind, **arguments}).encode() + b"\n")
        return await self.answer()

    async def speak(self, command: Command) -> Run:
        """Run a command to speak."""
        answer = await self.do("run", **asdict(command))
        size = int(command.seconds * BYTES_PER_SECOND)
        return Run([Utterance.parse(said, size) for said in answer["utterances"]], answer["cpu"], answer["memory"] or 0)


@asynccontextmanager
async def worker(name: str, command: Sequence[str], **environment: str) -> AsyncIterator[Worker]:
    """Run a process until the block is left, with some variables of its own."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        env=os.environ | environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LINE_LIMIT,
    )
    try:
        yield Worker(process, name)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


@asynccontextmanager
async def contender(name: str, command: Sequence[str], **environment: str) -> AsyncIterator[Worker]:
    """Run a contender as above until the block is left. It gets a folder of its own, as its last argument."""
    with TemporaryDirectory(prefix="azure-speech-live-") as folder:
        async with worker(name, (*command, folder), **environment) as process:
            await process.answer(START_LIMIT)
            yield process


@dataclass
class Arena:
    """A service and the contenders before it."""

    service: Worker
    port: int
    slow: dict[float, int]
    """Ports of slow networks before the service, by their round trip in milliseconds."""
    contenders: dict[Name, Worker] = field(default_factory=dict)

    async def alternate(self, rounds: int, gap: float, command: Command) -> dict[Name, list[Utterance]]:
        """Let all speak by turns, beginning shortly after each other; a first round is not counted."""

        async def speak(name: Name, at: int) -> list[Utterance]:
            return (await self.contenders[name].speak(replace(command, at=at))).utterances

        return await by_turns(list(self.contenders), rounds, gap, speak)


async def by_turns[N, R](
    names: Sequence[N], rounds: int, gap: float, speak: Callable[[N, int], Awaitable[list[R]]], *, uncounted: int = 1
) -> dict[N, list[R]]:
    """Let all speak by turns, at moments that are some seconds apart; return what came of it.

    Some first rounds are not counted. Who begins changes from round to round.
    """
    said: dict[N, list[R]] = {name: [] for name in names}
    for number in range(uncounted + rounds):
        first = number % len(names)
        order = [*names[first:], *names[:first]]
        begin = now() + int(0.3e9)
        runs = await asyncio.gather(*(speak(name, begin + int(place * gap * 1e9)) for place, name in enumerate(order)))
        if number >= uncounted:
            for name, run in zip(order, runs, strict=True):
                said[name] += run
    return said


@asynccontextmanager
async def arena(names: Sequence[Name], round_trips: Sequence[float] = ()) -> AsyncIterator[Arena]:
    """Run the service and some contenders until the block is left."""
    async with AsyncExitStack() as stack:
        command = (sys.executable, "-m", "tests.benchmarks.service", *map(str, round_trips))
        service = await stack.enter_async_context(worker("the service", command))
        port, *slow = await service.answer(START_LIMIT)
        contenders = await asyncio.gather(
            *(stack.enter_async_context(contender(name, COMMANDS[name])) for name in names)
        )
        yield Arena(service, port, dict(zip(round_trips, slow, strict=True)), dict(zip(names, contenders, strict=True)))
