"""What the speakers that are written in Python have in common. sdk.mjs does the same in JavaScript.

Each reads commands from standard input and answers them, as the contenders of recognition do: see contenders/worker.py.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
import time
from typing import Any, Final

from tests.benchmarks.clock import now, until
from tests.benchmarks.voice.request import TEXT, THINKS, Request
from tests.memory import memory

LIMIT: Final = 120.0
"""Seconds that answers may take."""
HEADER: Final = 44
"""Bytes of a WAV header."""


@dataclass
class Answer:
    """One answer, and what a speaker says of it. Times are nanoseconds by the common clock."""

    request: Request
    begins: int
    """When its first delta comes."""
    sound: list[tuple[int, int]] = field(default_factory=list)
    stopped: int = 0
    over: int = 0

    async def deltas(self) -> AsyncGenerator[str]:
        """Yield the text as the agent writes it."""
        for at, piece in self.request.deltas():
            await until(self.begins + int(at * 1e9))
            yield piece

    async def text(self) -> str:
        """Return the whole text, when it is written."""
        await until(self.begins + int(self.request.text_at * 1e9))
        return TEXT

    def hear(self, data: bytes) -> None:
        """Note sound that came; what begins with a WAV header comes with all of it at once."""
        size = len(data) - (HEADER if not self.sound and data.startswith(b"RIFF") else 0)
        if size > 0:
            self.sound.append((now(), size))

    async def silence(self) -> None:
        """Wait until the listener wants silence: for ever, if it wants to hear all."""
        if self.request.stop is None:
            await asyncio.get_running_loop().create_future()
        assert self.request.stop is not None
        await until(self.begins + int(self.request.stop * 1e9))
        self.stopped = now()


class Speaker(ABC):
    """A way to have an answer spoken. Everything here that is not ``speak`` is not measured."""

    async def prepare(self, request: Request) -> None:  # noqa: B027 - there may be nothing to prepare
        """Open the connections that may be open, or none if the request says so."""

    @abstractmethod
    async def speak(self, answer: Answer) -> None:
        """Have an answer spoken while it is written, and note its sound."""

    async def stop(self, answer: Answer) -> None:  # noqa: B027 - to leave ``speak`` may be all
        """Be silent: ``speak`` has been cancelled."""

    async def run(self, request: Request) -> dict[str, Any]:
        """Have answers spoken."""
        await self.prepare(request)
        before = memory()
        begin = max(request.at, now())
        await until(begin)
        cpu = time.process_time()
        spread = int(request.spread * 1e9 / request.answers)
        answers = [Answer(request, begin + number * spread + int(THINKS * 1e9)) for number in range(request.answers)]
        async with asyncio.timeout(LIMIT):
            await asyncio.gather(*(self._speak(answer) for answer in answers))
        said = [
            {"begins": answer.begins, "sound": answer.sound, "stopped": answer.stopped, "over": answer.over}
            for answer in answers
        ]
        return {"answers": said, "cpu": time.process_time() - cpu, "memory": before}

    async def _speak(self, answer: Answer) -> None:
        await until(answer.begins - int(THINKS * 1e9))
        speaking, silence = asyncio.create_task(self.speak(answer)), asyncio.create_task(answer.silence())
        await asyncio.wait({speaking, silence}, return_when=asyncio.FIRST_COMPLETED)
        silence.cancel()
        if speaking.done():
            speaking.result()
        else:
            speaking.cancel()
            await asyncio.wait({speaking})
            await self.stop(answer)
        answer.over = now()
