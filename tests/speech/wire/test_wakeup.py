"""A sleep, and who ends it."""

import asyncio

import pytest

from custom_components.azure_speech_live.speech.wire.wakeup import Wakeup


async def sleeper(wakeup: Wakeup) -> asyncio.Task[None]:
    """Return a task that sleeps already."""
    task = asyncio.create_task(wakeup.wait())
    await asyncio.sleep(0)
    return task


async def test_a_sleeper_is_woken() -> None:
    wakeup = Wakeup()
    task = await sleeper(wakeup)
    await asyncio.sleep(10)
    assert not task.done()
    wakeup.set()
    wakeup.set()  # nobody is asleep any more
    await task


async def test_it_remembers_nothing() -> None:
    wakeup = Wakeup()
    wakeup.set()
    task = await sleeper(wakeup)
    await asyncio.sleep(10)
    assert not task.done()
    wakeup.set()
    await task


async def test_a_sleeper_who_was_cancelled_is_not_woken() -> None:
    wakeup = Wakeup()
    task = await sleeper(wakeup)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    wakeup.set()
