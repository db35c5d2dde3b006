"""The button that has a microphone listen: push to talk."""

from typing import override

from homeassistant.components.button import ButtonEntity
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import MicrophoneEntity
from .resource.resource import AzureSpeechConfigEntry
from .satellite.host_microphone import HostMicrophone, async_get_microphones

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AzureSpeechConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a button for every microphone of the entry."""
    for subentry_id, microphone in async_get_microphones(hass, entry).items():
        button = ListenButton(microphone, entry.subentries[subentry_id])
        async_add_entities([button], config_subentry_id=subentry_id)


class ListenButton(MicrophoneEntity, ButtonEntity):
    """Pressed, the satellite listens; pressed again, it has heard all."""

    _attr_translation_key = "listen"

    def __init__(self, microphone: HostMicrophone, subentry: ConfigSubentry) -> None:
        """Initialize the button."""
        super().__init__(microphone, subentry)
        self._attr_unique_id = f"{subentry.subentry_id}-listen"

    @override
    async def async_press(self) -> None:
        """Listen. Raises ServiceValidationError if the satellite is disabled, or its assistant cannot hear."""
        self._microphone.async_get_satellite().async_press(self._context)
