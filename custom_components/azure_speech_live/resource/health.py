"""Whether a resource works, judged by what becomes of its sessions, and who is told when it does not.

A session that fails may have its own reason: a model that does not exist, a connection that broke. So a failure only
leads to the question whether a connection can be opened. As long as it cannot, the question is asked again from time to
time, and after every command that fails.

What follows from the answers is in health_states.py. It outlives the resource's set-up: what a person was told is not
taken back, and not told anew, while that is reloaded.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
import logging
from time import monotonic
from typing import Any, Final

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    SOURCE_REAUTH,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_call_later
from homeassistant.util.hass_dict import HassKey

from ..const import (
    CONF_PRICING_TIER,
    DOMAIN,
    SUBENTRY_RECOGNIZER,
    SUBENTRY_TRANSLATOR,
    TIER_STANDARD,
    TIER_UNKNOWN,
)
from ..speech import (
    AudioSourceError,
    BadAudioError,
    CredentialsError,
    EndpointError,
    QuotaError,
    SpeechError,
    ThrottledError,
    VoiceError,
    WebPageError,
)
from .errors import called, failure_kind
from .health_states import MEANS, Seen, State, following, seen_of
from .issues import ON_STANDARD, Issue, async_create_issue, async_delete_issue, async_rename_issues
from .months import Months
from .reauth import async_ask_for_key
from .session import Session, SpokenSession

_LOGGER = logging.getLogger(__name__)

FIRST_RECHECK: Final = 10.0
"""Seconds from the first check that failed to the second; then twice as long each time."""
LAST_RECHECK: Final = 300.0
"""The longest of these waits."""
CHECK: Final = "Azure Speech Live check"
"""The name of the task."""
GONE_AFTER: Final = 900.0
"""Seconds that an endpoint is looked for before a person is asked to: a router that restarts is back by then."""

# Those that are told of here: other modules have others.
_ISSUES: Final = (Issue.ENDPOINT_GONE, *ON_STANDARD, *ON_STANDARD.values())

_RECOGNITION: Final = "recognition"
_SYNTHESIS: Final = "synthesis"
_FAILED: Final = {
    _RECOGNITION: "%s: speech recognition failed: %s%s",
    _SYNTHESIS: "%s: speech synthesis failed: %s%s",
}
_WORKS: Final = {
    _RECOGNITION: "%s: speech recognition works again",
    _SYNTHESIS: "%s: speech synthesis works again",
}

_HEALTH: Final[HassKey[dict[str, Health]]] = HassKey(f"{DOMAIN}_health")


def is_to_hear(entry: ConfigEntry[Any]) -> bool:
    """Return whether an entry is used to recognise or translate, not only to speak."""
    return any(entry.get_subentries_of_type(kind) for kind in (SUBENTRY_RECOGNIZER, SUBENTRY_TRANSLATOR))


class Health:
    """The health of one entry's resource, which its set-ups look after one after another."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Begin in good health."""
        self._hass = hass
        self._entry = entry
        self._listeners: list[CALLBACK_TYPE] = []
        # What the present set-up has.
        self._connect: Callable[[], Awaitable[None]] | None = None
        self._endpoint = ""
        self._sessions: Iterable[Session] = ()
        self._check: asyncio.Task[None] | None = None
        self._cancel_recheck: CALLBACK_TYPE | None = None
        self._ask = False
        """Whether somebody wants to know if a connection can be opened."""
        self._wait = FIRST_RECHECK
        self._told = True
        """Whether the listeners know it as available."""
        self._reset()

    def _reset(self) -> None:
        self._learned_of = self._identity()
        self._state = State.WORKS
        # When the state was observed, and when a session failed, the last time; by the event loop's clock.
        self._observed_at = self._failed_at = float("-inf")
        self._reason: str | None = None
        self._missing_since: float | None = None
        """Since when no Speech service has been found at the endpoint."""
        self._month = Months().start
        self._crowded = False
        """Whether a session was refused because of another."""
        self._troubles: dict[str, set[str]] = {_RECOGNITION: set(), _SYNTHESIS: set()}
        """The kinds of failures of each that have been logged since it last worked."""

    @property
    def available(self) -> bool:
        """Return whether connections to the service can be opened, as far as is known."""
        return MEANS[self._state].available

    @property
    def state(self) -> State:
        """Return how the resource is, as far as is known."""
        return self._state

    @property
    def works(self) -> bool:
        """Return whether there is nothing amiss, as far as is known."""
        return self._state is State.WORKS

    @property
    def reason(self) -> str | None:
        """Return the kind of failure with which the last check ended, as long as something is amiss."""
        return None if self.works else self._reason

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener when ``available`` changes. Return what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_start(self, connect: Callable[[], Awaitable[None]], endpoint: str, sessions: Iterable[Session]) -> None:
        """Look after a set-up, and first whether the service is there.

        ``connect`` opens a connection and closes it, and raises SpeechError; ``endpoint`` is how the household knows
        it, ``sessions`` are the latest. What was learned of another key, endpoint or tier is forgotten.
        """
        if self._learned_of != self._identity():
            self.async_forget()
        self._connect, self._endpoint, self._sessions = connect, endpoint, sessions
        self.async_update_month()
        self._start_check()

    @callback
    def async_stop(self) -> None:
        """Look after it no more: check nothing, take note of nothing."""
        self._connect = None
        self._stop_recheck()
        if self._check is not None:
            self._check.cancel()
            self._check = None

    @callback
    def async_forget(self) -> None:
        """Be as at the beginning, and take everything back."""
        self._reset()
        self._carry_out()

    @callback
    def async_note(self, session: Session) -> None:
        """Take note of how a session ended."""
        if self._connect is None:
            return
        error, timeline = session.error, session.timeline
        if error is None:
            # Without a phrase nothing is known: nobody spoke, or nobody listened any more.
            if timeline.phrase is not None:
                if timeline.connected is not None and not timeline.reused:
                    self._observe(Seen.OPENED, timeline.connected)
                self._observe(Seen.PHRASE, timeline.phrase)
                if self._state is State.WORKS:
                    self._works(_RECOGNITION, timeline.phrase)
                if any(_both_at_once(session, other) for other in self._sessions):
                    self._crowded = False
        elif not isinstance(error, AudioSourceError | BadAudioError):
            self._failed_at = self._hass.loop.time()
            self._log(_RECOGNITION, error)
            if not isinstance(error, ThrottledError):
                self._start_check()
            else:
                self._observe(seen_of(error), self._failed_at)
                if not isinstance(error, QuotaError) and any(_overlap(session, other) for other in self._sessions):
                    self._crowded = True
        self._show_issues()

    @callback
    def async_note_answer(self, answer: SpokenSession) -> None:
        """Take note of how an answer ended. It tells nothing of recognition but that somebody should look.

        The service limits what is spoken by other numbers, so that too many requests, or a quota, are no observation.
        """
        if self._connect is None:
            return
        if answer.error is None:
            if answer.timeline.last_audio is not None:
                self._works(_SYNTHESIS, answer.timeline.last_audio)
            return
        self._failed_at = self._hass.loop.time()
        self._log(_SYNTHESIS, answer.error)
        if not isinstance(answer.error, ThrottledError | VoiceError):
            self._start_check()

    @callback
    def async_update_month(self) -> None:
        """Take note of the month, which may be another one."""
        month = Months().start
        if month != self._month:
            self._month = month
            self._observe(Seen.NEW_MONTH, self._hass.loop.time())

    def _identity(self) -> tuple[Any, ...]:
        return dict(self._entry.data), self._entry.options.get(CONF_PRICING_TIER, TIER_UNKNOWN)

    def _note_check(self, error: SpeechError | None, begun: float) -> None:
        """Take note of a check that nothing has overtaken since it was begun."""
        seen, self._reason = seen_of(error), None if error is None else failure_kind(error)
        if isinstance(error, EndpointError | WebPageError):
            if self._missing_since is None:
                self._missing_since = monotonic()
            if monotonic() - self._missing_since >= GONE_AFTER:
                seen = Seen.NOTHING_THERE
        self._observe(seen, begun)
        # A refused key is told of as such. Of everything else the command has told that led here; at set-up, none has.
        if error is not None and (isinstance(error, CredentialsError) or not any(self._troubles.values())):
            self._log(_RECOGNITION if is_to_hear(self._entry) else _SYNTHESIS, error)

    def _observe(self, seen: Seen, at: float) -> None:
        """Take an observation that was made then, and see to what follows from it."""
        state = following(self._state, seen)
        # A session tells what it knows when it is over: a newer one may have been told otherwise in the meantime.
        if state is None or at < self._observed_at:
            return
        was_available = self.available
        self._state, self._observed_at = state, at
        if seen not in (Seen.NO_CONNECTION, Seen.NOTHING_THERE):
            self._missing_since = None
        if seen is Seen.OPENED and not was_available:
            for what in self._troubles:
                self._works(what, at)
        self._carry_out()

    def _carry_out(self) -> None:
        """See to it that what the state means is so, and nothing else."""
        if MEANS[self._state].asks_for_key:
            async_ask_for_key(self._hass, self._entry)
        else:
            for flow in list(self._entry.async_get_active_flows(self._hass, {SOURCE_REAUTH})):
                self._hass.config_entries.flow.async_abort(flow["flow_id"])
        self._show_issues()
        if self.available:
            self._stop_recheck()
            self._wait = FIRST_RECHECK
        else:
            self._await_recheck()
        if self.available is not self._told:
            self._told = self.available
            for listener in list(self._listeners):
                listener()

    def _show_issues(self) -> None:
        """Tell of what a person must do, and of nothing else."""
        told = {MEANS[self._state].issue, Issue.ONE_AT_A_TIME if self._crowded else None}
        if self._entry.options.get(CONF_PRICING_TIER) == TIER_STANDARD:
            told = {ON_STANDARD.get(issue, issue) for issue in told if issue is not None}
        for issue in _ISSUES:
            if issue in told:
                async_create_issue(self._hass, self._entry, issue, endpoint=self._endpoint)
            else:
                async_delete_issue(self._hass, self._entry, issue)

    def _log(self, what: str, error: SpeechError) -> None:
        """Log a failure, but no kind again before it works."""
        kind = failure_kind(error)
        level = logging.DEBUG if kind in self._troubles[what] else logging.ERROR
        where = f" (connection {error.connection_id})" if error.connection_id else ""
        _LOGGER.log(level, _FAILED[what], called(self._entry), error, where)
        self._troubles[what].add(kind)

    def _works(self, what: str, at: float) -> None:
        """Log that failures are over, if it worked after the latest of them."""
        if self._troubles[what] and at >= self._failed_at:
            _LOGGER.info(_WORKS[what], called(self._entry))
            self._troubles[what].clear()

    @callback
    def async_doubt(self) -> None:
        """Check whether a connection can be opened: somebody waited in vain, though nothing has failed."""
        self._start_check()

    def _start_check(self) -> None:
        self._stop_recheck()
        self._ask = True
        if self._connect is not None and self._check is None:
            self._check = self._entry.async_create_background_task(
                self._hass, self._async_ask(self._connect), CHECK, eager_start=False
            )

    async def _async_ask(self, connect: Callable[[], Awaitable[None]]) -> None:
        """Check, and once more if a session failed after that had begun."""
        while self._ask:
            self._ask = False
            error, begun = None, self._hass.loop.time()
            try:
                await connect()
            except SpeechError as err:
                _LOGGER.debug("%s: no connection: %s", called(self._entry), err)
                error = err
            if begun >= self._observed_at:  # else somebody has learned more meanwhile
                self._note_check(error, begun)
            if not self.available:
                break
        self._check = None
        if not self.available:
            self._await_recheck()

    def _await_recheck(self) -> None:
        """Check again after a while, if nobody is about to."""
        if self._connect is None or self._check is not None or self._cancel_recheck is not None:
            return

        @callback
        def recheck(_now: datetime) -> None:
            self._wait = min(2 * self._wait, LAST_RECHECK)
            self._start_check()

        self._cancel_recheck = async_call_later(self._hass, self._wait, HassJob(recheck, cancel_on_shutdown=True))

    def _stop_recheck(self) -> None:
        if self._cancel_recheck is not None:
            self._cancel_recheck()
            self._cancel_recheck = None


