"""Conversations: devices that share what is said, by a name. Each may listen, and each is told of all.

A conversation is there while somebody is in it: who listens, or who watches. What was said last is kept that long, for
who comes later, and nowhere else.
"""

from collections import deque
from typing import Any, Final

from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.json import JsonObjectType

from ..actions.permissions import may_caption
from ..const import DOMAIN
from ..resource.errors import worded
from .subscriber import Subscriber, error_event

MAX_NAME: Final = 64
"""Characters of a conversation's name."""
MAX_CONVERSATIONS: Final = 16
MAX_WATCHERS: Final = 32
"""Of one conversation: a screen in each room. Each is told of each hypothesis."""
MAX_RECENT: Final = 50
"""Phrases that who comes later is told of."""
PLAYS_AT_MOST: Final = 60.0
"""Seconds after which a device that is said to play a translation counts as silent again: it may have forgotten."""
ECHO: Final = 0.3
"""Seconds for which a source is deaf behind that: rooms echo."""

_CONVERSATIONS: Final[HassKey[dict[str, Conversation]]] = HassKey(f"{DOMAIN}_conversations")


class Conversation:
    """One conversation."""

    def __init__(self, hass: HomeAssistant, name: str) -> None:
        """Use ``async_get_conversation`` instead."""
        self._hass = hass
        self._name = name
        self._sessions: dict[Subscriber, tuple[str, ConfigEntry]] = {}
        self._watchers: list[Subscriber] = []
        self._recent: deque[tuple[ConfigEntry, JsonObjectType]] = deque(maxlen=MAX_RECENT)
        self._playing: dict[ActiveConnection, CALLBACK_TYPE] = {}
        """Who plays something, and what forgets that."""
        self._silent_since = -ECHO

    @property
    def is_deaf(self) -> bool:
        """Whether a translation is heard, or was a moment ago."""
        return bool(self._playing) or self._hass.loop.time() < self._silent_since + ECHO

    # --- who listens

    @callback
    def async_join(self, subscriber: Subscriber, session: str, entry: ConfigEntry) -> None:
        """Take note of a session that begins."""
        self._sessions[subscriber] = session, entry

    @callback
    def async_leave(self, subscriber: Subscriber) -> None:
        """Take note that it has ended."""
        self._sessions.pop(subscriber, None)
        self._end_if_empty()

    @callback
    def async_tell(self, subscriber: Subscriber, event: JsonObjectType) -> None:
        """Tell those who watch of an event of a session."""
        session, entry = self._sessions[subscriber]
        event = {**event, "from": session}
        match event["type"]:
            case "phrase":
                self._recent.append((entry, event))
            case "speaker":
                for _, phrase in self._recent:
                    if phrase["id"] == event["id"]:
                        phrase["speaker"] = event["speaker"]
        self._tell(event, entry)

    # --- who watches

    @callback
    def async_watch(self, watcher: Subscriber) -> None:
        """Tell somebody of everything from now on. Raises HomeAssistantError if too many watch already."""
        if len(self._watchers) >= MAX_WATCHERS:
            raise worded(HomeAssistantError, "too_many_watchers", limit=str(MAX_WATCHERS))
        self._watchers.append(watcher)
        watcher.begin(lambda: self._end_watching(watcher))
        watcher.tell(
            {
                "type": "watching",
                "recent": [event for entry, event in self._recent if self._may(watcher, entry)],
                "sessions": [name for name, entry in self._sessions.values() if self._may(watcher, entry)],
            }
        )

    @callback
    def _end_watching(self, watcher: Subscriber) -> None:
        if watcher in self._watchers:
            self._watchers.remove(watcher)
            self._end_if_empty()

    def _may(self, watcher: Subscriber, entry: ConfigEntry) -> bool:
        return may_caption(self._hass, watcher.connection.user, entry)

    def _tell(self, event: JsonObjectType, entry: ConfigEntry | None) -> None:
        for watcher in list(self._watchers):
            if entry is not None and not self._may(watcher, entry):
                continue
            try:
                if watcher.keeps_up() or event["type"] != "hypothesis":  # the next one replaces it
                    watcher.tell(event)
            except HomeAssistantError as err:
                self._watchers.remove(watcher)
                watcher.tell(error_event(err))

    # --- who plays a translation

    @callback
    def async_play(self, connection: ActiveConnection, *, playing: bool) -> None:
        """Take note that a device of the conversation begins to play a translation, or has ended.

        Its connection's end is an end, too, and so is PLAYS_AT_MOST.
        """
        connection.subscriptions.pop(self, None)
        if playing and self._has(connection):
            self._stop_timer(connection)

            @callback
            def forget(_now: object) -> None:
                connection.subscriptions.pop(self, None)  # which would keep what was said for as long as it is open
                self._end_playing(connection)

            job = HassJob(forget, cancel_on_shutdown=True)
            self._playing[connection] = async_call_later(self._hass, PLAYS_AT_MOST, job)
            connection.subscriptions[self] = lambda: self._end_playing(connection)
            self._tell_playing(connection, playing=True)
        elif not playing:
            self._end_playing(connection)

    @callback
    def _end_playing(self, connection: ActiveConnection) -> None:
        if self._stop_timer(connection):
            self._silent_since = self._hass.loop.time()
            self._tell_playing(connection, playing=False)
            self._end_if_empty()

    def _stop_timer(self, connection: ActiveConnection) -> bool:
        cancel = self._playing.pop(connection, None)
        if cancel is not None:
            cancel()
        return cancel is not None

    def _tell_playing(self, connection: ActiveConnection, *, playing: bool) -> None:
        own = next((name for its, (name, _) in self._sessions.items() if its.connection is connection), None)
        self._tell({"type": "playing", "from": own, "playing": playing}, None)

    def _has(self, connection: ActiveConnection) -> bool:
        return any(its.connection is connection for its in (*self._watchers, *self._sessions))

    def _end_if_empty(self) -> None:
        if not (self._sessions or self._watchers or self._playing):
            self._hass.data[_CONVERSATIONS].pop(self._name, None)


@callback
def async_get_conversation(hass: HomeAssistant, name: str) -> Conversation:
    """Return the conversation of a name, to be joined, watched or played in at once.

    Raises HomeAssistantError if there are too many others.
    """
    conversations: dict[str, Conversation] = hass.data.setdefault(_CONVERSATIONS, {})
    if name not in conversations:
        if len(conversations) >= MAX_CONVERSATIONS:
            raise worded(HomeAssistantError, "too_many_conversations", limit=str(MAX_CONVERSATIONS))
        conversations[name] = Conversation(hass, name)
    return conversations[name]


@callback
def async_find_conversation(hass: HomeAssistant, name: str) -> Conversation | None:
    """Return the conversation of a name; None if nobody is in it."""
    return hass.data.get(_CONVERSATIONS, dict[str, Any]()).get(name)
