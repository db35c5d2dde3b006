"""What somebody says into a microphone, for an action: from the moment of the call until they are silent."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from ..resource.errors import worded
from ..resource.resource import AzureSpeechConfigEntry
from ..satellite.host_microphone import HostMicrophone, Listening, async_get_microphones
from .resource_choice import unable

DURATION: Final = 30.0
"""Seconds that somebody may speak, where a call does not say another number."""
SILENCE: Final = 2.0
"""Seconds without another word after which they have finished, where a call does not say another number."""
_BEGIN_LIMIT: Final = 5.0
"""Seconds in which they begin."""


@callback
def async_get_microphone(hass: HomeAssistant, entity_id: str) -> tuple[AzureSpeechConfigEntry, HostMicrophone]:
    """Return a satellite's microphone, and the entry that it belongs to. Raises ServiceValidationError.

    No other entity of the same device will do: who may choose its voice assistant may not therefore listen.
    """
    registered = er.async_get(hass).async_get(entity_id)
    if registered is not None and (registered.domain, registered.platform) == (Platform.ASSIST_SATELLITE, DOMAIN):
        entry: AzureSpeechConfigEntry | None = hass.config_entries.async_get_entry(registered.config_entry_id or "")
        if entry and entry.state is not ConfigEntryState.LOADED:
            raise unable([entry])
        if entry and (microphone := async_get_microphones(hass, entry).get(registered.config_subentry_id or "")):
            return entry, microphone
    raise worded(ServiceValidationError, "unknown_microphone", microphone=entity_id)


@asynccontextmanager
async def open_dictation(
    microphone: HostMicrophone, context: Context, *, duration: float, silence: float
) -> AsyncIterator[Dictation]:
    """Listen for ``duration`` seconds at most, and no longer than ``silence`` seconds after the last word.

    Raises HomeAssistantError.
    """
    async with microphone.async_get_satellite().async_lend(context) as listening:
        yield Dictation(listening, duration, silence)


class Dictation:
    """Somebody who speaks. Time is that of the sound; it is the service that tells words from noise."""

    def __init__(self, listening: Listening, duration: float, silence: float) -> None:
        """Use ``open_dictation`` instead."""
        self._listening = listening
        self._longest = duration
        self._silence = silence
        self._until = max(_BEGIN_LIMIT, silence)
        """Seconds of sound after which they have finished."""
        self.ended = False
        """Whether all of it was read."""

    @property
    def duration(self) -> float:
        """Seconds that were heard so far."""
        return self._listening.duration

    async def audio(self) -> AsyncGenerator[bytes]:
        """Yield 16 kHz, 16-bit, mono PCM. Raises HomeAssistantError."""
        async with aclosing(self._listening.audio()) as audio:
            async for sound in audio:
                yield sound
                if self.duration >= min(self._longest, self._until):
                    break
        self.ended = True

    def heard(self) -> None:
        """Take note that the service has heard another word."""
        self._until = self.duration + self._silence
