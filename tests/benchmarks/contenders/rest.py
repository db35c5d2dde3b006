"""The REST API for short recordings: ``python -m tests.benchmarks.contenders.rest chunked|buffered``.

Chunked, audio is uploaded while it is spoken, as Home Assistant Cloud's engine does; buffered, after it was spoken, as
custom integrations do. Neither has partial results, and both hear the end of speech from Home Assistant only.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
import sys
from typing import Final, override

import aiohttp

from tests.benchmarks.command import Command
from tests.speech_service import KEY
from tests.speech_service.wav import riff_header

from .worker import Contender, Utterance, serve

PATH: Final = "/speech/recognition/interactive/cognitiveservices/v1?language=en-US"
HEADERS: Final = {
    "Ocp-Apim-Subscription-Key": KEY,
    "Content-Type": "audio/wav; codecs=audio/pcm; samplerate=16000",
    "Accept": "application/json;text/xml",
}


class Rest(Contender):
    """Posts recordings."""

    def __init__(self, *, chunked: bool) -> None:
        """Begin with no connection."""
        self._chunked = chunked
        self._session = self._new_session()

    def _new_session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    @override
    async def prepare(self, command: Command) -> None:
        if command.fresh:
            await self._session.close()
            self._session = self._new_session()

    @override
    async def speak(self, utterance: Utterance) -> None:
        url = f"http://127.0.0.1:{utterance.command.port}{PATH}"
        data = self._upload(utterance) if self._chunked else await self._recording(utterance)
        async with self._session.post(url, data=data, headers=HEADERS) as response:
            utterance.phrase((await response.json())["DisplayText"])

    async def _upload(self, utterance: Utterance) -> AsyncGenerator[bytes]:
        yield riff_header()
        async for packet in utterance.microphone():
            yield packet

    async def _recording(self, utterance: Utterance) -> bytes:
        return b"".join([packet async for packet in self._upload(utterance)])

    async def close(self) -> None:
        """End all."""
        await self._session.close()


@asynccontextmanager
async def make(*, chunked: bool) -> AsyncIterator[Rest]:
    """Make it."""
    rest = Rest(chunked=chunked)
    yield rest
    await rest.close()


if __name__ == "__main__":
    serve(partial(make, chunked=sys.argv[1] == "chunked"))
