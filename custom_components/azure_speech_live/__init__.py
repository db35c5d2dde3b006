"""Azure Speech Live: live speech recognition by the Azure Speech service, for Assist pipelines.

A config entry is an Azure Speech resource, and holds it as its runtime data. Its subentries are what the household uses
of it: recognizers, each a speech-to-text entity, and voices, each a text-to-speech entity.
"""

from functools import partial
import logging
from typing import Any, Final

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import async_get_platforms
from homeassistant.helpers.typing import ConfigType
from homeassistant.setup import async_setup_component

from .const import DOMAIN, SUBENTRY_MICROPHONE, SUBENTRY_RECOGNIZER
from .fallback.gone import async_watch_second_engines
from .frontend.card import async_setup_card
from .home.agents import async_remove_agents, has_agent
from .resource.errors import called, worded
from .resource.health import async_setup_health
from .resource.issues import Issue, async_create_issue
from .resource.resource import AzureSpeechConfigEntry, SpeechResource
from .resource.usage import async_get_usage, async_remove_usage
from .satellite.host_microphone import async_add_microphone, async_get_microphones
from .services import async_setup_services
from .speech import printable
from .voice.expected import async_setup_conversations
from .voice.voices import async_remove_voices
from .websocket_api import async_setup_websocket_api

_LOGGER = logging.getLogger(__name__)

PLATFORMS: Final = (Platform.SENSOR, Platform.STT, Platform.TTS)
MICROPHONE_PLATFORMS: Final = (Platform.ASSIST_SATELLITE, Platform.BUTTON, Platform.SELECT)

CONFIG_SCHEMA: Final = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, _config: ConfigType) -> bool:
    """Register the actions, the commands and the card: what uses them is valid also while no resource is loaded."""
    async_setup_health(hass)
    async_setup_services(hass)
    async_setup_websocket_api(hass)
    async_setup_conversations(hass)
    await async_setup_card(hass)
    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, partial(_tell_of_newer_version, hass))
    return True


@callback
def _tell_of_newer_version(hass: HomeAssistant, _change: ConfigEntryChange, entry: ConfigEntry[Any]) -> None:
    """Tell of an entry that a newer version has stored: it is not set up, and only Home Assistant's log says why."""
    if entry.domain == DOMAIN and entry.state is ConfigEntryState.MIGRATION_ERROR:
        async_create_issue(hass, entry, Issue.NEWER_VERSION)


async def async_setup_entry(hass: HomeAssistant, entry: AzureSpeechConfigEntry) -> None:
    """Set up what the household uses of the resource.

    The service is not waited for: an assistant whose engine is missing does not even ask another one, and loses it when
    somebody saves the assistant meanwhile. Whether it can be reached is checked in the background, and told by the
    resource's health. Raises ConfigEntryAuthFailed if what is stored of key and endpoint cannot be read.
    """
    usage = await async_get_usage(hass, entry)
    try:
        resource = SpeechResource(hass, entry, usage)
    except ValueError as err:
        raise worded(ConfigEntryAuthFailed, "unreadable_entry", title=entry.title) from err
    entry.async_on_unload(resource.async_close)
    resource.async_start()
    entry.runtime_data = resource
    async_watch_second_engines(hass, entry)
    async_remove_agents(hass, entry)

    for subentry in entry.get_subentries_of_type(SUBENTRY_MICROPHONE):
        try:
            async_add_microphone(hass, entry, subentry)
        except (TypeError, ValueError) as err:
            # Without a device it is none; but that is no reason for all others to be silent.
            _LOGGER.error("%s: cannot read what is stored of it: %s", called(subentry), printable(repr(err)))  # noqa: TRY400 - one line
    microphones = async_get_microphones(hass, entry)
    if microphones:  # Only who has one needs what satellites need.
        await async_setup_component(hass, Platform.ASSIST_SATELLITE, {})
    await hass.config_entries.async_forward_entry_setups(entry, _platforms(hass, entry))
    for microphone in microphones.values():
        microphone.async_start()
    entry.async_on_unload(entry.add_update_listener(_async_reload))


async def async_unload_entry(hass: HomeAssistant, entry: AzureSpeechConfigEntry) -> None:
    """Remove the entities; Home Assistant closes the client then."""
    # Those with which it was set up: what the subentries say now may be something else.
    loaded = [Platform(each.domain) for each in async_get_platforms(hass, DOMAIN) if each.config_entry is entry]
    await hass.config_entries.async_unload_platforms_or_raise(entry, loaded)


async def async_remove_entry(hass: HomeAssistant, entry: AzureSpeechConfigEntry) -> None:
    """Forget what was used of the resource, and its voices."""
    await async_remove_voices(hass, entry)
    await async_remove_usage(hass, entry)


def _platforms(hass: HomeAssistant, entry: AzureSpeechConfigEntry) -> list[Platform]:
    """Return the platforms that an entry has entities of: who has no assistants, say, needs nothing of theirs."""
    platforms = list(PLATFORMS)
    if async_get_microphones(hass, entry):
        platforms += MICROPHONE_PLATFORMS
    if any(map(has_agent, entry.get_subentries_of_type(SUBENTRY_RECOGNIZER))):
        platforms += [Platform.CONVERSATION]
    return platforms


async def _async_reload(hass: HomeAssistant, entry: AzureSpeechConfigEntry) -> None:
    """Set up anew with what changed: the key, the endpoint or a subentry."""
    await hass.config_entries.async_reload(entry.entry_id)
