"""Which conversation agent answers where a recognizer's own is asked: the one that the household chose for it.

What is stored of the choice is the agent's id in the entity registry, which stays when the entity is renamed; of Home
Assistant's own, and of agents that are no entities, the id that assistants have.
"""

from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..const import CONF_AGENT
from ..resource.resource import own_subentry

OWN_AGENT: Final = "conversation.home_assistant"
"""Home Assistant's own. That one is asked in the place of what cannot be asked."""


def has_agent(recognizer: ConfigSubentry) -> bool:
    """Return whether a recognizer has an agent of its own."""
    return bool(recognizer.data.get(CONF_AGENT))


@callback
def async_remove_agents(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Forget the agents of recognizers that do not have one any more."""
    registry = er.async_get(hass)
    for registered in er.async_entries_for_config_entry(registry, entry.entry_id):
        subentry = own_subentry(hass, registered)
        if registered.domain == Platform.CONVERSATION and not (subentry and has_agent(subentry)):
            registry.async_remove(registered.entity_id)


@callback
def async_is_of_recognizer(hass: HomeAssistant, agent_id: str) -> bool:
    """Return whether an agent is a recognizer's own: nobody can choose that as the one that it asks."""
    return own_subentry(hass, er.async_get(hass).async_get(agent_id)) is not None


@callback
def async_agent_behind(hass: HomeAssistant, agent_id: str) -> str:
    """Return the id of the agent that answers where one is asked: another one only where that one is ours."""
    subentry = own_subentry(hass, er.async_get(hass).async_get(agent_id))
    return agent_id if subentry is None else async_chosen_agent(hass, subentry.data.get(CONF_AGENT))


@callback
def async_chosen_agent(hass: HomeAssistant, stored: object) -> str:
    """Return the id of the agent that a recognizer stores; Home Assistant's own where that cannot be, being ours."""
    if not isinstance(stored, str):
        return OWN_AGENT
    registered = er.async_get(hass).async_get(stored)
    if registered is None:
        return stored
    return OWN_AGENT if async_is_of_recognizer(hass, registered.entity_id) else registered.entity_id


@callback
def async_as_stored(hass: HomeAssistant, agent_id: str) -> str:
    """Return what is stored of an agent."""
    registered = er.async_get(hass).async_get(agent_id)
    return registered.id if registered is not None else agent_id


@callback
def async_is_gone(hass: HomeAssistant, stored: str) -> bool:
    """Return whether what is stored is of an agent that was removed from Home Assistant."""
    is_entity_id, registered = "." in stored, er.async_get(hass).async_get(stored)
    return not is_entity_id and registered is None and hass.config_entries.async_get_entry(stored) is None
