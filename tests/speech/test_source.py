"""A source is closed if it can be, and what it does then troubles nobody."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from custom_components.azure_speech_live.speech.source import SOURCE_END_LIMIT, close_source


class Source:
    """A source that ends in its own way."""

    def __init__(self, seconds: float = 0.0, error: Exception | None = None) -> None:
        self.closed = False
        self._seconds, self._error = seconds, error

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        """Give nothing."""
        return
        yield b""

    async def aclose(self) -> None:
        """End."""
        await asyncio.sleep(self._seconds)
        self.closed = True
        if self._error is not None:
            raise self._error


async def test_a_source_is_closed() -> None:
    source = Source(SOURCE_END_LIMIT / 2, ValueError("not our trouble"))
    await close_source(source)
    assert source.closed


async def test_one_that_does_not_end_is_left_to_itself() -> None:
    source, loop = Source(60.0), asyncio.get_running_loop()
    begun = loop.time()
    await close_source(source)
    assert not source.closed
    assert loop.time() - begun == pytest.approx(SOURCE_END_LIMIT)


async def test_what_cannot_be_closed_is_not() -> None:
    class Plain:
        def __aiter__(self) -> AsyncGenerator[bytes]:
            return Source().__aiter__()

    await close_source(Plain())
