"""A voice where it is of use: in a voice assistant whose agent writes piece by piece, and for announcements."""

import asyncio
from collections.abc import AsyncGenerator
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal, override

from homeassistant.components import conversation
from homeassistant.components.assist_pipeline import async_get_pipeline, async_update_pipeline
from homeassistant.components.conversation import (
    AssistantContentDeltaDict,
    ChatLog,
    ConversationEntity,
    ConversationInput,
    ConversationResult,
)
from homeassistant.components.media_player import DOMAIN as MEDIA_PLAYER_DOMAIN
from homeassistant.components.media_source import async_resolve_media
from homeassistant.core import HomeAssistant
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
from .microphones import Radio
from .speech import BYTES_PER_SECOND, stream, transcribe
from .voices import HEADER, VOICE, WAV, asked_to_speak, sound_of, spoken

COMMANDS = Path(__file__).parent.parent / "data" / "home_commands.txt"
AGENT = "conversation.writer"
FIRST = "The light in the kitchen is on, and the one in the hall as well, since this morning. "
SECOND = "Shall I turn them off?"


class Writer(ConversationEntity):
    """An agent that writes its answer piece by piece, and waits in the middle of it."""

    _attr_name = "Writer"
    _attr_supports_streaming = True

    def __init__(self) -> None:
        """Begin with nothing to wait for."""
        self.goes_on = asyncio.Event()

    @property
    @override
    def supported_languages(self) -> list[str] | Literal["*"]:
        return "*"

    @override
    async def _async_handle_message(self, user_input: ConversationInput, chat_log: ChatLog) -> ConversationResult:
        async for _ in chat_log.async_add_delta_content_stream(AGENT, self._write()):
            pass
        return conversation.async_get_result_from_chat_log(user_input, chat_log)

    async def _write(self) -> AsyncGenerator[AssistantContentDeltaDict]:
        yield {"role": "assistant"}
        for word in FIRST.split(" "):
            yield {"content": f"{word} "}
        await self.goes_on.wait()
        yield {"content": SECOND}


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


async def test_what_is_spoken_is_understood(hass: HomeAssistant, service: SpeechService) -> None:
    """A real voice into real ears: all the way through Home Assistant, both of the same resource."""
    command = "Turn on the coffee machine."
    assert await async_setup_component(hass, "tts", {})
    service.synthesis.speaker = EspeakNg()
    service.engine = Pocketsphinx(COMMANDS.read_text().splitlines())
    await add_resource(hass, service)
    sound = await sound_of(asked_to_speak(hass, command, WAV))
    silence = bytes(BYTES_PER_SECOND // 2)
    said = silence + sound[HEADER:] + silence
    await transcribe(hass, stream(said))  # the recogniser gets used to the voice
    assert (await transcribe(hass, stream(said)))[1].text == command
