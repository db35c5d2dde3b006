"""A translator where it is of use: as the speech-to-text of a voice assistant, and of a satellite that asks."""

from pathlib import Path

from homeassistant.components.assist_pipeline import async_get_pipeline, async_update_pipeline
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket, WebSocketGenerator

from custom_components.azure_speech_live.const import SUBENTRY_TRANSLATOR
from tests.microphone.sound import BYTES_PER_SECOND, alsa, spoken
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.engines.scripted_translation import ScriptedTranslator
from tests.speech_service.engines.translation import TranslationFailedError
from tests.speech_service.service import SpeechService

from .microphones import LIGHT, House, furnish
from .speech import pcm
from .subentries import open_form, submit

TRANSLATOR = "stt.guests"
SAID = spoken() + bytes(4 * BYTES_PER_SECOND)
GERMAN = "Schalte das Licht in der Küche ein."
ENGLISH = "Turn on the kitchen light."


@pytest.fixture
async def house(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    service: SpeechService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> House:
    """Furnish a house whose voice assistant speaks English, and that understands the German that is spoken in it."""
    for name, value in alsa(tmp_path, kitchen=SAID).items():
        monkeypatch.setenv(name, value)
    service.engine = Scripted([Utterance(text=GERMAN, end=1)])
    service.translator = ScriptedTranslator({"en": {GERMAN: ENGLISH}})
    house = await furnish(hass, hass_ws_client, service)
    form = await open_form(hass, house.entry, SUBENTRY_TRANSLATOR)
    await submit(hass, form, name="Guests", languages=["de-DE"], target_language="en")
    await async_update_pipeline(hass, async_get_pipeline(hass), stt_engine=TRANSLATOR, stt_language="en-US")
    return house


async def ask(socket: MockHAClientWebSocket, command: str, **data: object) -> dict[str, object]:
    """Send a command, and return its result."""
    await socket.send_json_auto_id({"type": command, **data})
    answer = await socket.receive_json()
    assert answer["success"], answer
    result: dict[str, object] = answer["result"]
    return result


async def say(socket: MockHAClientWebSocket, audio: bytes) -> dict[str, dict[str, object]]:
    """Speak to the preferred pipeline, as a browser does. Return the last event of each type."""
    command = {"start_stage": "stt", "end_stage": "intent", "input": {"sample_rate": 16000}}
    await ask(socket, "assist_pipeline/run", **command)
    events: dict[str, dict[str, object]] = {}
    while "run-end" not in events:
        event = (await socket.receive_json())["event"]
        events[event["type"]] = event["data"]
        if event["type"] == "run-start":
            handler = bytes([event["data"]["runner_data"]["stt_binary_handler_id"]])
            await socket.send_bytes(handler + audio)
            await socket.send_bytes(handler)
    return events


async def test_an_assistant_of_the_target_language_can_choose_it(
    house: House, hass_ws_client: WebSocketGenerator
) -> None:
    socket = await hass_ws_client(house.hass)
    for language, offered in (("en", True), ("de", False)):
        engines = (await ask(socket, "stt/engine/list", language=language))["providers"]
        assert isinstance(engines, list)
        (translator,) = (engine for engine in engines if engine["engine_id"] == TRANSLATOR)
        assert bool(translator["supported_languages"]) is offered


async def test_an_english_agent_does_what_is_said_in_german(
    house: House, hass_ws_client: WebSocketGenerator, service: SpeechService
) -> None:
    assert house.look(LIGHT) == "off"
    events = await say(await hass_ws_client(house.hass), pcm(2))
    assert events["stt-end"] == {"stt_output": {"text": ENGLISH}}
    assert "error" not in events
    assert house.look(LIGHT) == "on"
    (turn,) = (turn for connection in service.connections for turn in connection.turns)
    assert turn.options.languages == ("de-DE",)
    assert turn.options.translation is not None
    assert turn.options.translation.targets == ("en",)


async def test_without_a_translation_nothing_is_done(
    house: House, hass_ws_client: WebSocketGenerator, service: SpeechService
) -> None:
    service.translator = ScriptedTranslator({"en": TranslationFailedError("Not available")})
    events = await say(await hass_ws_client(house.hass), pcm(2))
    assert events["error"]["code"] == "stt-stream-failed"
    assert house.look(LIGHT) == "off"


async def test_the_answer_to_a_satellites_question_is_the_translation(house: House, service: SpeechService) -> None:
    await house.add_microphone()
    answer = await house.call(
        "assist_satellite.ask_question",
        question="What shall I do?",
        answers=[{"id": "light", "sentences": ["turn on the {place} light"]}],
        response=True,
    )
    assert answer["sentence"] == ENGLISH
    assert answer["id"] == "light"
    assert answer["slots"] == {"place": "kitchen"}
    assert house.look(LIGHT) == "off", "it was asked, not told"
    (turn,) = service.connections[-1].turns
    assert turn.audio
    assert SAID.startswith(turn.audio)
