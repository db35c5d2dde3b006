"""Keeps a connection open for the next turn, for as long as the service would and no longer.

The service ends a connection after 180 idle seconds and 600 in all (Microsoft's protocol page); what is left of a
conversation's next command within a minute is what keeping one open is good for.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from yarl import URL

from ..errors import SpeechError
from .connection import Connection

IDLE_LIMIT: Final = 60.0
"""Seconds that an unused connection is kept: routers forget silent ones from about two minutes on."""
AGE_LIMIT: Final = 480.0
"""Seconds after its opening beyond which a connection gets no new turn, so that the turn has two minutes left."""
SIZE: Final = 1
"""Connections kept: the free tier allows one request at a time."""


class Pool:
    """The open connections that serve no turn."""

    def __init__(self, discard: Callable[[Connection], None]) -> None:
        """Begin with none; ``discard`` closes a connection that is of no more use, without being waited for."""
        self._discard = discard
        self._idle: dict[Connection, asyncio.Task[None]] = {}
        self._closed = False

    async def take(self, url: URL) -> Connection | None:
        """Return an open connection to the URL, or None."""
        while (connection := next((kept for kept in self._idle if kept.url == url), None)) is not None:
            try:
                await self._stop_watching(connection)
            except asyncio.CancelledError:
                self._discard(connection)
                raise
            if not connection.closed and connection.age < AGE_LIMIT:
                return connection
            self._discard(connection)
        return None

    def put(self, connection: Connection) -> None:
        """Keep a connection that has no turn open, in place of the one that was kept longest if there are too many."""
        if self._closed or connection.closed or connection.age >= AGE_LIMIT:
            self._discard(connection)
            return
        while len(self._idle) >= SIZE:
            longest = next(iter(self._idle))
            self._idle.pop(longest).cancel()
            self._discard(longest)
        self._idle[connection] = asyncio.create_task(self._watch(connection), name="Speech connection kept open")

    def take_all(self) -> list[Connection]:
        """Return all connections."""
        for watch in self._idle.values():
            watch.cancel()
        connections = list(self._idle)
        self._idle.clear()
        return connections

    async def close(self) -> None:
        """Discard all, and what is still to come."""
        self._closed = True
        for connection in list(self._idle):
            await self._stop_watching(connection)
            self._discard(connection)

    async def _watch(self, connection: Connection) -> None:
        """Read, so that pings are answered and a close is noticed, until the time is over."""
        try:
            async with asyncio.timeout(IDLE_LIMIT):
                while True:
                    await connection.receive()
        except TimeoutError, SpeechError:
            self._idle.pop(connection, None)
            self._discard(connection)

    async def _stop_watching(self, connection: Connection) -> None:
        watch = self._idle.pop(connection)
        watch.cancel()
        await asyncio.wait([watch])
