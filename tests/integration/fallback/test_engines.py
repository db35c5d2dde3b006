"""Which second engine is asked: the one that was named, wherever it is by now, and nobody in a circle."""

import asyncio

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from custom_components.azure_speech_live.fallback.engines import (
    asked_by,
    async_second_ear,
    async_second_voice,
    language_for,
)

from ..engines import OtherEar, OtherVoice, add_engines, stored

AZURE = "stt.azure_speech"


async def test_an_engine_is_found_under_whatever_it_is_called(
    hass: HomeAssistant, entity_registry: er.EntityRegistry
) -> None:
    await add_engines(hass, OtherEar(), OtherVoice())
    named, speaks = stored(hass, "stt.whisper"), stored(hass, "tts.piper")
    ear = async_second_ear(hass, named, AZURE)
    assert isinstance(ear, OtherEar)
    assert isinstance(async_second_voice(hass, speaks, AZURE), OtherVoice)

    entity_registry.async_update_entity("stt.whisper", new_entity_id="stt.cellar")
    await hass.async_block_till_done()
    assert async_second_ear(hass, named, AZURE) is ear


async def test_what_does_not_hear_or_speak_is_none(hass: HomeAssistant) -> None:
    await add_engines(hass, OtherEar(), OtherVoice())
    assert async_second_ear(hass, stored(hass, "tts.piper"), AZURE) is None
    assert async_second_voice(hass, stored(hass, "stt.whisper"), AZURE) is None
    assert async_second_ear(hass, None, AZURE) is None
    assert async_second_ear(hass, "", AZURE) is None
    assert async_second_ear(hass, "0123456789abcdef0123456789abcdef", AZURE) is None


async def test_it_may_load_later_and_again(hass: HomeAssistant, entity_registry: er.EntityRegistry) -> None:
    entry = await add_engines(hass, OtherEar())
    named = stored(hass, "stt.whisper")

    await hass.config_entries.async_unload(entry.entry_id)
    assert async_second_ear(hass, named, AZURE) is None
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert isinstance(async_second_ear(hass, named, AZURE), OtherEar)

    entity_registry.async_update_entity("stt.whisper", disabled_by=er.RegistryEntryDisabler.USER)
    await hass.async_block_till_done()
    assert async_second_ear(hass, named, AZURE) is None


async def test_nobody_is_asked_by_whom_it_asks(hass: HomeAssistant) -> None:
    await add_engines(hass, OtherEar())
    named = stored(hass, "stt.whisper")
    assert async_second_ear(hass, named, "stt.whisper") is None

    async def ask() -> object:
        return async_second_ear(hass, named, AZURE)

    with asked_by(AZURE):
        assert async_second_ear(hass, named, "stt.other") is not None
        with asked_by("stt.whisper"):
            assert async_second_ear(hass, named, AZURE) is None
            asked = asyncio.create_task(ask())
        assert async_second_ear(hass, named, AZURE) is not None
    assert await asked is None


def test_a_language_is_called_as_the_engine_calls_it(hass: HomeAssistant) -> None:
    hass.config.country = "GB"
    assert language_for(hass, "de-DE", ["en", "de"]) == "de"
    assert language_for(hass, "nb-NO", ["no"]) == "no"
    assert language_for(hass, "en", ["en-US", "en-GB"]) == "en-GB"
    assert language_for(hass, "zu-ZA", ["en", "de"]) is None
    assert language_for(hass, "en", []) is None
