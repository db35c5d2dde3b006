"""What a caller gives piece by piece, audio or text: how it is ended."""

import asyncio
from collections.abc import AsyncIterable, Collection
import contextlib
from typing import Any, Final

SOURCE_END_LIMIT: Final = 1.0
"""Seconds that a source has to end when it is cancelled, and again when it is closed; then it is left to itself."""


async def close_source(source: AsyncIterable[Any]) -> None:
    """Close a source, if it can be closed; one that fails to end does not undo what came of it."""
    aclose = getattr(source, "aclose", None)
    if aclose is not None:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(SOURCE_END_LIMIT):
                await aclose()


async def end(tasks: Collection[asyncio.Task[None]], source: AsyncIterable[Any]) -> None:
    """Cancel the tasks that use a source, wait for their end as long as it has, and close it."""
    for task in tasks:
        task.cancel()
    try:
        await asyncio.wait(tasks, timeout=SOURCE_END_LIMIT)
    finally:
        await close_source(source)
