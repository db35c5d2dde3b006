"""A house with a microphone in its kitchen, a pipeline that listens through it, and a media player that answers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
import logging
from typing import Any, override

from homeassistant.components.assist_pipeline import async_get_pipeline, async_update_pipeline
from homeassistant.components.conversation import ConversationEntity, ConversationInput, ConversationResult
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.media_player import MediaPlayerEntity, MediaPlayerEntityFeature, MediaPlayerState
from homeassistant.components.tts import ATTR_PREFERRED_FORMAT, TextToSpeechEntity, TtsAudioType
from homeassistant.components.wake_word import DetectionResult, WakeWord, WakeWordDetectionEntity
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.helpers.intent import IntentResponse
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed, setup_test_component_platform
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.azure_speech_live.assist_satellite import PAUSE_SECONDS
from custom_components.azure_speech_live.satellite.host_microphone import RETRY_SECONDS
from tests.microphone.sound import BYTES_PER_SECOND, spoken
from tests.speech_service.service import SpeechService
from tests.speech_service.wav import wav_file

from .forms import add_resource
from .speech import RECOGNIZER
from .subentries import open_form, submit

LIGHT = "input_boolean.kitchen_light"
SATELLITE = "assist_satellite.kitchen"
BUTTON = "button.kitchen_listen"
PLAYER = "media_player.radio"
WAKE_WORD = "wake_word.ears"

SAID = spoken() + bytes(4 * BYTES_PER_SECOND)


class Radio(MediaPlayerEntity):
    """A media player that plays for as long as a test lets it."""

    _attr_name = "Radio"
    _attr_should_poll = False
    _attr_state: MediaPlayerState | None = MediaPlayerState.IDLE
    _attr_supported_features = (
        MediaPlayerEntityFeature.PLAY_MEDIA | MediaPlayerEntityFeature.MEDIA_ANNOUNCE | MediaPlayerEntityFeature.STOP
    )

    def __init__(self) -> None:
        """Begin silent."""
        self.played: list[str] = []
        self.ends = asyncio.Event()
        self.ends.set()
        self.on_play: Callable[[], None] = lambda: None
        self.stops = 0

    @override
    async def async_play_media(self, media_type: str, media_id: str, **kwargs: Any) -> None:
        self.played.append(media_id)
        assert kwargs["announce"]
        self.on_play()
        self.hass.async_create_task(self._play())

    @override
    async def async_media_stop(self) -> None:
        self.stops += 1
        self.ends.set()

    def show(self, state: MediaPlayerState | None) -> None:
        """Be in a state."""
        self._attr_state = state
        self.async_write_ha_state()

    async def _play(self) -> None:
        before = self._attr_state
        self.show(MediaPlayerState.PLAYING)
        await self.ends.wait()
        self.show(before)


class Voice(TextToSpeechEntity):
    """A voice, of which one hears nothing for a moment."""

    _attr_default_language = "en"
    _attr_supported_languages = ["en", "de", "sv"]  # noqa: RUF012 - Home Assistant's type
    # What it gives; otherwise, Home Assistant converts that with ffmpeg, in a task that outlives the test.
    _attr_default_options = {ATTR_PREFERRED_FORMAT: "wav"}  # noqa: RUF012 - Home Assistant's type

    def __init__(self, name: str) -> None:
        """Begin silent."""
        self._attr_name = name
        self.said: list[str] = []
        self.is_hoarse = False
        """Whether it fails."""
        self.is_mute = False
        """Whether it gives nothing."""

    @override
    def get_tts_audio(self, message: str, language: str, options: dict[str, Any]) -> TtsAudioType:
        if self.is_mute:
            return None, None
        if self.is_hoarse:
            raise HomeAssistantError("The voice is hoarse")
        self.said.append(message)
        return "wav", wav_file(bytes(3200))


class Ears(WakeWordDetectionEntity):
    """Hears the wake word in the first sound that is not silence."""

    _attr_name = "Ears"

    def __init__(self) -> None:
        """Hear nothing yet."""
        self.heard = 0
        """Bytes."""
        self.hears = asyncio.Event()
        self.gone = False
        """Whether it ends as Wyoming's do when their server is gone."""
        self.asked = 0
        """How often it was asked to hear the wake word."""

    @override
    async def get_supported_wake_words(self) -> list[WakeWord]:
        return [WakeWord(id="computer", name="Computer")]

    @override
    async def _async_process_audio_stream(self, stream: Any, wake_word_id: str | None) -> DetectionResult | None:
        self.asked += 1
        if self.gone:
            return None
        async for chunk, timestamp in stream:
            await asyncio.sleep(0)  # as engines do that send it elsewhere
            self.heard += len(chunk)
            self.hears.set()
            if any(chunk):
                return DetectionResult(
                    wake_word_id="computer", wake_word_phrase="computer", timestamp=timestamp, queued_audio=None
                )
        return None


