"""A voice that the service does not have any more: who speaks in its place, and what the household is told."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.resource.issues import Issue
from custom_components.azure_speech_live.tts import MAX_VOICES
from tests.speech_service.service import SpeechService

from .availability import available
from .voices import KITCHEN, SENTENCE, VOICE, WAV, add_voice, asked_to_speak, heard, sound_of, spoken, written

pytestmark = pytest.mark.usefixtures("entry")


async def test_a_voice_that_is_gone_is_spoken_for_by_a_similar_one(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)
    await add_voice(hass, entry, {"voice": "de-DE-ConradNeural"}, rate=100, pitch=100, volume=100, degree=100)
    service.synthesis.withdrawn.add("de-DE-ConradNeural")
    sound = await sound_of(
        asked_to_speak(hass, written("Guten Tag. ", "Es ist warm."), WAV, engine=KITCHEN, language="de-DE")
    )
    assert heard(sound) == "Guten Tag. Es ist warm."
    assert "de-DE-KatjaNeural" in spoken(service)[-1].ssml
    issue = ir.async_get(hass).async_get_issue(DOMAIN, f"{Issue.VOICE_GONE}_{entry.entry_id}")
    assert issue is not None
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["voice"] == "de-DE-ConradNeural"
    assert available(hass, KITCHEN)

    turns = len(spoken(service))
    await sound_of(asked_to_speak(hass, "Noch etwas.", WAV, engine=KITCHEN, language="de-DE"))
    assert len(spoken(service)) == turns + 1, "it is not asked for again at once"

    service.synthesis.withdrawn.clear()
    await hass.config_entries.async_reload(entry.entry_id)
    assert not ir.async_get(hass).async_get_issue(DOMAIN, f"{Issue.VOICE_GONE}_{entry.entry_id}")


async def test_a_language_that_nobody_speaks_any_more_is_told(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator
) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)  # the stand-in has a dozen voices
    with pytest.raises(HomeAssistantError, match="no voice that speaks sv-SE"):
        await sound_of(asked_to_speak(hass, "Hej.", WAV, language="sv-SE"))
    socket = await hass_ws_client()
    await socket.send_json_auto_id({"type": "tts/engine/voices", "engine_id": VOICE, "language": "sv-SE"})
    assert (await socket.receive_json())["result"] == {"voices": []}


async def test_only_so_many_voices_are_tried(hass: HomeAssistant, service: SpeechService) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)
    service.synthesis.voices.clear()
    with pytest.raises(HomeAssistantError, match="does not take the voice"):
        await sound_of(asked_to_speak(hass, SENTENCE, WAV))
    assert len(spoken(service)) == MAX_VOICES
