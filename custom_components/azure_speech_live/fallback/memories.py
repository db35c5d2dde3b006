"""Where the memory of each resource is kept: as long as its health, which outlives its set-up, and beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakKeyDictionary

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..resource.health import Health, async_get_health
from .memory import Memory

_MEMORIES: Final[HassKey[WeakKeyDictionary[Health, Memories]]] = HassKey(f"{DOMAIN}_memories")


@dataclass(slots=True)
class Memories:
    """What is remembered of one resource."""

    of: Mapping[str, Any]
    """Its key and endpoint: with others it is another resource."""
    hearing: Memory = field(default_factory=Memory)
    speaking: Memory = field(default_factory=Memory)


@callback
def async_get_memories(hass: HomeAssistant, entry: ConfigEntry[Any]) -> Memories:
    """Return what is remembered of an entry's resource, and have it follow the resource's health."""
    memories, health = hass.data.setdefault(_MEMORIES, WeakKeyDictionary()), async_get_health(hass, entry)
    if health not in memories:
        health.async_add_listener(lambda: _follow(memories[health], health, hass.loop.time()))
        memories[health] = Memories(entry.data)
    elif memories[health].of != entry.data:
        told = memories[health].hearing.told, memories[health].speaking.told
        memories[health] = Memories(entry.data)
        memories[health].hearing.told, memories[health].speaking.told = told
    return memories[health]


def _follow(memories: Memories, health: Health, now: float) -> None:
    """Take note of what a check of the connection has found: that is cheaper than a try."""
    for memory in (memories.hearing, memories.speaking):
        if health.available:
            memory.reached(now)
        elif not memory.away:
            memory.failed(now)
