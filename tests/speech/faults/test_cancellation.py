"""The consumer goes at every step there is: each time nothing is left, and the next command works."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import Mode, RecognitionOptions, SpeechClient
from custom_components.azure_speech_live.speech.wire.connection import CLOSE_LIMIT
from custom_components.azure_speech_live.speech.wire.connector import SETTLE_LIMIT
from tests.speech_service import Behaviour, Fault, Legible, SpeechService
from tests.speech_service.faults import AudioReceived, Freeze, Refuse, Reset
from tests.speech_service.service import Behaviours

from ..caller import AUDIO, INTERACTIVE, SAID, Source, calling, listen, sockets_left, tasks_left

type Go = Callable[[asyncio.Task[object], SpeechClient], Awaitable[None]]

STORY: Final = RecognitionOptions(mode=Mode.CONVERSATION)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is under way when the consumer goes."""

    behaviours: Behaviours = ()
    options: RecognitionOptions = INTERACTIVE
    first: bool = False
    """Whether a command went before, so that there is a connection to be used again."""


SCENES: Final = {
    "command": Scene(),
    "second command": Scene(first=True),
    "story": Scene(options=STORY),
    "story with a drop": Scene(behaviours=[Behaviour(faults=(Fault(AudioReceived(60_000), Reset()),))], options=STORY),
    "refused, then accepted": Scene(
        behaviours=lambda number: Behaviour(answer=Refuse(404)) if number % 2 == 0 else Behaviour()
    ),
    "redirected": Scene(behaviours=[Behaviour(answer=Refuse.redirect("/stt/speech/universal/v2"))]),
    "over the REST API": Scene(behaviours=lambda _: Behaviour(answer=Refuse(200))),
}


async def cancel(task: asyncio.Task[object], _: SpeechClient) -> None:
    """Cancel the consumer."""
    task.cancel()


async def cancel_twice(task: asyncio.Task[object], _: SpeechClient) -> None:
    """Cancel the consumer, and again while it ends."""
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()


async def cancel_thrice(task: asyncio.Task[object], _: SpeechClient) -> None:
    """Cancel the consumer, and again and again while it ends."""
    for _time in range(3):
        task.cancel()
        await asyncio.sleep(0)


async def close(_: asyncio.Task[object], client: SpeechClient) -> None:
    """Close the client under its consumer."""
    await client.close()


async def close_and_cancel(task: asyncio.Task[object], client: SpeechClient) -> None:
    """Do both at once, as at a shutdown."""
    closing = asyncio.create_task(client.close())
    task.cancel()
    await closing


WAYS: Final[tuple[Go, ...]] = (cancel, cancel_twice, cancel_thrice, close, close_and_cancel)
"""In which a consumer goes."""


@pytest.mark.parametrize("go", WAYS)
@pytest.mark.parametrize("scene", SCENES)
async def test_at_every_step(scene: str, go: Go) -> None:
    steps = 0
    while await goes_at(SCENES[scene], steps, go):
        steps += 1
    assert steps > 10


async def goes_at(scene: Scene, step: int, go: Go) -> bool:
    """Let the consumer go at one step of the loop; return whether it was not through by then."""
    async with SpeechService(Legible(), behaviours=scene.behaviours) as service, calling(service.url) as client:
        if scene.first:
            await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
            await service.until(lambda: bool(service.connections[0].turns[0].telemetry))
        source = Source(AUDIO[scene.options.mode])
        task = asyncio.create_task(listen(client, source, scene.options))
        for _ in range(step):
            await asyncio.sleep(0)
        under_way = not task.done()
        await go(task, client)
        await asyncio.wait([task], timeout=10)
        assert task.done()
        if task.cancelled() and step > 0:
            assert source.closed
        await check_settled()
    return under_way


async def check_settled() -> None:
    """Make sure that what was cancelled ends by itself, not only when the client is closed."""
    await asyncio.sleep(SETTLE_LIMIT + CLOSE_LIMIT)
    kept = tasks_left()
    assert kept in ([], ["Speech connection kept open"])
    assert len(sockets_left()) == len(kept)


@pytest.mark.parametrize("scene", SCENES)
async def test_next_command_after_each(scene: str) -> None:
    """One client, one consumer after the other that goes, each one step later."""
    done = SCENES[scene]
    async with SpeechService(Legible(), behaviours=done.behaviours) as service, calling(service.url) as client:
        under_way, step = True, 0
        while under_way:
            task = asyncio.create_task(listen(client, Source(AUDIO[done.options.mode]), done.options))
            for _ in range(step):
                await asyncio.sleep(0)
            under_way = not task.done()
            task.cancel()
            await asyncio.wait([task])
            step += 7
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])
        await check_settled()


@pytest.mark.parametrize("seconds", [0.15, 0.5, 5.0, 5.1, 7.2])
async def test_while_nothing_happens(seconds: float) -> None:
    """Opening, waiting to try again, waiting for an answer of a frozen connection."""
    for behaviours in (
        [Behaviour(delay=7.0, answer=Refuse(503))],
        [Behaviour(answer=Refuse(429, {"Retry-After": "3"}))] * 3,
        [Behaviour(faults=(Fault(AudioReceived(1), Freeze()),))] * 2,
    ):
        async with SpeechService(Legible(), behaviours=behaviours) as service, calling(service.url) as client:
            source = Source(AUDIO[Mode.INTERACTIVE])
            task = asyncio.create_task(listen(client, source))
            await asyncio.sleep(seconds)
            task.cancel()
            await asyncio.wait([task])
            assert source.closed
            await check_settled()
