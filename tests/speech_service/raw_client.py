"""A client that says exactly what a test tells it, right or wrong, and understands only what it must."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
import json
import re
import ssl as tls
from typing import Any, Final
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from .service import KEY
from .wav import riff_header

INTERACTIVE: Final = "/speech/recognition/interactive/cognitiveservices/v1?language=en-US"
CONVERSATION: Final = "/speech/recognition/conversation/cognitiveservices/v1?language=en-US"
DICTATION: Final = "/speech/recognition/dictation/cognitiveservices/v1?language=en-US"
UNIVERSAL: Final = "/stt/speech/universal/v2"
TRANSLATION: Final = "/speech/translation/cognitiveservices/v1?from=en-US&to=de"

WAV: Final = {"Content-Type": "audio/x-wav"}
_NAMES: Final = {name.lower(): name for name in ("Path", "X-RequestId", "Content-Type", "X-StreamId")}
CONFIG: Final = {"context": {"system": {"version": "1"}}}

Received = tuple[dict[str, str], Any]
"""A message of the service: headers, and JSON or bytes."""


class RawClient:
    """One WebSocket connection. `request_id` is the current turn's."""

    def __init__(self, websocket: ClientConnection) -> None:
        """Take an open WebSocket."""
        self.websocket = websocket
        self.request_id = uuid4().hex
        self.raw: list[str | bytes] = []
        """What came, as it was on the wire."""

    def headers(self, path: str, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the headers that every message has, and more."""
        always = {"Path": path, "X-RequestId": self.request_id, "X-Timestamp": "2026-11-22T12:44:42.886Z"}
        return always | dict(more or {})

    async def send_text(self, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> None:
        """Send a text message with the usual headers; a `body` that is not text is sent as JSON."""
        text = body if isinstance(body, str) else json.dumps(body)
        await self.websocket.send(_lines(self.headers(path, headers)) + "\r\n" + text)

    async def send_audio(self, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Send an audio message with the usual headers."""
        await self.websocket.send(binary(_lines(self.headers("audio", headers)), body))

    async def configure(self) -> None:
        """Send speech.config."""
        await self.send_text("speech.config", CONFIG)

    async def begin(self, context: object = None, *, request_id: str | None = None) -> None:
        """Begin a turn: speech.context and the RIFF header."""
        self.request_id = request_id or uuid4().hex
        await self.send_text("speech.context", {} if context is None else context)
        await self.send_audio(riff_header(), WAV)

    async def speak(self, pcm: bytes, size: int = 3200) -> None:
        """Send audio in messages of a size in bytes."""
        for at in range(0, len(pcm), size):
            await self.send_audio(pcm[at : at + size])

    async def end_audio(self) -> None:
        """Send the end of the audio."""
        await self.send_audio(b"")

    async def receive(self) -> Received:
        """Return the next message."""
        data = await self.websocket.recv()
        self.raw.append(data)
        if isinstance(data, bytes):
            end = 2 + int.from_bytes(data[:2], "big")
            return _fields(data[2:end].decode()), data[end:]
        head, body = re.split(r"\r?\n\r?\n", data, maxsplit=1)
        return _fields(head), json.loads(body) if body else None

    async def until(self, path: str) -> list[Received]:
        """Return the messages up to the next one with a path, that one included."""
        received = [await self.receive()]
        while received[-1][0]["Path"] != path:
            received.append(await self.receive())
        return received

    async def answer(self) -> list[Received]:
        """Return the rest of the turn's messages."""
        return await self.until("turn.end")

    async def recognize(self, pcm: bytes, context: object = None) -> list[Received]:
        """Run a whole turn."""
        await self.begin(context)
        await self.speak(pcm)
        await self.end_audio()
        return await self.answer()

    async def closed(self) -> tuple[int | None, str | None]:
        """Wait until the service closes the connection; return its code and reason (1006 if it just broke)."""
        try:
            while True:
                await self.websocket.recv()
        except ConnectionClosed:
            return self.websocket.close_code, self.websocket.close_reason


def paths(received: list[Received]) -> list[str]:
    """Return the paths of messages."""
    return [headers["Path"] for headers, _ in received]


def bodies(received: list[Received], path: str) -> list[Any]:
    """Return the bodies of the messages with a path."""
    return [body for headers, body in received if headers["Path"] == path]


def binary(head: str, body: bytes) -> bytes:
    """Return a binary message with these headers."""
    return len(head.encode()).to_bytes(2, "big") + head.encode() + body


def _fields(head: str) -> dict[str, str]:
    return {
        _NAMES.get(name.lower(), name): value
        for name, value in (line.split(":", 1) for line in head.splitlines() if line)
    }


def _lines(headers: Mapping[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())


def usual_headers() -> dict[str, str]:
    """Return the headers of an upgrade request that is in order."""
    return {"Ocp-Apim-Subscription-Key": KEY, "X-ConnectionId": uuid4().hex}


@asynccontextmanager
async def connected(
    url: str,
    target: str = INTERACTIVE,
    headers: Mapping[str, str] | None = None,
    *,
    configure: bool = True,
    ssl: tls.SSLContext | None = None,
) -> AsyncIterator[RawClient]:
    """Connect to a service, with credentials, and send speech.config unless told not to."""
    additional = usual_headers() if headers is None else headers
    async with connect(
        url + target, additional_headers=additional, ssl=ssl, close_timeout=1, max_size=None
    ) as websocket:
        client = RawClient(websocket)
        if configure:
            await client.configure()
        yield client
