"""The voice of an assistant, for what a satellite says outside of a pipeline's run."""

import asyncio
from typing import Final

from homeassistant.components import tts
from homeassistant.components.assist_pipeline import async_get_pipeline
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

_SOUND_LIMIT: Final = 10.0
"""Seconds in which a voice has given all of its sound, once that has been played."""


@callback
def async_create_voice(hass: HomeAssistant, pipeline_id: str | None) -> tts.ResultStream | None:
    """Return what a pipeline's voice is to speak, without its text yet; None if it has no voice.

    Raises HomeAssistantError if the voice, or the pipeline, is gone.
    """
    pipeline = async_get_pipeline(hass, pipeline_id)
    if pipeline.tts_engine is None:
        return None
    options = {tts.ATTR_VOICE: pipeline.tts_voice} if pipeline.tts_voice else {}
    return tts.async_create_stream(hass, pipeline.tts_engine, pipeline.tts_language, options)


@callback
def async_has_voice(hass: HomeAssistant, pipeline_id: str | None) -> bool:
    """Return whether a pipeline's answers can be spoken. If its voice is gone, it would not even listen."""
    try:
        voice = async_create_voice(hass, pipeline_id)
    except HomeAssistantError:
        return False
    if voice is not None:
        voice.delete()
    return voice is not None


async def async_check_spoken(voice: tts.ResultStream) -> None:
    """Raise what a voice has failed with. What was played has its sound in memory."""
    async with asyncio.timeout(_SOUND_LIMIT):
        async for _ in voice.async_stream_result():
            pass
