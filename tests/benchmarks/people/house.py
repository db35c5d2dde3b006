"""Where recordings are played: a Home Assistant with a pipeline for each way to end a command, before the stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from tests.end_to_end.connection import Connection
from tests.end_to_end.home_assistant import HomeAssistant
from tests.speech_service import KEY, SpeechService
from tests.speech_service.engines.known import Known

from .spoken import Spoken


class Way(StrEnum):
    """The ways to end a command, as the tables call them."""

    TODAY = "Service or Home Assistant, whichever first"
    HOME_ASSISTANT = "Home Assistant alone"
    BY_COMMAND = "When the command is complete"


SETTINGS: Final[Mapping[Way, Mapping[str, Any]]] = {
    Way.TODAY: {"end_of_speech": "first", "by_command": False},
    Way.HOME_ASSISTANT: {"end_of_speech": "home_assistant"},
    Way.BY_COMMAND: {"end_of_speech": "first", "by_command": True},
}
"""Of the recognizers. The service's own silence is half a second."""


@dataclass
class House:
    """A home in which one can be heard."""

    home: HomeAssistant
    satellites: list[dict[Way, str]]
    """The pipelines of each. Each has a resource of its own: of several commands at a time, one sends larger pieces."""


@asynccontextmanager
async def house(spoken: Spoken, satellites: int) -> AsyncIterator[House]:
    """Run a home that understands what is spoken, until the block is left."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="azure-speech-live-")))
        _furnish(folder, spoken)
        known = Known(spoken.recordings)
        services = [await stack.enter_async_context(SpeechService(known, remember=False)) for _ in range(satellites)]
        home = await stack.enter_async_context(HomeAssistant.run(folder))
        await home.post("/api/services/logger/set_level", json={"custom_components.azure_speech_live": "warning"})
        async with home.connect() as connection:
            yield House(home, [await _pipelines(home, connection, service.url) for service in services])


async def _pipelines(home: HomeAssistant, connection: Connection, url: str) -> dict[Way, str]:
    """Add a resource; return a pipeline for each way to end a command."""
    entry_id = (await home.add_integration(url, KEY))["result"]["entry_id"]
    pipelines = {}
    for way, settings in SETTINGS.items():
        before = await _recognizers(connection)
        await home.add_subentry(entry_id, "recognizer", **settings)
        while not (added := await _recognizers(connection) - before):
            pass  # it goes on behind the form
        pipelines[way] = await connection.create_pipeline(entry_id, stt_engine=added.pop())
    return pipelines


def _furnish(folder: Path, spoken: Spoken) -> None:
    """Fill a configuration folder. JSON is YAML."""
    for name, content in (
        ("custom_sentences/en/spoken.yaml", spoken.sentences),
        ("packages/spoken.yaml", {"intent_script": dict(spoken.intents)}),
    ):
        if content:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(json.dumps(content), encoding="utf-8")


async def _recognizers(connection: Connection) -> set[str]:
    entities = await connection.call("config/entity_registry/list")
    return {str(entity["entity_id"]) for entity in entities if entity["entity_id"].startswith("stt.")}
