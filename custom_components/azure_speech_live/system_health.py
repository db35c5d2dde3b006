"""What the system health page says of the integration. It is made to be posted in public: no host of a household's."""

from typing import TYPE_CHECKING, Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.core import HomeAssistant, callback
from homeassistant.loader import async_get_integration

from .const import DOMAIN
from .errors import translation_key
from .speech import SpeechError

if TYPE_CHECKING:
    from . import AzureSpeechConfigEntry


@callback
def async_register(
    hass: HomeAssistant,  # noqa: ARG001  # Home Assistant's signature
    register: SystemHealthRegistration,
) -> None:
    """Register what tells the system's health."""
    register.async_register_info(_async_info)


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    entries = hass.config_entries.async_loaded_entries(DOMAIN)
    integration = await async_get_integration(hass, DOMAIN)
    return {
        "version": str(integration.version),
        "resources": len(hass.config_entries.async_entries(DOMAIN)),
        # Home Assistant awaits it apart from the rest, and shows the rest meanwhile.
        "can_reach_service": _async_reach(entries),
    }


async def _async_reach(entries: list[AzureSpeechConfigEntry]) -> str | dict[str, str]:
    """Return "ok" if every resource lets us connect, or else what keeps us from it."""
    for entry in entries:
        resource = entry.runtime_data
        try:
            await resource.client.check()
        except SpeechError as err:
            return {"type": "failed", "error": f"{translation_key(err)} ({resource.endpoint.region or 'own endpoint'})"}
    return "ok"
