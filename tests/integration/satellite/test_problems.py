"""What of a voice assistant does not work: logged once, shown on the satellite, said aloud, and taken back."""

from collections.abc import AsyncIterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, override

from homeassistant.components.assist_satellite import AssistSatelliteEntity
from homeassistant.components.stt import (
    AudioBitRates,
    AudioChannels,
    AudioCodecs,
    AudioFormats,
    AudioSampleRates,
    SpeechMetadata,
    SpeechResult,
    SpeechToTextEntity,
)
from homeassistant.core import CoreState
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from tests.microphone.sound import BYTES_PER_SECOND
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.faults import AudioReceived, Behaviour, Close, Fault
from tests.speech_service.service import SpeechService

from ..microphones import BUTTON, LIGHT, SATELLITE, WAKE_WORD, House, end_pause, press, settle, shown, troubles
from ..speech import RECOGNIZER


class Asleep(SpeechToTextEntity):
    """Speech-to-text that does not answer in time."""

    _attr_name = "Asleep"

    @property
    @override
    def supported_languages(self) -> list[str]:
        return ["en-US"]

    @property
    @override
    def supported_formats(self) -> list[AudioFormats]:
        return list(AudioFormats)

    @property
    @override
    def supported_codecs(self) -> list[AudioCodecs]:
        return list(AudioCodecs)

    @property
    @override
    def supported_bit_rates(self) -> list[AudioBitRates]:
        return list(AudioBitRates)

    @property
    @override
    def supported_sample_rates(self) -> list[AudioSampleRates]:
        return list(AudioSampleRates)

    @property
    @override
    def supported_channels(self) -> list[AudioChannels]:
        return list(AudioChannels)

    @override
    async def async_process_audio_stream(self, metadata: SpeechMetadata, stream: AsyncIterable[bytes]) -> SpeechResult:
        raise TimeoutError


# --- who presses the button


@pytest.mark.parametrize("change", [{"stt_engine": None, "stt_language": None}, {"stt_engine": "stt.gone"}])
async def test_who_presses_the_button_of_a_deaf_assistant_is_told(house: House, change: dict[str, Any]) -> None:
    await house.add_microphone(start="button")
    await house.change_pipeline(**change)
    with pytest.raises(ServiceValidationError) as refused:
        await house.call("button.press", BUTTON)
    assert refused.value.translation_key == "no_speech_to_text"
    await settle(house)
    assert shown(house)[0] == "speech_to_text"


# --- who speaks


@dataclass(frozen=True)
class Case:
    """A change of the pipeline, and what is told of it."""

    change: dict[str, Any]
    part: str
    message: str
    code: str
    words: str