class Curious(ConversationEntity):
    """Asks on, once."""

    _attr_name = "Curious"

    def __init__(self) -> None:
        """Begin without having heard anything."""
        self.heard: list[str] = []

    @property
    @override
    def supported_languages(self) -> list[str]:
        return ["en"]

    @override
    async def async_process(self, user_input: ConversationInput) -> ConversationResult:
        self.heard.append(user_input.text)
        response = IntentResponse(user_input.language)
        response.async_set_speech("Is that so?")
        return ConversationResult(response, user_input.conversation_id, continue_conversation=len(self.heard) == 1)


class House:
    """What a test has to do with."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, radio: Radio, voice: Voice, ears: Ears) -> None:
        """Use ``furnish`` instead."""
        self.hass = hass
        self.entry = entry
        self.radio = radio
        self.voice = voice
        self.ears = ears

    async def add_microphone(self, device: str = "kitchen", *, start: str = "button", player: bool = True) -> None:
        """Add a microphone by its form, and wait until it can be listened to."""
        form = await open_form(self.hass, self.entry, "microphone")
        answers = {"media_player": PLAYER} if player else {}
        async with self.state(SATELLITE, lambda state: state != "unavailable"):
            result = await submit(self.hass, form, name="Kitchen", device=device, start=start, **answers)
            assert result["type"] is FlowResultType.CREATE_ENTRY, result

    async def change_pipeline(self, **changes: Any) -> None:
        """Have the pipeline use another engine."""
        await async_update_pipeline(self.hass, async_get_pipeline(self.hass), **changes)

    async def use_curious_agent(self) -> Curious:
        """Have the pipeline use an agent that asks on."""
        agent = Curious()
        await self.hass.data["conversation"].async_add_entities([agent])
        await self.change_pipeline(conversation_engine="conversation.curious")
        return agent

    @property
    def subentry(self) -> ConfigSubentry:
        """The microphone's subentry."""
        (subentry,) = self.entry.get_subentries_of_type("microphone")
        return subentry

    def look(self, entity_id: str) -> str | None:
        """Return a state."""
        state = self.hass.states.get(entity_id)
        return state.state if state else None

    @asynccontextmanager
    async def state(self, entity_id: str, is_wanted: Callable[[str], bool]) -> AsyncIterator[list[str]]:
        """Do something, then wait until an entity has been in a state. Yield the states that it was in from then on."""
        states: list[str] = []
        reached = asyncio.Event()

        @callback
        def changed(event: Event[EventStateChangedData]) -> None:
            if new := event.data["new_state"]:
                if not states or states[-1] != new.state:
                    states.append(new.state)
                if is_wanted(new.state):
                    reached.set()

        stop = async_track_state_change_event(self.hass, entity_id, changed)
        try:
            yield states
            async with asyncio.timeout(30):
                await reached.wait()
        finally:
            stop()

    async def call(self, action: str, entity_id: str = SATELLITE, *, response: bool = False, **data: Any) -> Any:
        """Call an action, as "domain.action"."""
        domain, name = action.split(".")
        return await self.hass.services.async_call(
            domain, name, {"entity_id": entity_id, **data}, blocking=True, return_response=response
        )

    async def waits_for_wake_word(self) -> None:
        """Wait until the wake word engine hears sound."""
        self.ears.hears.clear()
        async with asyncio.timeout(30):
            await self.ears.hears.wait()

    async def press(self) -> list[str]:
        """Press the button. Return the states of the satellite until it rests again."""
        async with self.state(SATELLITE, lambda state: state == "idle") as states:
            await self.call("button.press", BUTTON)
        return states


