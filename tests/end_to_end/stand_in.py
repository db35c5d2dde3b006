"""The stand-in Speech service as a process of its own, with PocketSphinx in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import sys

from .process import ROOT, Process

PHRASES = ROOT / "tests" / "data" / "home_commands.txt"


@asynccontextmanager
async def stand_in(*, key: str, port: int = 0) -> AsyncIterator[tuple[str, Process]]:
    """Run the stand-in on loopback (port 0: a free one). Yield its URL, and the process."""
    async with Process.run(
        sys.executable,
        *("-m", "tests.speech_service"),
        *("--host", "127.0.0.1", "--port", str(port), "--key", key),
        *("--engine", "pocketsphinx", "--phrases", PHRASES),
    ) as process:
        ready = await process.line(r"Listening on (ws://\S+)")
        yield ready[1], process
