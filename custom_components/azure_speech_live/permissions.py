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


async def async_check_caller(
    hass: HomeAssistant, entry: ConfigEntry, context: Context, media: str, *, microphone: bool = False
) -> None:
    """Raise Unauthorized if who calls an action may not use this resource, or not listen to this.

    ``media``: a camera or, if it is a ``microphone``, the entity of that.
    """
    if context.user_id is None:
        return
    user = await hass.auth.async_get_user(context.user_id)
    if user is None:
        raise UnknownUser(context=context, permission=POLICY_CONTROL)
    if not may_use(hass, user, entry):
        raise Unauthorized(context=context, config_entry_id=entry.entry_id, permission=POLICY_CONTROL)
    if microphone and not user.permissions.check_entity(media, POLICY_CONTROL):
        raise Unauthorized(context=context, entity_id=media, permission=POLICY_CONTROL)
    camera = media.removeprefix(_CAMERAS)
    if camera != media and not user.permissions.check_entity(camera, POLICY_READ):
        raise Unauthorized(context=context, entity_id=camera, permission=POLICY_READ)


@callback
def may_use(hass: HomeAssistant, user: User, entry: ConfigEntry) -> bool:
    """Return whether a user may use a resource."""
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return user.permissions.access_all_entities(POLICY_CONTROL) or any(
        user.permissions.check_entity(entity.entity_id, POLICY_CONTROL) for entity in entities
    )
