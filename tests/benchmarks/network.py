"""A slow network on one machine: a TCP proxy that holds what passes for as long as a line would.

Every chunk leaves when the line has had the time to take all before it, and arrives half a round trip later. The first
chunk of a connection waits for one more round trip, which is the TCP handshake's; TLS would take one or two more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import socket

LINE: int = 1 << 16
"""Bytes read at a time."""


class Network:
    """A line to a port on loopback. Times are seconds, rates bits a second."""

    def __init__(self, port: int, round_trip: float, upload: float) -> None:
        """Prepare a line whose way back has all the room it needs."""
        self._target = port
        self._round_trip = round_trip
        self._upload = upload
        self._connections: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[int]:
        """Yield the port to connect to."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        async with server:
            yield server.sockets[0].getsockname()[1]
            connections = list(self._connections)
            for task in connections:
                task.cancel()
            await asyncio.gather(*connections)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        writers = [writer]
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._target)
            writers.append(up_writer)
            for each in writers:
                _hurry(each)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(reader, up_writer, self._round_trip, self._upload))
                both.create_task(self._carry(up_reader, writer, 0.0, None))
        except* OSError, asyncio.CancelledError:
            pass
        finally:
            for each in writers:
                each.close()
            self._connections.discard(task)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hold: float, rate: float | None
    ) -> None:
        """Carry one way to its end; what was read waits in the loop's own timers, in its order."""
        loop = asyncio.get_running_loop()
        free = loop.time() + hold
        arrivals: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def arrive() -> None:
            while True:
                due, data = await arrivals.get()
                await asyncio.sleep(due - loop.time())
                if not data:
                    writer.close()
                    return
                writer.write(data)

        arriving = asyncio.create_task(arrive())
        try:
            while data := await reader.read(LINE):
                free = max(free, loop.time()) + (8 * len(data) / rate if rate else 0.0)
                arrivals.put_nowait((free + self._round_trip / 2, data))
        finally:
            arrivals.put_nowait((max(free, loop.time()) + self._round_trip / 2, b""))
            await arriving


def _hurry(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
