"""A voice where it is of use: in a voice assistant whose agent writes piece by piece, and for announcements."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

from homeassistant.components.assist_pipeline import (
    PipelineEvent,
    async_get_pipeline,
    async_pipeline_from_audio_stream,
    async_update_pipeline,
)
from homeassistant.components.media_player import DOMAIN as MEDIA_PLAYER_DOMAIN
from homeassistant.components.media_source import async_resolve_media
from homeassistant.components.tts import async_get_stream
from homeassistant.core import Context, HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import setup_test_component_platform
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from tests.speech_service.engines.espeak_ng import EspeakNg
from tests.speech_service.engines.pocketsphinx import Pocketsphinx
from tests.speech_service.service import SpeechService

from .forms import add_resource
from .microphones import LIGHT, Radio, furnish
from .speech import BYTES_PER_SECOND, metadata_of, stream, transcribe
from .voices import HEADER, VOICE, WAV, asked_to_speak, sound_of, spoken
from .writer import AGENT, FIRST, SECOND, Writer

COMMANDS = Path(__file__).parent.parent / "data" / "home_commands.txt"


@pytest.fixture
def writer() -> Writer:
    """Return the agent."""
    return Writer()


@pytest.fixture
async def socket(
    hass: HomeAssistant, service: SpeechService, writer: Writer, hass_ws_client: WebSocketGenerator
) -> MockHAClientWebSocket:
    """Set up an assistant with our ears, our voice, and an agent that writes."""
    for component in ("http", "media_source", "conversation", "tts", "assist_pipeline"):
        assert await async_setup_component(hass, component, {})
    await add_resource(hass, service)
    setup_test_component_platform(hass, "conversation", [writer])
    assert await async_setup_component(hass, "conversation", {"conversation": {"platform": "test"}})
    await hass.data["entity_components"]["conversation"].async_add_entities([writer])
    await async_update_pipeline(
        hass,
        async_get_pipeline(hass),
        conversation_engine=AGENT,
        tts_engine=VOICE,
        tts_language="en-US",
        tts_voice="en-US-JennyNeural",
    )
    return await hass_ws_client()


async def test_an_answer_is_heard_before_it_is_written(
    socket: MockHAClientWebSocket, writer: Writer, service: SpeechService, hass_client_no_auth: ClientSessionGenerator
) -> None:
    command = {"start_stage": "intent", "end_stage": "tts", "input": {"text": "Is it light?"}}
    await socket.send_json_auto_id({"type": "assist_pipeline/run", **command})
    assert (await socket.receive_json())["success"]
    events: dict[str, Any] = {}
    while "run-start" not in events:
        event = (await socket.receive_json())["event"]
        events[event["type"]] = event["data"]
    client = await hass_client_no_auth()
    response = await client.get(events["run-start"]["tts_output"]["url"])
    assert response.status == HTTPStatus.OK
    assert await response.content.readany()
    assert SECOND not in "".join(turn.ssml for turn in spoken(service))
    writer.goes_on.set()
    assert await response.read()
    said = "".join(turn.ssml for turn in spoken(service))
    assert FIRST.strip() in said
    assert SECOND in said


async def test_an_announcement_is_played(hass: HomeAssistant, service: SpeechService) -> None:
    for component in ("http", "media_source", "tts"):
        assert await async_setup_component(hass, component, {})
    await add_resource(hass, service)
    radio = Radio()
    setup_test_component_platform(hass, MEDIA_PLAYER_DOMAIN, [radio])
    assert await async_setup_component(hass, MEDIA_PLAYER_DOMAIN, {MEDIA_PLAYER_DOMAIN: {"platform": "test"}})
    await hass.async_block_till_done()
    await hass.services.async_call(
        "tts",
        "speak",
        {
            "entity_id": VOICE,
            "media_player_entity_id": radio.entity_id,
            "message": "The washing machine is done.",
            "options": {"voice": "en-GB-SoniaNeural"},
            "language": "en-GB",
        },
        blocking=True,
    )
    (media,) = radio.played
    assert (await async_resolve_media(hass, media, radio.entity_id)).mime_type == "audio/mpeg"
    await service.until(lambda: bool(spoken(service)) and spoken(service)[0].ended)
    assert "<voice name='en-GB-SoniaNeural'>The washing machine is done.</voice>" in spoken(service)[0].ssml


async def test_what_is_spoken_is_done(
    hass: HomeAssistant, service: SpeechService, hass_ws_client: WebSocketGenerator
) -> None:
    """A real voice into real ears: all the way through an assistant, until the light is on and that is said aloud."""
    service.synthesis.speaker = EspeakNg()
    service.engine = Pocketsphinx(COMMANDS.read_text().splitlines())
    house = await furnish(hass, hass_ws_client, service)
    await house.change_pipeline(tts_engine=VOICE, tts_language="en-US", tts_voice="en-US-JennyNeural")
    sound = await sound_of(asked_to_speak(hass, "Turn on the kitchen light.", WAV))
    silence = bytes(BYTES_PER_SECOND // 2)
    said = silence + sound[HEADER:] + silence
    await transcribe(hass, stream(said))  # the recogniser gets used to the voice
    assert house.look(LIGHT) == "off"
    events: list[PipelineEvent] = []
    await async_pipeline_from_audio_stream(
        hass,
        context=Context(),
        event_callback=events.append,
        stt_metadata=metadata_of("en-US"),
        stt_stream=stream(said),
        tts_audio_output=WAV,
    )
    assert house.look(LIGHT) == "on"
    outputs = [event.data["tts_output"] for event in events if event.data and "tts_output" in event.data]
    (token,) = {output["token"] for output in outputs}
    answer = async_get_stream(hass, token)
    assert answer is not None
    assert any((await sound_of(answer))[HEADER:])
    assert len(spoken(service)) == 2
