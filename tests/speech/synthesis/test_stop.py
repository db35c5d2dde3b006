"""Stop is stop: the listener goes at every step there is, and each time nothing is left and nothing comes late."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import SynthesisOptions
from tests.speech_service import Behaviour, Delivery, Fault, ScriptedSpeaker, SpeechService, Synthesis
from tests.speech_service.faults import AudioSent, Freeze, Received, Refuse, Reset
from tests.speech_service.service import Behaviours

from ..caller import calling
from ..faults.test_cancellation import WAYS, Go, check_settled
from ..listener import OPTIONS, TOLD, Texts, hear
from .streaming_faults import STREAMED

SLOW: Final = Synthesis(speaker=ScriptedSpeaker(1 / 15), delivery=Delivery(first_audio=0.1, pace=2.0))
LONG: Final = "This is a long text that is spoken for a while. " * 3


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is under way when the listener goes."""

    behaviours: Behaviours = ()
    first: bool = False
    """Whether an answer went before, so that there is a connection to be used again."""
    options: SynthesisOptions = OPTIONS


SCENES: Final = {
    "answer": Scene(),
    "second answer": Scene(first=True),
    "answer with a drop": Scene(behaviours=[Behaviour(faults=(Fault(AudioSent(20_000), Reset()),))]),
    "refused, then accepted": Scene(
        behaviours=lambda number: Behaviour(answer=Refuse(404)) if number % 2 == 0 else Behaviour()
    ),
    "streamed": Scene(options=STREAMED),
    "streamed, with a drop": Scene(
        options=STREAMED, behaviours=[Behaviour(faults=(Fault(AudioSent(20_000), Reset()),))]
    ),
    "over the REST API": Scene(behaviours=lambda _: Behaviour(answer=Refuse(200))),
}


@pytest.mark.parametrize("go", WAYS)
@pytest.mark.parametrize("scene", SCENES)
async def test_at_every_step(scene: str, go: Go) -> None:
    steps = 0
    while await goes_at(SCENES[scene], steps, go):
        steps += 1
    assert steps > 10


async def goes_at(scene: Scene, step: int, go: Go) -> bool:
    """Let the listener go at one step of the loop; return whether it was not through by then."""
    async with SpeechService(behaviours=scene.behaviours) as service, calling(service.url) as client:
        if scene.first:
            await hear(client, options=scene.options)
        texts = Texts()
        task = asyncio.create_task(hear(client, texts, scene.options))
        for _ in range(step):
            await asyncio.sleep(0)
        under_way = not task.done()
        await go(task, client)
        await asyncio.wait([task], timeout=10)
        assert task.done()
        if task.cancelled() and step > 0:
            assert texts.closed
        await check_settled()
    return under_way


@pytest.mark.parametrize("scene", SCENES)
async def test_next_answer_after_each(scene: str) -> None:
    """One client, one listener after the other that goes, each a few steps later; the next answer is its own."""
    options = SCENES[scene].options
    async with SpeechService(behaviours=SCENES[scene].behaviours) as service, calling(service.url) as client:
        under_way, step = True, 0
        while under_way:
            task = asyncio.create_task(hear(client, Texts([LONG] * 3), options))
            for _ in range(step):
                await asyncio.sleep(0)
            under_way = not task.done()
            task.cancel()
            await asyncio.wait([task])
            step += 5
        heard = await hear(client, options=options)
        assert (heard.error, heard.text.replace(". ", ".")) == (None, TOLD)
        await check_settled()


@pytest.mark.parametrize("kept", [False, True])
async def test_next_answer_is_its_own(*, kept: bool) -> None:
    """The service goes on for seconds with what was stopped, and two answers follow."""
    async with SpeechService(synthesis=SLOW) as service, calling(service.url) as client:
        if kept:
            await client.prepare(OPTIONS)
        stopped = await hear(client, Texts([LONG, LONG]), leave_after=14_400)
        assert len(stopped.pcm) < 20_000
        await asyncio.sleep(0.05)
        for number in ("one", "two"):
            heard = await hear(client, Texts([f"This is {number}."]))
            assert heard.error is None
            assert ScriptedSpeaker(1 / 15).heard(heard.pcm, 24_000) == f"This is {number}."
        turns = [turn.ssml for each in service.syntheses for turn in each.turns]
        assert sum(LONG.strip() in ssml for ssml in turns) == 1
        assert len(service.attempts) == 2
        await check_settled()


async def test_nothing_is_said_of_it() -> None:
    """It is no failure: nothing is asked for again, and text that was not asked for never is."""
    texts = Texts([LONG, "And this.", "And that."], pause=0.5)
    async with SpeechService(synthesis=SLOW) as service, calling(service.url) as client:
        sound = client.speak(texts, OPTIONS)
        async with aclosing(sound):
            for _ in range(3):
                await anext(sound)
        taken = texts.taken
        await asyncio.sleep(5.0)
        assert (texts.taken, texts.closed) == (taken, True)
        assert [len(each.turns) for each in service.syntheses] == [1]
        assert service.syntheses[0].closed


@pytest.mark.parametrize("seconds", [0.15, 1.0, 5.0, 5.1, 7.2])
async def test_while_nothing_happens(seconds: float) -> None:
    """Opening, waiting to try again, waiting for others, and for the answer of a frozen connection."""
    for behaviours in (
        [Behaviour(delay=7.0, answer=Refuse(503))],
        [Behaviour(answer=Refuse(429, {"Retry-After": "2"}))] * 9,
        [Behaviour(faults=(Fault(Received("ssml"), Freeze()),))] * 2,
    ):
        async with SpeechService(behaviours=behaviours) as service, calling(service.url) as client:
            texts = Texts()
            task = asyncio.create_task(hear(client, texts, long=True))
            await asyncio.sleep(seconds)
            task.cancel()
            await asyncio.wait([task])
            assert texts.closed
            await check_settled()
