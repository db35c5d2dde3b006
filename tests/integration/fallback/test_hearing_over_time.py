"""Commands one after another while the service is away: when it is tried, that it is back, and what is said of it."""

import asyncio
from itertools import pairwise
from math import inf

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest

from custom_components.azure_speech_live.fallback.memories import async_get_memories
from custom_components.azure_speech_live.resource.issues import Issue
from tests.speech_service.engines.scripted import Scripted
from tests.speech_service.faults import AudioReceived, Behaviour, Close, Fault, Opened, Refuse, Silence

from ..availability import issues, said, serve_one_at_a_time
from ..speech import RECOGNIZER, pcm
from .second_ear import SECOND, SECOND_TAKES, Commands, Thoughtful

MUTE = Behaviour(faults=(Fault(Opened(), Silence()),))
"""It takes connections, so that no check finds anything amiss, and answers nothing."""
DOWN = Behaviour(answer=Refuse(503))
TAKES_OVER = f"{RECOGNIZER}: {SECOND} hears while the Speech service does not"
IS_BACK = f"{RECOGNIZER}: the Speech service hears again"


def tries(commands: Commands) -> int:
    """Return how often the service was asked to hear."""
    return sum(len(connection.turns) for connection in commands.service.connections)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was said of the second engine, and forget it."""
    return [line for _, line in said(caplog) if line.startswith(RECOGNIZER)]


def is_available(hass: HomeAssistant) -> bool:
    """Return whether the recognizer is."""
    state = hass.states.get(RECOGNIZER)
    assert state is not None
    return state.state != STATE_UNAVAILABLE


async def test_it_is_tried_less_and_less_often_and_nobody_waits_for_that(commands: Commands) -> None:
    commands.service.behaviours = lambda _: MUTE
    begun, tried = asyncio.get_running_loop().time(), []
    for _ in range(30):
        before, now = tries(commands), asyncio.get_running_loop().time()
        answer = await commands.say(seconds=1)
        assert answer.by == SECOND
        assert answer.delay <= SECOND_TAKES + (1.1 if now == begun else 0.05)
        await commands.let_be(5)
        if tries(commands) > before:
            tried.append(now - begun)
    assert len(tried) == 6
    gaps = [later - earlier for earlier, later in pairwise(tried)]
    # Each is the first command after so many seconds, which are counted from where the one before was given up.
    for gap, least in zip(gaps, (0, 10, 20, 40, 60), strict=True):
        assert least <= gap <= least + 15


@pytest.mark.parametrize("behaviour", [MUTE, DOWN, Behaviour(delay=inf)], ids=["mute", "down", "unreachable"])
async def test_it_is_said_once_each_way(
    commands: Commands, caplog: pytest.LogCaptureFixture, behaviour: Behaviour
) -> None:
    commands.service.behaviours = lambda _: behaviour
    for _ in range(4):
        assert (await commands.say(seconds=1)).by == SECOND
        await commands.let_be(4)
    assert lines(caplog) == [TAKES_OVER]

    commands.service.behaviours = ()
    await commands.let_be(60)
    for _ in range(3):
        answer = await commands.say(seconds=1)
        assert answer.by == RECOGNIZER
        await commands.let_be(4)
    assert lines(caplog) == [IS_BACK]


async def test_it_is_back_with_the_first_command_that_it_answers_in_time(commands: Commands) -> None:
    commands.service.behaviours = lambda _: MUTE
    await commands.say(seconds=1)
    await commands.let_be(4)
    commands.service.behaviours = ()
    heard = len(commands.manner.heard)
    assert (await commands.say(seconds=1)).by == RECOGNIZER
    assert len(commands.manner.heard) == heard + 1  # both were asked
    assert (await commands.say(seconds=1)).by == RECOGNIZER
    assert len(commands.manner.heard) == heard + 1  # and now it alone


async def test_an_answer_that_nobody_waits_for_brings_it_back(commands: Commands) -> None:
    commands.service.behaviours = lambda _: MUTE
    await commands.say(seconds=1)
    await commands.let_be(4)
    commands.service.behaviours, commands.manner.delay = (), 0
    assert (await commands.say(seconds=1)).text is not None
    await commands.let_be(4)
    memory = async_get_memories(commands.hass, commands.entry).hearing
    assert not memory.away


@pytest.mark.parametrize("mode", ["azure", "home_assistant", "both"])
@pytest.mark.parametrize("behaviour", [MUTE, DOWN, Behaviour(delay=inf)], ids=["mute", "down", "unreachable"])
async def test_a_second_engine_that_is_always_first_hides_neither_an_outage_nor_its_end(
    commands: Commands, caplog: pytest.LogCaptureFixture, behaviour: Behaviour, mode: str
) -> None:
    await commands.set_up(end_of_speech=mode)
    commands.manner.enough = len(pcm(1.5))  # it has its answer while one still speaks
    commands.service.behaviours = lambda _: behaviour
    for _ in range(3):
        assert (await commands.say()).by == SECOND
        await commands.let_be(5)
    memory = async_get_memories(commands.hass, commands.entry).hearing
    assert memory.away
    assert lines(caplog) == [TAKES_OVER]

    commands.service.behaviours = ()
    await commands.let_be(60)
    await commands.say()
    await commands.let_be(5)
    assert (await commands.say()).by == RECOGNIZER
    assert not memory.away
    assert lines(caplog) == [IS_BACK]


async def test_one_that_comes_and_goes_costs_few_commands_a_wait(commands: Commands) -> None:
    late = 0
    for number in range(20):
        commands.service.engine = Scripted() if number % 2 else Thoughtful(1000)
        answer = await commands.say(seconds=1)
        late += answer.delay > SECOND_TAKES + 0.1
        await commands.let_be(20)
    assert 1 <= late <= 4


async def test_a_wait_that_was_in_vain_has_the_connection_checked(commands: Commands) -> None:
    assert (await commands.say(seconds=1)).by == RECOGNIZER  # whose connection is kept
    await commands.let_be(70)
    commands.service.behaviours = lambda _: Behaviour(delay=inf)
    assert (await commands.say(seconds=1)).by == SECOND
    health = commands.entry.runtime_data.health
    assert health.works  # nothing has failed yet
    await commands.let_be(20)
    assert not health.available


async def test_who_is_helped_is_available(hass: HomeAssistant, commands: Commands) -> None:
    commands.service.behaviours = lambda _: DOWN
    assert (await commands.say(seconds=1)).by == SECOND
    await commands.let_be(4)
    assert not commands.entry.runtime_data.health.available
    assert is_available(hass)
    (engines,) = hass.config_entries.async_entries("whisper")
    await hass.config_entries.async_unload(engines.entry_id)
    assert not is_available(hass)
    await hass.config_entries.async_setup(engines.entry_id)
    await hass.async_block_till_done()
    assert is_available(hass)


async def test_a_used_up_quota_is_told_and_tried_now_and_then(hass: HomeAssistant, commands: Commands) -> None:
    used_up = Behaviour(faults=(Fault(AudioReceived(16000), Close(1007, "Quota exceeded.")),))
    commands.service.behaviours = lambda _: used_up
    for _ in range(5):
        answer = await commands.say(seconds=1)
        assert answer.by == SECOND
        assert answer.delay <= SECOND_TAKES + 0.05
        await commands.let_be(1)
    assert issues(hass, commands.entry) == {Issue.QUOTA_USED_UP}
    assert tries(commands) == 2


async def test_one_request_too_many_is_no_outage(
    hass: HomeAssistant, commands: Commands, caplog: pytest.LogCaptureFixture
) -> None:
    serve_one_at_a_time(commands.service)
    first = asyncio.create_task(commands.say(seconds=2))
    await asyncio.sleep(0.5)
    second = await commands.say(seconds=1)
    assert (second.by, second.text) == (SECOND, "lights on")
    assert second.delay <= SECOND_TAKES + 0.05
    assert (await first).text == "Turn on the kitchen light."
    assert lines(caplog) == []
    assert not async_get_memories(hass, commands.entry).hearing.away


async def test_what_is_sent_is_counted_once(commands: Commands) -> None:
    commands.service.behaviours = lambda _: MUTE
    await commands.say(seconds=1)
    await commands.let_be(10)
    month = commands.entry.runtime_data.usage.month
    assert month.recognition == len(pcm(1))
    assert month.failures == {}  # nobody was told of one
    assert month.second_heard == 1
