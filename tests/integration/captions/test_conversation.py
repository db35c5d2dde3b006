"""Conversations: what one device hears, others show; and what they play, no source of the server hears."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import gc
from typing import Any, override
import weakref

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockUser, async_fire_time_changed
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.azure_speech_live.captions import (
    conversation as captions_conversation,
    request as captions_request,
)
from custom_components.azure_speech_live.captions.conversation import (
    MAX_RECENT,
    PLAYS_AT_MOST,
    Conversation,
    async_find_conversation,
    async_get_conversation,
)
from custom_components.azure_speech_live.captions.source import ServerSource
from custom_components.azure_speech_live.captions.subscriber import Subscriber
from custom_components.azure_speech_live.const import CONF_CAPTIONS_FOR, DOMAIN
from custom_components.azure_speech_live.resource.errors import worded
from tests.speech_service.service import SpeechService

from ..action_calls import LIGHT
from ..dashboards import Dashboard, errors, of, user_dashboard
from ..speech import RECOGNIZER, pcm

pytestmark = pytest.mark.usefixtures("entry")

DOOR: dict[str, Any] = {"language": "en-US", "conversation": "door"}


@pytest.fixture
async def screen(hass_ws_client: WebSocketGenerator) -> Dashboard:
    """Open another dashboard."""
    return Dashboard(await hass_ws_client())


async def watch(screen: Dashboard, name: str = "door") -> dict[str, Any]:
    """Watch a conversation; return what there is of it."""
    result = await screen.ask(f"{DOMAIN}/watch", conversation=name)
    assert result["success"], result
    screen.command = result["id"]
    return await screen.next()


async def seen(screen: Dashboard) -> list[dict[str, Any]]:
    """Return all that is told to the end of a session, but its state."""
    return [event for event in await screen.events() if event["type"] != "state"]


async def test_everything_is_told_to_who_watches(dashboard: Dashboard, screen: Dashboard) -> None:
    assert await watch(screen) == {"type": "watching", "recent": [], "sessions": []}
    await dashboard.begin("recognize", **DOOR)
    await dashboard.speak(pcm(2))
    told, events = await dashboard.events(), await seen(screen)
    session = dashboard.start["session"]
    assert {event["from"] for event in events} == {session}
    assert list(dict.fromkeys(event["type"] for event in events)) == ["start", "hypothesis", "phrase", "end"]
    (phrase,) = of("phrase", told)
    assert of("phrase", events) == [{**phrase, "from": session}]


async def test_who_comes_later_is_told_what_was_said_last(dashboard: Dashboard, screen: Dashboard) -> None:
    await dashboard.begin("recognize", **DOOR)
    await dashboard.speak(pcm(1), end=False)
    await watch(dashboard)
    await dashboard.speak(b"")
    await seen(dashboard)
    there = await watch(screen)
    assert [phrase["text"] for phrase in there["recent"]] == [LIGHT]
    assert there["sessions"] == []
    assert (await watch(screen, "kitchen"))["recent"] == []


async def test_a_conversation_in_which_nobody_is_any_more_is_forgotten(
    hass: HomeAssistant, dashboard: Dashboard, screen: Dashboard
) -> None:
    await watch(screen)
    await dashboard.begin("recognize", **DOOR)
    await dashboard.speak(pcm(1))
    await dashboard.events()
    assert async_find_conversation(hass, "door")
    await screen.socket.close()
    await hass.async_block_till_done()
    assert async_find_conversation(hass, "door") is None
    assert (await watch(dashboard))["recent"] == []


async def test_who_goes_without_a_word_has_stopped(dashboard: Dashboard, screen: Dashboard) -> None:
    await watch(screen)
    await dashboard.begin("recognize", **DOOR)
    await dashboard.speak(pcm(1), end=False)
    assert (await dashboard.next())["type"] in ("hypothesis", "state")
    await dashboard.socket.close()
    events = await seen(screen)
    assert [event["type"] for event in events][-2:] == ["nothing", "end"]
    assert events[-1]["reason"] == "stopped"


async def test_an_entry_that_is_unloaded_is_told_to_all(
    hass: HomeAssistant, entry: ConfigEntry, dashboard: Dashboard, screen: Dashboard
) -> None:
    await watch(screen)
    await dashboard.begin("recognize", **DOOR)
    await dashboard.speak(pcm(1), end=False)
    assert (await dashboard.next())["type"] in ("hypothesis", "state")
    assert await hass.config_entries.async_unload(entry.entry_id)
    for told in (await dashboard.events(), await seen(screen)):
        assert told[-1]["type"] == "error"
        assert told[-1]["code"] in ("action_unloaded", "action_cannot_connect")


# --- bounds, and who may


async def test_there_is_room_for_so_many(
    hass: HomeAssistant, dashboard: Dashboard, screen: Dashboard, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(captions_conversation.MAX_CONVERSATIONS):
        await watch(screen, str(number))
    error = await dashboard.refused("watch", conversation="door")
    assert error["code"] == "too_many_conversations"
    assert (await dashboard.refused("recognize", **DOOR))["code"] == "too_many_conversations"
    for _ in range(captions_conversation.MAX_WATCHERS - 1):
        await watch(screen, "0")
    assert (await dashboard.refused("watch", conversation="0"))["code"] == "too_many_watchers"
    assert (await dashboard.refused("watch", conversation="x" * 65))["code"] == "invalid_format"
    assert [error for error in errors(caplog) if "invalid_format" not in error] == []
    assert async_find_conversation(hass, "door") is None


async def test_it_is_for_who_may_use_the_resource(
    hass: HomeAssistant, entry: ConfigEntry, dashboard: Dashboard, hass_ws_client: WebSocketGenerator
) -> None:
    stranger = await user_dashboard(hass, hass_ws_client, {})
    assert (await stranger.refused("watch", conversation="door"))["code"] == "unauthorized"
    guest = await user_dashboard(hass, hass_ws_client, {RECOGNIZER: True})
    await watch(guest)
    hass.config_entries.async_update_entry(entry, options={CONF_CAPTIONS_FOR: "administrators"})
    await hass.async_block_till_done()
    assert (await guest.refused("watch", conversation="door"))["code"] == "unauthorized"
    await dashboard.begin("recognize", **DOOR)
    await dashboard.speak(pcm(1))
    await dashboard.events()
    result = await guest.ask(f"{DOMAIN}/playing", conversation="door", playing=False)
    assert result["success"]  # and nothing was told before


class Connection:
    """The connection of a user's app."""

    def __init__(self, user: MockUser) -> None:
        """Have no subscription."""
        self.user = user
        self.subscriptions: dict[Any, Any] = {}


