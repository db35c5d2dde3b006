"""What the forms have in common: no choice is made in the household's place, and what is gone is said."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Final

from homeassistant.config_entries import UnknownEntry, UnknownSubEntry
from homeassistant.data_entry_flow import AbortFlow
import voluptuous as vol

from ..const import DOMAIN

# Paths of Home Assistant's own pages. Not in the translations: addresses have no place there.
PAGES: Final = {
    "assistants_url": "/config/voice-assistants/assistants",
    "integration_url": f"/config/integrations/integration/{DOMAIN}",
}


def to_choose(name: str, *, several: bool = False) -> vol.Required:
    """Return a field that must be chosen.

    Of a list that is required, the frontend chooses the first by itself unless something is suggested, be it nothing.
    """
    return vol.Required(name, description={"suggested_value": [] if several else ""})


def unless_removed[**P, R](step: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Let a step end its flow, in words, if what it is about was removed while the form was open."""

    @wraps(step)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await step(*args, **kwargs)
        except (UnknownEntry, UnknownSubEntry) as err:
            raise AbortFlow("removed") from err

    return guarded
