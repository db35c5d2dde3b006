"""The floor: the same messages, made beforehand, over a bare WebSocket of aiohttp.

Whatever is slower than this is the contender's own; what is in this is aiohttp's, Python's and the machine's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
import json
from typing import Final, override
from uuid import uuid4

import aiohttp

from tests.benchmarks.command import Command
from tests.speech_service import KEY
from tests.speech_service.framing import encode_binary, encode_text
from tests.speech_service.wav import BYTES_PER_SECOND, riff_header

from .worker import FRAME, NOISE, Contender, Utterance, serve

PATH: Final = "/speech/recognition/interactive/cognitiveservices/v1?language=en-US&format=simple"
TIMESTAMP: Final = "2026-11-01T00:00:00.000Z"
SMALL_FRAME: Final = 640
"""Bytes of audio that are worth a message while one speaks alone."""


class Script:
    """The messages of one utterance, with the audio cut as our client cuts it (see speech/flow.py)."""

    def __init__(self, command: Command) -> None:
        """Make them."""
        request = {"X-RequestId": uuid4().hex, "X-Timestamp": TIMESTAMP}
        context = {"phraseDetection": {"language": "en-US", "mode": "Interactive"}, "phraseOutput": {}}
        self.context = encode_text({"Path": "speech.context", **request}, context)
        self.header = encode_binary({"Path": "audio", **request, "Content-Type": "audio/x-wav"}, riff_header())
        self.frames = {
            end: encode_binary({"Path": "audio", **request}, NOISE[begin:end]) for begin, end in _cuts(command)
        }
        """By where in the audio they end."""
        self.end = encode_binary({"Path": "audio", **request}, b"")


def _cuts(command: Command) -> Iterator[tuple[int, int]]:
    """Yield where the audio of each message begins and ends."""
    least = min(FRAME, SMALL_FRAME * command.streams)
    size = int(command.seconds * BYTES_PER_SECOND)
    begin, there = 0, min(command.first, size)
    while begin < size:
        while there - begin >= least or (there == size and begin < size):
            end = min(begin + FRAME, there)
            yield begin, end
            begin = end
        there = min(there + command.packet, size)


class Floor(Contender):
    """Sends scripts."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Begin with no connection."""
        self._session = session
        self._idle: dict[int, list[aiohttp.ClientWebSocketResponse]] = {}
        self._scripts: list[Script] = []
        self._config = encode_text({"Path": "speech.config", "X-Timestamp": TIMESTAMP}, {"context": {}})

    @override
    async def prepare(self, command: Command) -> None:
        self._scripts = [Script(command) for _ in range(command.streams)]
        idle = self._idle.setdefault(command.port, [])
        while command.fresh and idle:
            await idle.pop().close()
        while not command.fresh and len(idle) < command.streams:
            idle.append(await self._open(command.port))

    async def _open(self, port: int) -> aiohttp.ClientWebSocketResponse:
        headers = {"Ocp-Apim-Subscription-Key": KEY, "X-ConnectionId": uuid4().hex}
        socket: aiohttp.ClientWebSocketResponse = await self._session.ws_connect(
            f"http://127.0.0.1:{port}{PATH}", headers=headers
        )
        await socket.send_str(self._config)
        return socket

    @override
    async def speak(self, utterance: Utterance) -> None:
        idle = self._idle[utterance.command.port]
        script = self._scripts.pop()
        socket = idle.pop() if idle else await self._open(utterance.command.port)
        receiving = asyncio.create_task(self._receive(socket, utterance))
        await socket.send_str(script.context)
        await socket.send_bytes(script.header)
        heard = 0
        async for packet in utterance.microphone():
            heard += len(packet)
            for end in [end for end in script.frames if end <= heard]:
                await socket.send_bytes(script.frames.pop(end))
        await socket.send_bytes(script.end)
        await receiving
        if utterance.command.fresh:
            await socket.close()
        else:
            idle.append(socket)

    async def _receive(self, socket: aiohttp.ClientWebSocketResponse, utterance: Utterance) -> None:
        while True:
            message: str = (await socket.receive()).data
            if "Path:speech.hypothesis" in message:
                utterance.hypothesis(_body(message)["Text"])
            elif "Path:speech.phrase" in message:
                utterance.phrase(_body(message)["DisplayText"])
            elif "Path:turn.end" in message:
                return

    @override
    async def finish(self, command: Command) -> None:
        idle = self._idle[command.port]
        while len(idle) > 1:
            await idle.pop().close()


def _body(message: str) -> dict[str, str]:
    body: dict[str, str] = json.loads(message.partition("\r\n\r\n")[2])
    return body


@asynccontextmanager
async def make() -> AsyncIterator[Floor]:
    """Make it."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        yield Floor(session)


if __name__ == "__main__":
    serve(make)
