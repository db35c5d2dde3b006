"""What a voice says when the service fails, or the text does: in words, once, and nothing broken is kept."""

import asyncio
from collections.abc import AsyncGenerator
from http import HTTPStatus
from pathlib import Path

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.azure_speech_live.speech.synthesis import allowance
from custom_components.azure_speech_live.voice import script
from tests.speech_service.authorization import Authorization
from tests.speech_service.faults import After, Behaviour, Close, Fault, Refuse
from tests.speech_service.per_minute import PerMinute
from tests.speech_service.service import SpeechService
from tests.speech_service.synthesis.delivery import Delivery
from tests.speech_service.synthesis.refusals import QUOTA, THROTTLED

from .availability import available
from .voices import SENTENCE, VOICE, WAV, asked_to_speak, heard, sound_of, spoken


@pytest.fixture(autouse=True)
def quiet(entry: ConfigEntry, caplog: pytest.LogCaptureFixture) -> None:  # noqa: ARG001 - before it
    """Forget what was logged while the resource was added."""
    caplog.clear()


async def test_the_service_is_away(
    hass: HomeAssistant,
    service: SpeechService,
    hass_client_no_auth: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = await hass_client_no_auth()
    service.behaviours = lambda _: Behaviour(answer=Refuse(503))
    response = await client.get(asked_to_speak(hass, SENTENCE, WAV).url)
    assert response.status == HTTPStatus.INTERNAL_SERVER_ERROR
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not available(hass)
    assert caplog.text.count("speech synthesis failed") == 1
    assert SENTENCE not in [record.getMessage() for record in caplog.records if record.name.startswith("custom")]

    service.behaviours = ()
    assert heard(await sound_of(asked_to_speak(hass, f"Once more: {SENTENCE}", WAV))) == f"Once more: {SENTENCE}"


async def test_a_refused_key_is_asked_for_anew(hass: HomeAssistant, service: SpeechService, entry: ConfigEntry) -> None:
    service.authorization = Authorization(["another"])
    with pytest.raises(HomeAssistantError):
        await sound_of(asked_to_speak(hass, SENTENCE, WAV))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert list(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))


async def test_one_refusal_of_a_key_that_works_is_none(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    known = len(service.attempts)
    service.behaviours = lambda number: Behaviour(answer=Refuse(401)) if number == known else Behaviour()
    with pytest.raises(HomeAssistantError):
        await sound_of(asked_to_speak(hass, SENTENCE, WAV))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not list(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))
    assert available(hass, VOICE)


@pytest.mark.parametrize("close", [THROTTLED, QUOTA])
async def test_too_many_requests_are_no_trouble_of_the_resource(
    hass: HomeAssistant,
    service: SpeechService,
    close: Close,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(allowance, "PATIENT_LISTENER", 0.1)
    service.synthesis.per_minute = PerMinute(close=close, requests=0)
    with pytest.raises(HomeAssistantError):
        await sound_of(asked_to_speak(hass, SENTENCE, WAV))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert caplog.text.count("speech synthesis failed") == 1
    assert available(hass, VOICE)
    assert not ir.async_get(hass).issues

    service.synthesis.per_minute = None
    assert heard(await sound_of(asked_to_speak(hass, f"Now: {SENTENCE}", WAV))) == f"Now: {SENTENCE}"


async def test_a_sound_that_broke_is_not_kept(hass: HomeAssistant, service: SpeechService) -> None:
    text = f"{SENTENCE} {SENTENCE}"
    service.behaviours = lambda _: Behaviour(faults=(Fault(After("audio", 2), Close(1011)),))
    stream = asked_to_speak(hass, text, WAV)
    with pytest.raises(HomeAssistantError):
        await sound_of(stream)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not [path for path in Path(hass.config.path("tts")).glob("*") if path.stat().st_size]
    service.behaviours = ()
    assert heard(await sound_of(asked_to_speak(hass, text, WAV))) == text


async def test_an_agent_that_fails_tells_why(hass: HomeAssistant) -> None:
    async def answer() -> AsyncGenerator[str]:
        yield f"{SENTENCE} And"
        raise HomeAssistantError("The agent is tired")

    with pytest.raises(HomeAssistantError, match="tired"):
        await sound_of(asked_to_speak(hass, answer(), WAV))


async def test_an_answer_that_breaks_off_is_told_as_such(hass: HomeAssistant) -> None:
    async def answer() -> AsyncGenerator[str]:
        yield SENTENCE
        raise ValueError("secret")

    with pytest.raises(HomeAssistantError, match="broke off") as caught:
        await sound_of(asked_to_speak(hass, answer(), WAV))
    assert "secret" not in str(caught.value)


async def test_a_text_without_an_end_ends(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(script, "TEXT_LIMIT", 0.1)
    closed = asyncio.Event()

    async def answer() -> AsyncGenerator[str]:
        try:
            yield f"{SENTENCE} It is"
            await asyncio.Event().wait()
        finally:
            closed.set()

    assert heard(await sound_of(asked_to_speak(hass, answer(), WAV))) == f"{SENTENCE}It is"
    await closed.wait()
    assert "No more text has come" in caplog.text


async def test_a_text_that_is_too_long_is_refused(hass: HomeAssistant, service: SpeechService) -> None:
    with pytest.raises(HomeAssistantError, match="50000 characters"):
        await sound_of(asked_to_speak(hass, "a " * script.MAX_TEXT, WAV))
    assert spoken(service) == []


async def test_a_reload_ends_what_is_spoken(hass: HomeAssistant, service: SpeechService, entry: ConfigEntry) -> None:
    service.synthesis.delivery = Delivery(pace=1)
    sound = asked_to_speak(hass, SENTENCE * 3, WAV).async_stream_result()
    await anext(sound)
    await service.until(lambda: bool(spoken(service)))
    await hass.config_entries.async_reload(entry.entry_id)
    with pytest.raises(HomeAssistantError, match="unloaded or reloaded meanwhile"):
        async for _ in sound:
            pass
