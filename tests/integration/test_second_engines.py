"""The home's own engines, which other tests take for granted: they hear, speak, take their time, and fail."""

from homeassistant.components.stt import SpeechResultState
from homeassistant.core import HomeAssistant
import pytest

from tests.speech_service.engines.espeak_ng import EspeakNg
from tests.wyoming_engines.engines import RATE

from .satellites import recording
from .second_engines import SecondEngines, add_engines, running
from .speech import stream, transcribe
from .voices import WAV, asked_to_speak, sound_of, written


async def test_they_hear(hass: HomeAssistant, second_engines: SecondEngines) -> None:
    _, result = await transcribe(hass, stream(recording(0)), "en", entity_id=second_engines.ear.entity_id)
    assert result.text == "Turn on the kitchen light."


async def test_they_hear_nothing_in_silence(hass: HomeAssistant, second_engines: SecondEngines) -> None:
    _, result = await transcribe(hass, stream(bytes(32000)), "en", entity_id=second_engines.ear.entity_id)
    assert result.result is SpeechResultState.SUCCESS
    assert result.text == ""


@pytest.mark.parametrize("pieces", [("It is on. ", "Good night."), ("It is o", "n. Goo", "d night.")])
async def test_they_speak_sentence_by_sentence(
    hass: HomeAssistant, second_engines: SecondEngines, pieces: tuple[str, ...]
) -> None:
    stream = asked_to_speak(hass, written(*pieces), WAV, engine=second_engines.voice.entity_id)
    sound = await sound_of(stream)
    seconds = [
        len(await EspeakNg().speak(text, "en-US", "en", RATE)) / 2 / RATE for text in ("It is on.", "Good night.")
    ]
    assert (len(sound) - 44) / 32000 == pytest.approx(sum(seconds), abs=0.1)


async def test_they_can_fail(hass: HomeAssistant) -> None:
    with running("--failing") as port:
        engines = await add_engines(hass, port)
        _, result = await transcribe(hass, stream(recording(0)), "en", entity_id=engines.ear.entity_id)
        assert result.result is SpeechResultState.ERROR
        assert await hass.config_entries.async_unload(engines.entry.entry_id)


async def test_they_can_be_slow(hass: HomeAssistant) -> None:
    with running("--delay", "0.7") as port:
        engines = await add_engines(hass, port)
        begun = hass.loop.time()
        _, result = await transcribe(hass, stream(recording(0)), "en", entity_id=engines.ear.entity_id)
        assert hass.loop.time() - begun > 0.7
        assert result.text == "Turn on the kitchen light."
        assert await hass.config_entries.async_unload(engines.entry.entry_id)
