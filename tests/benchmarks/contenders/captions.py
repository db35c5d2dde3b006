"""Live captions: an app that gives a microphone's audio to a Home Assistant, over its WebSocket API.

It is a process of its own, so that what it costs is not taken for Home Assistant's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, override

import aiohttp

from .worker import Contender, Utterance, serve


class Captions(Contender):
    """Each utterance is an app, with a connection of its own."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Begin before the login."""
        self._session = session
        self._token = ""

    async def log_in(self, token: str) -> None:
        """Take the token with which to talk to Home Assistant."""
        self._token = token

    @override
    async def speak(self, utterance: Utterance) -> None:
        url = f"http://127.0.0.1:{utterance.command.port}/api/websocket"
        async with self._session.ws_connect(url) as socket:
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": self._token})
            await socket.receive_json()
            await socket.send_json({"id": 1, "type": "azure_speech_live/recognize", "language": "en-US"})
            await socket.receive_json()
            start = (await socket.receive_json())["event"]
            listening = asyncio.create_task(_listen(socket, utterance))
            handler = bytes([start["binary_handler_id"]])
            async for packet in utterance.microphone():
                await socket.send_bytes(handler + packet)
            await socket.send_bytes(handler)
            await listening


async def _listen(socket: aiohttp.ClientWebSocketResponse, utterance: Utterance) -> None:
    while True:
        event: dict[str, Any] = (await socket.receive_json())["event"]
        if event["type"] == "hypothesis":
            utterance.hypothesis(event["text"])
        elif event["type"] == "phrase":
            utterance.phrase(event["text"])
        elif event["type"] == "end":
            return
        else:
            raise RuntimeError(f"captions: {event}")


@asynccontextmanager
async def make() -> AsyncIterator[Captions]:
    """Make it."""
    async with aiohttp.ClientSession() as session:
        yield Captions(session)


if __name__ == "__main__":
    serve(make)
