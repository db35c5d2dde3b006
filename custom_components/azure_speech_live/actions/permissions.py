"""Who may have speech recognised and translated, which costs money and may listen to things.

As with other actions, automations may. A user needs to be allowed to control one of the resource's entities.
"""

import re
from typing import Final
from urllib.parse import unquote

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant, callback, split_entity_id
from homeassistant.exceptions import Unauthorized, UnknownUser
from homeassistant.helpers import entity_registry as er

from ..const import CAPTIONS_FOR_ADMINISTRATORS, CONF_CAPTIONS_FOR, DOMAIN

_ENTITY_ID: Final = re.compile(r"(?<!\w)(?=(\w+\.\w+))", re.ASCII)
"""What may be an entity's id, wherever it stands."""
_SOURCE: Final = re.compile(r"media-source://(\w+)/", re.IGNORECASE)
"""A media source. Cameras and voices have ids of entities in it that begin with its name."""


async def async_get_caller(hass: HomeAssistant, context: Context) -> User | None:
    """Return the user who calls an action; None is an automation. Raises UnknownUser."""
    if context.user_id is None:
        return None
    user = await hass.auth.async_get_user(context.user_id)
    if user is None:
        raise UnknownUser(context=context, permission=POLICY_CONTROL)
    return user


@callback
def may_use(hass: HomeAssistant, user: User | None, entry: ConfigEntry) -> bool:
    """Return whether a user may use a resource."""
    if user is None or user.permissions.access_all_entities(POLICY_CONTROL):
        return True
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return any(user.permissions.check_entity(entity.entity_id, POLICY_CONTROL) for entity in entities)


@callback
def may_caption(hass: HomeAssistant, user: User | None, entry: ConfigEntry) -> bool:
    """Return whether a user may use a resource for live captions, or watch those of others."""
    for_all = entry.options.get(CONF_CAPTIONS_FOR) != CAPTIONS_FOR_ADMINISTRATORS
    return may_use(hass, user, entry) and (user is None or user.is_admin or for_all)


@callback
def captioning(hass: HomeAssistant, user: User | None) -> list[ConfigEntry]:
    """Return the resources that a user may use for live captions. Raises Unauthorized if there are only others."""
    entries = hass.config_entries.async_entries(DOMAIN, include_ignore=False)
    usable = [entry for entry in entries if may_caption(hass, user, entry)]
    if entries and not usable:
        raise Unauthorized(user_id=user.id if user else None, permission=POLICY_CONTROL)
    return usable


@callback
def check_may(user: User, entity_id: str, policy: str) -> None:
    """Raise Unauthorized if a user may not control an entity, or see it."""
    if not user.permissions.check_entity(entity_id, policy):
        raise Unauthorized(user_id=user.id, entity_id=entity_id, permission=policy)


@callback
def check_may_hear(hass: HomeAssistant, user: User | None, *, media: str, microphone: str) -> None:
    """Raise Unauthorized if a user may not listen to this: a microphone's entity, or media that names entities.

    To listen to a microphone is to control it, and so is to have a voice speak. Of any other entity, such as a camera,
    who sees what it shows may hear it too; as in Home Assistant itself.
    """
    if user is None:
        return
    if microphone:
        check_may(user, microphone, POLICY_CONTROL)
    for entity_id in _entities(hass, media):
        check_may(user, entity_id, POLICY_CONTROL if split_entity_id(entity_id)[0] == Platform.TTS else POLICY_READ)


def _entities(hass: HomeAssistant, media: str) -> set[str]:
    """Return the entities that media names: in a media source, in a path of Home Assistant's own, also if encoded."""
    while (decoded := unquote(media)) != media:  # it becomes shorter each time
        media = decoded
    named = {found[1].lower() for found in _ENTITY_ID.finditer(media)}
    registry = er.async_get(hass)
    source = _SOURCE.match(media)
    return {
        entity_id
        for entity_id in named
        if hass.states.get(entity_id)
        or registry.async_get(entity_id)
        or (source and split_entity_id(entity_id)[0] == source[1].lower())
    }
