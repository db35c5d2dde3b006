"""What there is to choose from for live captions: for the form of a card, and for an app's own."""

from typing import Any, Final

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_ENTITY_ID, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..actions.permissions import captioning
from ..actions.resource_choice import RESOURCE_FIELD
from ..languages.choice import locales_of, translation_target
from ..resource.errors import called
from ..speech import LANGUAGES, TRANSLATION_LANGUAGES, Voice
from ..voice.voices import async_get_voices
from .request import VERSION_FIELD

_MAX_LANGUAGES: Final = 10
"""Languages whose voices are told at a time."""
_MAX_VOICES: Final = 200
"""Voices of one language that are told: English has some hundred, and who wants another one knows its name."""

CHOICES_SCHEMA: Final[dict[Any, Any]] = {
    **VERSION_FIELD,
    **RESOURCE_FIELD,
    vol.Optional(ATTR_ENTITY_ID): cv.entity_id,
    vol.Optional("voices_of", default=list): vol.All(cv.ensure_list, [cv.string], vol.Length(max=_MAX_LANGUAGES)),
}


async def async_get_choices(hass: HomeAssistant, user: User, asked: dict[str, Any]) -> JsonObjectType:
    """Return languages, targets, voices by language, resources, recognizers and microphones that a user may use.

    Raises Unauthorized if they may use none, and ServiceValidationError for a language that there is not.
    """
    entries = captioning(hass, user)
    named = _named(hass, asked)
    own = [entry for entry in entries if named in (None, entry.entry_id, entry.title)]
    voices: JsonObjectType = {}
    for language in asked["voices_of"]:
        target = translation_target(language)
        voices[language] = [_voice(voice) for voice in _voices(hass, own, target)]
    return {
        "languages": list(LANGUAGES),
        "target_languages": list(TRANSLATION_LANGUAGES),
        "voices": voices,
        "resources": [{"id": entry.entry_id, "title": called(entry)} for entry in entries],
        "engines": [*_entities(hass, user, own, Platform.STT)],
        "microphones": [*_entities(hass, user, entries, Platform.ASSIST_SATELLITE)],
    }


@callback
def _named(hass: HomeAssistant, asked: dict[str, Any]) -> str | None:
    """Return the resource that is asked for, if one is: by name, or by one of its entities."""
    if entity_id := asked.get(ATTR_ENTITY_ID):
        registered = er.async_get(hass).async_get(entity_id)
        return registered.config_entry_id if registered else ""
    named: str | None = asked.get(ATTR_CONFIG_ENTRY_ID)
    return named or None


def _voices(hass: HomeAssistant, entries: list[ConfigEntry], target: str) -> list[Voice]:
    """Return the voices that speak a language, of the first resource that is set up."""
    entry = next((entry for entry in entries if entry.state is ConfigEntryState.LOADED), None)
    if entry is None:
        return []
    known = async_get_voices(hass, entry)
    found = [voice for locale in locales_of(target) for voice in known.speaking(locale)]
    return list({voice.short_name: voice for voice in found}.values())[:_MAX_VOICES]


def _voice(voice: Voice) -> JsonObjectType:
    name = voice.local_name or voice.display_name or voice.short_name
    return {"name": voice.short_name, "label": f"{name} ({voice.locale})"}


def _entities(hass: HomeAssistant, user: User, entries: list[ConfigEntry], domain: Platform) -> list[str]:
    registry = er.async_get(hass)
    return [
        entity.entity_id
        for entry in entries
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id)
        if entity.domain == domain
        and not entity.disabled_by
        and user.permissions.check_entity(entity.entity_id, POLICY_CONTROL)
    ]
