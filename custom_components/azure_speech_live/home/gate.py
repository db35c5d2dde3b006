"""The gate before a command's audio: open until nobody wants more of it, be its source still speaking or not."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Callable
from contextlib import suppress
from typing import Final

from ..speech.source import SOURCE_END_LIMIT, end

AHEAD: Final = 100
"""Chunks that may wait for who hears. Were it one, each would take a turn of the loop, of which a busy one has fewer in
a second than there are chunks: the audio would come ever later.
"""


class Gate:
    """The gate before one source."""

    def __init__(self, source: AsyncIterable[bytes], on_audio: Callable[[bytes], None]) -> None:
        """Stand open. ``on_audio`` is called with each chunk before it passes."""
        self._source = source
        self._on_audio = on_audio
        self._chunks: asyncio.Queue[bytes] = asyncio.Queue(AHEAD)
        self._begun = False
        self._is_shut = False
        self._closed = asyncio.Event()

    async def audio(self) -> AsyncGenerator[bytes]:
        """Yield what the source gives while the gate is open, raise what it raises, and close it. To be called once."""
        self._begun = True
        # One task pulls all of it: what a source begins in one and ends in another may not work.
        pulling = asyncio.create_task(self._pull(), name="Gate")
        try:
            with suppress(asyncio.QueueShutDown):
                while True:
                    chunk = await self._chunks.get()
                    self._on_audio(chunk)
                    yield chunk
            if not self._is_shut:
                await pulling
        finally:
            try:
                await end([pulling], self._source)
            finally:
                if pulling.done() and not pulling.cancelled():
                    pulling.exception()  # so that asyncio does not report it as never looked at
                self._closed.set()

    async def _pull(self) -> None:
        try:
            async for chunk in self._source:
                await self._chunks.put(chunk)
        finally:
            self._chunks.shutdown()

    async def shut(self) -> None:
        """Let nothing more pass, which is the end of the audio, and wait until the source is closed."""
        self._is_shut = True
        self._chunks.shutdown(immediate=True)
        if self._begun:
            with suppress(TimeoutError):
                async with asyncio.timeout(SOURCE_END_LIMIT):
                    await self._closed.wait()
