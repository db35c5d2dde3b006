"""Keeps a connection open for the next turn, for as long as the service would and no longer.

The service ends a connection after 180 idle seconds and 600 in all (Microsoft's protocol page); what is left of a
conversation's next command within a minute is what keeping one open is good for.
"""

import asyncio
import time
from typing import Final

from yarl import URL

from .connection import Connection
from .errors import SpeechError

IDLE_LIMIT: Final = 60.0
"""Seconds that an unused connection is kept: routers forget silent ones from about two minutes on."""
AGE_LIMIT: Final = 480.0
"""Seconds after its opening beyond which a connection gets no new turn, so that the turn has two minutes left."""
SIZE: Final = 1
"""Connections kept: the free tier allows one request at a time."""


class Pool:
    """The open connections that serve no turn."""

    def __init__(self) -> None:
        """Begin with none."""
        self._idle: dict[Connection, asyncio.Task[None]] = {}

    async def take(self, url: URL) -> Connection | None:
        """Return an open connection to the URL, or None."""
        for connection in list(self._idle):
            if connection.url == url:
                await self._stop_watching(connection)
                if not connection.closed and time.monotonic() - connection.opened < AGE_LIMIT:
                    return connection
                await connection.close()
        return None

    async def put(self, connection: Connection) -> None:
        """Keep a connection that has no turn open, if there is room for it."""
        too_old = time.monotonic() - connection.opened >= AGE_LIMIT
        if connection.closed or not connection.reusable or too_old or len(self._idle) >= SIZE:
            await connection.close()
            return
        self._idle[connection] = asyncio.create_task(self._watch(connection), name="Speech connection kept open")

    async def close(self) -> None:
        """Close all."""
        for connection in list(self._idle):
            await self._stop_watching(connection)
            await connection.close()

    async def _watch(self, connection: Connection) -> None:
        """Read, so that pings are answered and a close is noticed, until the time is over."""
        try:
            async with asyncio.timeout(IDLE_LIMIT):
                while True:
                    await connection.receive()
        except TimeoutError, SpeechError:
            self._idle.pop(connection, None)
            await connection.close()

    async def _stop_watching(self, connection: Connection) -> None:
        watch = self._idle.pop(connection, None)
        if watch is not None:
            watch.cancel()
            await asyncio.wait([watch])
