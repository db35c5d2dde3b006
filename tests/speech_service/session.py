"""What every WebSocket connection has, whatever it speaks: its limits, its faults, its end, and the record of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from websockets import CloseCode, Headers
from websockets.exceptions import ConnectionClosed

from . import faults
from .door import Door
from .framing import Violation
from .line import Line
from .manner import Manner


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long the service keeps a connection."""

    age: float = 600.0
    """Seconds from opening, whatever happens on it."""
    idle: float = 180.0
    """Seconds without a message from the client."""


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A WebSocket that was opened, by which request, and what it is served with."""

    websocket: Door
    path: str
    query: Mapping[str, str]
    headers: Headers
    manner: Manner
    limits: Limits
    changed: Callable[[], None]
    """Called whenever the record changes."""


class AnyTurn(Protocol):
    """One request and its answer."""

    @property
    def ended(self) -> bool:
        """Whether turn.end was reached (whether or not a fault let it be sent)."""


class Session[TurnT: AnyTurn](ABC):
    """A connection and its record: `turns`, and how it closed."""

    def __init__(self, opening: Opening) -> None:
        """Begin to keep the record."""
        self.path = opening.path
        self.query = opening.query
        self.headers = opening.headers
        self.turns: list[TurnT] = []
        self.closed = False
        self.violation: Violation | None = None
        """What the client did against the protocol, for which the connection was closed."""
        self._websocket = opening.websocket
        self._line = Line(opening.websocket, opening.manner)
        self._limits = opening.limits
        self._changed = opening.changed

    @property
    def close_code(self) -> int | None:
        """The close code, 1006 if the connection just broke; None while it is open."""
        return self._websocket.close_code

    @property
    def close_reason(self) -> str | None:
        """The reason given with the close code."""
        return self._websocket.close_reason

    @property
    def client_close_code(self) -> int | None:
        """The close code that the client sent, if it sent one."""
        received = self._websocket.protocol.close_rcvd
        return received.code if received else None

    @property
    def sent(self) -> list[str]:
        """The paths of the messages sent."""
        return self._line.sent

    @property
    def faults_left(self) -> int:
        """How many of its behaviour's faults have not happened."""
        return self._line.left

    @property
    def turn(self) -> TurnT | None:
        """The latest turn."""
        return self.turns[-1] if self.turns else None

    async def serve(self) -> None:
        """Serve until the connection closes."""
        self._line.start()
        try:
            async with asyncio.timeout(self._limits.age):
                await self._line.reach(faults.Opened())
                await self._receive()
        except TimeoutError:
            await self._websocket.close(CloseCode.NORMAL_CLOSURE, "Exceeded maximum websocket connection duration")
        except Violation as violation:
            self.violation = violation
            await self._websocket.close(violation.code, violation.reason)
        except ConnectionClosed:
            pass
        finally:
            await end(*self._line.stop())
            await self._abandon()
            self.closed = True
            self._changed()

    async def ping(self) -> None:
        """Send a ping, and wait for the pong."""
        await (await self._websocket.ping())

    async def fail(self) -> None:
        """Close because of an error of the service's own."""
        await self._websocket.close(CloseCode.INTERNAL_ERROR, "Server error")

    async def _receive(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._limits.idle):
                    data = await self._websocket.recv()
            except TimeoutError:
                if self._busy:
                    continue
                await self._websocket.close(
                    CloseCode.NORMAL_CLOSURE,
                    f"Exceeded maximum websocket connection idle duration(> {self._limits.idle * 1000:.0f}ms)",
                )
                return
            if self._line.frozen:
                await self._websocket.wait_closed()
                return
            await self._take(data)
            self._changed()

    @property
    def _busy(self) -> bool:
        """Whether it is the service's turn to say something, so that a client's silence means nothing."""
        return False

    @abstractmethod
    async def _take(self, data: str | bytes) -> None:
        """Act on a WebSocket message. Raises Violation."""

    @abstractmethod
    async def _abandon(self) -> None:
        """End the turns that still run."""


async def end(*tasks: asyncio.Task[None]) -> None:
    """Wait for tasks that were cancelled or have ended. Raises what went wrong in them."""
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception) and not isinstance(outcome, ConnectionClosed):
            raise outcome
