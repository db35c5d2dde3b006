"""The home's own engines as a process of their own: what hears and speaks where the Speech service does not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import sys

from .connection import Connection
from .home_assistant import HomeAssistant
from .process import Process


@asynccontextmanager
async def second_engines(*arguments: str) -> AsyncIterator[tuple[int, Process]]:
    """Run the engines on loopback, with options of theirs. Yield their port, and the process."""
    async with Process.run(sys.executable, "-m", "tests.wyoming_engines", *arguments) as process:
        ready = await process.line(r"Listening on tcp://127\.0\.0\.1:(\d+)")
        yield int(ready[1]), process


async def choose(home: HomeAssistant, connection: Connection, entry_id: str, kind: str, engine: str) -> None:
    """Choose an entity as the second engine of a resource's recognizer, or of its voice, by the form."""
    entities = await connection.call("config/entity_registry/list")
    (registry_id,) = (entity["id"] for entity in entities if entity["entity_id"] == engine)
    subentry_id = await connection.subentry(entry_id, kind)
    await home.reconfigure(entry_id, subentry_id, kind, second_engine=registry_id)
