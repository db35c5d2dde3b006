"""Spoken commands through Assist pipelines, over the WebSocket API as a browser speaks them."""

from typing import Any

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.azure_speech_live.const import DOMAIN, SUBENTRY_RECOGNIZER
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.faults import AudioReceived, Behaviour, Close, Fault, Refuse
from tests.speech_service.service import SpeechService

from .forms import only_recognizer
from .recognizers import filled_in
from .satellites import LIGHT, Satellite, add_satellite, names, recording
from .speech import RECOGNIZER, pcm
from .subentries import open_reconfigure_form, submit


@pytest.fixture
async def satellite(hass: HomeAssistant, hass_ws_client: WebSocketGenerator, service: SpeechService) -> Satellite:
    """Set up a pipeline with our recognizer, and a kitchen light that Assist may switch."""
    return await add_satellite(hass, hass_ws_client, service)


async def test_a_command_is_heard_and_carried_out(
    hass: HomeAssistant, satellite: Satellite, service: SpeechService
) -> None:
    events = [event async for event in satellite.say(pcm(2))]

    assert dict(events)["stt-end"] == {"stt_output": {"text": "Turn on the kitchen light."}}
    assert "error" not in names(events)
    state = hass.states.get(LIGHT)
    assert state is not None
    assert state.state == "on"
    (turn,) = (turn for connection in service.connections for turn in connection.turns)
    assert turn.options.languages == ("en-GB",)


async def test_home_assistant_hears_the_end_of_speech(satellite: Satellite) -> None:
    events = [event async for event in satellite.say(recording(seconds_of_silence=3), end=False)]

    assert "stt-vad-end" in names(events)
    assert dict(events)["stt-end"] == {"stt_output": {"text": "Turn on the kitchen light."}}


async def test_the_service_hears_the_end_of_speech_first(satellite: Satellite, service: SpeechService) -> None:
    service.engine = Scripted([Utterance(text="Turn on the kitchen light.", end=1)])
    events = [event async for event in satellite.say(recording(seconds_of_silence=0), end=False)]

    assert "stt-vad-end" not in names(events)
    assert dict(events)["stt-end"] == {"stt_output": {"text": "Turn on the kitchen light."}}


async def change_recognizer(hass: HomeAssistant, **settings: Any) -> None:
    """Change the recognizer that the pipeline uses."""
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    form = await open_reconfigure_form(hass, entry, SUBENTRY_RECOGNIZER, only_recognizer(entry).subentry_id)
    result = await submit(hass, form, **filled_in(**settings))
    assert result["reason"] == "reconfigure_successful"


async def test_home_assistant_alone_hears_the_end_of_speech(
    hass: HomeAssistant, satellite: Satellite, service: SpeechService
) -> None:
    """The service hears a pause in the command as the end of a phrase; the pipeline goes on with the changed engine."""
    await change_recognizer(hass, end_of_speech="home_assistant")
    service.engine = Scripted([Utterance(text="Turn on", end=0.7), Utterance(text="the kitchen light.", start=0.8)])
    events = [event async for event in satellite.say(recording(seconds_of_silence=3), end=False)]

    assert names(events).index("stt-vad-end") < names(events).index("stt-end")
    assert dict(events)["stt-end"] == {"stt_output": {"text": "Turn on the kitchen light."}}


async def test_azure_alone_hears_the_end_of_speech(
    hass: HomeAssistant, satellite: Satellite, service: SpeechService
) -> None:
    """Home Assistant has long heard silence when the service says so."""
    await change_recognizer(hass, end_of_speech="azure")
    service.engine = Scripted([Utterance(text="Turn on the kitchen light.", end=4)])
    events = [event async for event in satellite.say(recording(seconds_of_silence=3), end=False)]

    assert not any(name.startswith("stt-vad") for name in names(events))
    assert dict(events)["stt-end"] == {"stt_output": {"text": "Turn on the kitchen light."}}


async def test_a_command_whose_end_nobody_hears_is_carried_out_all_the_same(
    hass: HomeAssistant, satellite: Satellite
) -> None:
    await change_recognizer(hass, end_of_speech="azure", max_duration=3)
    events = [event async for event in satellite.say(recording(seconds_of_silence=3), end=False)]

    assert dict(events)["stt-end"] == {"stt_output": {"text": "Turn on the kitchen light."}}
    state = hass.states.get(LIGHT)
    assert state is not None
    assert state.state == "on"


async def test_silence_is_no_text_rather_than_a_failure(satellite: Satellite, service: SpeechService) -> None:
    service.engine = Scripted([Utterance(status=Status.NO_MATCH)])
    events = [event async for event in satellite.say(bytes(32000))]

    assert dict(events)["error"]["code"] == "stt-no-text-recognized"


async def test_a_failure_is_said_and_the_next_command_works(
    hass: HomeAssistant, satellite: Satellite, service: SpeechService
) -> None:
    service.behaviours = lambda _: Behaviour(faults=(Fault(AudioReceived(16000), Close(1011, "internal error")),))
    events = [event async for event in satellite.say(pcm(1))]
    assert dict(events)["error"]["code"] == "stt-stream-failed"
    assert names(events)[-1] == "run-end"

    service.behaviours = ()
    events = [event async for event in satellite.say(pcm(1))]
    assert "error" not in names(events)
    state = hass.states.get(LIGHT)
    assert state is not None
    assert state.state == "on"


async def test_a_recognizer_that_is_unavailable_is_asked_all_the_same(
    hass: HomeAssistant, satellite: Satellite, service: SpeechService
) -> None:
    def available() -> bool:
        state = hass.states.get(RECOGNIZER)
        return state is not None and state.state != STATE_UNAVAILABLE

    service.behaviours = lambda _: Behaviour(answer=Refuse(404))
    events = [event async for event in satellite.say(pcm(2))]
    assert dict(events)["error"]["code"] == "stt-stream-failed"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not available()

    service.behaviours = ()
    events = [event async for event in satellite.say(pcm(2))]
    assert dict(events)["stt-end"] == {"stt_output": {"text": "Turn on the kitchen light."}}
    assert available()
