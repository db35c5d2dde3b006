"""The gate before a command's audio."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from custom_components.azure_speech_live.home.gate import Gate

from .grammars import no_home  # noqa: F401 - a fixture


class Source:
    """Gives so many chunks, and then ends, fails or stalls."""

    def __init__(self, *chunks: bytes, ends: BaseException | bool = True) -> None:
        """Take what it gives."""
        self.chunks = chunks
        self.ends = ends
        self.closed = 0

    async def __call__(self) -> AsyncGenerator[bytes]:
        """Give it."""
        try:
            for chunk in self.chunks:
                yield chunk
            if isinstance(self.ends, BaseException):
                raise self.ends
            if not self.ends:
                await asyncio.get_running_loop().create_future()
        finally:
            self.closed += 1


async def test_what_the_source_gives_passes_and_is_told_of() -> None:
    source, told = Source(b"a", b"", b"bc"), list[bytes]()
    assert [chunk async for chunk in Gate(source(), told.append).audio()] == [b"a", b"", b"bc"]
    assert told == [b"a", b"", b"bc"]
    assert source.closed == 1


async def test_it_is_shut_while_the_source_stalls() -> None:
    source, passed = Source(b"a", ends=False), asyncio.Event()
    gate = Gate(source(), lambda _: passed.set())

    async def listen() -> list[bytes]:
        return [chunk async for chunk in gate.audio()]

    listening = asyncio.create_task(listen())
    await passed.wait()
    await gate.shut()
    assert source.closed == 1
    assert await listening == [b"a"]
    await gate.shut()


async def test_nothing_passes_that_came_while_it_was_shut() -> None:
    source = Source(b"a", b"b", b"c")
    gate = Gate(source(), lambda _: None)
    async with aclosing(gate.audio()) as audio:
        assert await anext(audio) == b"a"
        shutting = asyncio.create_task(gate.shut())
        await asyncio.sleep(0)
        assert [chunk async for chunk in audio] == []
        await shutting
    assert source.closed == 1


async def test_one_of_which_nobody_took_audio_is_shut_at_once() -> None:
    source = Source(b"a")
    await Gate(source(), lambda _: None).shut()


async def test_what_the_source_fails_with_is_raised_behind_what_it_gave() -> None:
    source = Source(b"a", b"b", ends=ValueError("broken"))
    audio = Gate(source(), lambda _: None).audio()
    assert [await anext(audio), await anext(audio)] == [b"a", b"b"]
    with pytest.raises(ValueError, match="broken"):
        await anext(audio)


async def test_a_source_that_is_cancelled_cancels() -> None:
    source = Source(b"a", ends=asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        async for _ in Gate(source(), lambda _: None).audio():
            pass


async def test_who_listens_no_more_closes_the_source() -> None:
    source = Source(b"a", b"b", ends=False)
    async with aclosing(Gate(source(), lambda _: None).audio()) as audio:
        await anext(audio)
    assert source.closed == 1


async def test_many_chunks_pass_in_a_turn_of_the_loop() -> None:
    """Else they would come ever later on a busy loop, which has fewer turns in a second than there are chunks."""
    loop, turns = asyncio.get_running_loop(), 0

    async def source() -> AsyncGenerator[bytes]:
        for number in range(50):
            yield bytes([number])

    def turn() -> None:
        nonlocal turns
        turns += 1
        ticking[0] = loop.call_soon(turn)

    ticking = [loop.call_soon(turn)]
    passed = [chunk async for chunk in Gate(source(), lambda _: None).audio()]
    ticking[0].cancel()
    assert passed == [bytes([number]) for number in range(50)]
    assert turns < len(passed) / 2
