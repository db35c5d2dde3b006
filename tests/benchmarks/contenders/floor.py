"""The floor: what any client of the protocol must do, and no more, over a bare WebSocket of aiohttp.

The messages are ours, in number and in size (see recognition/flow.py, wire/messages.py of the client): each has its own
time, audio is kept until it is enough for a message, what the service says is read, and told of in a telemetry message
at the end. Whatever is slower than this is the contender's own; what is in this is aiohttp's, Python's and the
machine's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
import json
from typing import Any, Final, override
from uuid import uuid4

import aiohttp

from tests.benchmarks.command import Command
from tests.speech_service import KEY
from tests.speech_service.framing import encode_text
from tests.speech_service.wav import riff_header

from .worker import FRAME, Contender, Utterance, serve

PATH: Final = "/speech/recognition/interactive/cognitiveservices/v1?language=en-US&format=simple"
SMALL_FRAME: Final = 640
"""Bytes of audio that are worth a message while one speaks alone."""
JSON_TYPE: Final = {"Content-Type": "application/json; charset=utf-8"}
CONFIG: Final = {
    "context": {
        "system": {"name": "AzureSpeechLive", "version": "1", "build": "Python", "lang": "Python"},
        "os": {"platform": "Python", "name": "Python", "version": "3"},
        "device": {"manufacturer": "Unknown", "model": "Unknown", "version": "Unknown"},
        "audio": {"source": {"type": "Stream", "samplerate": 16000, "bitspersample": 16, "channelcount": 1}},
    }
}
CONTEXT: Final = {
    "phraseDetection": {"mode": "Interactive", "enrichment": {}, "language": "en-US"},
    "phraseOutput": {},
}


def timestamp() -> str:
    """Return the time as a message says it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


class Turn:
    """The messages of one utterance."""

    def __init__(self) -> None:
        """Begin now."""
        self._id = uuid4().hex
        self._head = f"Path:audio\r\nX-RequestId:{self._id}\r\nX-Timestamp:"
        self._began = timestamp()
        self._received: dict[str, list[str]] = {}

    def json(self, path: str, body: object) -> str:
        """Return a text message."""
        return encode_text({"Path": path, "X-RequestId": self._id, "X-Timestamp": timestamp(), **JSON_TYPE}, body)

    def audio(self, body: bytes | bytearray, more: str = "") -> bytes:
        """Return an audio message."""
        head = f"{self._head}{timestamp()}\r\n{more}".encode()
        return b"".join((len(head).to_bytes(2), head, body))

    def note(self, message: str) -> tuple[str, str]:
        """Note a message of the service; return its path and its body."""
        head, _, body = message.partition("\r\n\r\n")
        headers = dict(line.split(":", maxsplit=1) for line in head.split("\r\n"))
        path = headers["Path"]
        self._received.setdefault(path, []).append(timestamp())
        return path, body

    def telemetry(self, connection: dict[str, Any]) -> str:
        """Return what the protocol wants to be told when the turn has ended."""
        received = [{path: times} for path, times in self._received.items()]
        microphone = {"Name": "Microphone", "Start": self._began, "End": timestamp()}
        return self.json("telemetry", {"ReceivedMessages": received, "Metrics": [connection, microphone]})


class Floor(Contender):
    """Sends turns. As our client it keeps one connection, and closes the others when their turns are over."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Begin with no connection."""
        self._session = session
        self._idle: dict[int, list[aiohttp.ClientWebSocketResponse]] = {}

    @override
    async def prepare(self, command: Command) -> None:
        idle = self._idle.setdefault(command.port, [])
        while command.fresh and idle:
            await idle.pop().close()
        while not command.fresh and len(idle) < command.streams:
            idle.append((await self._open(command.port))[0])

    async def _open(self, port: int) -> tuple[aiohttp.ClientWebSocketResponse, dict[str, str]]:
        began, connection_id = timestamp(), uuid4().hex
        headers = {"Ocp-Apim-Subscription-Key": KEY, "X-ConnectionId": connection_id}
        socket: aiohttp.ClientWebSocketResponse = await self._session.ws_connect(
            f"http://127.0.0.1:{port}{PATH}", headers=headers
        )
        await socket.send_str(encode_text({"Path": "speech.config", "X-Timestamp": timestamp(), **JSON_TYPE}, CONFIG))
        return socket, {"Name": "Connection", "Id": connection_id, "Start": began, "End": timestamp()}

    @override
    async def speak(self, utterance: Utterance) -> None:
        command, idle = utterance.command, self._idle[utterance.command.port]
        least = min(FRAME, SMALL_FRAME * command.streams)
        turn = Turn()
        socket, connection = (idle.pop(), {}) if idle else await self._open(command.port)
        receiving = asyncio.create_task(self._receive(socket, utterance, turn))
        await socket.send_str(turn.json("speech.context", CONTEXT))
        await socket.send_bytes(turn.audio(riff_header(), "Content-Type:audio/x-wav\r\n"))
        audio = bytearray()
        async for packet in utterance.microphone():
            audio += packet
            while len(audio) >= least:
                await socket.send_bytes(turn.audio(audio[:FRAME]))
                del audio[:FRAME]
        if audio:
            await socket.send_bytes(turn.audio(audio))
        await socket.send_bytes(turn.audio(b""))
        await receiving
        await socket.send_str(turn.telemetry(connection))
        idle.append(socket)
        while command.fresh and len(idle) > 1:
            await idle.pop(0).close()

    async def _receive(self, socket: aiohttp.ClientWebSocketResponse, utterance: Utterance, turn: Turn) -> None:
        path = ""
        while path != "turn.end":
            path, body = turn.note((await socket.receive()).data)
            if path == "speech.hypothesis":
                utterance.hypothesis(json.loads(body)["Text"])
            elif path == "speech.phrase":
                utterance.phrase(json.loads(body)["DisplayText"])

    @override
    async def finish(self, command: Command) -> None:
        idle = self._idle[command.port]
        while len(idle) > 1:
            await idle.pop().close()

    async def close(self) -> None:
        """End all."""
        for idle in self._idle.values():
            while idle:
                await idle.pop().close()


@asynccontextmanager
async def make() -> AsyncIterator[Floor]:
    """Make it."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        floor = Floor(session)
        yield floor
        await floor.close()


if __name__ == "__main__":
    serve(make)
