"""The actions with a microphone as their source: listen, then write down or translate."""

import asyncio
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.azure_speech_live.const import DOMAIN
from tests.microphone.sound import BYTES_PER_SECOND, SoundServer, spoken
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.service import SpeechService

from ..microphones import BUTTON, LIGHT, SATELLITE, House, furnish

SAID = "Turn on the kitchen light."


@pytest.fixture
async def house(
    hass: HomeAssistant,
    sound_server: SoundServer,  # noqa: ARG001  # before anything is looked up
    hass_ws_client: WebSocketGenerator,
    service: SpeechService,
) -> House:
    """Furnish a house with a microphone in its kitchen."""
    house = await furnish(hass, hass_ws_client, service)
    await house.add_microphone()
    return house


async def listen(house: House, action: str = "transcribe", **data: Any) -> dict[str, Any]:
    """Call an action with the microphone, in English."""
    response = await house.hass.services.async_call(
        DOMAIN, action, {"microphone": SATELLITE, "language": "en-US", **data}, blocking=True, return_response=True
    )
    assert isinstance(response, dict)
    return response


async def test_somebody_speaks_and_it_is_translated(
    house: House, sound_server: SoundServer, service: SpeechService
) -> None:
    # As a real service, it hears nothing more in the silence that follows.
    service.engine = Scripted([Utterance(text=SAID, end=3)])
    async with house.state(SATELLITE, lambda state: state == "idle") as states:
        async with house.state(SATELLITE, lambda state: state == "listening"):
            translating = house.hass.async_create_task(listen(house, "translate", target_language="de", silence=1))
        await sound_server.say("kitchen", spoken())
        response = await translating
    assert response["text"] == SAID
    assert response["translations"] == {"de": f"[de] {SAID}"}
    assert states == ["listening", "idle"]
    (turn,) = service.connections[-1].turns
    assert spoken()[: 2 * BYTES_PER_SECOND] in turn.audio
    assert house.look(LIGHT) == "off"
    assert await sound_server.listeners() == 0


async def test_the_longest_time(house: House, service: SpeechService) -> None:
    service.engine = Scripted([Utterance(text="Word after word after word.", hypotheses=[(0.1, "word")])])
    response = await listen(house, duration=1, silence=30)
    assert response["text"] == "Word after word after word."
    (turn,) = service.connections[-1].turns
    assert BYTES_PER_SECOND <= len(turn.audio) < 1.2 * BYTES_PER_SECOND


async def test_a_silence_begins_with_the_last_word(
    house: House, service: SpeechService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.azure_speech_live.actions.dictation._BEGIN_LIMIT", 0.0)
    words = [(count / 2, "word " * count) for count in range(1, 5)]
    service.engine = Scripted([Utterance(text="Word after word after word.", hypotheses=words)])
    await listen(house, silence=1.5)
    (turn,) = service.connections[-1].turns
    assert len(turn.audio) >= 3 * BYTES_PER_SECOND


async def test_the_button_ends_it(house: House, service: SpeechService) -> None:
    service.engine = Scripted([Utterance(text=SAID)])
    async with house.state(SATELLITE, lambda state: state == "listening"):
        listening = house.hass.async_create_task(listen(house, silence=30, duration=600))
    for _ in range(200):  # some sound has to come first
        if service.connections and service.connections[-1].turns and service.connections[-1].turns[-1].audio:
            break
        await asyncio.sleep(0.05)
    await house.call("button.press", BUTTON)
    assert (await listening)["text"] == SAID


async def test_the_microphone_is_in_use(house: House) -> None:
    async with house.state(SATELLITE, lambda state: state == "listening"):
        await house.call("button.press", BUTTON)
    with pytest.raises(HomeAssistantError, match="Somebody is using the microphone Kitchen already"):
        await listen(house)


async def test_it_is_unplugged_meanwhile(house: House, sound_server: SoundServer) -> None:
    async with house.state(SATELLITE, lambda state: state == "listening"):
        listening = house.hass.async_create_task(listen(house, silence=30))
    await sound_server.say("kitchen", spoken()[:BYTES_PER_SECOND])
    await sound_server.unplug("kitchen")
    with pytest.raises(HomeAssistantError, match="The microphone Kitchen gives no more sound"):
        await listening
    assert house.look(SATELLITE) == "unavailable"


@pytest.mark.usefixtures("house")
async def test_only_who_may_control_it_may_listen(hass: HomeAssistant) -> None:
    user = MockUser().add_to_hass(hass)
    user.mock_policy({"entities": {"entity_ids": {"stt.azure_speech": True}}})
    with pytest.raises(Unauthorized):
        await hass.services.async_call(
            DOMAIN,
            "transcribe",
            {"microphone": SATELLITE, "language": "en-US"},
            blocking=True,
            return_response=True,
            context=Context(user_id=user.id),
        )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"media": "media-source://media_source/local/x.mp3"}, "Give a recording or a microphone"),
        ({"microphone": LIGHT}, "input_boolean.kitchen_light is not the satellite of a microphone"),
        ({"microphone": "stt.azure_speech"}, "stt.azure_speech is not the satellite of a microphone"),
    ],
)
async def test_what_cannot_be(house: House, data: dict[str, str], words: str) -> None:
    with pytest.raises(ServiceValidationError, match=words):
        await listen(house, **data)


async def test_nothing_to_listen_to(house: House) -> None:
    with pytest.raises(ServiceValidationError, match="Give a recording or a microphone"):
        await house.hass.services.async_call(
            DOMAIN, "transcribe", {"language": "en-US"}, blocking=True, return_response=True
        )
