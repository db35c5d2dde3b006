"""Which voices a resource has: the service's list, kept on the disk, and the shipped one until it has come.

The list is as good as the last time that it could be fetched: nothing is taken away because the service is not there.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..resource.errors import called
from ..resource.resource import AzureSpeechConfigEntry
from ..resource.stored import lines, text
from ..speech import SHIPPED, SpeechError, Voice, similar, speaking
from .lost import LostVoices

_LOGGER = logging.getLogger(__name__)

VERSION: Final = 1
MAX_AGE: Final = timedelta(days=1)
"""After so long the list is fetched anew."""
RETRY: Final = timedelta(hours=1)
"""After so long it is tried again, if that failed."""
FETCH_LIMIT: Final = 20.0
"""Seconds for the list, which is larger than a megabyte."""
PATIENCE: Final = 5.0
"""Seconds for which somebody waits for the list who is about to choose from it."""

_VOICES: Final[HassKey[dict[str, Voices]]] = HassKey(f"{DOMAIN}_voices")


class Voices:
    """The voices of one resource."""

    def __init__(self, hass: HomeAssistant, entry: AzureSpeechConfigEntry) -> None:
        """Know the shipped ones."""
        self._hass = hass
        self._entry = entry
        self._store = _store(hass, entry.entry_id)
        self._listed: tuple[Voice, ...] = ()
        self._fetched: datetime | None = None
        self._lost = LostVoices(hass, entry, self._save)
        self._cancel: CALLBACK_TYPE | None = None

    @property
    def all(self) -> tuple[Voice, ...]:
        """Return all voices."""
        return self._listed or SHIPPED

    @property
    def is_fresh(self) -> bool:
        """Return whether it was fetched not long ago."""
        return self._fetched is not None and timedelta() <= dt_util.utcnow() - self._fetched < RETRY

    def speaking(self, language: str) -> list[Voice]:
        """Return the voices that speak a language, the one to use without a choice first."""
        return speaking(self.all, language, SHIPPED)

    def listed(self, name: str) -> Voice | None:
        """Return the voice of a name; None if it is not in the list."""
        return next((voice for voice in self.all if voice.short_name == name), None)

    def named(self, name: str) -> Voice:
        """Return the voice of a name, be it in no list."""
        return self.listed(name) or Voice.named(name)

    async def async_find_named(self, name: str) -> Voice | None:
        """Return the voice of a name, be it a new one; None if the service has none of that name.

        Without the service's own list, nobody knows: then it is what the name tells.
        """
        if self.listed(name) is None:
            await self.async_renew()
        return self.listed(name) or (None if self._listed else Voice.named(name))

    def chosen(self, name: str | None, language: str) -> Voice | None:
        """Return the voice that speaks a language: the one that was chosen, or a similar one, if it cannot or is lost.

        None if no voice speaks it.
        """
        voice = (self.listed(name) or Voice.named(name, language)) if name else None
        if voice is None:
            voice = next(iter(self.speaking(language)), None)
        elif voice in self.all and voice.spoken_as(language) is None:  # Of one in no list nobody knows what it speaks.
            voice = similar(replace(voice, locale=language), self.all, SHIPPED)
        if voice is None or not self._lost.is_lost(voice.short_name):
            return voice
        return self.instead_of(voice, language) or voice

    def instead_of(self, lost: Voice, language: str) -> Voice | None:
        """Return the voice that speaks in the place of one that is lost; None if there is none."""
        left = [voice for voice in self.speaking(language) if not self._lost.is_lost(voice.short_name)]
        alike = similar(lost, left, SHIPPED) if lost.spoken_as(language) else None
        return alike or next((voice for voice in left if voice != lost), None)

    @callback
    def async_lose(self, voice: Voice) -> bool:
        """Take note that the service refused a voice, and tell the household, unless the name was never a voice's.

        Return whether it is a loss.
        """
        names = {known.short_name for known in (*self.all, *SHIPPED)}
        return self._lost.async_lose(voice.short_name, is_known=voice.short_name in names)

    @callback
    def async_find(self, voice: Voice) -> None:
        """Take note that a voice spoke, and tell the household of no more than what is still so."""
        self._lost.async_find(voice.short_name)
        self._lost.async_update()

    @callback
    def async_forget_losses(self) -> None:
        """Have every voice asked for again: another may have been chosen, or none is left."""
        self._lost.async_forget()

    @property
    def returned(self) -> int:
        """Return how often a voice came back in whose place another one had spoken."""
        return self._lost.returned

    async def async_start(self) -> None:
        """Read what is kept, and keep it up to date from now on."""
        if self._fetched is None:
            await self._async_load()
        self.async_forget_losses()
        age = MAX_AGE if self._fetched is None else max(dt_util.utcnow() - self._fetched, timedelta())
        if age >= MAX_AGE:
            self._start(self._async_refresh())
        else:
            self._wait(MAX_AGE - age)

    @callback
    def async_stop(self) -> None:
        """Fetch nothing more."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    async def async_renew(self) -> None:
        """Fetch the list if it is not fresh, and wait for it no longer than somebody would who is to choose."""
        if self._entry.state is ConfigEntryState.LOADED and not self.is_fresh:
            await asyncio.wait({self._start(self.async_fetch())}, timeout=PATIENCE)

    async def async_fetch(self) -> bool:
        """Fetch the list, and keep it. Return whether that went well."""
        try:
            async with asyncio.timeout(FETCH_LIMIT):
                voices = await self._entry.runtime_data.client.voices()
        except (SpeechError, TimeoutError) as err:
            _LOGGER.debug("%s: no list of voices: %r", called(self._entry), err)
            return False
        if voices:
            before, now = ({voice.short_name for voice in every} for every in (self.all, voices))
            self._listed, self._fetched = voices, dt_util.utcnow()
            self._lost.async_list(before, now)
            self._save()
        return bool(voices)

    def _start[Result](self, fetching: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        # A task of the entry's: it ends with the client.
        return self._entry.async_create_background_task(self._hass, fetching, "Azure Speech Live voices")

    async def _async_refresh(self) -> None:
        self._wait(MAX_AGE if await self.async_fetch() else RETRY)

    def _wait(self, time: timedelta) -> None:
        @callback
        def refresh(_now: datetime) -> None:
            self._start(self._async_refresh())

        self.async_stop()
        self._cancel = async_call_later(self._hass, time, HassJob(refresh, cancel_on_shutdown=True))

    async def _async_load(self) -> None:
        try:
            data = await self._store.async_load()
        except (HomeAssistantError, NotImplementedError, OSError) as err:
            _LOGGER.debug("%s: cannot read the voices that are kept: %s", called(self._entry), err)
            return
        try:
            if data is not None:
                self._listed = tuple(_voice(entry) for entry in data["voices"])
                self._fetched = dt_util.parse_datetime(data["fetched"], raise_on_error=True)
                self._lost.restore(data)
        except (KeyError, TypeError, ValueError) as err:
            _LOGGER.debug("%s: cannot read the voices that are kept: %r", called(self._entry), err)
            self._listed, self._fetched = (), None

    @callback
    def _save(self) -> None:
        if self._fetched is not None:
            self._store.async_delay_save(self._data)

    def _data(self) -> dict[str, Any]:
        assert self._fetched is not None  # noqa: S101 - it is stored when it was fetched
        voices = [asdict(voice) for voice in self._listed]
        return {"fetched": self._fetched.isoformat(), "voices": voices, **self._lost.stored()}


@callback
def async_get_voices(hass: HomeAssistant, entry: AzureSpeechConfigEntry) -> Voices:
    """Return the voices of an entry's resource, which outlive its set-up."""
    known = hass.data.setdefault(_VOICES, {})
    if entry.entry_id not in known:
        known[entry.entry_id] = Voices(hass, entry)
    return known[entry.entry_id]


async def async_remove_voices(hass: HomeAssistant, entry: AzureSpeechConfigEntry) -> None:
    """Forget the voices of an entry that is removed."""
    hass.data.setdefault(_VOICES, {}).pop(entry.entry_id, None)
    await _store(hass, entry.entry_id).async_remove()


def _store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    return Store(hass, VERSION, f"{DOMAIN}.voices.{entry_id}")


def _voice(entry: Mapping[str, Any]) -> Voice:
    """Read a voice that was kept. Raises KeyError, TypeError or ValueError for what is none."""
    values: dict[str, Any] = {name: text(entry[name]) for name in ("short_name", "locale")}
    values |= {name: str(entry[name]) for name in ("display_name", "local_name", "gender", "voice_type", "status")}
    values |= {name: tuple(map(text, lines(entry[name]))) for name in ("secondary_locales", "styles", "roles")}
    return Voice(**values, sample_rate=int(entry["sample_rate"]))
