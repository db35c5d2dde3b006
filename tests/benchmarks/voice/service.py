"""The service as a process: ``python -m tests.benchmarks.voice.service FOLDER LINE...``.

The folder has its certificate. It prints one line of JSON: a port for each line, in their order. It ends with its
standard input.

What it speaks was made beforehand: so many bytes of noise for a text, so that next to no time is the stand-in's own.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
import random
import sys
from typing import Final

from tests.benchmarks.clock import say
from tests.benchmarks.network import Network
from tests.speech_service import SpeechService
from tests.speech_service.certificates import make_tls_contexts
from tests.speech_service.synthesis.delivery import DELIVERIES
from tests.speech_service.synthesis.synthesis import Synthesis

from .line import Line
from .request import SPOKEN

CERTIFICATE: Final = "certificate.pem"
KEY: Final = "key.pem"
UPLOAD: Final = 1e6
"""Bits a second that a slow network takes."""
NOISE: Final = random.Random(0).randbytes(40 * 2 * 48_000)  # noqa: S311 - sound, not a secret


class Premade:
    """Speaks all texts with the same noise, longer texts with more of it."""

    async def speak(self, text: str, language: str, voice: str, rate: int) -> bytes:  # noqa: ARG002 - every voice is one
        """Return PCM of `rate` samples a second."""
        return NOISE[: 2 * round(len(text.strip()) / SPOKEN * rate)]


async def serve(folder: Path, lines: list[Line]) -> None:
    """Serve until standard input ends."""
    server, _ = make_tls_contexts((folder / CERTIFICATE).read_bytes(), (folder / KEY).read_bytes())
    async with AsyncExitStack() as stack:
        ports: list[int] = []
        services: dict[Line, SpeechService] = {}
        for line in lines:
            near = line._replace(round_trip=0)
            if near not in services:
                synthesis = Synthesis(speaker=Premade(), delivery=replace(DELIVERIES["azure"], pace=line.pace))
                service = SpeechService(synthesis=synthesis, remember=False, ssl=server if line.tls else None)
                services[near] = await stack.enter_async_context(service)
            port = services[near].port
            if line.round_trip:
                port = await stack.enter_async_context(Network(port, line.round_trip / 1000, UPLOAD).listen())
            ports.append(port)
        say(ports)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), [Line.parse(argument) for argument in sys.argv[2:]]))
