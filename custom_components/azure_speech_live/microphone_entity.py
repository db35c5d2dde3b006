"""What the entities of a microphone have in common."""

from typing import override

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_DEVICE
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity

from .const import DOMAIN
from .satellite.host_microphone import HostMicrophone


class MicrophoneEntity(Entity):
    """An entity of a microphone, which is there as long as the microphone is."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, microphone: HostMicrophone, subentry: ConfigSubentry) -> None:
        """Initialize the entity and its device."""
        self._microphone = microphone
        self._attr_device_info = microphone_device(subentry)

    @property
    @override
    def available(self) -> bool:
        """Return whether the microphone gives sound."""
        return self._microphone.available

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the microphone."""
        await super().async_added_to_hass()
        self.async_on_remove(self._microphone.async_add_listener(self.async_write_ha_state))


def microphone_device(subentry: ConfigSubentry) -> DeviceInfo:
    """Return the device that a microphone is."""
    return DeviceInfo(
        identifiers={(DOMAIN, subentry.subentry_id)}, name=subentry.title, model=subentry.data[CONF_DEVICE]
    )
