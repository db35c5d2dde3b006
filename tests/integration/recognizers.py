"""Recognizers with settings of their own, added by their form."""

from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from custom_components.azure_speech_live.const import SUBENTRY_RECOGNIZER
from tests.speech_service.service import SpeechService
from tests.speech_service.turn import Turn

from .subentries import open_form, submit

NAME = "Kitchen"
KITCHEN = "stt.kitchen"


def filled_in(
    text: dict[str, Any] | None = None, advanced: dict[str, Any] | None = None, **main: Any
) -> dict[str, Any]:
    """Return a form's input: only what differs from the defaults, as the user interface leaves out nothing else."""
    return {**main, "text": text or {}, "advanced": advanced or {}}


async def add_recognizer(hass: HomeAssistant, entry: ConfigEntry, **settings: Any) -> ConfigSubentry:
    """Add a recognizer by its form, and return it."""
    before = set(entry.subentries)
    form = await open_form(hass, entry, SUBENTRY_RECOGNIZER)
    result = await submit(hass, form, name=NAME, **filled_in(**settings))
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    (added,) = set(entry.subentries) - before
    return entry.subentries[added]


def last_turn(service: SpeechService) -> Turn:
    """Return the turn that the service has had last."""
    return [turn for connection in service.connections for turn in connection.turns][-1]
