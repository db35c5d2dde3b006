"""What the contenders that are written in Python have in common: a process that speaks when it is told to.

It reads commands from standard input, a line of JSON each, and answers each with one: see ``Command`` and
``Utterance``. sdk.mjs does the same in JavaScript.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import asdict, dataclass, field
import json
import logging
import random
import sys
import time
from typing import Any, Final

from tests.benchmarks.clock import now, say, until
from tests.benchmarks.command import Command
from tests.memory import memory, resident
from tests.speech_service.wav import BYTES_PER_SECOND

FRAME: Final = 3200
"""Bytes of audio in a message: 100 ms, by all contenders."""
LIMIT: Final = 120.0
"""Seconds that utterances may take: of hundreds at a time, the native SDK's take half a minute."""
NOISE: Final = random.Random(0).randbytes(20 * BYTES_PER_SECOND)  # noqa: S311 - sound, not a secret


@dataclass
class Utterance:
    """One utterance, and what a contender says of it. Times are nanoseconds by the common clock."""

    command: Command
    begins: int
    """When the first audio is there."""
    started: int = 0
    """When the contender was called."""
    ended: int = 0
    """When the last audio was there."""
    result: int = 0
    text: str = ""
    partials: list[tuple[str, int]] = field(default_factory=list)

    async def microphone(self) -> AsyncGenerator[bytes]:
        """Yield the audio, as it is spoken."""
        size = int(self.command.seconds * BYTES_PER_SECOND)
        end = min(self.command.first, size)
        yield NOISE[:end]
        while end < size:
            begin, end = end, min(end + self.command.packet, size)
            if self.command.paced:
                due = self.begins + (end - self.command.first) * 1_000_000_000 // BYTES_PER_SECOND
                await until(due)
            if end == size:
                self.ended = now()
            yield NOISE[begin:end]

    def hypothesis(self, text: str) -> None:
        """Note a partial result."""
        self.partials.append((text, now()))

    def phrase(self, text: str) -> None:
        """Note the result."""
        self.result = now()
        self.text = text

    def as_json(self) -> dict[str, Any]:
        """Return what there is to say of it."""
        said = asdict(self)
        del said["command"]
        return said


class Contender(ABC):
    """A way to have speech recognised. Everything here that is not ``speak`` is not measured."""

    async def prepare(self, command: Command) -> None:  # noqa: B027 - there may be nothing to prepare
        """Open the connections that may be open, or none if the command says so."""

    @abstractmethod
    async def speak(self, utterance: Utterance) -> None:
        """Have an utterance recognised: pull its microphone, and note its results."""

    async def finish(self, command: Command) -> None:  # noqa: B027 - there may be nothing to finish
        """Tidy up after the utterances of a command."""

    async def run(self, command: Command) -> dict[str, Any]:
        """Run a command."""
        await self.prepare(command)
        before = memory() if command.memory else 0
        begin = max(command.at, now())
        await until(begin)
        cpu = time.process_time()
        utterances = [
            Utterance(command, begin + int(command.spread * 1e9 * number / command.streams))
            for number in range(command.streams)
        ]
        middle = asyncio.create_task(_memory_at(begin + int((command.seconds + command.spread) * 5e8)))
        async with asyncio.timeout(LIMIT):
            await asyncio.gather(*(self._speak(utterance) for utterance in utterances))
        cpu = time.process_time() - cpu
        if not command.memory:
            middle.cancel()
        await asyncio.wait([middle])
        await self.finish(command)
        return {
            "utterances": [utterance.as_json() for utterance in utterances],
            "cpu": cpu,
            "memory": middle.result() - before if command.memory else None,
        }

    async def _speak(self, utterance: Utterance) -> None:
        await until(utterance.begins)
        utterance.started = now()
        await self.speak(utterance)

    async def repeat(self, port: int, turns: int, at_once: int = 10) -> dict[str, Any]:
        """Speak short utterances as fast as they are taken; return the memory after each tenth of them."""
        command = Command(port=port, seconds=0.2, streams=at_once, paced=False)
        sizes = []
        for _ in range(10):
            for _ in range(turns // at_once // 10):
                utterances = [Utterance(command, now()) for _ in range(at_once)]
                async with asyncio.timeout(LIMIT):
                    await asyncio.gather(*(self._speak(utterance) for utterance in utterances))
            sizes.append(memory())
        return {"memory": sizes}


async def _memory_at(moment: int) -> int:
    await until(moment)
    return resident()


def serve(make: Callable[[], AbstractAsyncContextManager[Any]], read: Callable[..., Any] = Command) -> None:
    """Run the commands that come, to the end of standard input; ``read`` makes of one to run what it says."""
    logging.basicConfig(level=logging.WARNING)
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(make, read))


async def _serve(make: Callable[[], AbstractAsyncContextManager[Any]], read: Callable[..., Any]) -> None:
    async with make() as contender:
        say("ready")
        while line := await asyncio.to_thread(sys.stdin.readline):
            command = json.loads(line)
            kind = command.pop("do")
            answer = await (contender.run(read(**command)) if kind == "run" else getattr(contender, kind)(**command))
            say(answer)
