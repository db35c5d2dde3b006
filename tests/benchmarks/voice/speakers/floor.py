"""The floor: premade messages over a bare WebSocket of aiohttp, and nothing that the protocol does not ask for.

It knows the text beforehand, so that it looks for no sentences: the first one is asked for at the moment at which it is
known to be over, and with each further turn whatever sentences are written by then. Of what the service says only audio
and ends are looked at.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from itertools import accumulate
from typing import Any, Final, override
from uuid import uuid4

import aiohttp

from tests.benchmarks.clock import now, until
from tests.benchmarks.contenders.floor import JSON_TYPE, timestamp
from tests.benchmarks.contenders.worker import serve
from tests.benchmarks.voice.request import SENTENCES, Request
from tests.speech_service import KEY
from tests.speech_service.framing import encode_text
from tests.speech_service.synthesis.asking import SSML_HEADERS, ssml

from .client import OPTIONS
from .speaker import Answer, Speaker

PATH: Final = "/cognitiveservices/websocket/v1"


class Floor(Speaker):
    """Keeps one connection, and closes the others when their answers are over, as our client does."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Begin with no connection."""
        self._session = session
        self._idle: dict[int, list[aiohttp.ClientWebSocketResponse]] = {}

    @override
    async def prepare(self, request: Request) -> None:
        idle = self._idle.setdefault(request.port, [])
        if request.fresh:
            await self.close(request.port)
        elif not idle:
            idle.append(await self._open(request))

    async def _open(self, request: Request) -> aiohttp.ClientWebSocketResponse:
        headers = {"Ocp-Apim-Subscription-Key": KEY, "X-ConnectionId": uuid4().hex}
        socket: aiohttp.ClientWebSocketResponse = await self._session.ws_connect(request.url + PATH, headers=headers)
        await socket.send_str(_message("speech.config", JSON_TYPE, OPTIONS.config()))
        return socket

    @override
    async def speak(self, answer: Answer) -> None:
        idle = self._idle[answer.request.port]
        socket = idle.pop() if idle else await self._open(answer.request)
        written = [answer.begins + int(at * 1e9) for at in _written(answer.request)]
        try:
            spoken = 0
            while spoken < len(SENTENCES):
                await until(written[spoken])
                ready = sum(1 for at in written if at <= now()) if spoken else 1
                await self._turn(socket, answer, " ".join(SENTENCES[spoken:ready]))
                spoken = ready
        except BaseException:
            await socket.close()
            raise
        if idle:
            await socket.close()
        else:
            idle.append(socket)

    async def _turn(self, socket: aiohttp.ClientWebSocketResponse, answer: Answer, text: str) -> None:
        request_id = {"X-RequestId": uuid4().hex}
        await socket.send_str(_message("synthesis.context", request_id | JSON_TYPE, OPTIONS.context()))
        await socket.send_str(_message("ssml", request_id | SSML_HEADERS, ssml(text)))
        while True:
            data: Any = (await socket.receive()).data
            if isinstance(data, bytes):
                answer.hear(data[2 + int.from_bytes(data[:2]) :])
            elif "Path:turn.end" in data:
                return

    async def close(self, *ports: int) -> None:
        """Close the connections to some ports, or to all."""
        for port in ports or self._idle:
            while self._idle[port]:
                await self._idle[port].pop().close()


def _written(request: Request) -> Iterable[float]:
    """Return when each sentence is known to be over, in seconds after the first delta."""
    sizes = accumulate(len(sentence) + 1 for sentence in SENTENCES)
    return (request.written_at(size - 1) for size in sizes)


def _message(path: str, headers: Mapping[str, str], body: object) -> str:
    return encode_text({"Path": path, "X-Timestamp": timestamp(), **headers}, body)


@asynccontextmanager
async def make() -> AsyncIterator[Floor]:
    """Make it."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        floor = Floor(session)
        yield floor
        await floor.close()


if __name__ == "__main__":
    serve(make, Request)
