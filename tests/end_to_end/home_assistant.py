"""A real Home Assistant for the demo and the end-to-end tests: one `hass` process, and what a person does with it.

The process gets a folder of its own with the house of house/configuration.yaml, and listens on a free loopback
port. Everything after that goes over its public interfaces: the REST API and the WebSocket API, as in the browser.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
import json
from pathlib import Path
import re
import secrets
import shutil
import socket
import sys
from typing import Any, Self

import aiohttp

from .connection import Connection, HomeAssistantError
from .process import ROOT, Process

NAME = "Demo"
USERNAME = "demo"
PASSWORD = "demo"

_HOUSE = Path(__file__).parent / "house"
_INTEGRATION = ROOT / "custom_components" / "azure_speech_live"


class HomeAssistant:
    """A running Home Assistant, logged in as its owner."""

    def __init__(
        self, url: str, process: Process, session: aiohttp.ClientSession, start: Callable[[], Awaitable[Process]]
    ) -> None:
        self.url = url
        self.process = process
        self._session = session
        self._start = start

    @classmethod
    @asynccontextmanager
    async def run(cls, config: Path, environment: Mapping[str, str] | None = None) -> AsyncIterator[Self]:
        """Start Home Assistant on the folder `config`, and stop it when the block is left.

        What is in the folder already is added to the house: packages, custom components, media.
        """
        port = free_port()
        _furnish(config, port)
        hass = Path(sys.executable).with_name("hass")
        command = (hass, "--config", config, "--skip-pip", "--log-no-color")
        url = f"http://127.0.0.1:{port}"
        async with AsyncExitStack() as processes, aiohttp.ClientSession(url) as session:

            async def start() -> Process:
                process = await processes.enter_async_context(Process.run(*command, env=environment))
                await process.line(r"Home Assistant initialized in", within=120)
                return process

            self = cls(url, await start(), session, start)
            await self._create_owner()
            # Until someone has switched them, these lights know no state.
            await self.post("/api/services/light/turn_off", json={"entity_id": "all"})
            # Where speakers find it; by itself it would name an address that it does not listen on.
            async with self.connect() as connection:
                await connection.call("config/core/update", internal_url=url)
            yield self

    async def restart(self) -> None:
        """Stop Home Assistant, and start it again on the folder that it has left."""
        await self.process.stop()
        self.process = await self._start()

    async def _create_owner(self) -> None:
        """Create the account that the first page of a new Home Assistant asks for, and log in with it."""
        person = {"name": NAME, "username": USERNAME, "password": PASSWORD, "language": "en"}
        client = {"client_id": f"{self.url}/"}
        code = (await self.post("/api/onboarding/users", json={**person, **client}))["auth_code"]
        grant = {"grant_type": "authorization_code", "code": code, **client}
        token = await self.post("/auth/token", data=grant)
        self._session.headers["Authorization"] = f"Bearer {token['access_token']}"

    async def post(self, path: str, **request: Any) -> Any:
        """Send a POST request and return the answer's JSON. Raises HomeAssistantError unless it is a success."""
        async with self._session.post(path, **request) as response:
            await _check(response)
            return await response.json()

    async def fetch(self, path: str) -> AsyncGenerator[bytes]:
        """Send a GET request and yield the answer as it comes. Raises HomeAssistantError unless it is a success."""
        async with self._session.get(path) as response:
            await _check(response)
            async for piece in response.content.iter_any():
                yield piece

    async def delete(self, path: str) -> None:
        """Send a DELETE request. Raises HomeAssistantError unless it is a success."""
        async with self._session.delete(path) as response:
            await _check(response)

    async def add_integration(self, endpoint: str, key: str) -> dict[str, Any]:
        """Fill in the form of "Add integration". Return what follows: an entry, an abort, or the form with errors."""
        flow = await self.post("/api/config/config_entries/flow", json={"handler": "azure_speech_live"})
        step: dict[str, Any] = await self.post(
            f"/api/config/config_entries/flow/{flow['flow_id']}", json={"endpoint": endpoint, "api_key": key}
        )
        return step

    async def add_wyoming(self, port: int) -> str:
        """Add what speaks the Wyoming protocol at a port of loopback, a satellite or engines; return its entry's id."""
        flow = await self.post("/api/config/config_entries/flow", json={"handler": "wyoming"})
        step = await self.post(
            f"/api/config/config_entries/flow/{flow['flow_id']}", json={"host": "127.0.0.1", "port": port}
        )
        return str(step["result"]["entry_id"])

    async def add_subentry(self, entry_id: str, kind: str, **settings: Any) -> None:
        """Add a recognizer, translator or voice by its form; what is not given is as the form suggests.

        Raises HomeAssistantError if the form does not ask for one of the settings, or does not accept it.
        """
        await self._fill_in({"handler": [entry_id, kind]}, settings)

    async def reconfigure(self, entry_id: str, subentry_id: str, kind: str, **changes: Any) -> None:
        """Change settings of a recognizer, translator or voice by its form; the others stay.

        Raises HomeAssistantError if the form does not ask for one of them, or does not accept it.
        """
        await self._fill_in({"handler": [entry_id, kind], "subentry_id": subentry_id}, changes)

    async def _fill_in(self, flow: dict[str, Any], settings: dict[str, Any]) -> None:
        flows = "/api/config/config_entries/subentries/flow"
        step = await self.post(flows, json=flow)
        left = dict(settings)
        kind = flow["handler"][1]
        while step["type"] == "form":
            filled = _filled_in(step["data_schema"], left)
            step = await self.post(f"{flows}/{step['flow_id']}", json=filled)
            if step.get("errors"):
                raise HomeAssistantError(f"{kind}: {step['errors']}")
        if left:
            raise HomeAssistantError(f"{kind}: nothing asks for {', '.join(left)}")

    async def remove_integration(self, entry_id: str) -> None:
        """Delete a config entry."""
        await self.delete(f"/api/config/config_entries/entry/{entry_id}")

    async def log(self) -> list[str]:
        """Return the log until now. Home Assistant writes it with a delay: a line of our own tells when it is there."""
        mark = secrets.token_hex(8)
        await self.post("/api/services/system_log/write", json={"message": mark, "level": "info"})
        await self.process.line(mark)
        return list(self.process.lines)

    async def partial_transcripts(self) -> AsyncGenerator[str]:
        """Yield the partial transcripts of the next phrase.

        They come out of Home Assistant's debug log: its pipeline does not hand them on, though its STT entities may
        give them since 2026.11.
        """
        async for line in self.process.follow(len(self.process.lines)):
            if match := re.search(
                r"\[custom_components\.azure_speech_live\.hearing_entity\] (partial|phrase): (.*)", line
            ):
                if match[1] == "phrase":
                    return
                yield match[2]

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Connection]:
        """Open a WebSocket API connection."""
        async with self._session.ws_connect("/api/websocket", max_msg_size=0) as websocket:
            connection = Connection(websocket)
            await connection.authenticate(self._session.headers["Authorization"].removeprefix("Bearer "))
            receiver = asyncio.create_task(connection.receive())
            try:
                yield connection
            finally:
                receiver.cancel()


