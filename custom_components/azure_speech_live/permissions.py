"""Who may have speech recognised and translated, which costs money and may listen to things.

As with other actions, automations may. A user needs to be allowed to control one of the resource's entities.
"""

from typing import Final

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import Unauthorized, UnknownUser
from homeassistant.helpers import entity_registry as er

_CAMERAS: Final = "media-source://camera/"


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
def check_may_hear(user: User | None, *, media: str, microphone: str) -> None:
    """Raise Unauthorized if a user may not listen to this: media that may be a camera, or a microphone's entity."""
    camera = media.removeprefix(_CAMERAS)
    if microphone:
        _check(user, microphone, POLICY_CONTROL)
    elif camera != media:
        _check(user, camera, POLICY_READ)


def _check(user: User | None, entity_id: str, policy: str) -> None:
    if user is not None and not user.permissions.check_entity(entity_id, policy):
        raise Unauthorized(user_id=user.id, entity_id=entity_id, permission=policy)
