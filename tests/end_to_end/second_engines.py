"""The home's own engines as a process of their own: what hears and speaks where the Speech service does not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import sys

from .process import Process


@asynccontextmanager
async def second_engines(*arguments: str) -> AsyncIterator[tuple[int, Process]]:
    """Run the engines on loopback, with options of theirs. Yield their port, and the process."""
    async with Process.run(sys.executable, "-m", "tests.wyoming_engines", *arguments) as process:
        ready = await process.line(r"Listening on tcp://127\.0\.0\.1:(\d+)")
        yield int(ready[1]), process
