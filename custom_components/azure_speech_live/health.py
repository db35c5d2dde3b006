"""Whether a resource works, judged by what becomes of its sessions, and who is told when it does not.

A session that fails may have its own reason: one command too many at once, a model that does not exist. So a failure
only leads to the question whether a connection can be opened. As long as it cannot, the resource is unavailable, and
the question is asked again from time to time, and by every command that the household speaks.

Since when an endpoint is gone is known beyond that: the household is told also where the resource cannot be set up.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime
import logging
from time import monotonic
from typing import TYPE_CHECKING, Final

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .errors import KEY_REFUSED, failure_kind
from .issues import Issue, async_create_issue, async_delete_issue
from .speech import (
    AudioSourceError,
    BadAudioError,
    CredentialsError,
    EndpointError,
    QuotaError,
    SpeechClient,
    SpeechError,
    ThrottledError,
)

if TYPE_CHECKING:
    from . import AzureSpeechConfigEntry
    from .resource import Session

_LOGGER = logging.getLogger(__name__)

FIRST_RECHECK: Final = 10.0
"""Seconds from the first check that failed to the second; then twice as long each time."""
LAST_RECHECK: Final = 300.0
"""The longest of these waits."""
GONE_AFTER: Final = 900.0
"""Seconds that an endpoint is looked for before a person is asked to: a router that restarts is back by then."""

# By entry, and by a clock that nobody sets.
_GONE_SINCE: Final[HassKey[dict[str, float]]] = HassKey(f"{DOMAIN}_gone_since")


class Health:
    """The health of one resource."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: AzureSpeechConfigEntry,
        client: SpeechClient,
        endpoint: str,
        sessions: Iterable[Session],
    ) -> None:
        """Begin in good health. ``endpoint`` is how the household knows it, ``sessions`` are the latest."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._endpoint = endpoint
        self._sessions = sessions
        self._listeners: list[CALLBACK_TYPE] = []
        self._troubles: set[str] = set()
        self._check: asyncio.Task[None] | None = None
        self._cancel_recheck: CALLBACK_TYPE | None = None
        self._wait = FIRST_RECHECK
        self.available = True
        """Whether connections to the service can be opened, as far as is known."""

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener when ``available`` changes. Return what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_note(self, session: Session) -> None:
        """Take note of how a session ended."""
        error = session.error
        if error is None:
            # Without a phrase nothing is known: nobody spoke, or nobody listened any more.
            if session.timeline.phrase is not None:
                self._works()
                async_delete_issue(self._hass, self._entry, Issue.QUOTA_USED_UP)
                if any(_both_at_once(session, other) for other in self._sessions):
                    async_delete_issue(self._hass, self._entry, Issue.ONE_AT_A_TIME)
        elif not isinstance(error, AudioSourceError | BadAudioError):
            self._failed(error)
            if isinstance(error, QuotaError):
                async_create_issue(self._hass, self._entry, Issue.QUOTA_USED_UP)
            elif not isinstance(error, ThrottledError):
                self._start_check()
            elif any(_overlap(session, other) for other in self._sessions):
                async_create_issue(self._hass, self._entry, Issue.ONE_AT_A_TIME)

    @callback
    def async_stop(self) -> None:
        """Check no more."""
        if self._cancel_recheck is not None:
            self._cancel_recheck()
            self._cancel_recheck = None
        if self._check is not None:
            self._check.cancel()
            self._check = None

    def _failed(self, error: SpeechError) -> None:
        """Log a failure, but no kind again before it works, and ask for a new key if the service refused this one."""
        kind = failure_kind(error)
        level = logging.DEBUG if kind in self._troubles else logging.ERROR
        _LOGGER.log(level, "%s: speech recognition failed: %s", self._entry.title, error)
        self._troubles.add(kind)
        if isinstance(error, CredentialsError):
            self._entry.async_start_reauth(self._hass)

    def _works(self) -> None:
        """Log that a failure is over, and take back what the household was told."""
        self.async_stop()
        async_note_there(self._hass, self._entry)
        if self._troubles:
            _LOGGER.info("%s: speech recognition works again", self._entry.title)
            if KEY_REFUSED in self._troubles:
                for flow in self._entry.async_get_active_flows(self._hass, {SOURCE_REAUTH}):
                    self._hass.config_entries.flow.async_abort(flow["flow_id"])
            self._troubles.clear()
        self._wait = FIRST_RECHECK
        if not self.available:
            self.available = True
            self._tell()

    def _start_check(self) -> None:
        if self._check is None and self._cancel_recheck is None:
            self._check = self._entry.async_create_background_task(
                self._hass, self._async_check(), "Azure Speech Live check", eager_start=False
            )

    async def _async_check(self) -> None:
        error: SpeechError | None = None
        try:
            await self._client.check()
        except ThrottledError:
            pass  # it is there, and says so
        except SpeechError as err:
            error = err
        self._check = None
        if error is not None:
            self._unavailable(error)
        # Of trouble that comes later than the connection, only the next command shows whether it is over.
        elif not self.available or KEY_REFUSED in self._troubles:
            self._works()

    def _unavailable(self, error: SpeechError) -> None:
        _LOGGER.debug("%s: unavailable, next check in %.0f s: %s", self._entry.title, self._wait, error)
        if isinstance(error, CredentialsError):
            self._failed(error)
        async_note_unreachable(self._hass, self._entry, self._endpoint, error)
        wait = self._wait
        self._wait = min(2 * wait, LAST_RECHECK)

        @callback
        def recheck(_now: datetime) -> None:
            self._cancel_recheck = None
            self._start_check()

        self._cancel_recheck = async_call_later(self._hass, wait, HassJob(recheck, cancel_on_shutdown=True))
        if self.available:
            self.available = False
            self._tell()

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()


@callback
def async_note_unreachable(
    hass: HomeAssistant, entry: AzureSpeechConfigEntry, endpoint: str, error: SpeechError
) -> None:
    """Take note that no connection could be opened. Where there has been no endpoint for long, a person is asked."""
    if isinstance(error, EndpointError):
        since = hass.data.setdefault(_GONE_SINCE, {}).setdefault(entry.entry_id, monotonic())
        if monotonic() - since >= GONE_AFTER:
            async_create_issue(hass, entry, Issue.ENDPOINT_GONE, endpoint=endpoint)
    elif isinstance(error, CredentialsError | ThrottledError):
        async_note_there(hass, entry)  # or who would say so?


@callback
def async_note_there(hass: HomeAssistant, entry: AzureSpeechConfigEntry) -> None:
    """Take note that the endpoint is there, or is nobody's affair any more."""
    hass.data.setdefault(_GONE_SINCE, {}).pop(entry.entry_id, None)
    async_delete_issue(hass, entry, Issue.ENDPOINT_GONE)


def _overlap(session: Session, other: Session) -> bool:
    """Return whether another session was under way at any time of a session that is over just now."""
    return other is not session and (other.ended is None or other.ended > session.timeline.started)


def _both_at_once(session: Session, other: Session) -> bool:
    """Return whether the service served another session at any time of one that is over just now, and worked."""
    return (
        other is not session
        and other.error is None
        and session.timeline.connected is not None
        and other.timeline.connected is not None
        and (other.ended is None or other.ended > session.timeline.connected)
    )
