"""What a long recording costs the process that sends it.

The client sends a recording at twice real time, and four hours would take two. Here its pace is another, so that they
take a minute; and so is how much it sends without an answer, which is a matter of time as well. Nothing else is
changed. The service takes it as fast as it comes, and ends a phrase every few seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
import resource
import time
from unittest.mock import patch

from custom_components.azure_speech_live.speech.recognition import pace, turn, utterance
from tests.memory import memory, resident

INTERVAL = 0.02
"""Seconds between two looks at the memory."""


@contextmanager
def hurried(times: float) -> Iterator[None]:
    """Let the client send what is recorded so many times as fast as in real time."""
    unaccounted = turn.MAX_UNACCOUNTED * times / pace.PACE
    with patch.object(pace, "PACE", times), patch.object(utterance, "MAX_UNACCOUNTED", unaccounted):
        yield


async def cost(work: Awaitable[object]) -> dict[str, float]:
    """Return the seconds of processor time that something takes, of ours and of children's, and its peak of memory."""
    before, own, children = memory(), time.process_time(), _children()
    watching = asyncio.create_task(_peak())
    try:
        await work
    finally:
        watching.cancel()
    own = time.process_time() - own
    await asyncio.sleep(0.1)  # until its ffmpeg is gone
    return {"cpu": own, "children": _children() - children, "memory": max(0, (await watching) - before)}


async def _peak() -> int:
    peak = resident()
    try:
        while True:
            peak = max(peak, resident())
            await asyncio.sleep(INTERVAL)
    except asyncio.CancelledError:
        return peak


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
