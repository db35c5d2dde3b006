"""A translator, added by its form, and what it hears."""

from typing import Any

from homeassistant.components.stt import SpeechResult
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from custom_components.azure_speech_live.const import SUBENTRY_TRANSLATOR

from .speech import stream, transcribe
from .subentries import open_form, submit

TRANSLATOR = "stt.guests"
GERMAN = {"languages": ["de-DE"], "target_language": "en"}
OLDER = "/v1.0/speech/translate"
"""The path of the service of 2018."""


async def add_translator(hass: HomeAssistant, entry: ConfigEntry, **data: Any) -> ConfigSubentry:
    """Add a translator by its form, and return it."""
    result = await submit(hass, await open_form(hass, entry, SUBENTRY_TRANSLATOR), name="Guests", **(GERMAN | data))
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    (subentry,) = entry.get_subentries_of_type(SUBENTRY_TRANSLATOR)
    return subentry


async def hear(hass: HomeAssistant, audio: bytes) -> tuple[list[str], SpeechResult]:
    """Speak to the translator. Return its partial texts and its result."""
    return await transcribe(hass, stream(audio), entity_id=TRANSLATOR)
