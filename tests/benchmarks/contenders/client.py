"""Ours, the client by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import override

import aiohttp

from custom_components.azure_speech_live.speech import (
    Credentials,
    Endpoint,
    Hypothesis,
    Phrase,
    RecognitionOptions,
    SpeechClient,
)
from tests.benchmarks.command import Command
from tests.speech_service import KEY

from .worker import Contender, Utterance, serve

OPTIONS = RecognitionOptions()


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

    async def close(self) -> None:
        """End all."""
        for client in self._clients.values():
            await client.close()


@asynccontextmanager
async def make() -> AsyncIterator[Client]:
    """Make it."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        client = Client(session)
        yield client
        await client.close()


if __name__ == "__main__":
    serve(make)
