"""What captions can listen to beside an app's microphone."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from tests.microphone.sound import SoundServer, spoken
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.service import SpeechService

from ..action_calls import LIGHT
from ..dashboards import Dashboard, errors, of, user_dashboard
from ..microphones import SATELLITE, House, furnish
from ..recordings import SPOKEN
from ..speech import RECOGNIZER

PLAYER = "media_player.radio"


@pytest.mark.usefixtures("recordings_allowed")
async def test_media_is_captioned_to_its_end(dashboard: Dashboard) -> None:
    await dashboard.begin("recognize", language="en-US", source={"media": str(SPOKEN)})
    assert dashboard.start["binary_handler_id"] is None
    events = await dashboard.events()
    assert [phrase["text"] for phrase in of("phrase", events)] == [LIGHT]
    assert not of("state", events)
    assert events[-1] == {"type": "end", "reason": "source"}


@pytest.mark.usefixtures("recordings_allowed")
async def test_what_a_media_player_plays_is_captioned(hass: HomeAssistant, dashboard: Dashboard) -> None:
    hass.states.async_set(PLAYER, "playing", {"media_content_id": str(SPOKEN)})
    await dashboard.begin("recognize", language="en-US", source={"player": PLAYER})
    assert [phrase["text"] for phrase in of("phrase", await dashboard.events())] == [LIGHT]


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize("attributes", [{}, {"media_content_id": "spotify:track:1"}, {"media_content_id": None}, None])
async def test_a_player_that_plays_by_itself_is_refused_in_words(
    hass: HomeAssistant, dashboard: Dashboard, caplog: pytest.LogCaptureFixture, attributes: dict[str, Any] | None
) -> None:
    if attributes is not None:
        hass.states.async_set(PLAYER, "playing", attributes)
    error = await dashboard.refused("recognize", language="en-US", source={"player": PLAYER})
    assert error["code"] == "player_not_heard"
    assert "radio" in error["message"].lower()
    assert errors(caplog) == []


@pytest.mark.usefixtures("entry")
async def test_media_that_cannot_be_read_is_an_error_in_words(
    dashboard: Dashboard, caplog: pytest.LogCaptureFixture
) -> None:
    await dashboard.begin("recognize", language="en-US", source={"media": "/nowhere/at/all.wav"})
    error = (await dashboard.events())[-1]
    assert (error["type"], error["code"]) == ("error", "media_not_allowed")
    assert error["placeholders"] == {"media": "/nowhere/at/all.wav"}
    assert errors(caplog) == []


async def test_a_satellite_is_listened_to_until_somebody_stops(
    hass: HomeAssistant, sound_server: SoundServer, hass_ws_client: WebSocketGenerator, service: SpeechService
) -> None:
    service.engine = Scripted([Utterance(text="Hello.", end=1), Utterance(text="Goodbye.", start=1.1, end=2)])
    house = await furnish(hass, hass_ws_client, service)
    await house.add_microphone()
    dashboard = Dashboard(await hass_ws_client())
    async with house.state(SATELLITE, lambda state: state == "listening"):
        await dashboard.begin("recognize", language="en-US", source={"microphone": SATELLITE})
    await sound_server.say("kitchen", spoken())
    said: list[str] = []
    while len(said) < 2:
        event = await dashboard.next()
        said += [event["text"]] if event["type"] == "phrase" else []
    async with house.state(SATELLITE, lambda state: state == "idle"):
        await dashboard.socket.send_json_auto_id({"type": "unsubscribe_events", "subscription": dashboard.command})
    assert said == ["Hello.", "Goodbye."]
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await sound_server.listeners() == 0


async def test_each_source_is_for_who_may_hear_it(
    hass: HomeAssistant, house: House, hass_ws_client: WebSocketGenerator
) -> None:
    await house.add_microphone()
    guest = await user_dashboard(hass, hass_ws_client, {RECOGNIZER: True, "media_player.own": {"read": True}})
    hass.states.async_set("camera.door", "idle")
    hass.states.async_set(PLAYER, "playing", {"media_content_id": "http://radio.test/"})
    hass.states.async_set("media_player.own", "playing", {"media_content_id": "media-source://camera/camera.door"})
    for source in (
        {"microphone": SATELLITE},
        {"media": "media-source://camera/camera.door"},
        {"player": PLAYER},
        {"player": "media_player.own"},
    ):
        assert (await guest.refused("recognize", language="en-US", source=source))["code"] == "unauthorized"
