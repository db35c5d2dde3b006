"""A microphone of the machine that Home Assistant runs on, as the household has added it.

It is listened to by one at a time. When it cannot be, it is unavailable, which is logged once, and tried again until it
gives sound: sound systems list devices that are long gone.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
import logging
from typing import Any, Final, Protocol

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_DEVICE
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.event import async_call_later
from homeassistant.util.hass_dict import HassKey

from ..const import CONF_MEDIA_PLAYER, CONF_START, DOMAIN, Start
from ..microphone import (
    Capture,
    MicrophoneBusyError,
    MicrophoneError,
    MicrophoneLostError,
    MicrophoneMissingError,
    MicrophoneStuckError,
    NoPyAudioError,
    PyAudioMissingError,
    open_microphone,
)
from ..resource.errors import called, worded
from ..resource.stored import readable, text
from ..speech import BYTES_PER_SECOND, printable
from .requirement import InstallationError, async_install

_LOGGER = logging.getLogger(__name__)

RETRY_SECONDS: Final = 30
"""After which an unavailable microphone is tried again."""
_RETRY_GROWTH: Final = 4
"""Of that time after each failure to install PyAudio: it may only want for the network, but it costs minutes."""
_LONGEST_RETRY: Final = 86_400

_MICROPHONES: Final[HassKey[dict[str, dict[str, HostMicrophone]]]] = HassKey(f"{DOMAIN}_microphones")
"""By entry and subentry."""

_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {CONF_START: Start, CONF_MEDIA_PLAYER: text}
"""Of what a subentry stores beside the device, without which it is no microphone."""


class Listening:
    """One use of the microphone."""

    def __init__(self, microphone: HostMicrophone, capture: Capture) -> None:
        """Use ``HostMicrophone.async_open`` instead."""
        self._microphone = microphone
        self._capture = capture
        self._size = 0

    @property
    def duration(self) -> float:
        """Seconds that were heard so far."""
        return self._size / BYTES_PER_SECOND

    @callback
    def stop(self) -> None:
        """End the sound: what was heard is given, and then no more."""
        self._capture.stop()

    async def audio(self) -> AsyncGenerator[bytes]:
        """Yield 16 kHz, 16-bit, mono PCM. Raises HomeAssistantError."""
        try:
            async with aclosing(self._capture.audio()) as audio:
                async for sound in audio:
                    self._size += len(sound)
                    yield sound
        except MicrophoneError as err:
            self._microphone.async_note(err)
            raise _worded(err, self._microphone.title) from err


class Satellite(Protocol):
    """The entity that listens to a microphone, as far as others need it."""

    def async_press(self, context: Context | None) -> None:
        """Begin to listen, or end that."""

    def async_lend(self, context: Context) -> AbstractAsyncContextManager[Listening]:
        """Listen for an action in place of the voice assistant. Raises HomeAssistantError."""


class HostMicrophone:
    """A microphone in use by the household."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, subentry: ConfigSubentry) -> None:
        """Open nothing yet. Raises ValueError if no device is stored."""
        settings = readable(subentry.data, _READERS, subentry.title)
        self._hass = hass
        self._entry = entry
        self._device = text(subentry.data.get(CONF_DEVICE))
        self._listeners: list[CALLBACK_TYPE] = []
        self._retry: CALLBACK_TYPE | None = None
        self._trial: asyncio.Task[None] | None = None
        self._retry_seconds = RETRY_SECONDS
        self._stopped = False
        self._in_use = False
        self._capture: Capture | None = None
        self._trouble: MicrophoneError | None = None
        self._format: tuple[int, int] | None = None
        self._overflows = 0
        self.waits_for_wake_word = settings.get(CONF_START) is Start.WAKE_WORD
        """How listening starts; otherwise it does with a button."""
        self.media_player: str | None = settings.get(CONF_MEDIA_PLAYER)
        """Where answers are heard."""
        self.title = called(subentry)
        self.subentry_id = subentry.subentry_id
        self.available = False
        """Whether it gave sound when it was last listened to."""
        self.satellite: Satellite | None = None
        """The entity that listens to it; None if it is disabled, or not there yet."""

    @callback
    def async_start(self) -> None:
        """Find out whether it is there; install PyAudio if need be: a new container has lost it."""
        self._start_trial()

    async def async_stop(self) -> None:
        """End looking for it."""
        self._stopped = True
        self._cancel_retry()
        if self._trial is not None:
            self._trial.cancel()
            await asyncio.wait([self._trial])

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener whenever it becomes available or unavailable. Return what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_get_satellite(self) -> Satellite:
        """Return the entity that listens to it. Raises ServiceValidationError if that is disabled."""
        if self.satellite is None:
            raise worded(ServiceValidationError, "satellite_disabled", microphone=self.title)
        return self.satellite

    @asynccontextmanager
    async def async_open(self) -> AsyncIterator[Listening]:
        """Listen to it. Raises HomeAssistantError."""
        if self._in_use:
            raise worded(HomeAssistantError, "microphone_in_use", microphone=self.title)
        try:
            async with self._opened() as capture:
                self.async_note(None)
                yield Listening(self, capture)
        except MicrophoneError as err:
            self.async_note(err)
            raise _worded(err, self.title) from err

    @callback
    def async_note(self, trouble: MicrophoneError | None) -> None:
        """Take note of how listening went."""
        known, self._trouble = self._trouble, trouble
        if trouble is not None and known is None:
            _LOGGER.warning("The microphone %s cannot be listened to: %s", self.title, printable(str(trouble)))
        elif trouble is None and known is not None:
            _LOGGER.info("The microphone %s can be listened to again", self.title)
        if trouble is None:
            self._retry_seconds = RETRY_SECONDS
            self._cancel_retry()
        else:
            self._await_retry()
        if self.available != (trouble is None):
            self.available = trouble is None
            for listener in list(self._listeners):
                listener()

    def diagnostics(self) -> dict[str, Any]:
        """Return how it is, for a resource's diagnostics; not the device's name, which may be somebody's own."""
        rate, channels = self._format or (None, None)
        return {
            "available": self.available,
            "rate": rate,
            "channels": channels,
            "overflows": self._overflows + (self._capture.overflows if self._capture is not None else 0),
            "trouble": None if self._trouble is None else type(self._trouble).__name__,
        }

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Capture]:
        self._in_use = True
        try:
            async with open_microphone(self._device) as capture:
                self._format = capture.format
                self._capture = capture
                try:
                    yield capture
                finally:
                    self._overflows += capture.overflows
                    self._capture = None
        finally:
            self._in_use = False

    @callback
    def _async_retry(self, _now: object) -> None:
        self._retry = None
        if self._in_use:  # who uses it may yet fail
            self._await_retry()
        else:
            self._start_trial()

    @callback
    def _await_retry(self) -> None:
        if self._retry is None and not self._stopped:
            self._retry = async_call_later(self._hass, self._retry_seconds, self._async_retry)

    @callback
    def _cancel_retry(self) -> None:
        if self._retry is not None:
            self._retry()
            self._retry = None

    @callback
    def _start_trial(self) -> None:
        self._trial = self._entry.async_create_background_task(
            self._hass, self._try(), f"{DOMAIN} looks for {self.title}"
        )

    async def _try(self) -> None:
        """Listen for a moment, and take note of how that went."""
        try:
            try:
                await self._look()
            except PyAudioMissingError:
                await async_install(self._hass)
                await self._look()
        except InstallationError as err:
            self.async_note(PyAudioMissingError(f"PyAudio cannot be installed: {err}"))
            self._retry_seconds = min(self._retry_seconds * _RETRY_GROWTH, _LONGEST_RETRY)
        except MicrophoneError as err:
            self.async_note(err)
        else:
            self.async_note(None)

    async def _look(self) -> None:
        async with self._opened():
            pass


