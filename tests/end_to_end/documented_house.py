"""A house with all examples of the documentation in its configuration, and with what they act on."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, aclosing
import json
from pathlib import Path
import secrets
import shutil
from typing import Any, Self
from urllib.parse import urlsplit

from .home_assistant import HomeAssistant
from .microphone import record, spoken
from .process import ROOT, Process
from .stand_in import stand_in
from .translation import SPEAKER

SAID = "Turn on the kitchen light."
RECORDING = "www/recording.wav"  # in a folder that is on the allow-list by itself

_CONFIG = "/api/config/config_entries"
_FURNITURE = Path(__file__).parent / "documented"
_MEDIA = "media-source://media_source/local/"  # which is in another place where Home Assistant runs in a container
_CAMERA = "media-source://camera/camera.door"  # there is none; a recording is in its place
_DOCUMENTED_RECORDINGS = ("dinner.m4a", "who_is_there.m4a")
_ENTITIES = {
    "stt.azure_speech": "stt.",
    "sensor.azure_speech_westeurope_failures_this_month": "_failures_this_month",
    "sensor.azure_speech_westeurope_used_of_the_monthly_limit": "_used_of_the_monthly_limit",
    "select.kitchen_satellite_assistant": "select.kitchen_assistant",
}
"""Entities of the integration as the documentation calls them, and how they are known before they are renamed."""


def furnish(config: Path, packages: list[dict[str, Any]]) -> None:
    """Fill the configuration's folder with what is not in every house of ours, and with packages of examples."""
    shutil.copytree(_FURNITURE, config, dirs_exist_ok=True)
    shutil.copytree(ROOT / "blueprints", config / "blueprints")
    recording = config / RECORDING
    recording.parent.mkdir()
    record(spoken(SAID), recording)
    for documented in _DOCUMENTED_RECORDINGS:
        shutil.copy(recording, recording.with_name(documented))
    for number, package in enumerate(packages):
        text = json.dumps(package).replace(_MEDIA, f"{recording.parent}/").replace(_CAMERA, str(recording))
        (config / "packages" / f"example_{number}.yaml").write_text(text)