CASES = [
    Case(
        {"stt_engine": None, "stt_language": None},
        "speech_to_text",
        "the pipeline does not support speech-to-text",
        "validation-error",
        "Speech-to-text does not work",
    ),
    Case(
        {"stt_engine": "stt.gone"},
        "speech_to_text",
        "No speech-to-text provider for: stt.gone",
        "stt-provider-missing",
        "Speech-to-text does not work",
    ),
    Case(
        {"stt_engine": "stt.asleep"},
        "speech_to_text",
        "no answer in time",
        "TimeoutError",
        "Speech-to-text does not work",
    ),
    Case(
        {"conversation_engine": "conversation.gone"},
        "conversation_agent",
        "Intent recognition engine conversation.gone is not found",
        "intent-not-supported",
        "The conversation agent does not work",
    ),
]
WORKS = {"stt_engine": RECOGNIZER, "stt_language": "en-US", "conversation_engine": "conversation.home_assistant"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
async def test_who_speaks_is_told_each_time_and_the_log_once(
    house: House, caplog: pytest.LogCaptureFixture, case: Case
) -> None:
    await house.hass.data["stt"].async_add_entities([Asleep()])
    await house.change_pipeline(**case.change)
    await house.add_microphone()
    for _ in range(2):
        await press(house)
        assert shown(house) == (case.part, case.message)
        assert house.look(SATELLITE) == "idle"
    assert house.look(LIGHT) == "off"
    assert house.voice.said == [case.words]  # the second time out of Home Assistant's cache
    assert len(house.radio.played) == 2
    assert troubles(caplog) == [f"{SATELLITE}: {case.message} ({case.code})"]
    assert not any(record.exc_info for record in caplog.records if record.getMessage() in troubles(caplog))

    await house.change_pipeline(**WORKS)
    await press(house)
    assert house.look(LIGHT) == "on"
    assert shown(house) == (None, None)
    assert caplog.text.count(f"{SATELLITE}: the voice assistant works again") == 1


async def test_speech_to_text_that_fails_is_told(house: House, service: SpeechService) -> None:
    service.behaviours = lambda _: Behaviour(faults=(Fault(AudioReceived(16000), Close(1007, "Quota exceeded.")),))
    await house.add_microphone()
    await press(house)
    assert shown(house) == ("speech_to_text", "speech-to-text failed")
    assert house.voice.said == ["Speech-to-text does not work"]


async def test_the_state_is_that_of_an_answer_while_it_is_said(house: House) -> None:
    await house.change_pipeline(stt_engine="stt.gone")
    await house.add_microphone()
    async with house.state(SATELLITE, lambda state: state == "responding"):
        await press(house)
    assert house.look(SATELLITE) == "idle"


@pytest.mark.parametrize(
    ("language", "words"), [("de", "Sprache-zu-Text funktioniert nicht"), ("sv", "Speech-to-text does not work")]
)
async def test_it_is_said_in_the_language_of_the_voice_or_else_in_english(
    house: House, language: str, words: str
) -> None:
    await house.change_pipeline(stt_engine="stt.gone", tts_language=language)
    await house.add_microphone()
    await press(house)
    assert house.voice.said == [words]


async def test_without_a_media_player_it_is_logged_and_shown(house: House, caplog: pytest.LogCaptureFixture) -> None:
    await house.change_pipeline(stt_engine="stt.gone")
    await house.add_microphone(player=False)
    await press(house)
    assert shown(house)[0] == "speech_to_text"
    assert len(troubles(caplog)) == 1
    assert house.voice.said == []


async def test_who_is_silent_is_told_nothing(
    house: House, service: SpeechService, caplog: pytest.LogCaptureFixture
) -> None:
    service.engine = Scripted([Utterance(status=Status.NO_MATCH)])
    await house.add_microphone()
    await press(house)
    assert shown(house) == (None, None)
    assert house.voice.said == []
    assert troubles(caplog) == []


async def test_who_was_asked_something_is_told_too(house: House) -> None:
    await house.change_pipeline(stt_engine="stt.gone")
    await house.add_microphone()
    with pytest.raises(HomeAssistantError):
        await house.call("assist_satellite.ask_question", question="What?", preannounce=False, response=True)
    await settle(house)
    assert house.voice.said == ["What?", "Speech-to-text does not work"]
    assert house.look(SATELLITE) == "idle"


async def test_what_nobody_has_foreseen_is_logged_with_its_place(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_house: object) -> None:
        raise RuntimeError("Home Assistant has changed")

    monkeypatch.setattr(AssistSatelliteEntity, "_resolve_pipeline", fail)
    await house.add_microphone(start="wake_word")
    for _ in range(3):
        end_pause(house)
        await settle(house)
    assert shown(house) == ("voice_assistant", "Home Assistant has changed")
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.getMessage() == f"{SATELLITE}: Home Assistant has changed (RuntimeError)"


# --- the wake word


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"wake_word_entity": "wake_word.gone"}, "wake_word"),
        ({}, "wake_word"),  # the engine is there, but its server is gone
        ({"stt_engine": "stt.gone"}, "speech_to_text"),
    ],
)
async def test_what_keeps_it_from_waiting_is_told_once_if_it_outlasts_a_pause(
    house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture, change: dict[str, str], part: str
) -> None:
    (tmp_path / "kitchen.raw").write_bytes(bytes(BYTES_PER_SECOND))  # nobody speaks
    await house.change_pipeline(**change)
    house.ears.gone = not change
    await house.add_microphone(start="wake_word")
    await settle(house)
    assert shown(house) == (None, None)
    assert troubles(caplog) == []
    for _ in range(3):
        end_pause(house)
        await settle(house)
        assert shown(house)[0] == part
    assert len(troubles(caplog)) == 1
    assert len(house.voice.said) == 1
    assert len(house.radio.played) == 1

    house.ears.gone = False
    await house.change_pipeline(wake_word_entity=WAKE_WORD, stt_engine=RECOGNIZER)
    async with house.state(SATELLITE, lambda _: shown(house) == (None, None)):
        end_pause(house)  # and then it waits, which is enough
    assert caplog.text.count("the voice assistant works again") == 1


async def test_while_home_assistant_starts_engines_are_not_missed(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.hass.set_state(CoreState.starting)
    await house.change_pipeline(wake_word_entity="wake_word.gone")
    await house.add_microphone(start="wake_word")
    for _ in range(3):
        end_pause(house)
        await settle(house)
    assert troubles(caplog) == []
    house.hass.set_state(CoreState.running)
    end_pause(house)
    await settle(house)
    assert len(troubles(caplog)) == 1
