"""Second engines that were removed from Home Assistant: the household is told, since it would notice in an outage only.

What is in the registry is not gone, though it may load later, or be disabled. What was removed and is added again keeps
its id, and with that is back, if its integration knows it by something of its own. Wyoming's do not: they are new then.
"""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..const import CONF_SECOND_ENGINE
from ..resource.errors import called
from ..resource.issues import Issue, async_create_issue, async_delete_issue


@callback
def async_watch_second_engines(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Tell of an entry's second engines that are gone, until it is unloaded. It is loaded anew when one is chosen."""
    registry = er.async_get(hass)

    @callback
    def tell(_event: Event[er.EventEntityRegistryUpdatedData] | None = None) -> None:
        left = [
            called(subentry)
            for subentry in entry.subentries.values()
            if isinstance(stored := subentry.data.get(CONF_SECOND_ENGINE), str) and registry.async_get(stored) is None
        ]
        if left:
            async_create_issue(hass, entry, Issue.SECOND_ENGINE_GONE, names=", ".join(dict.fromkeys(left)))
        else:
            async_delete_issue(hass, entry, Issue.SECOND_ENGINE_GONE)

    tell()
    entry.async_on_unload(hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, tell, event_filter=_comes_or_goes))


@callback
def _comes_or_goes(data: er.EventEntityRegistryUpdatedData) -> bool:
    return data["action"] != "update"
