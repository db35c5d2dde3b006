"""A voice gets ready while the command is spoken that it is to answer: in pipelines, as a browser runs them."""

import asyncio
from collections.abc import AsyncIterator
import logging
from typing import Any, Literal, override

from homeassistant.components.conversation import ConversationEntity, ConversationInput, ConversationResult
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.intent import IntentResponse
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket, WebSocketGenerator

from custom_components.azure_speech_live.voice.expected import (
    async_answer_in,
    async_answer_language,
    async_expect,
    async_get_ready,
)
from tests.speech_service.faults import Behaviour, Refuse
from tests.speech_service.service import SpeechService

from ..forms import add_resource
from ..microphones import Voice
from ..speech import RECOGNIZER, pcm, stream, transcribe
from ..voices import VOICE, spoken

AGENT = "conversation.thinker"


class Thinker(ConversationEntity):
    """An agent that thinks for as long as a test lets it."""

    _attr_name = "Thinker"

    def __init__(self) -> None:
        """Begin with an answer."""
        self.thought = asyncio.Event()
        self.thought.set()

    @property
    @override
    def supported_languages(self) -> list[str] | Literal["*"]:
        return "*"

    @override
    async def async_process(self, user_input: ConversationInput) -> ConversationResult:
        await self.thought.wait()
        response = IntentResponse(language=user_input.language)
        response.async_set_speech("It is light.")
        return ConversationResult(response=response)


class Browser:
    """A page that runs pipelines, with a microphone."""

    def __init__(self, socket: MockHAClientWebSocket) -> None:
        """Begin with none."""
        self._socket = socket

    async def ask(self, command: str, **data: Any) -> Any:
        """Send a command, and return its result."""
        await self._socket.send_json_auto_id({"type": command, **data})
        answer = await self._socket.receive_json()
        assert answer["success"], answer
        return answer["result"]

    async def assistant(self, voice: str | None) -> str:
        """Add an assistant that hears with our recognizer, and return it."""
        created = await self.ask(
            "assist_pipeline/pipeline/create",
            name=f"Speaks by {voice}",
            language="en",
            conversation_engine=AGENT,
            conversation_language="en",
            stt_engine=RECOGNIZER,
            stt_language="en-US",
            tts_engine=voice,
            tts_language="en" if voice == "tts.other" else voice and "en-US",
            tts_voice=None,
            wake_word_entity=None,
            wake_word_id=None,
        )
        return str(created["id"])

    async def begin(self, assistant: str, *, end_stage: str = "tts") -> bytes:
        """Begin to listen, and return what sound is sent with."""
        data = {"start_stage": "stt", "end_stage": end_stage, "input": {"sample_rate": 16000}}
        await self.ask("assist_pipeline/run", pipeline=assistant, **data)
        return bytes([(await self.event("run-start"))["runner_data"]["stt_binary_handler_id"]])

    async def type(self, assistant: str) -> None:
        """Type a command."""
        data = {"start_stage": "intent", "end_stage": "tts", "input": {"text": "Is it light?"}}
        await self.ask("assist_pipeline/run", pipeline=assistant, **data)

    async def send(self, sound: bytes) -> None:
        """Send sound."""
        await self._socket.send_bytes(sound)

    async def event(self, name: str) -> Any:
        """Wait for an event, and return what it tells."""
        while (event := (await self._socket.receive_json())["event"])["type"] != name:
            assert event["type"] != "run-end"
        return event["data"]

    async def say(self, assistant: str, **run: str) -> None:
        """Say a command, and hear the answer."""
        handler = await self.begin(assistant, **run)
        await self.send(handler + pcm(1))
        await self.send(handler)
        await self.event("run-end")


@pytest.fixture
def thinker() -> Thinker:
    """Return the agent."""
    return Thinker()


@pytest.fixture
def other() -> Voice:
    """Return another engine's voice."""
    return Voice("Other")


@pytest.fixture
async def entry(
    hass: HomeAssistant, service: SpeechService, thinker: Thinker, other: Voice
) -> AsyncIterator[ConfigEntry]:
    """Set up what assistants are made of."""
    for component in ("http", "conversation", "tts", "assist_pipeline"):
        assert await async_setup_component(hass, component, {})
    await hass.data["entity_components"]["conversation"].async_add_entities([thinker])
    await hass.data["entity_components"]["tts"].async_add_entities([other])
    yield await add_resource(hass, service)
    await hass.async_block_till_done(wait_background_tasks=True)  # speech that nobody played


@pytest.fixture
async def browser(entry: ConfigEntry, hass_ws_client: WebSocketGenerator) -> Browser:  # noqa: ARG001 - before its client
    """Open the page."""
    return Browser(await hass_ws_client())


