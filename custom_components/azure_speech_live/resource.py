"""The Speech resource that a config entry stands for: what is stored of it, and its use by all that the household has.

Every recognition and translation goes through SpeechResource, which notes how it went.
"""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from homeassistant.const import CONF_API_KEY, CONF_REGION, CONF_URL
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import dt as dt_util

from .speech import (
    Credentials,
    Endpoint,
    Event,
    RecognitionOptions,
    SpeechClient,
    SpeechError,
    Timeline,
    TranslationOptions,
)

MAX_SESSIONS: Final = 20
"""Sessions that are remembered for diagnostics."""


@dataclass(slots=True)
class Session:
    """One recognition or translation, and how it went. No text is in it."""

    options: RecognitionOptions
    started: datetime
    timeline: Timeline = field(default_factory=Timeline)
    error: SpeechError | None = None
    """What it failed with."""
    done: bool = False

    @property
    def translation(self) -> bool:
        """Return whether it translates."""
        return isinstance(self.options, TranslationOptions)


class SpeechResource:
    """A Speech resource in use."""

    def __init__(self, hass: HomeAssistant, data: Mapping[str, Any]) -> None:
        """Prepare it from an entry's data; nothing is connected before it is needed. Raises ValueError: no key."""
        self.endpoint = entry_endpoint(data)
        self.client = create_client(hass, data)
        self.sessions: deque[Session] = deque(maxlen=MAX_SESSIONS)
        """The latest, of which some may still be under way."""
        self._listeners: list[Callable[[Session], None]] = []

    @callback
    def async_add_listener(self, listener: Callable[[Session], None]) -> Callable[[], None]:
        """Call a listener with every session that is over. Return what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def recognize(self, audio: AsyncIterable[bytes], options: RecognitionOptions) -> AsyncGenerator[Event]:
        """Recognise audio, or translate it if the options say so. Yield the client's events; raises SpeechError."""
        session = Session(options, dt_util.utcnow())
        self.sessions.append(session)
        events = (
            self.client.translate(audio, options, session.timeline)
            if isinstance(options, TranslationOptions)
            else self.client.recognize(audio, options, session.timeline)
        )
        try:
            async with aclosing(events):
                async for event in events:
                    yield event
        except SpeechError as err:
            session.error = err
            raise
        finally:
            session.done = True
            for listener in list(self._listeners):
                listener(session)


def entry_data(endpoint: Endpoint, key: str) -> dict[str, str]:
    """Return what an entry stores. The key may have the blanks of a careless paste around it."""
    key = key.strip()
    if endpoint.region is not None:
        return {CONF_REGION: endpoint.region, CONF_API_KEY: key}
    return {CONF_URL: endpoint.url or "", CONF_API_KEY: key}


def entry_endpoint(data: Mapping[str, Any]) -> Endpoint:
    """Return the endpoint that an entry stores."""
    if CONF_REGION in data:
        return Endpoint.from_region(data[CONF_REGION])
    return Endpoint.from_url(data[CONF_URL])


def create_client(hass: HomeAssistant, data: Mapping[str, Any]) -> SpeechClient:
    """Return a client of the resource, to be closed by the caller. Raises ValueError for what cannot be a key."""
    return SpeechClient(async_get_clientsession(hass), entry_endpoint(data), Credentials(key=data[CONF_API_KEY]))