class Dozing(Subscriber):
    """An app that does not read, after a while."""

    def __init__(self, connection: Any) -> None:
        """Read, at first."""
        super().__init__(connection, 1)
        self.told: list[Any] = []
        self.reads: bool | None = True

    @override
    def begin(self, end: Any) -> None:
        pass

    @override
    def keeps_up(self) -> bool:
        if self.reads is None:
            raise worded(HomeAssistantError, "captions_not_read", seconds="30")
        return self.reads

    @override
    def tell(self, event: Any) -> None:
        self.told.append(event)


async def test_who_does_not_read_is_told_phrases_and_then_no_more(
    hass: HomeAssistant, entry: ConfigEntry, hass_admin_user: MockUser
) -> None:
    conversation = Conversation(hass, "door")
    dozing, speaking = (Dozing(Connection(hass_admin_user)) for _ in range(2))
    conversation.async_watch(dozing)
    conversation.async_join(speaking, "0" * 32, entry)
    for dozing.reads in (True, False, None, True):
        for kind in ("hypothesis", "phrase"):
            conversation.async_tell(speaking, {"type": kind, "id": "1"})
    assert [event["type"] for event in dozing.told] == ["watching", "hypothesis", "phrase", "phrase", "error"]
    assert dozing.told[-1]["code"] == "captions_not_read"


async def test_no_more_is_kept_than_who_comes_later_needs(
    hass: HomeAssistant, entry: ConfigEntry, hass_admin_user: MockUser
) -> None:
    conversation = Conversation(hass, "door")
    late, speaking = (Dozing(Connection(hass_admin_user)) for _ in range(2))
    conversation.async_join(speaking, "0" * 32, entry)
    for number in range(MAX_RECENT + 5):
        conversation.async_tell(speaking, {"type": "phrase", "id": str(number), "speaker": None})
    conversation.async_tell(speaking, {"type": "speaker", "id": str(MAX_RECENT), "speaker": "Guest-1"})
    conversation.async_watch(late)
    recent = late.told[0]["recent"]
    assert [phrase["id"] for phrase in recent] == [str(number) for number in range(5, MAX_RECENT + 5)]
    assert {phrase["id"]: phrase["speaker"] for phrase in recent if phrase["speaker"]} == {str(MAX_RECENT): "Guest-1"}


