"""What a peer costs this process: how late its event loop is, and how much memory it holds."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import json
from pathlib import Path
from statistics import median
import time
from typing import Final

from tests.memory import memory, resident

MB: Final = 2**20
INTERVAL: Final = 0.005
"""Seconds between two looks at the loop."""
NOTABLE: Final = 0.05
"""Seconds of delay that count for those in which a machine is too busy."""
STEPS: Final = 10_000
"""Steps of a second in which delays are counted."""
WORK: Final = 0.0015
"""Seconds of processor time that a certain work takes on a machine on which limits were set: see ``slowness``."""


@dataclass
class Delays:
    """Delays in seconds, counted so that many take no more room than few."""

    counts: Counter[int] = field(default_factory=Counter)

    def note(self, seconds: float) -> None:
        """Count one."""
        self.counts[int(max(seconds, 0.0) * STEPS)] += 1

    @property
    def longest(self) -> float:
        """Return the longest."""
        return (max(self.counts) + 1) / STEPS

    def percentile(self, share: float) -> float:
        """Return the delay that this share of them does not exceed."""
        rest = self.counts.total() * share
        for step in sorted(self.counts):
            rest -= self.counts[step]
            if rest <= 0:
                break
        return (step + 1) / STEPS


@dataclass
class Watch:
    """What was seen of this process."""

    delays: Delays = field(default_factory=Delays)
    """How late the loop was: what somebody felt who waited for it."""
    own: Delays = field(default_factory=Delays)
    """How much of each of these delays was work of this thread's own, whatever else the machine had to do, in seconds
    of a machine of usual speed."""
    late: float = 0.0
    """The notable delays in all, in seconds."""
    held_up: float = 0.0
    """The same without this thread's own work: the machine had other things to do."""
    memory_before: float = 0.0
    """Resident memory in MB."""
    most_memory: float = 0.0

    @property
    def growth(self) -> float:
        """Return by how many MB the process was ever larger than at the beginning."""
        return self.most_memory - self.memory_before


@asynccontextmanager
async def watching() -> AsyncIterator[Watch]:
    """Watch what is done within."""
    loop = asyncio.get_running_loop()
    slow = slowness()
    watch = Watch(memory_before=memory() / MB)

    async def look() -> None:
        while True:
            due, used = loop.time() + INTERVAL, time.thread_time()
            try:
                await asyncio.sleep(INTERVAL)
            finally:
                late = loop.time() - due
                own = min(late, time.thread_time() - used)
                watch.delays.note(late)
                watch.own.note(own / slow)
                if late > NOTABLE:
                    watch.late += late
                    watch.held_up += late - own
                watch.most_memory = max(watch.most_memory, resident() / MB)

    looking = asyncio.create_task(look())
    try:
        yield watch
    finally:
        looking.cancel()
        await asyncio.wait([looking])


def slowness() -> float:
    """Return how many times as long as usual this machine works at something, as it is now; 1 if it is quicker."""

    def work() -> float:
        used = time.thread_time()
        for _ in range(10):
            json.loads(json.dumps([{"Text": str(number)} for number in range(300)]))
        return time.thread_time() - used

    return max(1.0, median(work() for _ in range(5)) / WORK)


def descriptors() -> int:
    """Return how many file descriptors are open."""
    return len(list(Path("/proc/self/fd").iterdir()))
