"""What the entities of the integration have in common."""

from typing import override

from homeassistant.config_entries import ConfigSubentry
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity

from . import AzureSpeechConfigEntry
from .const import DOMAIN


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


def service_device(identifier: str, name: str, kind: str) -> DeviceInfo:
    """Return the device that an entry or a subentry is. What it is tells those of one name apart."""
    return DeviceInfo(
        identifiers={(DOMAIN, identifier)},
        entry_type=DeviceEntryType.SERVICE,
        manufacturer="Microsoft",
        model=f"Speech {kind}",
        name=name,
    )
