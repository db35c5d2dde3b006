"""How many recordings and live captions there are at a time, so that satellites always come first.

Home Assistant opens at most 100 connections to a host (``MAXIMUM_CONNECTIONS_PER_HOST`` of its aiohttp helper), and
the machine may be a small one. So both have a limit, for all resources together: a dozen of the connections is theirs,
and the rest is there for whoever speaks. A microphone of this machine is one of those, also where an action listens.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..resource.errors import worded

MAX_RECORDINGS: Final = 4
"""Recordings that are listened to at a time: each has an ffmpeg of some 50 MB."""
MAX_WAITING: Final = 20
"""Recordings that wait for one of those to end; who would be the next is refused."""
WAIT_LIMIT: Final = 600.0
"""Seconds that a recording waits: an announcement that nobody hears before that is of no use to anybody."""
MAX_CAPTIONS: Final = 8
"""Live captions at a time: each is somebody who speaks, and may have an ffmpeg for the voice."""

MAX_CAPTIONS_OF_USER: Final = 4
"""The same of one user: a tablet that begins again and again takes them from nobody else."""

_LIMITS: Final[HassKey[Limits]] = HassKey(f"{DOMAIN}_limits")


class Limits:
    """What is under way of both in one Home Assistant."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._recordings = asyncio.Semaphore(MAX_RECORDINGS)
        self._waiting = 0
        self._captions: Counter[str] = Counter()
        """How many live captions each user has."""

    @asynccontextmanager
    async def recording[T](self, opening: AbstractAsyncContextManager[T]) -> AsyncGenerator[T]:
        """Open a recording when it is its turn, in the order of the calls, and count it for as long as it is open.

        Raises HomeAssistantError if too many wait already, or if its turn does not come in time.
        """
        await self._wait()
        try:
            async with opening as opened:
                yield opened
        finally:
            self._recordings.release()

    async def _wait(self) -> None:
        busy = worded(HomeAssistantError, "too_many_recordings", limit=str(MAX_RECORDINGS))
        if self._recordings.locked() and self._waiting >= MAX_WAITING:
            raise busy
        self._waiting += 1
        try:
            async with asyncio.timeout(WAIT_LIMIT):
                await self._recordings.acquire()
        except TimeoutError:
            raise busy from None
        finally:
            self._waiting -= 1

    @callback
    def async_begin_captions(self, user_id: str) -> CALLBACK_TYPE:
        """Count live captions that a user begins. Return what is called at their end. Raises HomeAssistantError.

        They do not wait for others to end: what is said meanwhile would be lost.
        """
        if self._captions.total() >= MAX_CAPTIONS:
            raise worded(HomeAssistantError, "too_many_captions", limit=str(MAX_CAPTIONS))
        if self._captions[user_id] >= MAX_CAPTIONS_OF_USER:
            raise worded(HomeAssistantError, "too_many_captions_of_user", limit=str(MAX_CAPTIONS_OF_USER))
        self._captions[user_id] += 1

        @callback
        def end() -> None:
            self._captions -= Counter({user_id: 1})  # which forgets who has none

        return end


@callback
def async_get_limits(hass: HomeAssistant) -> Limits:
    """Return the limits, which are the same for all resources."""
    return hass.data.setdefault(_LIMITS, Limits())