@callback
def async_add_microphone(hass: HomeAssistant, entry: ConfigEntry, subentry: ConfigSubentry) -> None:
    """Add the microphone of a subentry, until its entry is unloaded. Raises ValueError if no device is stored."""
    microphone = HostMicrophone(hass, entry, subentry)
    microphones = hass.data.setdefault(_MICROPHONES, {}).setdefault(entry.entry_id, {})
    microphones[subentry.subentry_id] = microphone

    async def remove() -> None:
        await microphone.async_stop()
        del microphones[subentry.subentry_id]

    entry.async_on_unload(remove)


@callback
def async_get_microphones(hass: HomeAssistant, entry: ConfigEntry) -> dict[str, HostMicrophone]:
    """Return the microphones of an entry, by the subentries with which it was set up."""
    return hass.data.get(_MICROPHONES, {}).get(entry.entry_id, {})


def _worded(error: MicrophoneError, title: str) -> HomeAssistantError:
    """Return an error in words that say what to do."""
    match error:
        case NoPyAudioError():
            return _exception("microphone_no_pyaudio", title, error)
        case MicrophoneMissingError():
            return _exception("microphone_missing", title, error)
        case MicrophoneBusyError():
            return _exception("microphone_busy", title, error)
        case MicrophoneLostError():
            return _exception("microphone_lost", title, error)
        case MicrophoneStuckError():
            return _exception("microphone_stuck", title, error)
        case _:
            return _exception("microphone_failed", title, error)


def _exception(key: str, title: str, error: MicrophoneError) -> HomeAssistantError:
    return worded(HomeAssistantError, key, microphone=title, reason=str(error))
