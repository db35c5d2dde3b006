"""A microphone as a satellite: real PyAudio hears a virtual device, and Home Assistant does what is said."""

import asyncio
from typing import Any

from homeassistant.components.assist_pipeline import PipelineEvent, PipelineEventType
from homeassistant.components.assist_satellite import AssistSatelliteEntity
from homeassistant.components.media_player import MediaPlayerState
from homeassistant.config_entries import ConfigEntryState
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.diagnostics import async_get_config_entry_diagnostics
from custom_components.azure_speech_live.microphone import MicrophoneLostError, sound_thread
from custom_components.azure_speech_live.satellite.host_microphone import async_get_microphones
from tests.microphone.sound import BYTES_PER_SECOND, SoundServer, settled, spoken
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.service import SpeechService

from .microphones import BUTTON, LIGHT, PLAYER, SAID, SATELLITE, House, retry, troubles

# --- push to talk


async def test_the_button_has_a_command_carried_out(house: House, service: SpeechService) -> None:
    await house.add_microphone()
    assert house.look(LIGHT) == "off"
    states = await house.press()
    assert house.look(LIGHT) == "on"
    assert states == ["listening", "processing", "responding", "idle"]
    (turn,) = service.connections[-1].turns
    assert turn.audio
    assert SAID.startswith(turn.audio)
    assert len(house.radio.played) == 1


async def test_without_a_media_player_nothing_is_answered(house: House) -> None:
    await house.add_microphone(player=False)
    assert await house.press() == ["listening", "processing", "idle"]
    assert house.look(LIGHT) == "on"
    assert house.radio.played == []
    state = house.hass.states.get(SATELLITE)
    assert state is not None
    assert state.attributes["supported_features"] == 0


async def test_the_satellite_responds_until_the_answer_is_played(house: House) -> None:
    await house.add_microphone()
    house.radio.ends.clear()
    async with house.state(SATELLITE, lambda state: state == "idle") as states:
        async with house.state(PLAYER, lambda state: state == "playing"):
            await house.call("button.press", BUTTON)
        assert states[-1] == "responding"
        house.radio.ends.set()


async def test_the_button_pressed_again_ends_listening(house: House, sound_server: SoundServer) -> None:
    await house.add_microphone()
    async with house.state(SATELLITE, lambda state: state == "idle"):
        async with house.state(SATELLITE, lambda state: state == "listening"):
            await house.call("button.press", BUTTON)
        await sound_server.say("kitchen", spoken())  # without the silence that would end the command
        await house.call("button.press", BUTTON)
    assert house.look(LIGHT) == "on"


async def test_the_button_ends_an_answer(house: House, sound_server: SoundServer) -> None:
    await house.add_microphone()
    house.radio.ends.clear()
    async with house.state(PLAYER, lambda state: state == "playing"):
        async with house.state(SATELLITE, lambda state: state == "listening"):
            await house.call("button.press", BUTTON)
        await sound_server.say("kitchen", SAID)
    async with house.state(SATELLITE, lambda state: state == "listening"):
        await house.call("button.press", BUTTON)
    assert house.radio.stops == 1
    assert house.look(PLAYER) == "idle"


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


async def test_the_selects_are_those_that_satellites_have(house: House) -> None:
    await house.add_microphone()
    assert house.look("select.kitchen_assistant") == "preferred"
    assert house.look("select.kitchen_finished_speaking_detection") == "default"
    await house.call("select.select_option", "select.kitchen_assistant", option="Test")
    await house.call("select.select_option", "select.kitchen_finished_speaking_detection", option="relaxed")
    await house.press()
    assert house.look(LIGHT) == "on"
    device = dr.async_get(house.hass).async_get_device_by_identifier(
        (DOMAIN, house.subentry.subentry_id), house.entry.entry_id
    )
    assert device is not None
    assert (device.name, device.model) == ("Kitchen", "kitchen")
    entities = er.async_entries_for_device(er.async_get(house.hass), device.id)
    assert {entity.domain for entity in entities} == {"assist_satellite", "button", "select"}