async def furnish(hass: HomeAssistant, ws_client: WebSocketGenerator, service: SpeechService) -> House:
    """Set up a house, in which there is no microphone yet."""
    entry = await add_resource(hass, service)
    radio, voice, ears = Radio(), Voice("Voice"), Ears()
    for domain, entity in (("media_player", radio), ("tts", voice), ("wake_word", ears)):
        setup_test_component_platform(hass, domain, [entity])
    for component, config in (
        ("input_boolean", {"input_boolean": {"kitchen_light": {"name": "Kitchen light"}}}),
        ("media_player", {"media_player": {"platform": "test"}}),
        ("conversation", {}),
        ("assist_satellite", {}),  # before a client connects: after that, the harness takes no more addresses
    ):
        assert await async_setup_component(hass, component, config)
    for domain, entity in (("tts", voice), ("wake_word", ears)):
        await hass.data[domain].async_add_entities([entity])
    async_expose_entity(hass, "conversation", LIGHT, should_expose=True)
    socket = await ws_client(hass)

    async def ask(**request: Any) -> Any:
        await socket.send_json_auto_id(request)
        answer = await socket.receive_json()
        assert answer["success"], answer
        return answer["result"]

    pipeline = await ask(
        type="assist_pipeline/pipeline/create",
        name="Test",
        language="en",
        conversation_engine="conversation.home_assistant",
        conversation_language="en",
        stt_engine=RECOGNIZER,
        stt_language="en-US",
        tts_engine="tts.voice",
        tts_language="en",
        tts_voice=None,
        wake_word_entity=WAKE_WORD,
        wake_word_id="computer",
    )
    await ask(type="assist_pipeline/pipeline/set_preferred", pipeline_id=pipeline["id"])
    return House(hass, entry, radio, voice, ears)


def troubles(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what anybody logged as a warning or an error.

    But for Home Assistant's word on custom integrations, and asyncio's on how slow the machine is.
    """
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING
        and (record.name, record.levelno)
        not in (("homeassistant.loader", logging.WARNING), ("asyncio", logging.WARNING))
    ]


def retry(house: House) -> None:
    """Let the time pass until the microphone is tried again."""
    async_fire_time_changed(house.hass, dt_util.utcnow() + timedelta(seconds=RETRY_SECONDS + 1))


def end_pause(house: House) -> None:
    """Let the time pass until the wake word is waited for again."""
    async_fire_time_changed(house.hass, dt_util.utcnow() + timedelta(seconds=PAUSE_SECONDS + 1))


async def press(house: House) -> None:
    """Press the button, and wait until all has been done and said."""
    with suppress(ServiceValidationError):  # that there is no speech-to-text
        await house.call("button.press", BUTTON)
    await settle(house)


async def settle(house: House) -> None:
    """Wait until all has been done and said."""
    await house.hass.async_block_till_done(wait_background_tasks=True)


def shown(house: House) -> tuple[str | None, str | None]:
    """Return what the satellite shows: the part that does not work, and the pipeline's words."""
    state = house.hass.states.get(SATELLITE)
    assert state is not None
    return state.attributes.get("problem"), state.attributes.get("problem_message")
