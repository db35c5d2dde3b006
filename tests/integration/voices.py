"""Voices: added by their form, asked to speak as Home Assistant's own parts ask, and heard."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, Final

from homeassistant.components.tts import ResultStream, async_create_stream
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from custom_components.azure_speech_live.const import SUBENTRY_VOICE
from tests.speech_service.engines.speech import ScriptedSpeaker
from tests.speech_service.service import SpeechService
from tests.speech_service.synthesis.turn import SynthesisTurn

from .subentries import open_form, submit

VOICE = "tts.azure_speech_voice"
"""The one that comes with a resource."""
KITCHEN = "tts.kitchen_voice"
WAV: Final = {"preferred_format": "wav", "preferred_sample_rate": 16000}
HEADER: Final = 44
SENTENCE: Final = "The light in the kitchen is on."


async def add_voice(
    hass: HomeAssistant, entry: ConfigEntry, who: dict[str, Any] | None = None, **manner: Any
) -> ConfigSubentry:
    """Add a voice by its form, and return it."""
    before = set(entry.subentries)
    form = await submit(hass, await open_form(hass, entry, SUBENTRY_VOICE), name="Kitchen", **(who or {}))
    result = await submit(hass, form, **manner)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    (added,) = set(entry.subentries) - before
    return entry.subentries[added]


async def written(*pieces: str) -> AsyncGenerator[str]:
    """Write a text piece by piece."""
    for piece in pieces:
        yield piece
        await asyncio.sleep(0)


def asked_to_speak(
    hass: HomeAssistant,
    text: str | AsyncGenerator[str],
    options: dict[str, Any] | None = None,
    *,
    engine: str = VOICE,
    language: str = "en-US",
) -> ResultStream:
    """Have a text spoken as an Assist pipeline has it: whole, or while it is written."""
    stream = async_create_stream(hass, engine, language, options)
    if isinstance(text, str):
        stream.async_set_message(text)
    else:
        stream.async_set_message_stream(text)
    return stream


async def sound_of(stream: ResultStream) -> bytes:
    """Return all that a listener gets."""
    return b"".join([chunk async for chunk in stream.async_stream_result()])


def heard(sound: bytes, rate: int = 16000) -> str:
    """Return what is said in a WAV stream, whose header is checked."""
    assert sound[:4] == b"RIFF"
    assert sound[8:16] == b"WAVEfmt "
    assert int.from_bytes(sound[24:28], "little") == rate
    assert sound[40:HEADER] == sound[4:8] == b"\xff\xff\xff\xff"
    assert len(sound) % 2 == 0
    return ScriptedSpeaker().heard(sound[HEADER:], rate)


def spoken(service: SpeechService) -> list[SynthesisTurn]:
    """Return every turn in which the service was asked to speak."""
    return [turn for connection in service.syntheses for turn in connection.turns]