@callback
def async_setup_health(hass: HomeAssistant) -> None:
    """Follow what becomes of entries where Home Assistant calls nothing of ours: while none of it is set up."""
    healths: dict[str, Health] = {}
    hass.data[_HEALTH] = healths

    @callback
    def entry_changed(change: ConfigEntryChange, entry: ConfigEntry[Any]) -> None:
        if entry.domain != DOMAIN:
            return
        if change is not ConfigEntryChange.REMOVED and entry.disabled_by is None:
            async_rename_issues(hass, entry)
        elif (health := healths.pop(entry.entry_id, None)) is not None:
            health.async_stop()
            health.async_forget()

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, entry_changed)


@callback
def async_get_health(hass: HomeAssistant, entry: ConfigEntry[Any]) -> Health:
    """Return the health of an entry's resource."""
    healths = hass.data[_HEALTH]
    if entry.entry_id not in healths:
        healths[entry.entry_id] = Health(hass, entry)
    return healths[entry.entry_id]


def _overlap(session: Session, other: Session) -> bool:
    """Return whether another session was under way at any time of a session that is over just now."""
    return other is not session and (other.ended is None or other.ended > session.timeline.started)


def _both_at_once(session: Session, other: Session) -> bool:
    """Return whether the service served another session at any time of one that is over just now, and worked."""
    return (
        other is not session
        and other.error is None
        and not (session.timeline.waited or other.timeline.waited)
        and session.timeline.connected is not None
        and other.timeline.connected is not None
        and (other.ended is None or other.ended > session.timeline.connected)
    )
