"""Asks the household for a new key."""

from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH, SOURCE_RECONFIGURE, ConfigEntry, ConfigFlowContext
from homeassistant.core import HomeAssistant, callback

from ..const import DOMAIN
from .errors import called


@callback
def async_ask_for_key(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Ask for a new key, unless that has been done.

    Home Assistant does not while the form that changes the resource is open. But whoever left that form by closing the
    page, has left it open until Home Assistant is restarted.
    """
    sources = {
        flow["context"]["source"] for flow in entry.async_get_active_flows(hass, {SOURCE_REAUTH, SOURCE_RECONFIGURE})
    }
    if sources != {SOURCE_RECONFIGURE}:
        entry.async_start_reauth(hass)
        return
    context = ConfigFlowContext(
        source=SOURCE_REAUTH,
        entry_id=entry.entry_id,
        title_placeholders={"name": called(entry)},
        unique_id=entry.unique_id,
    )
    hass.async_create_task(
        hass.config_entries.flow.async_init(DOMAIN, context=context, data=dict(entry.data)), "Azure Speech Live reauth"
    )