async def _check(response: aiohttp.ClientResponse) -> None:
    if not response.ok:
        raise HomeAssistantError(f"{response.url.path}: {response.status} {await response.text()}")


def _filled_in(schema: list[dict[str, Any]], changes: dict[str, Any]) -> dict[str, Any]:
    """Return a form's input: what it suggests, with changes, of which those are left that it does not ask for."""
    filled: dict[str, Any] = {}
    for field in schema:
        name = field["name"]
        if field.get("type") == "expandable":
            filled[name] = _filled_in(field["schema"], changes)
        elif name in changes:
            filled[name] = changes.pop(name)
        elif "suggested_value" in (field.get("description") or {}):
            filled[name] = field["description"]["suggested_value"]
        elif "default" in field:
            filled[name] = field["default"]
    return filled


def free_port() -> int:
    """Return a port of loopback on which nobody listens.

    It is none of those that the system takes for connections: one of them could have it before we listen there.
    """
    while True:
        port = 20000 + secrets.randbelow(12000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _furnish(config: Path, port: int) -> None:
    """Fill a new configuration folder."""
    shutil.copytree(_HOUSE, config, dirs_exist_ok=True)
    shutil.copytree(
        _INTEGRATION, config / "custom_components" / _INTEGRATION.name, ignore=shutil.ignore_patterns("__pycache__")
    )

    # Of the welcome pages only the first is left, the owner's account; the others ask about the world outside.
    _store(config, "onboarding", 4, {"done": ["core_config", "analytics", "integration"]})
    store_address(config, port)


def store_address(config: Path, port: int) -> None:
    """Have Home Assistant listen at a port of loopback.

    It cannot be told in YAML any more: that would be on trial for five minutes, and then undone.
    """
    address = {
        "server_host": ["127.0.0.1"],
        "server_port": port,
        "cors_allowed_origins": [],
        "ip_ban_enabled": True,
        "login_attempts_threshold": -1,
        "ssl_profile": "intermediate_v6",
        "use_x_frame_options": True,
        "created_at": datetime.now(UTC).isoformat(),
        "error": None,
        "error_message": None,
    }
    _store(config, "http", 3, {"stable": address, "pending": None, "yaml_migration_done": True})


def _store(config: Path, key: str, version: int, data: dict[str, Any]) -> None:
    storage = config / ".storage"
    storage.mkdir(exist_ok=True)
    content = {"version": version, "minor_version": 1, "key": key, "data": data}
    (storage / key).write_text(json.dumps(content))
