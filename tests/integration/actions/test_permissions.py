"""Who may do what: users without rights, with some, and such as may only look; over actions and the WebSocket."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from homeassistant.auth.const import GROUP_ID_READ_ONLY
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.azure_speech_live.const import DOMAIN
from tests.speech_service.service import SpeechService

from ..forms import add_resource
from ..microphones import BUTTON, SATELLITE, House
from ..recordings import SPOKEN
from ..speech import RECOGNIZER

SELECT = "select.kitchen_assistant"
CAMERA = "camera.door"
NOTHING: dict[str, Any] = {}
LOOK = {"read": True}
ALL = True
ACTIONS: dict[str, dict[str, Any]] = {"transcribe": {}, "translate": {"target_language": "de"}}


def resident(hass: HomeAssistant, entities: Mapping[str, Any], **rest: Any) -> MockUser:
    """Return a user who may do something with some entities, and with all others what is said beside it."""
    user = MockUser().add_to_hass(hass)
    user.mock_policy({"entities": {"entity_ids": dict(entities), **rest}})
    return user


async def call(hass: HomeAssistant, user: User, action: str = "transcribe", **data: Any) -> None:
    """Call an action as a user."""
    await hass.services.async_call(
        DOMAIN,
        action,
        {"language": "en-US", **ACTIONS[action], **data},
        blocking=True,
        return_response=True,
        context=Context(user_id=user.id),
    )


async def refused(hass: HomeAssistant, user: User, action: str = "transcribe", **data: Any) -> str | None:
    """Call an action that the user may not call; return the entity that is the reason, if it is one."""
    with pytest.raises(Unauthorized) as caught:
        await call(hass, user, action, **data)
    return caught.value.entity_id


@pytest.fixture(autouse=True)
def folder(hass: HomeAssistant) -> None:
    """Allow the folder of the spoken command."""
    hass.config.allowlist_external_dirs = {str(SPOKEN.parent)}


@pytest.fixture
async def resource(hass: HomeAssistant, service: SpeechService) -> None:
    """Add the stand-in as a resource."""
    await add_resource(hass, service)


# --- the resource


@pytest.mark.usefixtures("resource")
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    "entities", [NOTHING, {RECOGNIZER: LOOK}, {"light.kitchen": ALL}], ids=["nothing", "look", "another"]
)
async def test_an_action_is_for_who_may_control_the_resource(
    hass: HomeAssistant, service: SpeechService, action: str, entities: Mapping[str, Any]
) -> None:
    await refused(hass, resident(hass, entities), action, media=str(SPOKEN))
    await refused(hass, resident(hass, entities, all=LOOK), action, media=str(SPOKEN))
    assert not any(connection.turns for connection in service.connections)
    await call(hass, resident(hass, {RECOGNIZER: {"control": True}}), action, media=str(SPOKEN))
    assert any(connection.turns for connection in service.connections)


@pytest.mark.usefixtures("resource")
@pytest.mark.parametrize("command", ["recognize", "translate"])
async def test_captions_are_for_who_may_control_the_resource(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, hass_read_only_access_token: str, command: str
) -> None:
    target = {"target_language": "de"} if command == "translate" else {}
    socket = await hass_ws_client(hass, hass_read_only_access_token)
    await socket.send_json_auto_id({"type": f"{DOMAIN}/{command}", "language": "en-US", **target})
    answer = await socket.receive_json()
    assert (answer["success"], answer["error"]["code"]) == (False, "unauthorized")
    socket = await hass_ws_client(hass)
    await socket.send_json_auto_id({"type": f"{DOMAIN}/{command}", "language": "en-US", **target})
    assert (await socket.receive_json())["success"]


# --- microphones


async def test_a_microphone_is_for_who_may_control_its_satellite(hass: HomeAssistant, house: House) -> None:
    await house.add_microphone()
    for entities in ({RECOGNIZER: ALL, SATELLITE: LOOK}, {RECOGNIZER: ALL}, {SELECT: ALL, BUTTON: ALL}):
        for action in ACTIONS:
            user = resident(hass, entities)
            assert await refused(hass, user, action, microphone=SATELLITE) == SATELLITE
    await call(hass, resident(hass, {SATELLITE: {"control": True}}), microphone=SATELLITE, duration=1)


@pytest.mark.parametrize("entity", [SELECT, BUTTON])
async def test_no_other_entity_leads_to_the_microphone(
    hass: HomeAssistant, house: House, service: SpeechService, entity: str
) -> None:
    await house.add_microphone()
    assert house.look(entity) is not None
    user = resident(hass, {RECOGNIZER: ALL, SELECT: ALL, BUTTON: ALL})
    with pytest.raises(ServiceValidationError, match=f"{entity} is not the satellite of a microphone"):
        await call(hass, user, microphone=entity)
    assert not any(connection.turns for connection in service.connections)


async def test_who_may_not_listen_is_told_nothing_about_the_microphone(hass: HomeAssistant, house: House) -> None:
    await house.add_microphone()
    user = resident(hass, {RECOGNIZER: ALL})
    await hass.config_entries.async_unload(house.entry.entry_id)
    assert await refused(hass, user, microphone=SATELLITE) == SATELLITE
    assert await refused(hass, user, microphone="assist_satellite.nowhere") == "assist_satellite.nowhere"


# --- media


@pytest.mark.usefixtures("resource")
@pytest.mark.parametrize(
    "media",
    [
        "media-source://camera/camera.door",
        "Media-Source://camera/camera.door",
        "media-source://camera/CAMERA.Door",
        "media-source://camera/camera%2Edoor",
        "media-source://camera/camera%25%32%45door",
        "media-source://image/camera.door",
        "/api/camera_proxy_stream/camera.door",
        "/api/camera_proxy_stream/%63amera.door?x=1",
        "http://127.0.0.1:1/api/camera_proxy_stream/camera.door",
    ],
)
async def test_a_camera_is_heard_by_who_may_see_it(hass: HomeAssistant, media: str) -> None:
    hass.states.async_set(CAMERA, "idle")
    assert await refused(hass, resident(hass, {RECOGNIZER: ALL}), media=media) == CAMERA
    with pytest.raises(ServiceValidationError):  # it is none, but that is another matter
        await call(hass, resident(hass, {RECOGNIZER: ALL, CAMERA: LOOK}), media=media)


@pytest.mark.usefixtures("resource")
@pytest.mark.parametrize(
    ("media", "entity"),
    [
        ("media-source://camera/camera.gone", "camera.gone"),
        ("media-source://tts/tts.nobody?message=hello", "tts.nobody"),
        ("/api/media_player_proxy/media_player.radio?token=1", "media_player.radio"),
    ],
)
async def test_whatever_media_names_is_looked_at(hass: HomeAssistant, media: str, entity: str) -> None:
    hass.states.async_set("media_player.radio", "playing")
    assert await refused(hass, resident(hass, {RECOGNIZER: ALL}), media=media) == entity
    assert await refused(hass, resident(hass, {RECOGNIZER: ALL}), media={"media_content_id": media}) == entity


@pytest.mark.usefixtures("resource")
async def test_to_have_a_voice_speak_is_to_control_it(hass: HomeAssistant) -> None:
    media = "media-source://tts/tts.nobody?message=hello"
    assert await refused(hass, resident(hass, {RECOGNIZER: ALL, "tts.nobody": LOOK}), media=media) == "tts.nobody"
    with pytest.raises(ServiceValidationError):
        await call(hass, resident(hass, {RECOGNIZER: ALL, "tts.nobody": ALL}), media=media)


@pytest.mark.usefixtures("resource")
async def test_what_names_no_entity_is_anybodys(hass: HomeAssistant, tmp_path: Path) -> None:
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    file = tmp_path / "spoken.wav"
    file.write_bytes(SPOKEN.read_bytes())
    await call(hass, resident(hass, {RECOGNIZER: ALL}), media=str(file))


async def test_the_read_only_group_may_look(hass: HomeAssistant, house: House) -> None:
    await house.add_microphone()
    await hass.auth.async_create_user("Owner")
    user = await hass.auth.async_create_user("Guest", group_ids=[GROUP_ID_READ_ONLY])
    for action in ACTIONS:
        await refused(hass, user, action, media=str(SPOKEN))
        await refused(hass, user, action, microphone=SATELLITE)
