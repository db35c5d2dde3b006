"""Another engine is asked as Home Assistant asks it, and whatever it does becomes its sound or one error."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, override

from homeassistant.components.tts import TextToSpeechEntity, TTSAudioRequest, TTSAudioResponse, TtsAudioType
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.azure_speech_live.fallback import other_voice
from custom_components.azure_speech_live.fallback.engines import async_second_voice
from custom_components.azure_speech_live.fallback.other_voice import OtherVoice, OtherVoiceError
from custom_components.azure_speech_live.fallback.second_voice import Found
from custom_components.azure_speech_live.speech import OutputFormat, TextSourceError
from tests.integration.engines import CLOUDY, WHISPER, add_engines, stored
from tests.integration.second_voices import PIPER, Manner, Piper, StreamingPiper
from tests.integration.voices import written
from tests.speech_service.engines.legible import read

RAW = OutputFormat.RAW_16KHZ
OURS = "tts.ours"


def speech(hass: HomeAssistant, engine: TextToSpeechEntity, text: AsyncGenerator[str]) -> AsyncGenerator[bytes]:
    """Return what an engine says."""
    return OtherVoice(hass, Found(engine, "en"), text, RAW, asking=OURS).sound()


async def said(hass: HomeAssistant, engine: TextToSpeechEntity, *pieces: str) -> str:
    """Return what an engine was heard to say."""
    return read(b"".join([sound async for sound in speech(hass, engine, written(*pieces))]))


async def added(hass: HomeAssistant, engine: Piper, domain: str = WHISPER) -> TextToSpeechEntity:
    """Add an engine."""
    await add_engines(hass, engine, domain=domain)
    found = async_second_voice(hass, stored(hass, f"tts.{engine.name}".lower()), OURS)
    assert found is not None
    return found


async def engine_of(hass: HomeAssistant, manner: Manner, *, streaming: bool = False) -> TextToSpeechEntity:
    """Add one that speaks in some manner."""
    return await added(hass, (StreamingPiper if streaming else Piper)(manner))


@pytest.mark.parametrize("streaming", [False, True])
async def test_it_says_the_text(hass: HomeAssistant, *, streaming: bool) -> None:
    manner = Manner()
    engine = await engine_of(hass, manner, streaming=streaming)
    assert await said(hass, engine, "One. ", "Two. ") == ("ONE.TWO." if streaming else "ONE. TWO.")
    assert manner.texts == (["One. ", "Two. "] if streaming else ["One. Two. "])
    assert manner.languages[0] == "en"
    state = hass.states.get(PIPER)
    assert state
    assert state.state != "unknown", "when it was used is shown"


async def test_it_is_told_the_format_as_far_as_it_takes_that(hass: HomeAssistant) -> None:
    manner = Manner()
    engine = await engine_of(hass, manner)
    engine._attr_default_options = {"speaker": 3}  # noqa: SLF001 - as its own class would
    engine._attr_supported_options = ["preferred_format", "preferred_sample_rate", "voice"]  # noqa: SLF001
    await said(hass, engine, "One.")
    assert manner.options == [{"speaker": 3, "preferred_format": "wav", "preferred_sample_rate": 16000}]


async def test_without_a_text_it_is_not_asked(hass: HomeAssistant) -> None:
    manner = Manner()
    assert await said(hass, await engine_of(hass, manner)) == ""
    assert manner.texts == []


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize(
    "manner",
    [
        pytest.param({"error": HomeAssistantError("not for The light")}, id="fails"),
        pytest.param({"error": TimeoutError()}, id="times out"),
        pytest.param({"breaks": True}, id="breaks off"),
        pytest.param({"silent": True}, id="says nothing"),
    ],
)
async def test_one_that_fails_is_an_error_without_the_text(
    hass: HomeAssistant, manner: dict[str, Any], *, streaming: bool
) -> None:
    engine = await engine_of(hass, Manner(**manner), streaming=streaming)
    with pytest.raises(OtherVoiceError) as caught:
        await said(hass, engine, "The light is on.")
    assert "light" not in str(caught.value)
    assert str(caught.value)


@pytest.mark.parametrize("streaming", [False, True])
async def test_one_that_does_not_answer_is_given_up(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, *, streaming: bool
) -> None:
    monkeypatch.setattr(other_voice, "LIMIT", 0.05)
    manner = Manner(delay=3600)
    engine = await engine_of(hass, manner, streaming=streaming)
    before = asyncio.all_tasks()
    with pytest.raises(OtherVoiceError, match="nothing for"):
        await said(hass, engine, "One.")
    assert manner.ended == 1
    assert asyncio.all_tasks() == before


async def test_one_that_waits_for_its_text_is_not(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(other_voice, "LIMIT", 0.05)

    async def text() -> AsyncGenerator[str]:
        yield "One. "
        await asyncio.sleep(0.2)
        yield "Two."

    engine = await engine_of(hass, Manner())
    assert read(b"".join([sound async for sound in speech(hass, engine, text())])) == "ONE. TWO."


async def test_a_text_that_fails_is_not_its_fault(hass: HomeAssistant) -> None:
    async def text() -> AsyncGenerator[str]:
        yield "One. "
        raise HomeAssistantError("The agent is tired")

    engine = await engine_of(hass, Manner())
    with pytest.raises(TextSourceError) as caught:
        async for _ in speech(hass, engine, text()):
            pass
    assert str(caught.value.__cause__) == "The agent is tired"


async def test_who_asks_is_not_asked_by_it(hass: HomeAssistant) -> None:
    """So that two which name each other come to an end."""
    engine = await engine_of(hass, Manner())
    asked: list[TextToSpeechEntity | None] = []

    class Other(Piper):
        @override
        async def async_get_tts_audio(self, message: str, language: str, options: dict[str, Any]) -> TtsAudioType:
            asked.append(async_second_voice(hass, stored(hass, PIPER), "tts.other"))
            return await super().async_get_tts_audio(message, language, options)

    other = await added(hass, Other(Manner(), name="Other"), CLOUDY)
    sound = OtherVoice(hass, Found(other, "en"), written("One."), RAW, asking=PIPER).sound()
    assert read(b"".join([piece async for piece in sound])) == "ONE."
    assert asked == [None]
    assert async_second_voice(hass, stored(hass, PIPER), "tts.other") is engine, "of others nothing is known here"


async def test_a_sound_that_is_not_to_be_kept_is_whole(hass: HomeAssistant) -> None:
    """As one of our own voices ends it where another engine has spoken in its place."""

    class Ours(Piper):
        @override
        async def async_stream_tts_audio(self, request: TTSAudioRequest) -> TTSAudioResponse:
            async def sound() -> AsyncGenerator[bytes]:
                async for piece in self._spoken("One.", request.language, request.options):
                    yield piece
                raise asyncio.CancelledError

            return TTSAudioResponse("wav", sound())

    assert await said(hass, await added(hass, Ours(Manner())), "One.") == "ONE."


async def test_an_engine_that_writes_in_a_task_of_its_own_ends_with_its_listener(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """Such as Home Assistant's Wyoming, whose connection is closed by then."""
    writers: list[asyncio.Task[None]] = []

    class Wyoming(Piper):
        @override
        async def async_stream_tts_audio(self, request: TTSAudioRequest) -> TTSAudioResponse:
            async def write() -> None:
                async for _ in request.message_gen:
                    pass
                raise AssertionError("not connected")

            writers.append(asyncio.create_task(write()))
            return TTSAudioResponse("wav", self._spoken("One.", request.language, request.options))

    async def text() -> AsyncGenerator[str]:
        yield "One. "
        await asyncio.Event().wait()

    engine = await added(hass, Wyoming(Manner()))
    async with aclosing(speech(hass, engine, text())) as sound:
        assert await anext(sound)
    await asyncio.wait(writers)
    assert writers[0].cancelled()
    assert "Traceback" not in caplog.text
