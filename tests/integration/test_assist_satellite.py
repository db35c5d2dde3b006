"""A microphone as a satellite: real PyAudio hears a virtual device, and Home Assistant does what is said."""

import asyncio
from typing import Any

from homeassistant.components.assist_pipeline import PipelineEvent, PipelineEventType
from homeassistant.components.assist_satellite import AssistSatelliteEntity
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.satellite.host_microphone import async_get_microphones
from tests.microphone.sound import SoundServer, spoken
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.service import SpeechService

from .microphones import BUTTON, LIGHT, PLAYER, SATELLITE, House, troubles

# --- commands


async def test_without_a_media_player_nothing_is_answered(house: House) -> None:
    await house.add_microphone(player=False)
    assert await house.press() == ["listening", "processing", "idle"]
    assert house.look(LIGHT) == "on"
    assert house.radio.played == []
    state = house.hass.states.get(SATELLITE)
    assert state is not None
    assert state.attributes["supported_features"] == 0


async def test_what_is_said_is_on_its_way_while_it_is_said(
    house: House, service: SpeechService, sound_server: SoundServer
) -> None:
    await house.add_microphone()
    async with house.state(SATELLITE, lambda state: state == "listening"):
        await house.call("button.press", BUTTON)

    def arrived() -> bytes:
        return b"".join(bytes(turn.audio) for connection in service.connections for turn in connection.turns)

    # The second half is said only when the service has the first.
    half = len(spoken()) // 4 * 2
    for part in (spoken()[:half], spoken()[half:]):
        await sound_server.say("kitchen", part)
        for _ in range(200):
            if part in arrived():
                break
            await asyncio.sleep(0.05)
        assert part in arrived()
    async with house.state(SATELLITE, lambda state: state == "idle"):
        await house.call("button.press", BUTTON)
    assert house.look(LIGHT) == "on"


async def test_silence_changes_nothing(house: House, service: SpeechService) -> None:
    service.engine = Scripted([Utterance(status=Status.NO_MATCH)])
    await house.add_microphone()
    assert await house.press() == ["listening", "idle"]
    assert house.look(LIGHT) == "off"


async def test_the_microphone_ends_with_what_the_pipeline_has_heard(house: House, sound_server: SoundServer) -> None:
    """Before the answer is there: that may take a while, in which nobody is to be listened to."""
    await house.add_microphone()
    microphone = async_get_microphones(house.hass, house.entry)[house.subentry.subentry_id]
    async with house.state(SATELLITE, lambda state: state == "listening"):
        await house.call("button.press", BUTTON)
    async with asyncio.timeout(10):  # of silence, it would be longer
        async with house.state(SATELLITE, lambda state: state == "idle"):
            satellite = microphone.async_get_satellite()
            assert isinstance(satellite, AssistSatelliteEntity)
            satellite.on_pipeline_event(PipelineEvent(PipelineEventType.STT_VAD_END, {"timestamp": 0}))
    assert await sound_server.listeners() == 0


@pytest.mark.parametrize("way", ["button", "action"])
async def test_who_speaks_to_a_satellite_that_is_disabled_is_told(house: House, way: str) -> None:
    await house.add_microphone()
    er.async_get(house.hass).async_update_entity(SATELLITE, disabled_by=er.RegistryEntryDisabler.USER)
    await house.hass.async_block_till_done()
    assert house.look(SATELLITE) is None
    action: dict[str, Any] = {"microphone": SATELLITE, "language": "en-US"}
    speaking = (
        house.call("button.press", BUTTON)
        if way == "button"
        else house.hass.services.async_call(DOMAIN, "transcribe", action, blocking=True, return_response=True)
    )
    with pytest.raises(ServiceValidationError, match="The satellite of the microphone Kitchen is disabled"):
        await speaking


# --- announcements and conversations


async def test_a_question_is_asked_and_the_answer_heard(house: House) -> None:
    await house.add_microphone()
    answer = await house.call(
        "assist_satellite.ask_question",
        question="What shall I do?",
        answers=[{"id": "light", "sentences": ["turn on [the] {what} light"]}],
        response=True,
    )
    assert answer == {"id": "light", "sentence": "Turn on the kitchen light.", "slots": {"what": "kitchen"}}
    assert len(house.radio.played) == 2  # the chime, and the question
    assert house.look(LIGHT) == "off"
    assert house.look(SATELLITE) == "idle"


async def test_a_question_needs_a_media_player(house: House) -> None:
    await house.add_microphone(player=False)
    with pytest.raises(ServiceValidationError, match="has no media player to ask on"):
        await house.call("assist_satellite.ask_question", question="What?", response=True)


async def test_nobody_answers(house: House, service: SpeechService) -> None:
    service.engine = Scripted([Utterance(status=Status.NO_MATCH)])
    await house.add_microphone()
    with pytest.raises(HomeAssistantError):
        await house.call("assist_satellite.ask_question", question="What?", response=True)
    assert house.look(SATELLITE) == "idle"


@pytest.mark.parametrize("method", ["async_reload", "async_unload", "async_remove"])
async def test_who_is_asked_is_not_listened_to_after_the_satellite_s_removal(
    house: House, service: SpeechService, caplog: pytest.LogCaptureFixture, method: str
) -> None:
    await house.add_microphone()
    house.radio.ends.clear()
    async with house.state(PLAYER, lambda state: state == "playing"):
        asking = house.hass.async_create_task(
            house.call("assist_satellite.ask_question", question="What?", preannounce=False, response=True)
        )
    await getattr(house.hass.config_entries, method)(house.entry.entry_id)
    house.radio.ends.set()
    with pytest.raises(HomeAssistantError, match="was unloaded or reloaded meanwhile"):
        await asking
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert not any(connection.turns for connection in service.connections)
    assert troubles(caplog) == []


async def test_an_agent_that_asks_on_is_answered(house: House) -> None:
    agent = await house.use_curious_agent()
    await house.add_microphone()
    async with house.state(SATELLITE, lambda _: len(house.radio.played) == 2 and house.look(SATELLITE) == "idle"):
        await house.call("button.press", BUTTON)
    assert agent.heard == ["Turn on the kitchen light."] * 2
    assert len(house.radio.played) == 2


async def test_a_conversation_is_started(house: House) -> None:
    agent = await house.use_curious_agent()
    await house.add_microphone()
    async with house.state(SATELLITE, lambda _: len(agent.heard) == 2 and house.look(SATELLITE) == "idle"):
        await house.call("assist_satellite.start_conversation", start_message="Anything else?", preannounce=False)
        assert len(house.radio.played) == 1
    assert len(house.radio.played) == 3
