"""A command that two engines hear ends, whatever becomes of them: nothing hangs, and nothing is left behind."""

import asyncio
from collections.abc import AsyncGenerator
import logging

from homeassistant.components.stt import SpeechResult, SpeechResultState
import pytest

from tests.speech_service.faults import Behaviour, Fault, Opened, Refuse, Silence

from ..speech import RECOGNIZER, pcm, transcribe
from .second_ear import SECOND, SECOND_TAKES, Commands, Microphone, Thoughtful

FAILED = SpeechResult(None, SpeechResultState.ERROR)
MUTE = Behaviour(faults=(Fault(Opened(), Silence()),))
DOWN = Behaviour(answer=Refuse(503))
OUR_TASKS = ("Service hears", "Second engine hears", "Recording", "Azure Speech Live hearing", "Speech audio")


def left() -> list[str]:
    """Return the tasks of commands that are still there."""
    return [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith(OUR_TASKS)]


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged as a warning or an error, and forget it."""
    lines = [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING and record.name != "asyncio"
    ]
    caplog.clear()
    return lines


@pytest.mark.parametrize("behaviour", [Behaviour(), MUTE, DOWN], ids=["works", "mute", "down"])
async def test_nothing_is_left_of_a_command(commands: Commands, behaviour: Behaviour) -> None:
    commands.service.behaviours = lambda _: behaviour
    for _ in range(3):
        await commands.say(seconds=1)
    await commands.let_be(4)
    assert left() == []
    assert commands.manner.ended == len(commands.manner.heard)


@pytest.mark.parametrize("after", [0.1, 0.8, 1.2, 2.2])
@pytest.mark.parametrize("behaviour", [Behaviour(), MUTE, DOWN], ids=["works", "mute", "down"])
async def test_who_stops_a_command_stops_everything(
    commands: Commands, caplog: pytest.LogCaptureFixture, behaviour: Behaviour, after: float
) -> None:
    commands.service.behaviours = lambda _: behaviour
    commands.manner.delay, commands.service.engine = 5, Thoughtful(0.5)
    microphone = Microphone(pcm(2))
    command = asyncio.create_task(transcribe(commands.hass, microphone()))
    await asyncio.sleep(after)
    now = asyncio.get_running_loop().time()
    complaints(caplog)
    command.cancel()
    with pytest.raises(asyncio.CancelledError):
        await command
    assert asyncio.get_running_loop().time() - now <= 0.1
    assert left() == []
    assert microphone.closed == 1
    assert commands.manner.ended == len(commands.manner.heard)
    assert complaints(caplog) == []


async def test_the_loser_is_not_waited_for(commands: Commands) -> None:
    commands.service.behaviours = lambda _: MUTE
    await commands.say(seconds=1)
    await commands.let_be(4)
    commands.service.behaviours, commands.manner.delay = (), 20
    answer = await commands.say(seconds=1)
    assert answer.by == RECOGNIZER
    assert answer.delay <= 0.1
    await commands.let_be(0.1)
    assert commands.manner.ended == 2
    assert left() == []


async def test_a_second_engine_that_never_answers_is_ended(
    commands: Commands, caplog: pytest.LogCaptureFixture
) -> None:
    commands.service.behaviours = lambda _: DOWN
    commands.manner.delay = 10_000
    answer = await commands.say(seconds=1)
    assert answer.result == FAILED
    assert answer.delay == pytest.approx(30, abs=0.5)
    assert f"{RECOGNIZER}: its second engine {SECOND} does not hear: nothing for 30 seconds" in complaints(caplog)
    await commands.let_be(0.1)
    assert commands.manner.ended == 1
    assert left() == []


@pytest.mark.parametrize(
    "failure", [TimeoutError(), RuntimeError("open the safe"), asyncio.CancelledError(), None], ids=repr
)
async def test_if_both_fail_it_is_one_error_and_few_words(
    commands: Commands, caplog: pytest.LogCaptureFixture, failure: BaseException | None
) -> None:
    commands.service.behaviours = lambda _: DOWN
    commands.manner.fails, commands.manner.text = failure, None
    for lines in (2, 0):
        answer = await commands.say(seconds=1)
        assert answer.result == FAILED
        assert answer.delay <= SECOND_TAKES + 0.1
        await commands.let_be(1)
        said = complaints(caplog)
        assert len(said) == lines, said
        assert not any("open the safe" in line for line in said)
        assert "Traceback" not in caplog.text


async def test_if_the_second_engine_fails_the_service_is_asked_whatever_is_known_of_it(commands: Commands) -> None:
    commands.service.behaviours = lambda _: MUTE
    for _ in range(2):
        await commands.say(seconds=1)
        await commands.let_be(4)
    commands.service.behaviours, commands.manner.fails = (), TimeoutError()
    before = sum(len(connection.turns) for connection in commands.service.connections)
    answer = await commands.say(seconds=1)
    assert (answer.text, answer.by) == ("Turn on the kitchen light.", RECOGNIZER)
    assert sum(len(connection.turns) for connection in commands.service.connections) == before + 1


@pytest.mark.parametrize("content", [False, True], ids=["the second engine fails", "it answers by half"])
@pytest.mark.parametrize("behaviour", [Behaviour(), MUTE, DOWN], ids=["works", "mute", "down"])
async def test_a_microphone_that_fails_is_nobodys_failure_but_its_own(
    commands: Commands, caplog: pytest.LogCaptureFixture, behaviour: Behaviour, *, content: bool
) -> None:
    commands.service.behaviours, commands.manner.content = lambda _: behaviour, content
    for _ in range(2):
        await commands.say(seconds=1)
    complaints(caplog)

    async def broken() -> AsyncGenerator[bytes]:
        yield pcm(0.5)
        raise TimeoutError("no audio")

    assert (await transcribe(commands.hass, broken()))[1] == FAILED
    (line,) = complaints(caplog)
    assert line.startswith(f"{RECOGNIZER}: cannot use the audio: the source of the audio failed: TimeoutError")
    await commands.let_be(4)
    assert left() == []


@pytest.mark.parametrize("behaviour", [Behaviour(), MUTE, DOWN], ids=["works", "mute", "down"])
async def test_an_unload_leaves_a_command_to_the_second_engine(commands: Commands, behaviour: Behaviour) -> None:
    commands.service.behaviours = lambda _: behaviour
    command = asyncio.create_task(commands.say(seconds=3))
    await asyncio.sleep(1.5)
    await commands.hass.config_entries.async_unload(commands.entry.entry_id)
    answer = await command
    assert answer.result == SpeechResult("lights on", SpeechResultState.SUCCESS)
    assert answer.delay <= SECOND_TAKES + 0.1
    await commands.let_be(4)
    assert left() == []


@pytest.mark.parametrize("behaviour", [Behaviour(), MUTE, DOWN], ids=["works", "mute", "down"])
async def test_a_microphone_that_falls_silent_is_not_waited_for(commands: Commands, behaviour: Behaviour) -> None:
    commands.service.behaviours = lambda _: behaviour

    async def unplugged() -> AsyncGenerator[bytes]:
        yield pcm(1)
        await asyncio.sleep(10_000)

    for _ in range(2):
        begun = asyncio.get_running_loop().time()
        _, result = await transcribe(commands.hass, unplugged())
        assert result.result is SpeechResultState.SUCCESS
        assert asyncio.get_running_loop().time() - begun <= 10 + 1.2 + SECOND_TAKES
        await commands.let_be(5)
    assert left() == []
