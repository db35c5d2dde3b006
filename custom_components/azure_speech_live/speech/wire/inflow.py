"""How much a peer may say on a connection: in one go, before others have their turn, and in all.

aiohttp gives messages that have come already without letting anything else run, and a chunk of what a socket has can be
a hundred thousand of them. It passes over interim answers (HTTP 100) in the same way, ten thousand in one go.
"""

from typing import Any, Final, override

import aiohttp

from ..errors import NotASpeechEndpointError, UnusableMessageError

UNIT: Final = 8192
"""Bytes of a message that count for one more: what the audio of a spoken translation comes in, at most."""
SPELL: Final = 16
"""Messages taken in one go: less than a millisecond's work, and more than a service has ever sent at once."""
RATE: Final = 200.0
"""Messages a second that may go on and on. A service sends some ten: hypotheses, and what it speaks in pieces."""
RESERVE: Final = 4000.0
"""Messages beyond that which may come at once: six minutes of speech in pieces of 100 ms, or 32 MB."""
MAX_INTERIM: Final = 8
"""Interim answers before the one that counts. Who uses them sends one or two."""


class Response(aiohttp.ClientResponse):
    """An answer to an HTTP request, before which come no more than a few interim ones."""

    @override
    async def start(self, connection: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        """Wait for the answer. Raises NotASpeechEndpointError, and what aiohttp raises."""
        protocol = connection.protocol
        assert protocol is not None  # noqa: S101 - it has just carried the request
        read, taken = protocol.read, 0

        async def bounded() -> Any:
            nonlocal taken
            taken += 1
            if taken > MAX_INTERIM + 1:
                raise NotASpeechEndpointError("the answer is not that of a Speech endpoint")
            return await read()

        # There is no other place between aiohttp's loop and what it reads.
        protocol.read = bounded  # type: ignore[method-assign]
        try:
            return await super().start(connection)
        finally:
            del protocol.read


class Inflow:
    """What has come on one connection."""

    def __init__(self, now: float) -> None:
        """Begin with nothing; times are the loop's."""
        self._spell = 0
        self._reserve = RESERVE
        self._counted = now

    def count(self, size: int, now: float) -> None:
        """Count a message or a control frame of so many bytes. Raises UnusableMessageError: it is too much."""
        weight = 1 + size // UNIT
        self._spell += weight
        self._reserve = min(RESERVE, self._reserve + (now - self._counted) * RATE) - weight
        self._counted = now
        if self._reserve < 0:
            raise UnusableMessageError("the service says more than anybody can take")

    def pause_due(self) -> bool:
        """Return whether others are to have their turn before the next message, once for each time."""
        due = self._spell >= SPELL
        if due:
            self._spell = 0
        return due
