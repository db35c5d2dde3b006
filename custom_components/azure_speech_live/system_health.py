"""What the system health page says of the integration. It is made to be posted in public: no host of a household's."""

from typing import Any, Final

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.loader import async_get_integration

from .const import DOMAIN
from .resource.errors import translation_key
from .resource.resource import AzureSpeechConfigEntry, entry_region
from .speech import SpeechError

_NOT_SET_UP: Final = (
    ConfigEntryState.SETUP_ERROR,
    ConfigEntryState.MIGRATION_ERROR,
    ConfigEntryState.FAILED_UNLOAD,
)


@callback
def async_register(
    hass: HomeAssistant,  # noqa: ARG001  # Home Assistant's signature
    register: SystemHealthRegistration,
) -> None:
    """Register what tells the system's health."""
    register.async_register_info(_async_info)


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    entries: list[AzureSpeechConfigEntry] = hass.config_entries.async_entries(DOMAIN)
    integration = await async_get_integration(hass, DOMAIN)
    return {
        "version": str(integration.version),
        "resources": len(entries),
        # Home Assistant awaits it apart from the rest, and shows the rest meanwhile.
        "can_reach_service": _async_reach(entries),
    }


async def _async_reach(entries: list[AzureSpeechConfigEntry]) -> str | dict[str, str]:
    """Return "ok" if every resource that is in use lets us connect, or else what keeps us from it."""
    checked = False
    for entry in entries:
        error: str | None = None
        if entry.state is ConfigEntryState.LOADED:
            try:
                await entry.runtime_data.async_check()
            except SpeechError as err:
                error = translation_key(err)
            checked = True
        elif entry.state in _NOT_SET_UP:
            error = entry.error_reason_translation_key or "not_set_up"
        if error:
            return {"type": "failed", "error": f"{error} ({entry_region(entry.data)})"}
    return "ok" if checked else "no resource is in use"
