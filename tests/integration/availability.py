"""Speaking to a recognizer while its service comes and goes, and what the household is told of it."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
import logging

from homeassistant.components.stt import SpeechResult, SpeechResultState
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util.dt import utcnow
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.resource.health import CHECK
from custom_components.azure_speech_live.resource.issues import Issue
from tests.speech_service.faults import AudioReceived, Behaviour, Close, Fault, Refuse
from tests.speech_service.service import SpeechService

from .speech import RECOGNIZER, pcm, stream, transcribe


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


GONE = Behaviour(answer=Refuse(404))
BROKEN = Behaviour(faults=(Fault(AudioReceived(16000), Close(1011)),))
USED_UP = Behaviour(faults=(Fault(AudioReceived(16000), Close(1007, "Quota exceeded.")),))
HEARD = SpeechResult("Turn on the kitchen light.", SpeechResultState.SUCCESS)
FAILED = SpeechResult(None, SpeechResultState.ERROR)


def available(hass: HomeAssistant, entity_id: str = RECOGNIZER) -> bool:
    """Return whether a recognizer's state says that it is available."""
    state = hass.states.get(entity_id)
    assert state is not None
    return state.state != STATE_UNAVAILABLE


async def speak(hass: HomeAssistant) -> SpeechResult:
    """Speak a command, and let what follows from it happen."""
    _, result = await transcribe(hass, stream(pcm(1)))
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


async def checked() -> None:
    """Wait until nobody looks any more whether a service is there; not for what goes on, such as a microphone."""
    if checks := [task for task in asyncio.all_tasks() if task.get_name() == CHECK]:
        await asyncio.wait(checks)


async def reload(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Set a resource up anew, and let the service be looked for."""
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def let_pass(hass: HomeAssistant, seconds: float) -> None:
    """Let Home Assistant's timers believe that time has passed since they were set."""
    async_fire_time_changed(hass, utcnow() + timedelta(seconds=seconds + 1))
    await hass.async_block_till_done(wait_background_tasks=True)


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    """Return what the integration has logged for the household, with its level, and forget it."""
    lines = [
        (record.levelno, record.getMessage())
        for record in caplog.records
        if record.levelno >= logging.INFO and record.name.startswith("custom_components.")
    ]
    caplog.clear()
    return lines


def issue(hass: HomeAssistant, entry: ConfigEntry, issue: Issue) -> ir.IssueEntry | None:
    """Return a repair issue, if it is so at present."""
    found = ir.async_get(hass).async_get_issue(DOMAIN, f"{issue}_{entry.entry_id}")
    return found if found is not None and found.active else None


def issues(hass: HomeAssistant, entry: ConfigEntry) -> set[Issue]:
    """Return all repair issues that an entry has at present."""
    return {each for each in Issue if issue(hass, entry, each) is not None}


async def two_at_once(hass: HomeAssistant, service: SpeechService) -> list[SpeechResult]:
    """Begin a second command while the first is under way, and end both."""
    second_is_over = asyncio.Event()
    audio = sum(connection.audio_size for connection in service.connections)

    async def long() -> AsyncGenerator[bytes]:
        yield pcm(1)
        await second_is_over.wait()

    first = asyncio.create_task(transcribe(hass, long()))
    await service.until(lambda: sum(connection.audio_size for connection in service.connections) > audio)
    second = await speak(hass)
    second_is_over.set()
    return [(await first)[1], second]


def serve_one_at_a_time(service: SpeechService) -> None:
    """Refuse what comes after the next request."""
    first = len(service.attempts)
    service.behaviours = lambda attempt: (
        Behaviour() if attempt == first else Behaviour(answer=Refuse(429, {"Retry-After": "60"}))
    )