async def test_selects_that_are_disabled_are_as_if_nothing_was_selected(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await house.add_microphone()
    for select in ("select.kitchen_assistant", "select.kitchen_finished_speaking_detection"):
        er.async_get(house.hass).async_update_entity(select, disabled_by=er.RegistryEntryDisabler.USER)
    await house.hass.async_block_till_done()
    assert house.look("select.kitchen_assistant") is None
    await house.press()
    assert house.look(LIGHT) == "on"
    assert troubles(caplog) == []


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


async def test_an_announcement_is_played_to_its_end(house: House) -> None:
    await house.add_microphone()
    house.radio.ends.clear()
    async with house.state(PLAYER, lambda state: state == "playing"):
        announcing = house.hass.async_create_task(
            house.call("assist_satellite.announce", message="Dinner is ready.", preannounce=False)
        )
    assert house.look(SATELLITE) == "responding"
    assert not announcing.done()
    house.radio.ends.set()
    await announcing
    assert house.look(SATELLITE) == "idle"
    assert len(house.radio.played) == 1


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


async def test_the_button_does_nothing_while_something_is_asked(house: House, service: SpeechService) -> None:
    await house.add_microphone()
    house.radio.ends.clear()
    async with house.state(PLAYER, lambda state: state == "playing"):
        asking = house.hass.async_create_task(
            house.call("assist_satellite.ask_question", question="What?", preannounce=False, response=True)
        )
    await house.call("button.press", BUTTON)
    await asyncio.sleep(0)
    assert house.look(SATELLITE) == "responding"
    house.radio.ends.set()
    assert (await asking)["sentence"] == "Turn on the kitchen light."
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert sum(len(connection.turns) for connection in service.connections) == 1
    assert house.look(LIGHT) == "off"


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


# --- trouble


async def test_it_is_unplugged_while_somebody_speaks_and_comes_back(
    house: House, sound_server: SoundServer, caplog: pytest.LogCaptureFixture
) -> None:
    await house.add_microphone()
    async with house.state(SATELLITE, lambda state: state == "unavailable"):
        async with house.state(SATELLITE, lambda state: state == "listening"):
            await house.call("button.press", BUTTON)
        await sound_server.say("kitchen", spoken()[:BYTES_PER_SECOND])
        await sound_server.unplug("kitchen")
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert house.look(LIGHT) == "off"  # nothing is done that was only half said
    assert house.look(BUTTON) == "unavailable"
    assert troubles(caplog) == ["The microphone Kitchen cannot be listened to: the microphone gives no more sound"]

    retry(house)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert house.look(SATELLITE) == "unavailable"
    await sound_server.plug_in("kitchen")
    async with house.state(SATELLITE, lambda state: state == "idle"):
        retry(house)
    assert len(troubles(caplog)) == 1
    assert caplog.text.count("The microphone Kitchen can be listened to again") == 1


async def test_its_sound_server_hangs_and_goes_on(
    house: House, sound_server: SoundServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.add_microphone()
    monkeypatch.setattr(sound_thread, "CALL_LIMIT", 1.0)
    with sound_server.process.stopped():
        async with house.state(SATELLITE, lambda state: state == "unavailable"):
            await house.call("button.press", BUTTON)
        await house.hass.async_block_till_done(wait_background_tasks=True)
        with pytest.raises(HomeAssistantError, match="sound system does not answer") as refusal:
            await house.hass.services.async_call(
                DOMAIN,
                "transcribe",
                {"microphone": SATELLITE, "language": "en-US"},
                blocking=True,
                return_response=True,
            )
        assert refusal.value.translation_key == "microphone_stuck"
        retry(house)
        await house.hass.async_block_till_done(wait_background_tasks=True)
        assert house.look(SATELLITE) == "unavailable"
    await settled()
    async with house.state(SATELLITE, lambda state: state == "idle"):
        retry(house)
    assert troubles(caplog) == [
        "The microphone Kitchen cannot be listened to: the sound system has not answered for 1 seconds"
    ]


async def test_who_listens_to_it_before_it_is_tried_again_finds_it_back(
    house: House, sound_server: SoundServer
) -> None:
    await house.add_microphone()
    await sound_server.unplug("kitchen")
    async with house.state(SATELLITE, lambda state: state == "unavailable"):
        await house.call("button.press", BUTTON)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    await sound_server.plug_in("kitchen")
    async with house.state(SATELLITE, lambda state: state == "listening"):
        listening = house.hass.async_create_task(
            house.hass.services.async_call(
                DOMAIN,
                "transcribe",
                {"microphone": SATELLITE, "language": "en-US"},
                blocking=True,
                return_response=True,
            )
        )
    retry(house)  # does not disturb it
    await sound_server.say("kitchen", SAID)
    answer = await listening
    assert answer is not None
    assert answer["text"] == "Turn on the kitchen light."
    assert house.look(SATELLITE) == "idle"


async def test_it_is_not_there_at_the_start(
    house: House, sound_server: SoundServer, caplog: pytest.LogCaptureFixture
) -> None:
    await house.add_microphone()
    await sound_server.unplug("kitchen")
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert house.entry.state is ConfigEntryState.LOADED
    assert house.look(SATELLITE) == "unavailable"
    assert len(troubles(caplog)) == 1
    # What does not need it works.
    assert house.look("stt.azure_speech") != "unavailable"


async def test_it_is_unplugged_while_it_rests(house: House, sound_server: SoundServer) -> None:
    await house.add_microphone()
    await sound_server.unplug("kitchen")
    async with house.state(SATELLITE, lambda state: state == "unavailable"):
        await house.call("button.press", BUTTON)


async def test_after_its_removal_it_is_not_tried_again(house: House) -> None:
    await house.add_microphone()
    microphone = async_get_microphones(house.hass, house.entry)[house.subentry.subentry_id]
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    microphone.async_note(MicrophoneLostError("it gives no more sound"))  # a timer would outlive the test, and fail it


async def test_it_is_removed_while_it_listens(house: House, sound_server: SoundServer) -> None:
    await house.add_microphone()
    async with house.state(SATELLITE, lambda state: state == "listening"):
        await house.call("button.press", BUTTON)
    house.hass.config_entries.async_remove_subentry(house.entry, house.subentry.subentry_id)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert house.look(SATELLITE) is None
    assert await sound_server.listeners() == 0


async def test_diagnostics_say_that_sound_is_lost(house: House) -> None:
    await house.add_microphone()
    microphone = async_get_microphones(house.hass, house.entry)[house.subentry.subentry_id]

    async def overflows() -> int:
        data = await async_get_config_entry_diagnostics(house.hass, house.entry)
        number: int = data["microphones"][0]["overflows"]
        return number

    during = 0
    async with microphone.async_open():  # and nobody takes the sound
        for _ in range(200):
            if during := await overflows():
                break
            await asyncio.sleep(0.05)
        assert during > 0
    assert await overflows() >= during


async def test_diagnostics_say_how_it_is(house: House) -> None:
    await house.add_microphone()
    assert async_get_microphones(house.hass, house.entry)[house.subentry.subentry_id].diagnostics() == {
        "available": True,
        "rate": 16000,
        "channels": 1,
        "overflows": 0,
        "trouble": None,
    }


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (HomeAssistantError("no power"), "no power"),
        (OSError("no route to host"), "no route to host"),  # as many integrations raise it
        (TimeoutError(), "TimeoutError()"),
    ],
)
async def test_the_media_player_does_not_play(
    house: House, caplog: pytest.LogCaptureFixture, error: Exception, reason: str
) -> None:
    await house.add_microphone()

    def fail() -> None:
        raise error

    house.radio.on_play = fail
    assert (await house.press())[-1] == "idle"
    assert house.look(LIGHT) == "on"
    assert troubles(caplog) == [f"assist_satellite.kitchen: media_player.radio does not play: {reason}"]
    state = house.hass.states.get(SATELLITE)
    assert state is not None
    assert "problem" not in state.attributes  # the assistant works


async def test_music_that_goes_on_does_not_hide_the_end_of_the_answer(house: House) -> None:
    house.radio.show(MediaPlayerState.PLAYING)
    await house.add_microphone()
    assert (await house.press())[-2:] == ["responding", "idle"]
