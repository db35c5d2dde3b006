"""What every entity of the integration has in common."""

import logging

from homeassistant.config_entries import ConfigSubentry
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity

from . import AzureSpeechConfigEntry
from .const import DOMAIN
from .speech import CredentialsError, SpeechError

_LOGGER = logging.getLogger(__name__)


class AzureSpeechEntity(Entity):
    """An entity of a subentry: the subentry is its device, and the entry's resource its way to the service."""

    _attr_has_entity_name = True

    def __init__(self, entry: AzureSpeechConfigEntry, subentry: ConfigSubentry) -> None:
        """Initialize the entity and its device."""
        self._entry = entry
        self._resource = entry.runtime_data
        self._trouble: type[SpeechError] | None = None
        self._attr_unique_id = subentry.subentry_id
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, subentry.subentry_id)},
            entry_type=DeviceEntryType.SERVICE,
            manufacturer="Microsoft",
            model="Azure Speech",
            name=subentry.title,
        )

    def _report_failure(self, error: SpeechError) -> None:
        """Log a failure, but not again while it lasts, and ask for a new key if the service refused this one."""
        level = logging.DEBUG if type(error) is self._trouble else logging.ERROR
        _LOGGER.log(level, "%s: speech recognition failed: %s", self.entity_id, error)
        self._trouble = type(error)
        if isinstance(error, CredentialsError):
            self._entry.async_start_reauth(self.hass)

    def _report_success(self) -> None:
        """Log that a failure is over."""
        if self._trouble is not None:
            _LOGGER.info("%s: speech recognition works again", self.entity_id)
            self._trouble = None
