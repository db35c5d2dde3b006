"""An event loop whose clock leaps: real sockets, but nobody waits for a time-out.

Its time stands still while anything happens, and leaps to the next timer when nothing does. So a test of a limit of
ten minutes takes milliseconds, a busy machine cannot make anything late, and seconds by ``loop.time()`` can be
asserted exactly. Client and stand-in have to run in the same loop; processes and C libraries know nothing of it.
"""

import asyncio
from collections.abc import Callable
import selectors
from typing import Any, Final

GRACE: Final = 0.003
"""Real seconds in which the kernel hands loopback traffic on before the clock leaps; usually it does so at once."""


class LeapingLoop(asyncio.SelectorEventLoop):
    """An event loop with a clock of its own."""

    def __init__(self) -> None:
        """Begin at an odd time, so that nobody takes it for that of the real clock."""
        self.now = 1000.0
        self.threads = 0
        """Calls under way in other threads, for which the clock has to wait."""
        super().__init__(_LeapingSelector(self))

    def time(self) -> float:
        """Return the time by the leaping clock."""
        return self.now

    def run_in_executor[T](  # type: ignore[override]  # the stubs' variadic form cannot be handed on
        self, executor: Any, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Stop the clock while a thread is at work."""
        future: asyncio.Future[T] = super().run_in_executor(executor, func, *args)
        self.threads += 1
        future.add_done_callback(self._thread_done)
        return future

    def _thread_done(self, _: object) -> None:
        self.threads -= 1


class _LeapingSelector(selectors.DefaultSelector):
    """Waits for sockets as any selector does, but lets its loop's clock leap instead of waiting for timers."""

    def __init__(self, loop: LeapingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        happened = super().select(min(timeout, GRACE))
        if not happened and not self._loop.threads:
            self._loop.now += timeout
        return happened
