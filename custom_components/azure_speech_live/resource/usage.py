"""What the household has used of a Speech resource: exact, and kept over restarts.

Audio is counted in bytes, so that no sum is ever rounded: 32,000 of them are a second. What was sent is what Microsoft
bills, be it recognised or not, and so is what was spoken, be it listened to or not; so a session or an answer counts
when it is over, also one that failed or was cancelled. While one is under way, it counts every minute as well: whatever
happens to the machine, what was used is on its disk a minute later.
"""

from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE, EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from .errors import failure_kind
from .issues import Issue, async_create_issue
from .months import WAITING, Month, Months
from .session import Session, SpokenSession
from .usage_file import UsageFile

SAVE_DELAY: Final = 60.0
"""Seconds from what is used to its storage; Home Assistant's stop does not wait for them."""
_LONGEST_WAIT: Final = 3600.0
"""Seconds after which we look whether a month has begun: a clock that is set meanwhile makes it sooner or later."""

_USAGES: Final[HassKey[dict[str, Usage]]] = HassKey(f"{DOMAIN}_usage")


class Usage:
    """The usage of one resource. It outlives the resource's set-up, so that nothing is lost while that is reloaded."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Begin with nothing; ``async_load`` brings what is stored."""
        self._hass = hass
        self._file = UsageFile(hass, entry_id)
        self._listeners: list[CALLBACK_TYPE] = []
        self._running: set[Session | SpokenSession] = set()
        self._cancel_save: CALLBACK_TYPE | None = None
        self._removed = False
        self.months = Months()
        self.delay: float | None = None
        """Seconds from the end of speech to the result, the last time that there was one."""
        self.voice_delay: float | None = None
        """Seconds from the first text of an answer to its first audio, the last time that there was one."""
        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_FINAL_WRITE, self._async_save)

    async def async_load(self) -> str | None:
        """Load what is stored. Return the name of the file that keeps it, if not all of it could be read."""
        self.months = await self._file.async_read()
        return self._file.copy.name if self._file.copy is not None else None

    @property
    def month(self) -> Month:
        """Return what was used in the present month, by the household's calendar."""
        return self.months.present

    @property
    def used(self) -> Month:
        """Return what was used in the present month, with what is under way."""
        month = self.month
        for session in self._running:
            month.add(session.uncounted)
        return month

    @callback
    def async_begin(self, session: Session | SpokenSession) -> None:
        """Take note of a session or an answer that begins."""
        self._running.add(session)
        self._await_save()

    @callback
    def async_end(self, session: Session | SpokenSession) -> None:
        """Take note of a session or an answer that is over."""
        self._running.discard(session)
        month = self._count(session)
        if session.error is not None:
            kind = failure_kind(session.error)
            month.failures[kind] = month.failures.get(kind, 0) + 1
        if (delay := session.timeline.delay) is not None:
            if isinstance(session, SpokenSession):
                self.voice_delay = delay
            else:
                self.delay = delay
        self._await_save()
        self._tell()

    @callback
    def async_count_second(self, *, heard: int = 0, spoken: int = 0) -> None:
        """Count commands and texts that a second engine has answered. They are in no session, and cost nothing here."""
        self.months.to_count().add(Month(second_heard=heard, second_spoken=spoken))
        self._await_save()
        self._tell()

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener when something was counted or a month began. Return what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_track_months(self) -> CALLBACK_TYPE:
        """Tell the listeners when a month begins. Return what ends that."""
        cancel_timer: CALLBACK_TYPE
        known = self.months.start

        @callback
        def wait() -> None:
            nonlocal cancel_timer
            left = (self.months.next_start - dt_util.utcnow()).total_seconds()
            cancel_timer = async_call_later(
                self._hass,
                left if 0 < left < _LONGEST_WAIT else _LONGEST_WAIT,
                HassJob(look, cancel_on_shutdown=True),
            )

        @callback
        def look(_now_or_event: object) -> None:
            nonlocal known
            cancel_timer()
            wait()
            if WAITING in self.months:
                self.months.to_count()
            before, known = known, self.months.start
            if known != before:
                self._tell()

        wait()
        # Perhaps it is the time zone that changes.
        stop_listening = self._hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, look)

        @callback
        def stop() -> None:
            stop_listening()
            cancel_timer()

        return stop

    async def async_remove(self) -> None:
        """Remove what is stored, for good."""
        self._removed = True
        self._stop_save()
        await self._file.async_remove()

    def _count(self, session: Session | SpokenSession) -> Month:
        """Count what a session has used since it was counted last. Return the month in which it is."""
        month, new = self.months.to_count(), session.uncounted
        month.add(new)
        session.counted.add(new)
        return month

    def _await_save(self) -> None:
        # Not put off by what comes later, or where somebody always speaks nothing would ever be stored.
        if self._cancel_save is None:
            job = HassJob(self._async_save, cancel_on_shutdown=True)
            self._cancel_save = async_call_later(self._hass, SAVE_DELAY, job)

    def _stop_save(self) -> None:
        if self._cancel_save is not None:
            self._cancel_save()
            self._cancel_save = None

    async def _async_save(self, _now_or_event: object) -> None:
        """Store what was used until now, and go on with that for as long as there is something to store."""
        self._stop_save()
        if self._removed:
            return
        if self._running:
            for session in self._running:
                self._count(session)
            self._await_save()
            self._tell()
        if not await self._file.async_write(self.months):
            self._await_save()

    @callback
    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()


async def async_get_usage(hass: HomeAssistant, entry: ConfigEntry) -> Usage:
    """Return the usage of an entry's resource. Where not all could be read, the household is told."""
    usages = hass.data.setdefault(_USAGES, {})
    if entry.entry_id not in usages:
        usage = Usage(hass, entry.entry_id)
        if copy := await usage.async_load():
            async_create_issue(hass, entry, Issue.USAGE_UNREADABLE, file=copy)
        usages.setdefault(entry.entry_id, usage)  # Or another has been quicker meanwhile: there is one only.
    return usages[entry.entry_id]


async def async_remove_usage(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Forget the usage of an entry that is removed."""
    usage = hass.data.setdefault(_USAGES, {}).pop(entry.entry_id, None) or Usage(hass, entry.entry_id)
    await usage.async_remove()
