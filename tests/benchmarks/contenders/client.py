"""Ours, the client by itself."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import override

import aiohttp

from custom_components.azure_speech_live.speech import (
    Credentials,
    Endpoint,
    Hypothesis,
    Mode,
    Phrase,
    RecognitionOptions,
    SpeechClient,
)
from tests.benchmarks.clock import Heard
from tests.benchmarks.command import Command
from tests.speech_service import KEY
from tests.speech_service.wav import BYTES_PER_SECOND

from .recordings import cost, hurried
from .worker import NOISE, Contender, Utterance, serve

OPTIONS = RecognitionOptions()
CHUNK = 8192
"""Bytes of a recording that come at a time, as from our decoder."""


class Client(Contender):
    """One client for all utterances to a port, as an integration has it."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Begin with no client."""
        self._session = session
        self._clients: dict[int, SpeechClient] = {}

    def _client(self, port: int) -> SpeechClient:
        if port not in self._clients:
            endpoint = Endpoint.from_url(f"ws://127.0.0.1:{port}")
            self._clients[port] = SpeechClient(self._session, endpoint, Credentials(key=KEY))
        return self._clients[port]

    @override
    async def prepare(self, command: Command) -> None:
        if command.fresh and (client := self._clients.pop(command.port, None)):
            await client.close()

    @override
    async def speak(self, utterance: Utterance) -> None:
        client = self._client(utterance.command.port)
        async with aclosing(client.recognize(utterance.microphone(), OPTIONS)) as events:
            async for event in events:
                match event:
                    case Hypothesis():
                        utterance.hypothesis(event.text)
                    case Phrase():
                        utterance.phrase(event.text)

    async def recording(self, port: int, seconds: int, pace: float) -> dict[str, float]:
        """Have a recording recognised, so many times as fast as in real time; return what it cost."""
        with hurried(pace):
            return await cost(self._recording(port, seconds * BYTES_PER_SECOND))

    async def _recording(self, port: int, size: int) -> None:
        heard = 0
        events = self._client(port).recognize(_recorded(size), RecognitionOptions(mode=Mode.CONVERSATION), long=True)
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Phrase) and event.text:
                    heard += Heard.parse(event.text).size
        if heard != size:
            raise RuntimeError(f"{size - heard} bytes of a recording were lost")

    async def close(self) -> None:
        """End all."""
        for client in self._clients.values():
            await client.close()


async def _recorded(size: int) -> AsyncGenerator[bytes]:
    for begin in range(0, size, CHUNK):
        start = begin % (len(NOISE) // CHUNK * CHUNK)
        yield NOISE[start : start + min(CHUNK, size - begin)]


@asynccontextmanager
async def make() -> AsyncIterator[Client]:
    """Make it."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        client = Client(session)
        yield client
        await client.close()


if __name__ == "__main__":
    serve(make)
