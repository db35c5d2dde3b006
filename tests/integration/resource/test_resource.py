"""A resource in use: what becomes of its sessions is noted, however they end."""

import asyncio
from typing import Any

from homeassistant.components.stt import SpeechResultState
from homeassistant.core import HomeAssistant

from custom_components.azure_speech_live.resource.months import Month
from tests.speech_service.faults import Behaviour, Refuse
from tests.speech_service.service import SpeechService

from ..forms import add_resource
from ..speech import pcm, stream, transcribe
from .sessions import received


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
