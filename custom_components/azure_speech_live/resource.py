"""The Speech resource that a config entry stands for: what is stored of it, and the client made from that."""

from collections.abc import Mapping
from typing import Any

from homeassistant.const import CONF_API_KEY, CONF_REGION, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .speech import Credentials, Endpoint, SpeechClient


def entry_data(endpoint: Endpoint, key: str) -> dict[str, str]:
    """Return what an entry stores. The key may have the blanks of a careless paste around it."""
    key = key.strip()
    if endpoint.region is not None:
        return {CONF_REGION: endpoint.region, CONF_API_KEY: key}
    return {CONF_URL: endpoint.url or "", CONF_API_KEY: key}


def entry_endpoint(data: Mapping[str, Any]) -> Endpoint:
    """Return the endpoint that an entry stores."""
    if CONF_REGION in data:
        return Endpoint.from_region(data[CONF_REGION])
    return Endpoint.from_url(data[CONF_URL])


def create_client(hass: HomeAssistant, data: Mapping[str, Any]) -> SpeechClient:
    """Return a client of the resource, to be closed by the caller. Raises ValueError for what cannot be a key."""
    return SpeechClient(async_get_clientsession(hass), entry_endpoint(data), Credentials(key=data[CONF_API_KEY]))
