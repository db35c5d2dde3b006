"""Spoken commands through Assist pipelines, over the WebSocket API as a browser speaks them."""

from collections.abc import AsyncGenerator, Iterable
from pathlib import Path
from typing import Any
import wave

from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket, WebSocketGenerator

from custom_components.azure_speech_live.const import DOMAIN, SUBENTRY_RECOGNIZER
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.faults import AudioReceived, Behaviour, Close, Fault, Refuse
from tests.speech_service.service import SpeechService

from .forms import add_resource, only_recognizer
from .recognizers import filled_in
from .speech import RECOGNIZER, pcm
from .subentries import open_reconfigure_form, submit

LIGHT = "input_boolean.kitchen_light"
SPOKEN = Path(__file__).parent.parent / "data" / "turn_on_the_kitchen_light.wav"
FRAME = 2048


class Satellite:
    """A satellite on a WebSocket, and the pipeline that it uses."""

    def __init__(self, socket: MockHAClientWebSocket) -> None:
        """Begin without a pipeline."""
        self._socket = socket
        self.pipeline = ""

    async def ask(self, **request: Any) -> Any:
        """Send a request and return its result."""
        await self._socket.send_json_auto_id(request)
        response = await self._socket.receive_json()
        assert response["success"], response
        return response["result"]

    async def say(self, audio: bytes, *, end: bool = True) -> AsyncGenerator[tuple[str, Any]]:
        """Speak to the pipeline, and yield the types and data of the events until the run's end."""
        await self.ask(
            type="assist_pipeline/run",
            pipeline=self.pipeline,
            start_stage="stt",
            end_stage="intent",
            input={"sample_rate": 16000},
        )
        async for name, data in self._events():
            yield name, data
            if name == "run-start":
                handler = bytes([data["runner_data"]["stt_binary_handler_id"]])
                for start in range(0, len(audio), FRAME):
                    await self._socket.send_bytes(handler + audio[start : start + FRAME])
                if end:
                    await self._socket.send_bytes(handler)

    async def _events(self) -> AsyncGenerator[tuple[str, Any]]:
        while True:
            event = (await self._socket.receive_json())["event"]
            yield event["type"], event["data"]
            if event["type"] == "run-end":
                return


@pytest.fixture
async def satellite(hass: HomeAssistant, hass_ws_client: WebSocketGenerator, service: SpeechService) -> Satellite:
    """Set up a pipeline with our recognizer, and a kitchen light that Assist may switch."""
    await add_resource(hass, service)
    for component, config in (
        ("conversation", {}),
        ("assist_pipeline", {}),
        ("input_boolean", {"input_boolean": {"kitchen_light": {"name": "Kitchen light"}}}),
    ):
        assert await async_setup_component(hass, component, config)
    async_expose_entity(hass, "conversation", LIGHT, should_expose=True)
    satellite = Satellite(await hass_ws_client(hass))
    (engine,) = (await satellite.ask(type="stt/engine/list", language="en", country="GB"))["providers"]
    assert engine["engine_id"] == RECOGNIZER
    pipeline = await satellite.ask(
        type="assist_pipeline/pipeline/create",
        name="Test",
        language="en",
        conversation_engine="conversation.home_assistant",
        conversation_language="en",
        stt_engine=engine["engine_id"],
        stt_language=engine["supported_languages"][0],
        tts_engine=None,
        tts_language=None,
        tts_voice=None,
        wake_word_entity=None,
        wake_word_id=None,
    )
    satellite.pipeline = pipeline["id"]
    return satellite


def recording(seconds_of_silence: float) -> bytes:
    """Return a spoken command as a microphone hears it: silence follows."""
    with wave.open(str(SPOKEN)) as file:
        assert file.getparams()[:3] == (1, 2, 16000)
        speech: bytes = file.readframes(file.getnframes())
    return speech + bytes(int(seconds_of_silence * 32000))


def names(events: Iterable[tuple[str, Any]]) -> list[str]:
    """Return the events' types."""
    return [name for name, _ in events]


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
