"""Ours, the client by itself, with the sentences as ours are found."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Final, override

import aiohttp

from custom_components.azure_speech_live.speech import (
    Credentials,
    Endpoint,
    OutputFormat,
    SpeechClient,
    SynthesisOptions,
)
from custom_components.azure_speech_live.voice.sentences import Sentences
from tests.benchmarks.contenders.worker import serve
from tests.benchmarks.voice.request import Request
from tests.speech_service import KEY

from .speaker import Answer, Speaker

OPTIONS: Final = SynthesisOptions(voice="en-US-JennyNeural", output_format=OutputFormat.RAW_16KHZ)
LONGEST: Final = 3000
"""Bytes of a sentence."""


class Client(Speaker):
    """One client for all answers from a port, as an integration has it."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Begin with no client."""
        self._session = session
        self._clients: dict[int, SpeechClient] = {}

    @override
    async def prepare(self, request: Request) -> None:
        if request.fresh:
            await self.close(request.port)
        if request.port not in self._clients:
            endpoint = Endpoint.from_url(request.url)
            self._clients[request.port] = SpeechClient(self._session, endpoint, Credentials(key=KEY))
        if not request.fresh:
            await self._clients[request.port].prepare(OPTIONS)

    @override
    async def speak(self, answer: Answer) -> None:
        client = self._clients[answer.request.port]
        async with aclosing(client.speak(_sentences(answer), OPTIONS)) as sound:
            async for piece in sound:
                answer.hear(piece)

    async def close(self, *ports: int) -> None:
        """Close the clients of some ports, or of all."""
        for port in ports or list(self._clients):
            if port in self._clients:
                await self._clients.pop(port).close()


async def _sentences(answer: Answer) -> AsyncGenerator[str]:
    sentences = Sentences("en-US", LONGEST)
    async with aclosing(answer.deltas()) as deltas:
        async for delta in deltas:
            for sentence in sentences.add(delta):
                yield sentence
    for sentence in sentences.flush():
        yield sentence


@asynccontextmanager
async def make() -> AsyncIterator[Client]:
    """Make it."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        client = Client(session)
        yield client
        await client.close()


if __name__ == "__main__":
    serve(make, Request)
