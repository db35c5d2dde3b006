"""A resource in use: what becomes of its sessions is noted, however they end."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from homeassistant.components.stt import SpeechResultState
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from custom_components.azure_speech_live.const import CONF_MONTHLY_CHARACTERS
from custom_components.azure_speech_live.resource.months import Month
from custom_components.azure_speech_live.speech import (
    Phrase,
    RecognitionOptions,
    SynthesisOptions,
    SynthesisTimeline,
    Timeline,
)
from tests.speech_service.authorization import Authorization
from tests.speech_service.faults import Behaviour, Refuse
from tests.speech_service.service import KEY, SpeechService

from ..availability import BROKEN, USED_UP, speak
from ..forms import add_resource
from ..speech import pcm, stream, transcribe
from .sessions import answer, received


async def test_a_command_that_is_cancelled_counts(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)

    async def endless() -> Any:
        yield pcm(1)
        await asyncio.Event().wait()

    command = asyncio.create_task(transcribe(hass, endless()))
    await service.until(lambda: received(service) == len(pcm(1)))
    assert entry.runtime_data.usage.month == Month()  # it is not over
    command.cancel()
    await asyncio.wait([command])

    assert entry.runtime_data.usage.month == Month(recognition=len(pcm(1)), requests=1)


async def test_a_command_that_fails_counts_with_its_kind(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    for status in (503, 429, 429, 401):
        service.behaviours = lambda _, status=status: Behaviour(answer=Refuse(status, {"Retry-After": "60"}))
        await transcribe(hass, stream(pcm(1)))

    assert entry.runtime_data.usage.month == Month(failures={"service_error": 1, "throttled": 2, "key_refused": 1})


async def test_a_command_that_a_reload_ends_is_counted(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)

    async def endless() -> Any:
        yield pcm(1)
        await asyncio.Event().wait()

    command = asyncio.create_task(transcribe(hass, endless()))
    await service.until(lambda: received(service) == len(pcm(1)))
    await hass.config_entries.async_reload(entry.entry_id)
    _, result = await command

    assert result.result is SpeechResultState.ERROR
    assert entry.runtime_data.usage.month == Month(recognition=len(pcm(1)), requests=1)  # which is no failure


async def test_a_caller_may_look_into_what_is_under_way(hass: HomeAssistant, service: SpeechService) -> None:
    resource = (await add_resource(hass, service)).runtime_data
    heard, spoken = Timeline(), SynthesisTimeline()

    async def text() -> AsyncGenerator[str]:
        assert spoken.started
        yield "Hello."

    async with aclosing(resource.recognize(stream(pcm(1)), RecognitionOptions(), heard)) as events:
        async for event in events:
            assert heard.connected is not None or not isinstance(event, Phrase)
    async with aclosing(resource.speak(text(), SynthesisOptions(voice="en-US-JennyNeural"), spoken)) as sound:
        assert [piece async for piece in sound]

    assert (resource.sessions[-1].timeline, resource.answers[-1].timeline) == (heard, spoken)
    assert (heard.sent, spoken.requests) == (len(pcm(1)), 1)


# --- a connection for what is to be spoken soon


async def prepared(hass: HomeAssistant, service: SpeechService, entry: ConfigEntry) -> int:
    """Return how many connections a resource opens early, of a service that works."""
    service.behaviours = ()
    service.authorization = Authorization([KEY])
    before = len(service.attempts)
    entry.runtime_data.async_prepare(SynthesisOptions(voice="en-US-JennyNeural"))
    await hass.async_block_till_done(wait_background_tasks=True)
    return len(service.attempts) - before


async def test_a_connection_is_there_before_it_is_needed(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    assert await prepared(hass, service, entry) == 1
    assert await prepared(hass, service, entry) == 0


@pytest.mark.parametrize("trouble", ["away", "refused", "quota", "limit"])
async def test_none_is_opened_where_it_would_be_of_no_use(
    hass: HomeAssistant, service: SpeechService, trouble: str
) -> None:
    entry = await add_resource(hass, service)
    first = len(service.attempts)
    match trouble:
        case "away":
            service.behaviours = lambda attempt: Behaviour(answer=Refuse(503)) if attempt > first else BROKEN
        case "refused":
            service.authorization = Authorization(["another"])
        case "quota":
            service.behaviours = lambda _: USED_UP
        case "limit":
            hass.config_entries.async_update_entry(entry, options={CONF_MONTHLY_CHARACTERS: 1})
            await hass.async_block_till_done()
            entry.runtime_data.usage.async_end(answer(1))
    await speak(hass)
    assert await prepared(hass, service, entry) == 0
