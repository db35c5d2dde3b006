"""The network on the way to the Speech service: a port that leads to another one, or to nobody, or nowhere."""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from types import TracebackType
from typing import Final, Self

from tests.end_to_end.home_assistant import free_port
from tests.speech_service.door import reset

_READ: Final = 65536
_APART: Final = 1e-6
"""Seconds between two pieces, so that none overtakes another."""


class Net(Enum):
    """What becomes of a connection."""

    OPEN = auto()
    AWAY = auto()
    """There is nobody at the port."""
    FROZEN = auto()
    """Nothing comes through, and nobody says so."""


class Gate:
    """The port. Where it leads changes for connections that are open, too."""

    def __init__(self, port: int) -> None:
        """Lead to a port of loopback."""
        self.port = free_port()
        self.delay = 0.0
        """Seconds that everything takes, in each direction."""
        self._to = port
        self._server: asyncio.Server | None = None
        self._flows = asyncio.Event()
        self._ends: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        """Open it."""
        await self.set(Net.OPEN)
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        await self.set(Net.AWAY)

    async def set(self, net: Net) -> None:
        """Let this become of connections from now on."""
        if net is Net.FROZEN:
            self._flows.clear()
        else:
            self._flows.set()
        if net is not Net.AWAY and self._server is None:
            self._server = await asyncio.start_server(self._lead, "127.0.0.1", self.port)
        elif net is Net.AWAY and self._server is not None:
            self._server.close()
            self._server = None
            self.cut()

    def cut(self) -> None:
        """Reset what is open."""
        for end in self._ends:
            _reset(end)

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.add(writer)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
            self._ends.add(far_writer)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._carry(reader, far_writer))
                    group.create_task(self._carry(far_reader, writer))
            finally:
                self._end(far_writer)
        except OSError:
            pass  # the stand-in ends before the gate
        finally:
            self._end(writer)

    def _end(self, writer: asyncio.StreamWriter) -> None:
        self._ends.discard(writer)
        writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry bytes in one direction to their end."""
        loop = asyncio.get_running_loop()
        due = 0.0
        try:
            while data := await reader.read(_READ):
                await self._flows.wait()
                due = max(loop.time() + self.delay, due + _APART)
                loop.call_at(due, _write, writer, data)
        except ConnectionError:
            due = 0.0
        await asyncio.sleep(due + _APART - loop.time())
        if due:
            writer.close()
        else:
            _reset(writer)


def _write(end: asyncio.StreamWriter, data: bytes) -> None:
    if not end.is_closing():
        end.write(data)


def _reset(end: asyncio.StreamWriter) -> None:
    if not end.is_closing():
        reset(end.transport)
