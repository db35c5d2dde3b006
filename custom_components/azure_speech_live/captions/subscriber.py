"""Who is told of live captions: one subscription on a connection of Home Assistant's WebSocket API."""

from collections.abc import Callable

from homeassistant.components.http import current_request
from homeassistant.components.websocket_api import ERR_UNAUTHORIZED, ActiveConnection
from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.util.json import JsonObjectType

from ..resource.errors import worded
from .reader import Reader

UNKNOWN_ERROR = "unknown_error"
"""The code of what has no words of its own."""


class Subscriber:
    """A subscription, from its command on. To be made while that is handled."""

    def __init__(self, connection: ActiveConnection, command_id: int) -> None:
        """Begin to look whether the connection's app reads."""
        self.connection = connection
        self.command_id = command_id
        request = current_request.get()
        self._reader = Reader(None if request is None else request.transport)

    @callback
    def begin(self, end: Callable[[], None]) -> None:
        """Answer the command. ``end`` is called when the app wants no more, or the connection goes."""
        self.connection.subscriptions[self.command_id] = end
        self.connection.send_result(self.command_id)

    @property
    def is_gone(self) -> bool:
        """Whether the connection has ended."""
        return self._reader.is_gone

    def keeps_up(self) -> bool:
        """Return whether the app reads what it is told. Raises HomeAssistantError if it has not for too long."""
        return self._reader.keeps_up()

    @callback
    def tell(self, event: JsonObjectType) -> None:
        """Tell of an event."""
        self.connection.send_event(self.command_id, event)


def error_event(error: HomeAssistantError | None) -> JsonObjectType:
    """Return the event that tells an error: a code that is the key of its words, the words, and what is put in them.

    None: one that nobody expected.
    """
    known = error is not None and error.translation_key
    return {
        "type": "error",
        "code": known or UNKNOWN_ERROR,
        "message": "Unknown error" if error is None else str(error),
        "placeholders": dict((error and error.translation_placeholders) or {}),
    }


@callback
def refuse(connection: ActiveConnection, command_id: int, error: HomeAssistantError) -> None:
    """Refuse a command. It is nothing for Home Assistant's log, which has an error of whatever a command raises."""
    code = error.translation_key or UNKNOWN_ERROR
    if isinstance(error, Unauthorized):
        code, error = ERR_UNAUTHORIZED, worded(HomeAssistantError, "unauthorized")
    connection.send_error(
        command_id,
        code,
        str(error),
        error.translation_key,
        error.translation_domain,
        dict(error.translation_placeholders or {}),
    )
