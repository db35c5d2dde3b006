"""A task's sleep, until another task wakes it.

As an asyncio.Event that remembers nothing: whoever sleeps has looked, just before, whether there is anything to do. A
utterance has four of them, and needs them with each message; an event takes twice the time, and ten times the memory.
"""

import asyncio


class Wakeup:
    """The sleep of one task; of two at a time, only the later is woken."""

    __slots__ = ("_sleep",)

    def __init__(self) -> None:
        """Begin with nobody asleep."""
        self._sleep: asyncio.Future[None] | None = None

    async def wait(self) -> None:
        """Sleep until ``set`` is called."""
        self._sleep = asyncio.get_running_loop().create_future()
        await self._sleep

    def set(self) -> None:
        """Wake who sleeps, if anybody does."""
        if self._sleep is not None and not self._sleep.done():
            self._sleep.set_result(None)
