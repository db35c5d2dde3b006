"""A satellite that speaks over the WebSocket API, as a browser does, and the house that it commands."""

from collections.abc import AsyncGenerator, Iterable
from pathlib import Path
from typing import Any
import wave

from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket, WebSocketGenerator

from tests.speech_service.service import SpeechService

from .forms import add_resource
from .speech import RECOGNIZER

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


async def add_satellite(hass: HomeAssistant, hass_ws_client: WebSocketGenerator, service: SpeechService) -> Satellite:
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
    engines = (await satellite.ask(type="stt/engine/list", language="en", country="GB"))["providers"]
    (engine,) = (engine for engine in engines if engine["engine_id"] == RECOGNIZER)
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
