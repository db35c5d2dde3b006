"""Where the speakers meet: the service and all of them as processes, and requests to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
import sys
from tempfile import TemporaryDirectory
from typing import Final

from tests.benchmarks.arena import START_LIMIT, Worker, by_turns, contender, worker
from tests.memory import resident
from tests.speech_service import KEY
from tests.speech_service.certificates import make_certificate

from .line import Line
from .request import TEXT, THINKS, Request
from .service import CERTIFICATE, KEY as KEY_FILE
from .spoken import Spoken

SPEAKERS: Final = Path(__file__).parent / "speakers"
LEAST: Final = 0.05
"""Seconds of speech that may be missing of an answer: each text is cut to whole samples, and to a letter's length."""
TRUST: Final = ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE")
"""Variables that name a certificate to trust: for Python and its SDK, for Node.js, for Home Assistant."""
SAMPLED: Final = 0.05
"""Seconds between two looks at a process's memory."""


class Name(StrEnum):
    """The speakers, as the tables call them."""

    HOME_ASSISTANT = "Ours, in Home Assistant"
    CLIENT = "Ours, the client"
    SPEAK_TEXT = "Python SDK, speak_text"
    START_SPEAKING = "Python SDK, start_speaking"
    PIECES = "Python SDK, text streaming"
    JAVASCRIPT = "JavaScript SDK"
    WHOLE = "REST, the whole text"
    SENTENCES = "REST, by sentences"
    FLOOR = "Floor"


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", f"tests.benchmarks.voice.speakers.{module}", *arguments)


COMMANDS: Final[Mapping[Name, tuple[str, ...]]] = {
    Name.HOME_ASSISTANT: _python("home_assistant"),
    Name.CLIENT: _python("client"),
    Name.SPEAK_TEXT: _python("sdk", "speak_text"),
    Name.START_SPEAKING: _python("sdk", "start_speaking"),
    Name.PIECES: _python("sdk", "pieces"),
    Name.JAVASCRIPT: ("node", "--expose-gc", str(SPEAKERS / "sdk.mjs"), KEY, TEXT, str(THINKS)),
    Name.WHOLE: _python("rest", "whole"),
    Name.SENTENCES: _python("rest", "sentences"),
    Name.FLOOR: _python("floor"),
}


@dataclass(frozen=True)
class Run:
    """What came of a request."""

    answers: list[Spoken]
    cpu: float
    """Seconds of processor time."""
    memory: int
    """Bytes more at the most than before it."""


@dataclass
class Stage:
    """A service and the speakers before it."""

    ports: dict[Line, int]
    speakers: dict[Name, Worker] = field(default_factory=dict)

    async def speak(self, name: Name, request: Request) -> Run:
        """Have a speaker speak. Raises RuntimeError if something of an answer is missing that nobody stopped."""
        speaker = self.speakers[name]
        with _watched(speaker) as sizes:
            said = await speaker.do("run", **asdict(request))
        answers = [Spoken.parse(answer, request) for answer in said["answers"]]
        missing = max(answer.missing for answer in answers)
        if request.stop is None and missing > LEAST:
            raise RuntimeError(f"{name}: of an answer, {missing:.2f} s are missing")
        return Run(answers, said["cpu"], max(sizes) - said["memory"])

    async def alternate(
        self, rounds: int, gap: float, request: Request, names: Sequence[Name] = tuple(Name), *, uncounted: int = 0
    ) -> dict[Name, list[Spoken]]:
        """Have some speak by turns, beginning shortly after each other; some first rounds are not counted."""

        async def speak(name: Name, at: int) -> list[Spoken]:
            return (await self.speak(name, replace(request, at=at))).answers

        return await by_turns(names, rounds, gap, speak, uncounted=uncounted)


@asynccontextmanager
async def stage(lines: Sequence[Line]) -> AsyncIterator[Stage]:
    """Run the service and the speakers until the block is left."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="azure-speech-live-")))
        for name, text in zip((CERTIFICATE, KEY_FILE), make_certificate(), strict=True):
            (folder / name).write_bytes(text)
        trust = dict.fromkeys(TRUST, str(folder / CERTIFICATE))
        command = (sys.executable, "-m", "tests.benchmarks.voice.service", str(folder), *map(str, lines))
        ports = await (await stack.enter_async_context(worker("the service", command))).answer(START_LIMIT)
        speakers = await asyncio.gather(
            *(stack.enter_async_context(contender(name, command, **trust)) for name, command in COMMANDS.items())
        )
        yield Stage(dict(zip(lines, ports, strict=True)), dict(zip(COMMANDS, speakers, strict=True)))


@contextmanager
def _watched(speaker: Worker) -> Iterator[list[int]]:
    """Look at a process's memory again and again while the block runs; yield a list of what was seen, in bytes."""
    sizes = [0]

    async def watch() -> None:
        while True:
            sizes.append(resident(speaker.process.pid))
            await asyncio.sleep(SAMPLED)

    watching = asyncio.create_task(watch())
    try:
        yield sizes
    finally:
        watching.cancel()
