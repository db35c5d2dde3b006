"""How much a peer may say on a connection: in one go, before others have their turn, and in all.

aiohttp gives messages that have come already without letting anything else run, and a chunk of what a socket has can be
a hundred thousand of them. It passes over interim answers (HTTP 100) in the same way, ten thousand in one go.
"""

from typing import Any, override

import aiohttp

from ..errors import NotASpeechEndpointError, UnusableMessageError
from .limits import MAX_INTERIM, MESSAGE_RATE, MESSAGE_RESERVE, MESSAGE_SPELL, MESSAGE_UNIT


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
        self._reserve = MESSAGE_RESERVE
        self._counted = now

    def renew(self) -> None:
        """Begin anew: something was asked for, and what is said now was wanted."""
        self._reserve = MESSAGE_RESERVE

    def count(self, size: int, now: float) -> None:
        """Count a message or a control frame of so many bytes. Raises UnusableMessageError: it is too much."""
        weight = 1 + size // MESSAGE_UNIT
        self._spell += weight
        self._reserve = min(MESSAGE_RESERVE, self._reserve + (now - self._counted) * MESSAGE_RATE) - weight
        self._counted = now
        if self._reserve < 0:
            raise UnusableMessageError("the service says more than anybody can take")

    def pause_due(self) -> bool:
        """Return whether others are to have their turn before the next message, once for each time."""
        due = self._spell >= MESSAGE_SPELL
        if due:
            self._spell = 0
        return due