async def test_who_comes_later_is_not_told_what_is_not_for_them(
    hass: HomeAssistant, entry: ConfigEntry, hass_admin_user: MockUser, hass_read_only_user: MockUser
) -> None:
    conversation = Conversation(hass, "door")
    speaking, stranger, other = (
        Dozing(Connection(user)) for user in (hass_admin_user, hass_read_only_user, hass_admin_user)
    )
    conversation.async_join(speaking, "0" * 32, entry)
    conversation.async_tell(speaking, {"type": "phrase", "id": "1", "speaker": None})
    for watcher in (stranger, other):
        conversation.async_watch(watcher)
    conversation.async_tell(speaking, {"type": "phrase", "id": "2", "speaker": None})
    assert stranger.told == [{"type": "watching", "recent": [], "sessions": []}]
    assert [(len(event.get("recent", "")), event.get("sessions")) for event in other.told] == [
        (1, ["0" * 32]),
        (0, None),
    ]


# --- who plays a translation


async def test_who_plays_again_is_heard_for_as_long_again(
    hass: HomeAssistant, entry: ConfigEntry, hass_admin_user: MockUser, freezer: FrozenDateTimeFactory
) -> None:
    conversation = Conversation(hass, "door")
    playing = Dozing(Connection(hass_admin_user))
    conversation.async_join(playing, "0" * 32, entry)
    for again in ((True,), (True,), (False, True)):
        for is_playing in again:
            conversation.async_play(playing.connection, playing=is_playing)
        freezer.tick(PLAYS_AT_MOST * 0.7)
        async_fire_time_changed(hass)
        assert playing.connection in conversation._playing  # noqa: SLF001 - deafness goes on by the clock of the loop
    freezer.tick(PLAYS_AT_MOST)
    async_fire_time_changed(hass)
    assert playing.connection not in conversation._playing  # noqa: SLF001
    assert playing.connection.subscriptions == {}


async def test_who_plays_is_told_by_their_own_session(
    hass: HomeAssistant, entry: ConfigEntry, hass_admin_user: MockUser
) -> None:
    conversation = Conversation(hass, "door")
    watching, one, other = (Dozing(Connection(hass_admin_user)) for _ in range(3))
    conversation.async_watch(watching)
    conversation.async_join(one, "0" * 32, entry)
    conversation.async_join(other, "1" * 32, entry)
    for plays in (other, watching, one):
        conversation.async_play(plays.connection, playing=True)
        conversation.async_play(plays.connection, playing=False)
    assert [event["from"] for event in of("playing", watching.told)][::2] == ["1" * 32, None, "0" * 32]


async def test_a_conversation_is_there_until_nobody_plays_in_it(
    hass: HomeAssistant, entry: ConfigEntry, hass_admin_user: MockUser
) -> None:
    conversation = async_get_conversation(hass, "door")
    speaking = Dozing(Connection(hass_admin_user))
    conversation.async_join(speaking, "0" * 32, entry)
    conversation.async_play(speaking.connection, playing=True)
    conversation.async_leave(speaking)
    assert async_find_conversation(hass, "door") is conversation
    conversation.async_play(speaking.connection, playing=False)
    assert async_find_conversation(hass, "door") is None
    again = async_get_conversation(hass, "door")
    again.async_join(speaking, "1" * 32, entry)
    again.async_leave(speaking)
    assert async_find_conversation(hass, "door") is None


async def test_everybody_is_told_who_plays(hass: HomeAssistant, dashboard: Dashboard, screen: Dashboard) -> None:
    await watch(screen)
    await dashboard.begin("recognize", **DOOR)
    assert (await screen.next())["type"] == "start"
    for playing in (True, False):
        await dashboard.ask(f"{DOMAIN}/playing", conversation="door", playing=playing)
        assert await screen.next() == {"type": "playing", "from": dashboard.start["session"], "playing": playing}
    await dashboard.ask(f"{DOMAIN}/playing", conversation="door", playing=True)
    await dashboard.socket.close()
    events = await seen(screen)
    assert [event["playing"] for event in of("playing", events)] == [True, False]
    assert async_find_conversation(hass, "door")


