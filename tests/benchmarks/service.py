"""The service of the benchmark as a process: ``python -m tests.benchmarks.service ROUND_TRIP...``.

It prints one line of JSON: the port of the stand-in itself, then one of a slow network before it for each round trip
(milliseconds). It ends with its standard input.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
import sys
from typing import Final

from tests.speech_service import SpeechService

from .clock import Clock, say
from .network import Network

UPLOAD: Final = 1e6
"""Bits a second that a slow network takes."""


async def serve(round_trips: list[float]) -> None:
    """Serve until standard input ends."""
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(SpeechService(Clock(), remember=False))
        networks = [Network(service.port, milliseconds / 1000, UPLOAD) for milliseconds in round_trips]
        ports = [await stack.enter_async_context(network.listen()) for network in networks]
        say([service.port, *ports])
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve([float(argument) for argument in sys.argv[1:]]))
