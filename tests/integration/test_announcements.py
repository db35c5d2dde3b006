"""Announcements, for which nobody stands and waits: they wait for the service; answers do not."""

import asyncio

from homeassistant.components.tts import ResultStream, async_create_stream
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.azure_speech_live.speech.synthesis import answer
from custom_components.azure_speech_live.speech.wire import throttle
from custom_components.azure_speech_live.voice.expected import async_get_ready
from tests.speech_service.per_minute import PerMinute
from tests.speech_service.service import SpeechService
from tests.speech_service.synthesis.refusals import THROTTLED

from .voices import HEADER, SENTENCE, VOICE, WAV, asked_to_speak, heard, sound_of

FREE = 20
"""Requests that the free tier takes in its minute, which is short here."""


@pytest.fixture(autouse=True)
def minute(entry: ConfigEntry, service: SpeechService, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - before it
    """Have a free tier, with a minute of two seconds."""
    monkeypatch.setattr(throttle, "STEP", 0.1)
    monkeypatch.setattr(throttle, "LONGEST_STEP", 0.3)
    monkeypatch.setattr(answer, "LISTENER", 0.1)
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
