"""The microphone of an app: its audio comes as binary messages over Home Assistant's WebSocket API."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Final

from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError

from ..microphone.resampler import Resampler
from ..resource.errors import worded

MAX_BACKLOG: Final = 4 << 20
"""Bytes of audio that may wait to be sent, beside the 30 seconds that the client takes: 43 seconds at 48 kHz. So
captions wait for a command that comes first, and keep 32 MiB at their limit. A file belongs into an action."""

_SAMPLE_SIZE: Final = 2
_SLICE: Final = 8192
"""Bytes that are resampled at a time."""


class Microphone:
    """Audio that comes as binary messages: 16-bit, mono, little-endian PCM; an empty message ends it."""

    def __init__(self, sample_rate: int) -> None:
        """Begin before the first message."""
        self._sample_rate = sample_rate
        self._backlog = bytearray()
        self._came = asyncio.Event()
        self._ended = False
        self._too_fast = False
        self._size = 0
        self.on_audio: Callable[[], None] | None = None
        """Called with each message that has audio, until it is closed."""

    @property
    def received(self) -> float:
        """Seconds of audio that came."""
        return self._size / _SAMPLE_SIZE / self._sample_rate

    @property
    def reason(self) -> str:
        """Why there is no more: the app has ended it, or sends nothing."""
        return "stopped" if self._ended else "silence"

    @callback
    def close(self) -> None:
        """Be deaf from now on: messages may be on their way still."""
        self._ended = True
        self._backlog.clear()
        self.on_audio = None
        self._came.set()

    @callback
    def take(self, _hass: HomeAssistant, _connection: ActiveConnection, data: bytes) -> None:
        """Take a message."""
        self._ended |= not data
        self._too_fast |= not self._ended and len(self._backlog) + len(data) > MAX_BACKLOG
        if not (self._ended or self._too_fast):
            self._backlog += data
            self._size += len(data)
        self._came.set()
        if self.on_audio is not None:
            self.on_audio()

    async def audio(self) -> AsyncGenerator[bytes]:
        """Yield 16 kHz audio. Raises ServiceValidationError if too much of it waits."""
        resampler = Resampler(self._sample_rate, 1)
        while True:
            await self._came.wait()
            if self._too_fast:
                raise worded(ServiceValidationError, "audio_too_fast")
            data = bytes(self._backlog[: min(_SLICE, len(self._backlog) // _SAMPLE_SIZE * _SAMPLE_SIZE)])
            if data:
                del self._backlog[: len(data)]
                yield resampler.feed(data)
                await asyncio.sleep(0)  # a message may hold a minute, and others want to go on meanwhile
            elif self._ended:
                return
            else:
                self._came.clear()
