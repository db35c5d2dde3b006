"""What every WebSocket connection has, whatever it speaks: its limits, its faults, its end, and the record of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from websockets import CloseCode, Headers
from websockets.exceptions import ConnectionClosed

from . import at_once, faults
from .answers import Answers, Engines, Send
from .door import Door
from .engines import Engine, Status
from .engines.scripted import Scripted, Utterance
from .framing import Violation
from .line import Line
from .turn import Turn


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
    engines: Engines
    limits: Limits
    refuse: Callable[[Session], faults.Close | at_once.Phrase | None]
    """Says how to refuse a turn that begins now: there are too many at once."""
    changed: Callable[[], None]
    """Called whenever the record changes."""


class Session(ABC):
    """A connection and its record: `turns`, how much audio came, and how it closed."""

    def __init__(self, opening: Opening) -> None:
        """Begin to keep the record."""
        self.path = opening.path
        self.query = opening.query
        self.headers = opening.headers
        self.turns: list[Turn] = []
        self.audio_size = 0
        """Bytes of audio received in all turns, without RIFF headers."""
        self.closed = False
        self.refused = False
        """Whether its latest turn was refused, as there were too many at once."""
        self.violation: Violation | None = None
        """What the client did against the protocol, for which the connection was closed."""
        self._websocket = opening.websocket
        self._line = Line(opening.websocket, opening.engines.manner)
        self._engines = opening.engines
        self._limits = opening.limits
        self._refuse = opening.refuse
        self._changed = opening.changed
        self._running: asyncio.Task[None] | None = None

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
    def turn(self) -> Turn | None:
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
            await _end(*self._line.stop())
            await self._abandon_turn()
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

    @abstractmethod
    async def _take(self, data: str | bytes) -> None:
        """Act on a WebSocket message. Raises Violation."""

    # --- turns

    async def _start(self, turn: Turn, send: Send, answers: Answers) -> None:
        """Let a turn run, in place of the one before."""
        await self._abandon_turn()
        refusal = self._refuse(self)
        self.refused = refusal is not None
        self.turns.append(turn)
        if isinstance(refusal, faults.Close):
            await self._websocket.close(refusal.code, refusal.reason)
            return
        engine = self._engines.recognizer
        if refusal is not None:
            engine = Scripted([Utterance(end=0.0, status=Status.TOO_MANY_REQUESTS)])
        self._line.translating = turn.options.translation is not None
        self._running = asyncio.create_task(self._run(turn, engine, send, answers))

    async def _run(self, turn: Turn, engine: Engine, send: Send, answers: Answers) -> None:
        try:
            await turn.run(engine.begin(turn.options), send, answers)
        except ConnectionClosed:
            pass
        except Exception:
            await self.fail()
            raise
        self._changed()

    async def _abandon_turn(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await _end(self._running)

    async def _reach_audio(self, turn: Turn, size: int) -> None:
        """Count audio that came, and let happen what is to happen when so much has come."""
        before, self.audio_size = self.audio_size, self.audio_size + size
        for point in self._line.pending(faults.AudioReceived):
            if isinstance(point, faults.AudioReceived) and before < point.size <= self.audio_size:
                await self._catch_up(turn)
                await self._line.reach(point)

    async def _catch_up(self, turn: Turn) -> None:
        """Wait until the turn has answered what it has, so that a fault finds the same state every time."""
        assert self._running is not None
        caught_up = asyncio.create_task(turn.caught_up())
        await asyncio.wait([caught_up, self._running], return_when=asyncio.FIRST_COMPLETED)
        caught_up.cancel()


async def _end(*tasks: asyncio.Task[None]) -> None:
    """Wait for tasks that were cancelled or have ended. Raises what went wrong in them."""
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception) and not isinstance(outcome, ConnectionClosed):
            raise outcome