async def test_a_device_that_forgets_to_say_so_has_ended(
    dashboard: Dashboard, screen: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(captions_conversation, "PLAYS_AT_MOST", 0.05)
    await watch(screen)
    await dashboard.begin("recognize", **DOOR)
    await screen.next()
    await dashboard.ask(f"{DOMAIN}/playing", conversation="door", playing=True)
    assert [(await screen.next())["playing"] for _ in range(2)] == [True, False]


async def test_a_device_that_has_forgotten_keeps_nothing_of_what_was_said(
    hass: HomeAssistant, dashboard: Dashboard, screen: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(captions_conversation, "PLAYS_AT_MOST", 0.05)
    await watch(screen)
    await dashboard.begin("recognize", **DOOR)
    conversation = async_find_conversation(hass, "door")
    assert conversation is not None
    kept = weakref.ref(conversation)
    del conversation
    await dashboard.ask(f"{DOMAIN}/playing", conversation="door", playing=True)
    while (await screen.next()).get("playing", True):
        pass
    for device in (screen, dashboard):
        assert (await device.ask("unsubscribe_events", subscription=device.command))["success"]
    while async_find_conversation(hass, "door"):
        await dashboard.ask("ping")
    gc.collect()
    assert kept() is None  # though its connection is open


async def test_a_device_elsewhere_makes_nobody_deaf(
    hass: HomeAssistant, dashboard: Dashboard, screen: Dashboard
) -> None:
    await watch(screen)
    assert (await dashboard.ask(f"{DOMAIN}/playing", conversation="door", playing=True))["success"]
    conversation = async_find_conversation(hass, "door")
    assert conversation is not None
    assert not conversation.is_deaf


async def test_a_source_of_the_server_is_deaf_meanwhile(
    hass: HomeAssistant,
    dashboard: Dashboard,
    screen: Dashboard,
    service: SpeechService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = Room()
    monkeypatch.setattr(captions_request, "async_get_source", lambda *_: ServerSource(room.opened(), None))
    await watch(screen)
    await dashboard.begin("recognize", source={"microphone": "assist_satellite.kitchen"}, **DOOR)
    conversation = async_find_conversation(hass, "door")
    assert conversation is not None
    await room.sounds(b"\1\1")
    await dashboard.ask(f"{DOMAIN}/playing", conversation="door", playing=True)
    await room.sounds(b"\2\2")
    await dashboard.ask(f"{DOMAIN}/playing", conversation="door", playing=False)
    monkeypatch.setattr(captions_conversation, "ECHO", 60.0)
    await room.sounds(b"\3\3")
    monkeypatch.setattr(captions_conversation, "ECHO", 0.0)
    await room.sounds(b"\4\4")
    await room.sounds(b"")
    assert (await dashboard.events())[-1] == {"type": "end", "reason": "source"}
    (turn,) = service.connections[-1].turns
    assert bytes(turn.audio) == b"".join(sample * 8000 for sample in (b"\1\1", b"\0\0", b"\0\0", b"\4\4"))


async def test_a_device_that_listens_is_deaf_by_itself(dashboard: Dashboard, service: SpeechService) -> None:
    await dashboard.begin("recognize", **DOOR)
    assert (await dashboard.ask(f"{DOMAIN}/playing", conversation="door", playing=True))["success"]
    await dashboard.speak(pcm(1))
    await dashboard.events()
    assert bytes(service.connections[-1].turns[-1].audio) == pcm(1)


class Room:
    """A room in which one can hear what a test wants."""

    def __init__(self) -> None:
        """Be silent."""
        self._sound: asyncio.Queue[bytes] = asyncio.Queue()
        self._heard = asyncio.Event()

    async def sounds(self, sample: bytes) -> None:
        """Let half a second of a sample be heard, or the end."""
        self._heard.clear()
        self._sound.put_nowait(sample * 8000)
        await self._heard.wait()

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[Room]:
        """Listen to it."""
        yield self

    async def audio(self) -> AsyncGenerator[bytes]:
        """Yield what is heard."""
        while sound := await self._sound.get():
            yield sound
            self._heard.set()
        self._heard.set()
