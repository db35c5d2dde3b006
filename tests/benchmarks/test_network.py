"""The slow network carries what is said over it, takes its time, and leaves nothing open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from .network import Network

ROUND_TRIP = 0.05


@pytest.fixture
async def echo() -> AsyncIterator[int]:
    """Return the port of what says all again that it hears. It waits until nobody is there any more."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(100):
                writer.write(data)
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        server.close()
        async with asyncio.timeout(5):
            await server.wait_closed()


async def test_the_first_answer_takes_two_round_trips_and_the_next_one(echo: int) -> None:
    loop = asyncio.get_running_loop()
    async with Network(echo, ROUND_TRIP, 1e6).listen() as port:
        began = loop.time()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for trips in (2, 3):
            writer.write(b"x")
            assert await reader.readexactly(1) == b"x"
            assert loop.time() - began >= trips * ROUND_TRIP  # no machine is too fast for that
        writer.close()
        assert await reader.read() == b""


async def test_who_is_cut_off_on_one_side_is_so_on_the_other_when_the_line_goes(echo: int) -> None:
    """Or the one behind the network would wait for ever, and its writer never be closed."""
    async with Network(echo, ROUND_TRIP, 1e6).listen() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"x")
        assert await reader.readexactly(1) == b"x"
        writer.transport.abort()
        await asyncio.sleep(ROUND_TRIP / 5)  # the line still holds that back when it is left


async def test_what_is_open_is_closed_in_the_end(echo: int) -> None:
    async with Network(echo, ROUND_TRIP, 1e6).listen() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"x")
        assert await reader.readexactly(1) == b"x"
    assert await reader.read() == b""
    writer.close()
