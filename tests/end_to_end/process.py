"""A process of ours: what it prints is awaited line by line, and it never outlives us."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
import os
from pathlib import Path
import re
import shutil
import signal
from typing import Self

ROOT = Path(__file__).parents[2]
# Where Linux can, it ends the process when we die without a chance to: killed, or by a bug.
_TIED_TO_US = ("setpriv", "--pdeathsig", "TERM", "--") if shutil.which("setpriv") else ()
_STOP_SECONDS = 30  # Home Assistant gives its own integrations up to 20 s


class ProcessError(Exception):
    """A process ended, or stayed silent, while something was expected of it. The message ends with its last lines."""


class Process:
    """A running process. Its lines (stdout and stderr together) are kept, and can be awaited."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._name = ""
        self._ended = False
        self._news = asyncio.Condition()
        self.lines: list[str] = []

    @classmethod
    @asynccontextmanager
    async def run(cls, *command: str | Path, env: Mapping[str, str] | None = None) -> AsyncIterator[Self]:
        """Run `command` in the repository until the block is left.

        It gets a session of its own: Ctrl-C in the terminal reaches us only, and we stop it in our order.
        """
        process = await asyncio.create_subprocess_exec(
            *_TIED_TO_US,
            *command,
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=2**20,  # a line; a traceback in one message can be long
            start_new_session=True,
        )
        self = cls(process)
        self._name = " ".join(Path(part).name for part in command[:3])
        reader = asyncio.create_task(self._read())
        try:
            yield self
        finally:
            await self.stop()
            await reader

    @property
    def id(self) -> int:
        """Return the system's number for it."""
        return self._process.pid

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            async with self._news:
                self.lines.append(line.decode(errors="replace").rstrip("\n"))
                self._news.notify_all()
        async with self._news:
            self._ended = True
            self._news.notify_all()

    async def follow(self, start: int = 0) -> AsyncIterator[str]:
        """Yield its lines from number `start` on, as they come, until it ends."""
        number = start
        while True:
            async with self._news:
                while number == len(self.lines) and not self._ended:
                    await self._news.wait()
            if number == len(self.lines):
                return
            yield self.lines[number]
            number += 1

    async def line(self, pattern: str, *, start: int = 0, within: float = 60) -> re.Match[str]:
        """Return the first match of `pattern` in its lines from number `start` on.

        Raises ProcessError if it ends without one, or after `within` seconds.
        """
        try:
            async with asyncio.timeout(within):
                async for line in self.follow(start):
                    if match := re.search(pattern, line):
                        return match
        except TimeoutError:
            what = f"did not say {pattern!r} within {within:g} s"
        else:
            what = f"ended before it said {pattern!r}"
        raise ProcessError(f"{self._name} {what}:\n" + "\n".join(self.lines[-20:]))

    async def stop(self) -> int:
        """End it, as kindly as it lets us; return its exit status."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, number)
            with suppress(TimeoutError):
                return await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
        raise ProcessError(f"{self._name} cannot be ended")

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def kill_all(self) -> None:
        """End it and all that it started at once, as a power cut would."""
        os.killpg(self._process.pid, signal.SIGKILL)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Have it hang, and go on when the block is left."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):  # it was killed
                self._process.send_signal(signal.SIGCONT)

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    async def status(self, *, within: float = 60) -> int:
        """Wait until it has ended by itself; return its exit status, negative for a signal's number."""
        async with asyncio.timeout(within):
            return await self._process.wait()
