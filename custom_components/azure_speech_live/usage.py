"""What the household has used of a Speech resource, month by month: exact, and kept over restarts.

Audio is counted in bytes, so that no sum is ever rounded: 32,000 of them are a second. What was sent is what Microsoft
bills, be it recognised or not; so a session counts when it is over, also one that failed or was cancelled. A long one
counts as it goes as well.
"""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import CALLBACK_TYPE, Event, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .errors import failure_kind
from .speech.audio import BYTES_PER_SECOND

if TYPE_CHECKING:
    from .resource import Session

MAX_MONTHS: Final = 12
"""Months that are kept."""
SAVE_DELAY: Final = 60.0
"""Seconds from a change to its storage; Home Assistant's stop does not wait for them."""

_USAGES: Final[HassKey[dict[str, Usage]]] = HassKey(f"{DOMAIN}_usage")


@dataclass(slots=True)
class Month:
    """What was used in one month."""

    recognition: int = 0
    """Bytes of audio that were sent to be recognised."""
    translation: int = 0
    """Bytes of audio that were sent to be translated."""
    requests: int = 0
    """Requests to the service: usually one an utterance, more if a connection broke."""
    failures: dict[str, int] = field(default_factory=dict)
    """Sessions that failed, by kind; see errors.py."""

    @property
    def recognition_seconds(self) -> float:
        """Return the seconds of audio that were sent to be recognised."""
        return self.recognition / BYTES_PER_SECOND

    @property
    def translation_seconds(self) -> float:
        """Return the seconds of audio that were sent to be translated."""
        return self.translation / BYTES_PER_SECOND

    @property
    def hours(self) -> float:
        """Return the hours of audio that were sent, for whatever purpose."""
        return (self.recognition + self.translation) / BYTES_PER_SECOND / 3600


class Usage:
    """The usage of one resource. It outlives the resource's set-up, so that nothing is lost while that is reloaded."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Begin with nothing; ``async_load`` brings what is stored."""
        self._hass = hass
        self._store: Store[dict[str, dict[str, Any]]] = Store(hass, 1, f"{DOMAIN}.{entry_id}")
        self._listeners: list[CALLBACK_TYPE] = []
        self._running: set[Session] = set()
        self._save_pending = False
        self._removed = False
        self.months: dict[str, Month] = {}
        """By the date of their first day, the oldest first."""
        self.delay: float | None = None
        """Seconds from the end of speech to the result, the last time that there was one."""

    async def async_load(self) -> None:
        """Load what is stored."""
        stored = await self._store.async_load() or {}
        self.months = {first: Month(**month) for first, month in stored.items()}

    @property
    def month(self) -> Month:
        """Return what was used in the present month, by the household's calendar."""
        return self.months.get(_first_day().isoformat(), Month())

    @property
    def hours(self) -> float:
        """Return the hours of audio that were sent in the present month, with what is under way."""
        return self.month.hours + sum(session.uncounted for session in self._running) / BYTES_PER_SECOND / 3600

    @callback
    def async_begin(self, session: Session) -> None:
        """Take note of a session that begins."""
        self._running.add(session)

    @callback
    def async_end(self, session: Session) -> None:
        """Take note of a session that is over."""
        self._running.discard(session)
        self.async_add(session)

    @callback
    def async_add(self, session: Session) -> None:
        """Count what a session has used since it was counted last."""
        timeline, counted = session.timeline, session.counted
        # By its first day, not in place of another: a clock that was wrong for a while, or a time zone that changes at
        # the month's end and changes back, costs nothing of what was counted.
        month = self.months.setdefault(_first_day().isoformat(), Month())
        if session.translation:
            month.translation += session.uncounted
        else:
            month.recognition += session.uncounted
        month.requests += timeline.requests - counted.requests
        counted.sent, counted.requests = timeline.sent, timeline.requests
        if session.error is not None:
            kind = failure_kind(session.error)
            month.failures[kind] = month.failures.get(kind, 0) + 1
        if timeline.delay is not None:
            self.delay = timeline.delay
        self.months = dict(sorted(self.months.items())[-MAX_MONTHS:])
        # Once: each call puts the writing off, and where somebody always speaks nothing would ever be written.
        if not (self._removed or self._save_pending):
            self._save_pending = True
            self._store.async_delay_save(self._data, SAVE_DELAY)
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

        @callback
        def wait() -> None:
            nonlocal cancel_timer
            cancel_timer = async_track_point_in_utc_time(
                self._hass, HassJob(turn, cancel_on_shutdown=True), next_month_start()
            )

        @callback
        def turn(_now: datetime) -> None:
            wait()
            self._tell()

        @callback
        def config_changed(_event: Event) -> None:  # perhaps the time zone
            cancel_timer()
            turn(dt_util.utcnow())

        wait()
        stop_listening = self._hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, config_changed)

        @callback
        def stop() -> None:
            stop_listening()
            cancel_timer()

        return stop

    async def async_remove(self) -> None:
        """Remove what is stored, for good."""
        self._removed = True
        await self._store.async_remove()

    def _data(self) -> dict[str, dict[str, Any]]:
        self._save_pending = False
        return {first: asdict(month) for first, month in self.months.items()}

    @callback
    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()


def month_start() -> datetime:
    """Return when the present month began where the household is."""
    return dt_util.start_of_local_day(_first_day())


def next_month_start() -> datetime:
    """Return when the next month begins where the household is."""
    return dt_util.start_of_local_day((_first_day() + timedelta(days=31)).replace(day=1))


def _first_day() -> date:
    return dt_util.now().date().replace(day=1)


async def async_get_usage(hass: HomeAssistant, entry_id: str) -> Usage:
    """Return the usage of an entry's resource."""
    usages = hass.data.setdefault(_USAGES, {})
    if entry_id not in usages:
        usage = Usage(hass, entry_id)
        await usage.async_load()
        usages[entry_id] = usage
    return usages[entry_id]


async def async_remove_usage(hass: HomeAssistant, entry_id: str) -> None:
    """Forget the usage of an entry that is removed."""
    usage = await async_get_usage(hass, entry_id)
    del hass.data[_USAGES][entry_id]
    await usage.async_remove()