async def test_it_has_its_connection_before_the_command_is_over(browser: Browser, service: SpeechService) -> None:
    handler = await browser.begin(await browser.assistant(VOICE))
    await browser.send(handler + pcm(1))
    await service.until(lambda: len(service.syntheses) == 1)
    await browser.send(handler)
    await browser.event("run-end")
    await service.until(lambda: bool(spoken(service)))
    assert len(service.syntheses) == 1, "the answer uses it"


async def test_it_gets_ready_once() -> None:
    """Each hypothesis asks for it, and each piece that an agent writes, also when the connection is in use."""
    ready: list[bool] = []
    async_expect(lambda: ready.append(True))
    async_get_ready()
    async_get_ready()
    assert ready == [True]


async def test_nothing_is_opened_before_anybody_speaks(
    hass: HomeAssistant, browser: Browser, service: SpeechService
) -> None:
    handler = await browser.begin(await browser.assistant(VOICE))
    await browser.send(handler)
    await browser.event("run-end")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not service.syntheses


@pytest.mark.parametrize(
    "run", [{"voice": "tts.other"}, {"voice": None, "end_stage": "intent"}, {"end_stage": "intent"}]
)
async def test_nothing_is_opened_where_it_does_not_speak(
    hass: HomeAssistant, browser: Browser, service: SpeechService, run: dict[str, Any]
) -> None:
    """Not even where an assistant with our voice has listened before on the same line, and nobody spoke."""
    ours, another = await browser.assistant(VOICE), await browser.assistant(run.pop("voice", VOICE))
    await browser.send(await browser.begin(ours))
    await browser.event("run-end")
    await browser.say(another, **run)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not service.syntheses


async def test_each_assistant_of_a_recognizer_has_its_own_voice(
    hass: HomeAssistant, browser: Browser, service: SpeechService
) -> None:
    async with SpeechService() as second:
        entry = await add_resource(hass, second)
        (voice,) = set(hass.states.async_entity_ids("tts")) - {VOICE, "tts.other"}
        handler = await browser.begin(await browser.assistant(voice))
        await browser.send(handler + pcm(1))
        await second.until(lambda: len(second.syntheses) == 1)
        await browser.send(handler)
        await browser.event("run-end")
        await hass.async_block_till_done(wait_background_tasks=True)
        assert len(spoken(second)) == len(second.syntheses) == 1
        assert not service.syntheses
        await hass.config_entries.async_unload(entry.entry_id)


async def test_it_gets_ready_while_an_agent_thinks_of_what_was_typed(
    browser: Browser, service: SpeechService, thinker: Thinker
) -> None:
    thinker.thought.clear()
    await browser.type(await browser.assistant(VOICE))
    await service.until(lambda: len(service.syntheses) == 1)
    thinker.thought.set()
    await browser.event("run-end")
    await service.until(lambda: bool(spoken(service)))
    assert len(service.syntheses) == 1


@pytest.mark.usefixtures("entry")
async def test_what_is_heard_outside_of_assistants_opens_nothing(hass: HomeAssistant, service: SpeechService) -> None:
    await transcribe(hass, stream(pcm(1)))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not service.syntheses


async def test_nobody_is_told_of_a_connection_that_cannot_be_opened_early(
    browser: Browser, service: SpeechService, caplog: pytest.LogCaptureFixture
) -> None:
    assistant = await browser.assistant(VOICE)
    caplog.clear()
    early = len(service.attempts) + 1
    service.behaviours = lambda attempt: Behaviour(answer=Refuse(503)) if attempt == early else Behaviour()
    await browser.say(assistant)
    await service.until(lambda: bool(spoken(service)))
    assert [attempt.status for attempt in service.attempts[early:]] == [503, 101]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_the_language_of_an_answer_is_that_of_what_the_run_expected_and_of_nothing_else() -> None:
    async_expect(lambda: None)
    async_answer_in("de-DE")
    assert async_answer_language() is None
    async_expect(lambda: None)  # right before it is spoken
    assert async_answer_language() == "de-DE"


async def test_an_announcement_within_a_run_is_in_its_own_language() -> None:
    """As of a script that a command starts: it is expected by itself, and spoken like an answer."""
    async_expect(lambda: None)
    async_answer_in("de-DE")
    async_expect(lambda: None)
    async_expect(lambda: None)
    assert async_answer_language() is None


async def test_an_answer_is_in_the_language_that_was_told_last() -> None:
    async_expect(lambda: None)
    async_answer_in("de-DE")
    async_answer_in(None)
    async_expect(lambda: None)
    assert async_answer_language() is None
