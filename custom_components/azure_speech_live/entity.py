"""What the entities of the integration have in common."""

from typing import Final, override

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_DEVICE
from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity

from .const import DOMAIN
from .resource.resource import AzureSpeechConfigEntry
from .satellite.host_microphone import HostMicrophone

ATTR_LAST_ENGINE: Final = "last_engine"
"""The entity id of who answered last: the entity itself, or its second engine."""


class AzureSpeechEntity(Entity):
    """An entity of a subentry: the subentry is its device, and the entry's resource its way to the service.

    While it is unavailable, it still does what it is asked to: that is how the household gets it back at once.
    """

    _attr_has_entity_name = True

    def __init__(self, entry: AzureSpeechConfigEntry, subentry: ConfigSubentry) -> None:
        """Initialize the entity and its device."""
        self._entry = entry
        self._resource = entry.runtime_data
        self._attr_unique_id = subentry.subentry_id
        self._attr_extra_state_attributes = {}
        self._attr_device_info = service_device(subentry.subentry_id, subentry.title, subentry.subentry_type)

    @property
    @override
    def available(self) -> bool:
        """Return whether the service can be reached."""
        return self._resource.health.available

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the resource's health."""
        await super().async_added_to_hass()
        self.async_on_remove(self._resource.health.async_add_listener(self.async_write_ha_state))

    @callback
    def async_show(self, attribute: str, value: str | int) -> None:
        """Show something of what was heard or spoken, as an attribute; "" and 0 are nothing new."""
        if value and self._attr_extra_state_attributes.get(attribute) != value:
            self._attr_extra_state_attributes = {**self._attr_extra_state_attributes, attribute: value}
            self.async_write_ha_state()


def service_device(identifier: str, name: str, kind: str) -> DeviceInfo:
    """Return the device that an entry or a subentry is. What it is tells those of one name apart."""
    return DeviceInfo(
        identifiers={(DOMAIN, identifier)},
        entry_type=DeviceEntryType.SERVICE,
        manufacturer="Microsoft",
        model=f"Speech {kind}",
        name=name,
    )


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
