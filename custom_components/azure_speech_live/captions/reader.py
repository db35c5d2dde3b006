"""Whether an app reads the captions that it is told: back pressure, by the bytes that wait on its connection."""

import asyncio
from typing import Final

from homeassistant.exceptions import HomeAssistantError

from ..resource.errors import worded

MAX_UNREAD: Final = 16 << 10
"""Bytes on a connection that its app has not read although the system's own buffer is full: then it is behind."""
UNREAD_LIMIT: Final = 30.0
"""Seconds that an app may be behind; meanwhile it is told of phrases only. One that loads a page catches up sooner."""


class Reader:
    """Whether an app reads what it is told. What it does not read is kept by the socket, and then by Home Assistant.

    Home Assistant ends the whole connection of who leaves more than 1024 messages unread for ten seconds, and its log
    then has one of them, which would be something that was said.
    """

    def __init__(self, transport: asyncio.WriteTransport | None) -> None:
        """Look at a connection's transport; without one it is gone already, and nothing is kept."""
        self._transport = transport
        self._behind_since: float | None = None

    @property
    def is_gone(self) -> bool:
        """Whether its connection has ended. Who went while a command was handled is told to nobody."""
        return self._transport is None or self._transport.is_closing()

    def keeps_up(self) -> bool:
        """Return whether it reads. Raises HomeAssistantError if it has not for too long."""
        if self._transport is None or self._transport.get_write_buffer_size() <= MAX_UNREAD:
            self._behind_since = None
            return True
        now = asyncio.get_running_loop().time()
        self._behind_since = self._behind_since or now
        if now - self._behind_since > UNREAD_LIMIT:
            raise worded(HomeAssistantError, "captions_not_read", seconds=f"{UNREAD_LIMIT:.0f}")
        return False