class House:
    """Home Assistant with all examples in it, the Speech service, and what the examples have done."""

    def __init__(self, home: HomeAssistant, config: Path) -> None:
        self.home = home
        self.config = config
        self.recording = str(config / RECORDING)
        self.entry_id = ""
        self.log: list[str] = []
        """What was logged before a restart."""
        self._key = secrets.token_hex(16)
        self._port = 0
        self._service: Process
        self._services = AsyncExitStack()
        self._eyes = AsyncExitStack()
        self._seen: list[dict[str, Any]] = []
        self._states: dict[str, dict[str, Any]] = {}
        self._news = asyncio.Condition()

    async def __aenter__(self) -> Self:
        """Connect to Home Assistant, and take note of what is done there."""
        self.connection = await self._eyes.enter_async_context(self.home.connect())
        for event_type in ("state_changed", "call_service", "settled"):
            self._eyes.push_async_callback(_end, asyncio.create_task(self._follow(event_type)))
        await asyncio.sleep(0)  # the subscriptions come before
        self._states = {state["entity_id"]: state for state in await self.connection.call("get_states")}
        return self

    async def __aexit__(self, *_: object) -> None:
        """Look no more, and end the service."""
        await self._eyes.aclose()
        await self._services.aclose()

    async def restart(self) -> None:
        """Restart Home Assistant."""
        self.log += await self.home.log()
        await self._eyes.aclose()
        await self.home.restart()
        await self.__aenter__()

    async def move_in(self) -> None:
        """Add the resource and what its examples need of it, by the names of the documentation."""
        self.entry_id = (await self.home.add_integration(await self.serve(), self._key))["result"]["entry_id"]
        flow = await self.home.post(f"{_CONFIG}/options/flow", json={"handler": self.entry_id})
        limit = {"monthly_limit": 0.1, "pricing_tier": "unknown"}
        await self.home.post(f"{_CONFIG}/options/flow/{flow['flow_id']}", json=limit)
        pipeline = await self.connection.create_pipeline(self.entry_id)
        (made,) = [
            made
            for made in (await self.connection.call("assist_pipeline/pipeline/list"))["pipelines"]
            if made.pop("id") == pipeline
        ]
        for assistant in ("Azure", "Local"):
            await self.connection.call("assist_pipeline/pipeline/create", **made | {"name": assistant})
        for device in ("kitchen", "door"):
            form = await self.home.post(f"{_CONFIG}/subentries/flow", json={"handler": [self.entry_id, "microphone"]})
            answers = {"name": device.title(), "device": device, "start": "button", "media_player": SPEAKER}
            await self.home.post(f"{_CONFIG}/subentries/flow/{form['flow_id']}", json=answers)
            await self.state(f"assist_satellite.{device}", "idle".__eq__)
        for entity in await self.connection.call("config/entity_registry/list"):
            for documented, known in _ENTITIES.items():
                if known in entity["entity_id"] and entity["config_entry_id"] == self.entry_id:
                    await self.connection.call(
                        "config/entity_registry/update", entity_id=entity["entity_id"], new_entity_id=documented
                    )

    async def _follow(self, event_type: str) -> None:
        async with aclosing(self.connection.subscribe("subscribe_events", event_type=event_type)) as events:
            async for event in events:
                async with self._news:
                    if event_type == "state_changed":
                        self._states[event["data"]["entity_id"]] = event["data"]["new_state"] or {"state": ""}
                    else:
                        self._seen.append(event)
                    self._news.notify_all()

    async def until(self, is_wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return an event's data as soon as there is one that is wanted. It counts no more then."""
        async with asyncio.timeout(30), self._news:
            while not (found := next(filter(is_wanted, self._seen), None)):
                await self._news.wait()
            self._seen.remove(found)
            return dict(found["data"])

    async def done(self, action: str, **data: str) -> dict[str, Any]:
        """Wait until an action was called with this data, and perhaps more. Return all of it."""

        def is_wanted(event: dict[str, Any]) -> bool:
            return _called(event) == action and data.items() <= _flat(event["data"]["service_data"]).items()

        return dict((await self.until(is_wanted))["service_data"])

    async def state(self, entity_id: str, is_wanted: Callable[[str], bool]) -> str:
        """Wait until an entity is in a state, and return that."""
        async with asyncio.timeout(60), self._news:
            while not is_wanted(state := self._states.get(entity_id, {}).get("state", "")):
                await self._news.wait()
            return str(state)

    def states(self) -> set[str]:
        """Return the entities that there are."""
        return {entity_id for entity_id, state in self._states.items() if state["state"]}

    def triggered(self) -> dict[str, str]:
        """Return when each automation and each script did something last."""
        return {
            entity_id: state["attributes"]["last_triggered"]
            for entity_id, state in self._states.items()
            if entity_id.startswith(("automation.", "script.")) and entity_id != "automation.settled"
        }

    async def act(self, action: str, *, response: bool = False, **data: Any) -> Any:
        """Call an action, and wait for its end. Raises HomeAssistantError if it fails."""
        domain, service = action.split(".")
        answer = await self.connection.call(
            "call_service", domain=domain, service=service, service_data=data, return_response=response
        )
        await self.done(action)
        return answer.get("response")

    def forget(self) -> None:
        """Forget what has been done until now."""
        self._seen.clear()

    async def transcribe(self, recording: str) -> None:
        """Have a recording transcribed."""
        await self.act("azure_speech_live.transcribe", response=True, media=recording, language="en-US")

    async def file_closed(self, path: str) -> None:
        """Have a file written, as Home Assistant's folder watcher tells it."""
        await self.home.post("/api/events/folder_watcher", json={"event_type": "closed", "path": path})

    async def reload(self) -> None:
        """Reload all that an example waits for, and see everything come to rest."""
        await self.act("template.reload")
        await self.home.post(f"{_CONFIG}/entry/{self.entry_id}/reload")
        await self.settled()

    async def settled(self) -> None:
        """Wait until the recognizer has been back for a while."""
        await self.until(lambda event: event["event_type"] == "settled")

    async def serve(self) -> str:
        """Start the Speech service. Return its address, which stays the same."""
        url, self._service = await self._services.enter_async_context(
            stand_in(key=self._key, port=self._port, engines=("--say", SAID))
        )
        self._port = urlsplit(url).port or 0
        return url

    async def stop_serving(self) -> None:
        """Stop the Speech service."""
        await self._service.stop()


async def _end(task: asyncio.Task[None]) -> None:
    """End a task."""
    task.cancel()
    await asyncio.wait([task])


def _called(event: dict[str, Any]) -> str:
    """Return the action that an event tells of, "" if it is of something else."""
    return f"{event['data']['domain']}.{event['data']['service']}" if event["event_type"] == "call_service" else ""


def _flat(data: dict[str, Any]) -> dict[str, Any]:
    """Return an action's data with entities alone where there is but one."""
    return {key: value[0] if isinstance(value, list) and len(value) == 1 else str(value) for key, value in data.items()}
