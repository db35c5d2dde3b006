"""A dashboard on Home Assistant's WebSocket: a microphone and a screen."""

import asyncio
from collections.abc import Mapping
import logging
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket, WebSocketGenerator

from custom_components.azure_speech_live.const import DOMAIN


class Dashboard:
    """A microphone and a screen on a WebSocket."""

    def __init__(self, socket: MockHAClientWebSocket) -> None:
        """Begin without a command."""
        self.socket = socket
        self.command = 0
        self.start: dict[str, Any] = {}
        self.handler = b""

    async def begin(self, command: str, **options: Any) -> None:
        """Send a command, and wait until it wants audio."""
        result = await self.ask(f"{DOMAIN}/{command}", **options)
        assert result["success"], result
        self.command = result["id"]
        self.start = await self.next()
        assert self.start["type"] == "start"
        self.handler = bytes([self.start["binary_handler_id"] or 0])

    async def refused(self, command: str, **options: Any) -> dict[str, Any]:
        """Send a command that is refused, and return why."""
        result = await self.ask(f"{DOMAIN}/{command}", **options)
        assert not result["success"]
        error: dict[str, Any] = result["error"]
        return error

    async def ask(self, command: str, **options: Any) -> dict[str, Any]:
        """Send a command, and return its result."""
        await self.socket.send_json_auto_id({"type": command, **options})
        result: dict[str, Any] = await self.socket.receive_json()
        return result

    async def speak(self, audio: bytes, *, end: bool = True) -> None:
        """Send audio in messages of an odd size, and the end of it."""
        for start in range(0, len(audio), 2047):
            await self.socket.send_bytes(self.handler + audio[start : start + 2047])
        if end:
            await self.socket.send_bytes(self.handler)

    async def next(self) -> dict[str, Any]:
        """Return the next event."""
        async with asyncio.timeout(20):
            message = await self.socket.receive_json()
        assert message["type"] == "event", message
        event: dict[str, Any] = message["event"]
        return event

    async def events(self) -> list[dict[str, Any]]:
        """Return all events to the end, or to an error."""
        events = [await self.next()]
        while events[-1]["type"] not in ("end", "error"):
            events.append(await self.next())
        return events


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the errors in the log."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


def of(kind: str, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the events of a type."""
    return [event for event in events if event["type"] == kind]


async def user_dashboard(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, entities: Mapping[str, Any]
) -> Dashboard:
    """Open the dashboard of a new user, who may do something with some entities."""
    user = MockUser().add_to_hass(hass)
    user.mock_policy({"entities": {"entity_ids": dict(entities)}})
    token = await hass.auth.async_create_refresh_token(user, "https://example.com/")
    return Dashboard(await hass_ws_client(hass, hass.auth.async_create_access_token(token)))
