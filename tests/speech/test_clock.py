"""The clock that leaps: it waits for sockets and threads, and for nothing else."""

import asyncio
import time

from .clock import LeapingLoop


async def test_leaps_over_what_nobody_has_to_wait_for() -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, LeapingLoop)
    began = loop.time()
    await asyncio.sleep(86_400)
    assert loop.time() - began == 86_400


async def test_stands_still_while_a_thread_works() -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.to_thread(time.sleep, 0.05)
    assert loop.time() == began


async def test_stands_still_while_bytes_are_on_their_way() -> None:
    loop = asyncio.get_running_loop()

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(1_000_000))
        writer.close()

    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
        began = loop.time()
        async with asyncio.timeout(0.001):
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(bytes(1_000_000))
            await reader.readexactly(1_000_000)
        assert loop.time() == began
        writer.close()


async def test_timers_in_their_order() -> None:
    order: list[int] = []

    async def note(seconds: int) -> None:
        await asyncio.sleep(seconds)
        order.append(seconds)

    await asyncio.gather(*(note(seconds) for seconds in (30, 10, 20)))
    assert order == [10, 20, 30]
