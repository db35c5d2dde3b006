"""Sessions that are over, what the service has received of them, and the usage after a restart."""

from datetime import UTC, datetime

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant

from custom_components.azure_speech_live.resource.session import Session, SpokenSession
from custom_components.azure_speech_live.resource.usage import Usage
from custom_components.azure_speech_live.speech import (
    RecognitionOptions,
    SpeechError,
    SynthesisOptions,
    SynthesisTimeline,
    Timeline,
    TranslationOptions,
)
from tests.speech_service.service import SpeechService


def received(service: SpeechService) -> int:
    """Return the bytes of audio that the service has received."""
    return sum(connection.audio_size for connection in service.connections)


def recognition(sent: int, error: SpeechError | None = None) -> Session:
    """Return a recognition that is over."""
    return Session(RecognitionOptions(), datetime.now(UTC), Timeline(requests=1, sent=sent), error)


def translation(sent: int, error: SpeechError | None = None) -> Session:
    """Return a translation that is over."""
    return Session(TranslationOptions(targets=("de",)), datetime.now(UTC), Timeline(requests=1, sent=sent), error)


def answer(characters: int, error: SpeechError | None = None) -> SpokenSession:
    """Return an answer that was spoken."""
    timeline = SynthesisTimeline(requests=1, characters=characters)
    return SpokenSession(SynthesisOptions(voice="en-US-JennyNeural"), datetime.now(UTC), timeline, error)


async def restart(hass: HomeAssistant, entry_id: str) -> Usage:
    """Let Home Assistant store what it has to when it stops, and return what it finds when it starts again."""
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    usage = Usage(hass, entry_id)
    assert await usage.async_load() is None
    return usage
