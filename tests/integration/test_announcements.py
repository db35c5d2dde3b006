"""Announcements, for which nobody stands and waits: they wait for the service; those that were kept do without."""

import asyncio
from http import HTTPStatus

from homeassistant.components.media_player import DOMAIN as MEDIA_PLAYER_DOMAIN
from homeassistant.components.media_source import async_resolve_media
from homeassistant.components.tts import ResultStream, async_create_stream
from homeassistant.components.tts.const import DATA_TTS_MANAGER
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import setup_test_component_platform
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.azure_speech_live.speech.synthesis import allowance
from custom_components.azure_speech_live.speech.wire import throttle
from custom_components.azure_speech_live.voice.expected import async_get_ready
from tests.speech_service.per_minute import PerMinute
from tests.speech_service.service import SpeechService
from tests.speech_service.synthesis.refusals import THROTTLED

from .availability import available
from .forms import add_resource
from .microphones import Radio
from .speech import RECOGNIZER
from .voices import HEADER, SENTENCE, VOICE, WAV, asked_to_speak, heard, sound_of

FREE = 20
"""Requests that the free tier takes in its minute, which is short here."""


@pytest.fixture(autouse=True)
def minute(entry: ConfigEntry, service: SpeechService, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - before it
    """Have a free tier, with a minute of two seconds."""
    monkeypatch.setattr(throttle, "STEP", 0.1)
    monkeypatch.setattr(throttle, "LONGEST_STEP", 0.3)
    monkeypatch.setattr(allowance, "LISTENER", 0.1)
    service.synthesis.per_minute = PerMinute(close=THROTTLED, requests=FREE, seconds=2.0)


def asked_to_answer(hass: HomeAssistant, text: str) -> ResultStream:
    """Have a text spoken at the end of an assistant's run, in which something was heard."""
    stream = async_create_stream(hass, VOICE, "en-US", WAV)
    async_get_ready()
    stream.async_set_message(text)
    return stream


async def test_more_than_the_free_tier_takes_in_a_minute_are_all_spoken(
    hass: HomeAssistant, service: SpeechService
) -> None:
    texts = [f"Announcement {number}." for number in range(30)]
    sounds = await asyncio.gather(*(sound_of(asked_to_speak(hass, text, WAV)) for text in texts))
    assert list(map(heard, sounds)) == texts
    assert service.synthesis.per_minute is not None
    assert service.synthesis.per_minute.refused >= 1


async def test_who_waits_for_an_answer_does_not_wait_for_a_minute(hass: HomeAssistant, service: SpeechService) -> None:
    assert heard(await sound_of(asked_to_answer(hass, SENTENCE))) == SENTENCE
    service.synthesis.per_minute = PerMinute(close=THROTTLED, requests=0)
    with pytest.raises(HomeAssistantError, match="too many"):
        await sound_of(asked_to_answer(hass, f"Now: {SENTENCE}"))


async def test_while_an_announcement_waits_there_is_no_header(hass: HomeAssistant, service: SpeechService) -> None:
    """What plays it would begin, and hang."""
    service.synthesis.per_minute = full = PerMinute(close=THROTTLED, requests=0)
    stream = asked_to_speak(hass, SENTENCE, WAV).async_stream_result()
    begin = asyncio.ensure_future(anext(stream))
    await service.until(lambda: full.refused > 1)
    assert not begin.done()
    service.synthesis.per_minute = None
    assert heard(await begin + b"".join([chunk async for chunk in stream])) == SENTENCE


async def test_of_an_answer_the_header_comes_before_the_sound(hass: HomeAssistant, service: SpeechService) -> None:
    """Until the rest is there, what converts it has started."""
    service.synthesis.per_minute = PerMinute(close=THROTTLED, requests=0)
    stream = asked_to_answer(hass, SENTENCE).async_stream_result()
    assert len(await anext(stream)) == HEADER
    with pytest.raises(HomeAssistantError, match="too many"):
        await anext(stream)


@pytest.fixture
async def radio(hass: HomeAssistant, entry: ConfigEntry) -> Radio:  # noqa: ARG001 - before it
    """Have a media player."""
    radio = Radio()
    setup_test_component_platform(hass, MEDIA_PLAYER_DOMAIN, [radio])
    assert await async_setup_component(hass, MEDIA_PLAYER_DOMAIN, {MEDIA_PLAYER_DOMAIN: {"platform": "test"}})
    await hass.async_block_till_done()
    return radio


async def test_one_that_was_kept_is_heard_while_the_service_is_away(
    hass: HomeAssistant, radio: Radio, hass_client: ClientSessionGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    async with SpeechService() as second:
        await add_resource(hass, second)
        (voice,) = set(hass.states.async_entity_ids("tts")) - {VOICE}
        (ears,) = set(hass.states.async_entity_ids("stt")) - {RECOGNIZER}
        client = await hass_client()

        async def announced(message: str) -> bytes:
            """Announce, and return what the player gets: nothing, if it is an error."""
            data = {"entity_id": voice, "media_player_entity_id": radio.entity_id, "message": message}
            await hass.services.async_call("tts", "speak", data, blocking=True)
            media = await async_resolve_media(hass, radio.played[-1], radio.entity_id)
            response = await client.get(media.url)
            return await response.read() if response.status == HTTPStatus.OK else b""

        before = await announced(SENTENCE)
        assert before
        await hass.async_block_till_done(wait_background_tasks=True)
    assert not await announced("Something else.")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not available(hass, ears)
    hass.data[DATA_TTS_MANAGER].mem_cache.clear()  # as after some minutes
    assert (await announced(SENTENCE)).endswith(before), "Home Assistant puts a tag before it"
    assert "unavailable" not in caplog.text
