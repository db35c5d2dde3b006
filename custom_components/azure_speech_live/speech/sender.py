"""Sends what a turn has to say on one connection, the moment that it may.

Each time it is woken it sends in place, without a task that would have to be woken first: that is most of what a frame
of audio costs. Only where the line is slow does sending go on by itself, so that whoever woke it need not wait.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from .connection import Connection
from .errors import ConnectionFailedError
from .messages import Message
from .turn import Turn

TIMER_ROUNDING: Final = 0.001
"""Seconds: loops let a timer run a trifle early, and what then comes a trifle too soon would come again and again."""


class Sender:
    """One request's way out."""

    def __init__(self, turn: Turn, connection: Connection, opening: Iterable[Message], due: Callable[[], None]) -> None:
        """Begin with the messages that open the request; ``due`` is called for each message of audio."""
        self._loop = asyncio.get_running_loop()
        self._turn = turn
        self._connection = connection
        self._opening = list(opening)
        self._due = due
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._broken = False

    def wake(self) -> None:
        """Send what may be sent by now, unless that is under way or the pace says when."""
        if self._timer is None and not self._broken and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._send(), name="Speech sender", eager_start=True)

    async def close(self) -> None:
        """End it."""
        self._broken = True
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _send(self) -> None:
        turn = self._turn
        try:
            while self._opening:
                await self._connection.send(self._opening.pop(0))
            while (frame := turn.next_audio(self._loop.time())) is not None:
                self._due()
                await self._connection.send(frame)
        except ConnectionFailedError:
            self._broken = True  # which is noticed, with its reason, by who receives on it
        else:
            if (send_at := turn.send_at) is not None:
                self._timer = self._loop.call_at(send_at + TIMER_ROUNDING, self._go_on)

    def _go_on(self) -> None:
        self._timer = None
        self.wake()
