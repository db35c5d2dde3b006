"""Which resource does what an action or a command asks for: the one that it names, or the only one that can.

Able are those that are set up, and whose endpoint does such a thing. A monthly limit that is used up makes no
difference: money must not be spent at another resource that nobody named.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..const import DOMAIN
from ..resource.errors import called, worded
from ..resource.resource import AzureSpeechConfigEntry
from ..speech import RecognitionOptions, printable
from .permissions import may_use

# The input of a blueprint that nobody filled in gives an empty text, and a template may give none.
RESOURCE_FIELD: Final[dict[Any, Any]] = {vol.Optional(ATTR_CONFIG_ENTRY_ID): vol.Any(None, cv.string)}
"""How a resource is named: by its entry's id, as forms do, or by its title."""

_MAX_NAME: Final = 80


@callback
def async_choose_resource(  # noqa: PLR0917 - what there is to know
    hass: HomeAssistant,
    options: RecognitionOptions,
    user: User | None,
    named: str | None,
    own: AzureSpeechConfigEntry | None = None,
    may: Callable[[HomeAssistant, User | None, ConfigEntry], bool] = may_use,
) -> AzureSpeechConfigEntry:
    """Return the entry of the resource that does what the options ask for.

    ``user`` is who wants that, None being an automation; ``named`` how they call the resource, if they do; ``own`` the
    resource of the microphone that is listened to, which comes first where none is named; ``may``: who may do that.

    Raises Unauthorized, and ServiceValidationError, which says what there is to choose from.
    """
    entries: list[AzureSpeechConfigEntry] = hass.config_entries.async_entries(DOMAIN, include_ignore=False)
    asked = [entry for entry in entries if (_is_called(entry, named) if named else not entry.disabled_by)]
    usable = [entry for entry in entries if may(hass, user, entry)]
    if (wanted := asked or entries) and not any(entry in usable for entry in wanted):
        raise Unauthorized(
            user_id=user.id if user else None, config_entry_id=wanted[0].entry_id, permission=POLICY_CONTROL
        )
    able = [entry for entry in usable if _is_able(entry, options)]
    found = [entry for entry in able if entry in asked]
    if own in found:
        return own
    if len(found) == 1:
        return found[0]
    if found:
        raise _error("several_resources", choices=_titles(found))
    if named and usable and not asked:
        raise _error("unknown_resource", resource=printable(named, _MAX_NAME), choices=_titles(able or usable))
    raise unable([entry for entry in usable if entry in asked], able)


def unable(
    entries: Sequence[AzureSpeechConfigEntry], others: Sequence[AzureSpeechConfigEntry] = ()
) -> ServiceValidationError:
    """Return the error that says why none of these can do it, and which others can."""
    if not entries:
        return _error("no_resource")
    if resting := [entry for entry in entries if entry.state is not ConfigEntryState.LOADED]:
        return _error(
            "resource_not_set_up_others" if others else "resource_not_set_up",
            resources=_titles(resting),
            choices=_titles(others),
        )
    return _error(
        "resource_unable_others" if others else "resource_unable",
        resources=_titles(entries),
        choices=_titles(others),
    )


def _is_called(entry: AzureSpeechConfigEntry, name: str) -> bool:
    return entry.entry_id == name or entry.title.casefold() == name.strip().casefold()


def _is_able(entry: AzureSpeechConfigEntry, options: RecognitionOptions) -> bool:
    return entry.state is ConfigEntryState.LOADED and bool(entry.runtime_data.endpoint.generations(options))


def _titles(entries: Iterable[AzureSpeechConfigEntry]) -> str:
    """Return what people call resources, with why they are not set up; of equal titles, the ids tell them apart."""
    entries = list(entries)
    titles = [entry.title for entry in entries]
    return ", ".join(
        called(entry)
        + (f" ({entry.entry_id})" if titles.count(entry.title) > 1 else "")
        + (f" ({entry.reason})" if entry.reason else "")
        for entry in entries
    )


def _error(key: str, **placeholders: str) -> ServiceValidationError:
    return worded(ServiceValidationError, key, **placeholders)
