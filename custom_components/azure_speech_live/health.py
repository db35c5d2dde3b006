"""Whether a resource works, judged by what becomes of its sessions, and who is told when it does not.

A session that fails may have its own reason: one command too many at once, a model that does not exist. So a failure
only leads to the question whether a connection can be opened. As long as it cannot, the resource is unavailable, and
the question is asked again from time to time, and by every command that the household speaks.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime
import logging
from typing import TYPE_CHECKING, Final

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .issues import Issue, async_create_issue, async_delete_issue
from .speech import (
    AudioSourceError,
    BadAudioError,
    CredentialsError,
    EndpointError,
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
        self._trouble: type[SpeechError] | None = None
        self._check: asyncio.Task[None] | None = None
        self._cancel_recheck: CALLBACK_TYPE | None = None
        self._wait = FIRST_RECHECK
        self._unavailable_for: float | None = None

    @property
    def available(self) -> bool:
        """Return whether connections to the service can be opened, as far as is known."""
        return self._unavailable_for is None

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
                if any(_both_at_once(session, other) for other in self._sessions):
                    async_delete_issue(self._hass, self._entry, Issue.ONE_AT_A_TIME)
        elif not isinstance(error, AudioSourceError | BadAudioError):
            self._failed(error)
            if not isinstance(error, ThrottledError):
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
        """Log a failure, but not again while it lasts, and ask for a new key if the service refused this one."""
        level = logging.DEBUG if type(error) is self._trouble else logging.ERROR
        _LOGGER.log(level, "%s: speech recognition failed: %s", self._entry.title, error)
        self._trouble = type(error)
        if isinstance(error, CredentialsError):
            self._entry.async_start_reauth(self._hass)

    def _works(self) -> None:
        """Log that a failure is over, and take back what the household was told."""
        self.async_stop()
        if self._trouble is not None:
            _LOGGER.info("%s: speech recognition works again", self._entry.title)
            if issubclass(self._trouble, CredentialsError):
                for flow in self._entry.async_get_active_flows(self._hass, {SOURCE_REAUTH}):
                    self._hass.config_entries.flow.async_abort(flow["flow_id"])
            self._trouble = None
        self._wait = FIRST_RECHECK
        if not self.available:
            self._unavailable_for = None
            async_delete_issue(self._hass, self._entry, Issue.ENDPOINT_GONE)
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
        elif not self.available or self._trouble is CredentialsError:
            self._works()

    def _unavailable(self, error: SpeechError) -> None:
        _LOGGER.debug("%s: unavailable, next check in %.0f s: %s", self._entry.title, self._wait, error)
        if isinstance(error, CredentialsError):
            self._trouble = CredentialsError
            self._entry.async_start_reauth(self._hass)
        first = self._unavailable_for is None
        self._unavailable_for = self._unavailable_for or 0.0
        if self._unavailable_for >= GONE_AFTER and isinstance(error, EndpointError):
            async_create_issue(self._hass, self._entry, Issue.ENDPOINT_GONE, endpoint=self._endpoint)
        wait = self._wait
        self._wait = min(2 * wait, LAST_RECHECK)

        @callback
        def recheck(_now: datetime) -> None:
            self._cancel_recheck = None
            # The waits' own sum: the clock may be set while the network is away.
            self._unavailable_for = (self._unavailable_for or 0.0) + wait
            self._start_check()

        self._cancel_recheck = async_call_later(self._hass, wait, HassJob(recheck, cancel_on_shutdown=True))
        if first:
            self._tell()

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()


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
