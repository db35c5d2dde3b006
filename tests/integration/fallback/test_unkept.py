"""What the second engine spoke is never heard as ours later; what the service spoke is heard also while it is away."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

from homeassistant.components.tts import DOMAIN as TTS_DOMAIN
from homeassistant.components.tts.const import DATA_TTS_MANAGER
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.integration.second_voices import Manner, add_second_voice, come_back
from tests.integration.voices import SENTENCE, VOICE, WAV, asked_to_speak, heard, sound_of
from tests.speech_service.faults import After, Behaviour, Close, Fault, Refuse
from tests.speech_service.service import SpeechService

FORMATS = [
    pytest.param(WAV, id="as it comes"),
    pytest.param({"preferred_format": "flac", "preferred_sample_rate": 48000}, id="converted"),
    pytest.param({}, id="MP3"),
]

pytestmark = pytest.mark.usefixtures("processes")


@pytest.fixture
async def piper(hass: HomeAssistant, entry: ConfigEntry) -> Manner:
    """Add a second engine."""
    return await add_second_voice(hass, entry)


def go_away(service: SpeechService) -> None:
    """Pull the service away."""
    service.behaviours = lambda _: Behaviour(answer=Refuse(503))


def on_disk(hass: HomeAssistant) -> list[str]:
    """Return what Home Assistant keeps of our voice."""
    return [path.name for path in Path(hass.config.path("tts")).glob("*") if VOICE in path.name]


async def said(hass: HomeAssistant, options: dict[str, Any]) -> bytes:
    """Have the sentence spoken, and what is left to do done."""
    sound = await sound_of(asked_to_speak(hass, SENTENCE, options))
    await hass.async_block_till_done(wait_background_tasks=True)
    return sound


@pytest.mark.parametrize("options", FORMATS)
async def test_nothing_of_the_second_engine_is_kept(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, piper: Manner, options: dict[str, Any]
) -> None:
    go_away(service)
    assert len(await said(hass, options)) > 1000
    assert on_disk(hass) == []
    assert not [key for key in hass.data[DATA_TTS_MANAGER].mem_cache if VOICE in key]
    await said(hass, options)
    assert piper.texts == [f"{SENTENCE} "] * 2, "it speaks again while the service is away"

    await come_back(hass, entry, service)
    asked = len(piper.texts)
    await said(hass, options)
    await said(hass, options)
    assert len(piper.texts) == asked, "the service speaks"
    assert len(on_disk(hass)) == 1


async def test_everybody_hears_all_of_it(
    hass: HomeAssistant,
    service: SpeechService,
    piper: Manner,
    hass_client_no_auth: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A player that asks twice, as some do, or later, and one by the network."""
    piper.delay = 0.1
    go_away(service)
    client = await hass_client_no_auth()
    stream = asked_to_speak(hass, SENTENCE, WAV)
    first, second = stream.async_stream_result(), await client.get(stream.url)
    assert second.status == HTTPStatus.OK
    by_network = await second.read()
    assert heard(by_network) == SENTENCE.upper()
    assert b"".join([piece async for piece in first]) == by_network
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await sound_of(stream) == by_network
    assert "Error getting audio" not in caplog.text


async def test_what_the_service_spoke_is_heard_while_it_is_away(
    hass: HomeAssistant, service: SpeechService, piper: Manner
) -> None:
    service.behaviours = lambda _: Behaviour(faults=(Fault(After("turn.end"), Close()),))
    assert heard(await said(hass, WAV)) == SENTENCE
    go_away(service)
    hass.data[DATA_TTS_MANAGER].mem_cache.clear()
    await sound_of(asked_to_speak(hass, "Something else.", WAV))
    assert heard(await said(hass, WAV)) == SENTENCE
    assert piper.texts == ["Something else. "]


async def test_home_assistant_is_restarted_in_an_outage(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, piper: Manner
) -> None:
    go_away(service)
    await said(hass, WAV)
    manager = hass.data[DATA_TTS_MANAGER]
    manager.mem_cache.clear()
    manager.file_cache.clear()
    await manager.async_init_cache()  # as it reads the disk when it starts
    await come_back(hass, entry, service)
    assert TTS_DOMAIN in hass.config.components
    assert heard(await said(hass, WAV)) == SENTENCE
    assert piper.texts.count(f"{SENTENCE} ") == 1


async def test_a_text_that_is_still_written_is_heard_to_its_end(
    hass: HomeAssistant, service: SpeechService, piper: Manner
) -> None:
    """Home Assistant keeps none of these, whoever speaks them."""

    async def answer() -> Any:
        yield f"{SENTENCE} "
        yield "And so is the fan."

    go_away(service)
    assert heard(await sound_of(asked_to_speak(hass, answer(), WAV))) == f"{SENTENCE} And so is the fan.".upper()
    assert piper.ended == 1
