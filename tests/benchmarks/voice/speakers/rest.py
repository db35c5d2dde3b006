"""The REST API: ``python -m tests.benchmarks.voice.speakers.rest whole|sentences``.

The whole text, when it is written, as the custom integrations do that there are; or by sentences with sentence-stream:
one, then up to three, then whatever is there, as Home Assistant Cloud does (hass_nabucasa/voice.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from functools import partial
import sys
from typing import Final, override

import aiohttp
from sentence_stream import SentenceBoundaryDetector

from tests.benchmarks.contenders.worker import serve
from tests.benchmarks.voice.request import Request
from tests.speech_service import KEY
from tests.speech_service.synthesis.asking import ssml

from .speaker import Answer, Speaker

PATH: Final = "/cognitiveservices/v1"
HEADERS: Final = {
    "Ocp-Apim-Subscription-Key": KEY,
    "Content-Type": "application/ssml+xml",
    "X-Microsoft-OutputFormat": "raw-16khz-16bit-mono-pcm",
    "User-Agent": "benchmark",
}
SCHEDULE: Final = (1, 3)


class Rest(Speaker):
    """Posts texts."""

    def __init__(self, *, whole: bool) -> None:
        """Begin with no connection."""
        self._whole = whole
        self._session = self._new_session()

    def _new_session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    @override
    async def prepare(self, request: Request) -> None:
        if request.fresh:
            await self.close()
            self._session = self._new_session()

    @override
    async def speak(self, answer: Answer) -> None:
        texts = _whole(answer) if self._whole else _by_schedule(answer)
        async with aclosing(texts):
            async for text in texts:
                url = answer.request.url.replace("ws", "http", 1) + PATH
                async with self._session.post(url, data=ssml(text), headers=HEADERS) as response:
                    response.raise_for_status()
                    async for data in response.content.iter_any():
                        answer.hear(data)

    async def close(self) -> None:
        """End all."""
        await self._session.close()


async def _whole(answer: Answer) -> AsyncGenerator[str]:
    yield await answer.text()


async def _by_schedule(answer: Answer) -> AsyncGenerator[str]:
    """Yield what is to be asked for at a time; more comes meanwhile."""
    ready: asyncio.Queue[str] = asyncio.Queue()
    reading = asyncio.create_task(_read(answer, ready))
    try:
        schedule = list(SCHEDULE)
        while not (reading.done() and ready.empty()):
            sentences = [await ready.get()]
            most = schedule.pop(0) if schedule else len(SCHEDULE) + ready.qsize()
            while len(sentences) < most and not ready.empty():
                sentences.append(ready.get_nowait())
            yield " ".join(sentences)
    finally:
        reading.cancel()


async def _read(answer: Answer, ready: asyncio.Queue[str]) -> None:
    detector = SentenceBoundaryDetector()
    async with aclosing(answer.deltas()) as deltas:
        async for delta in deltas:
            for sentence in detector.add_chunk(delta):
                ready.put_nowait(sentence)
    ready.put_nowait(detector.finish())


@asynccontextmanager
async def make(*, whole: bool) -> AsyncIterator[Rest]:
    """Make it."""
    rest = Rest(whole=whole)
    yield rest
    await rest.close()


if __name__ == "__main__":
    serve(partial(make, whole=sys.argv[1] == "whole"), Request)
