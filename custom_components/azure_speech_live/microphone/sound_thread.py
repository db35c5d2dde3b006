"""The one thread that calls PortAudio, which is not made for several; and how long anybody waits for it.

A sound server that hangs holds whoever calls it, without end, and a thread cannot be ended. So nobody waits longer than
a limit. What comes back later is undone then, by the thread itself, and until it does, calls are refused at once. That
leaves one thread behind and never more, which does not keep the process from ending. It is there only while it has
work.

A process in the place of the thread could be killed. But each microphone would need its own, which loads Python and
looks for devices before somebody is heard; and it is the server that hangs, which the next process would find as it is.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
import threading
from time import monotonic
from typing import Any, Final

from .errors import MicrophoneStuckError

CALL_LIMIT: Final = 15.0
"""Seconds in which PortAudio has opened a device or listed all, also on a slow machine that has just started."""
CLOSE_LIMIT: Final = 5.0
"""Seconds that anybody waits for a device to be closed; it is, some time."""


class SoundThread:
    """Calls functions one after the other."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._lock = threading.Lock()
        self._calls: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._running = False
        self._since: float | None = None
        """When the call began that is under way, on the monotonic clock."""

    async def call[T](self, function: Callable[[], T], undo: Callable[[T], object] = lambda _: None) -> T:
        """Call a function. If nobody waits for it any more, what it returns is undone.

        Raises MicrophoneStuckError if it takes longer than CALL_LIMIT, or a call before it does; and what it raises.
        """
        if self._since is not None and monotonic() - self._since > CALL_LIMIT:
            raise MicrophoneStuckError("the sound system does not answer")
        future = self._submit(function)

        def give_up() -> Future[object]:
            future.cancel()  # if it has not begun
            return self._submit(lambda: undo(future.result()))  # which has come by then: it was called before

        try:
            is_done = await _done(future, CALL_LIMIT)
        except asyncio.CancelledError:
            await _done(give_up(), CLOSE_LIMIT)
            raise
        if not is_done:
            give_up()
            raise MicrophoneStuckError(f"the sound system has not answered for {CALL_LIMIT:g} seconds")
        return future.result()

    async def finish(self, function: Callable[[], object]) -> None:
        """Call a function, however late; wait CLOSE_LIMIT for it."""
        await _done(self._submit(function), CLOSE_LIMIT)

    def _submit[T](self, function: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        with self._lock:
            if not self._running:
                threading.Thread(target=self._run, name="azure_speech_live sound", daemon=True).start()
                self._running = True
            self._calls.append((future, function))
        return future

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._calls:
                    self._running = False
                    return
                future, function = self._calls.popleft()
            if future.set_running_or_notify_cancel():
                self._since = monotonic()
                try:
                    future.set_result(function())
                except Exception as err:  # noqa: BLE001 - it is for who waits
                    future.set_exception(err)
                self._since = None
            del future, function


async def _done(future: Future[Any], limit: float) -> bool:
    """Wait for a call, ``limit`` seconds at most. Return whether it has come back."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def wake(_future: object) -> None:
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(done.set)

    future.add_done_callback(wake)
    with suppress(TimeoutError):
        async with asyncio.timeout(limit):
            await done.wait()
    return future.done()
