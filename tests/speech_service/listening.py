"""What every connection has to which audio is sent, whatever it speaks: one turn at a time, heard by an engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, override

from websockets.exceptions import ConnectionClosed

from . import at_once, faults
from .answers import Answers, Engines, Send
from .engines import Recognition, Status
from .engines.scripted import Scripted, Utterance
from .session import Opening, Session, end
from .turn import Turn

_TOO_MANY: Final = Scripted([Utterance(end=0.0, status=Status.TOO_MANY_REQUESTS)])
Refuse = Callable[["Listening"], faults.Close | at_once.Phrase | None]
"""Says how to refuse a turn that begins now: there are too many at once."""


class Listening(Session[Turn]):
    """A connection that hears. Its record also has how much audio came."""

    def __init__(self, opening: Opening, engines: Engines, refuse: Refuse) -> None:
        """Begin to keep the record."""
        super().__init__(opening)
        self.audio_size = 0
        """Bytes of audio received in all turns, without RIFF headers."""
        self.refused = False
        """Whether its latest turn was refused, as there were too many at once."""
        self._engines = engines
        self._refuse = refuse
        self._running: asyncio.Task[None] | None = None
        self._failures: list[Exception] = []

    async def _start(self, turn: Turn, send: Send, answers: Answers) -> None:
        """Let a turn run, in place of the one before."""
        await self._abandon()
        refusal = self._refuse(self)
        self.refused = refusal is not None
        self.turns.append(turn)
        if isinstance(refusal, faults.Close):
            await self._websocket.close(refusal.code, refusal.reason)
            return
        self._line.translating = turn.options.translation is not None
        begin = self._engines.begin if refusal is None else _TOO_MANY.begin
        self._running = asyncio.create_task(self._run(turn, begin(turn.options), send, answers))

    async def _run(self, turn: Turn, recognition: Recognition, send: Send, answers: Answers) -> None:
        try:
            await turn.run(recognition, send, answers)
        except ConnectionClosed:
            pass
        except Exception as error:  # noqa: BLE001 - _abandon raises it: while the close is awaited, this may be cancelled
            self._failures.append(error)
            await self.fail()
        self._changed()

    @override
    async def _abandon(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await end(self._running)
        if self._failures:
            raise self._failures.pop()

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
