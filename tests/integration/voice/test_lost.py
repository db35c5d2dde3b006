"""A voice that the service does not have any more: who speaks in its place, and what the household is told."""

import logging
from typing import Any

from homeassistant.components.assist_pipeline import async_get_pipeline, async_update_pipeline
from homeassistant.components.tts import ATTR_VOICE
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.resource.issues import Issue
from custom_components.azure_speech_live.voice.request import MAX_VOICES
from custom_components.azure_speech_live.voice.voices import MAX_AGE, Voices, async_get_voices
from tests.speech_service.faults import After, Behaviour, Close, Fault
from tests.speech_service.service import SpeechService
from tests.speech_service.synthesis.voices import VOICES

from ..availability import available, issue, let_pass
from ..voices import KITCHEN, SENTENCE, VOICE, WAV, add_voice, asked_to_speak, heard, sound_of, spoken, written

CONRAD = "de-DE-ConradNeural"


@pytest.fixture(autouse=True)
async def listed(hass: HomeAssistant, entry: ConfigEntry) -> None:  # noqa: ARG001 - before it
    """Have the service's list, in which there are a dozen voices."""
    await hass.async_block_till_done(wait_background_tasks=True)


async def say(hass: HomeAssistant, text: str, voice: str | None = CONRAD, engine: str = VOICE) -> str:
    """Have a text spoken in German, and return what is heard."""
    options: dict[str, Any] = WAV | ({ATTR_VOICE: voice} if voice else {})
    sound = await sound_of(asked_to_speak(hass, text, options, engine=engine, language="de-DE"))
    await hass.async_block_till_done(wait_background_tasks=True)  # it is kept
    return heard(sound)


def speakers(service: SpeechService) -> list[str]:
    """Return who was asked to speak, one after the other."""
    return [turn.ssml.partition("<voice name='")[2].partition("'")[0] for turn in spoken(service)]


def told(hass: HomeAssistant, entry: ConfigEntry) -> str | None:
    """Return which voice the household is told of."""
    found = issue(hass, entry, Issue.VOICE_GONE)
    return (found.translation_placeholders or {})["voice"] if found else None


async def test_a_similar_one_speaks_in_its_place(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    await add_voice(hass, entry, {"voice": CONRAD}, rate=100, pitch=100, volume=100, degree=100)
    service.synthesis.withdrawn.add(CONRAD)
    answer = written("Guten Tag. ", "Es ist warm.")
    sound = await sound_of(asked_to_speak(hass, answer, WAV, engine=KITCHEN, language="de-DE"))
    assert heard(sound) == "Guten Tag. Es ist warm."
    assert speakers(service) == [CONRAD, "de-DE-KatjaNeural"]
    assert told(hass, entry) == CONRAD
    assert available(hass, KITCHEN)

    await say(hass, "Noch etwas.", voice=None, engine=KITCHEN)
    assert speakers(service)[2:] == ["de-DE-KatjaNeural"], "the other is not asked for again at once"
    assert told(hass, entry) == CONRAD

    service.synthesis.withdrawn.clear()
    await hass.config_entries.async_reload(entry.entry_id)
    assert not told(hass, entry)


async def test_what_another_one_has_spoken_is_spoken_anew_when_it_is_back(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, hass_storage: dict[str, Any]
) -> None:
    await say(hass, "Vorher.")
    service.synthesis.withdrawn.add(CONRAD)
    await say(hass, "Inzwischen.")
    await say(hass, "Vorher.")
    await say(hass, "Inzwischen.")
    assert speakers(service) == [CONRAD, CONRAD, "de-DE-KatjaNeural"], "what was kept is played"

    service.synthesis.withdrawn.clear()
    await hass.config_entries.async_reload(entry.entry_id)
    await say(hass, "Danach.")
    await say(hass, "Inzwischen.")
    assert speakers(service)[3:] == [CONRAD, CONRAD]

    await let_pass(hass, 60)
    kept = hass_storage[f"{DOMAIN}.voices.{entry.entry_id}"]["data"]
    assert (kept["missed"], kept["returned"]) == ([], 1)
    restarted = Voices(hass, entry)
    await restarted.async_start()
    restarted.async_stop()
    assert restarted.returned == 1


async def test_a_voice_that_is_missed_is_so_after_a_restart(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    service.synthesis.withdrawn.add(CONRAD)
    await say(hass, "Guten Tag.")
    await let_pass(hass, 60)
    restarted = Voices(hass, entry)
    await restarted.async_start()
    restarted.async_stop()
    restarted.async_find(restarted.named(CONRAD))
    assert restarted.returned == 1


async def test_the_notice_goes_when_the_list_has_it_again(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    service.synthesis.voices = [voice for voice in VOICES if voice.short_name != CONRAD]
    await let_pass(hass, MAX_AGE.total_seconds())
    await say(hass, "Guten Tag.")
    assert told(hass, entry) == CONRAD
    service.synthesis.voices = list(VOICES)
    await let_pass(hass, MAX_AGE.total_seconds())
    assert not told(hass, entry)
    assert async_get_voices(hass, entry).returned == 1


async def test_the_notice_goes_when_an_assistant_has_chosen_another(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    assert await async_setup_component(hass, "assist_pipeline", {})
    newest = "de-DE-NewestNeural"  # it has not been in any list yet
    await async_update_pipeline(
        hass, async_get_pipeline(hass), tts_engine=VOICE, tts_language="de-DE", tts_voice=newest
    )
    await say(hass, "Guten Tag.", newest)
    assert told(hass, entry) == newest
    await async_update_pipeline(hass, async_get_pipeline(hass), tts_voice=CONRAD)
    await say(hass, "Es ist warm.")
    assert not told(hass, entry)
    assert speakers(service)[-1] == CONRAD


async def test_nothing_is_said_twice_where_a_voice_is_lost_amid_an_answer(
    hass: HomeAssistant, service: SpeechService
) -> None:
    lost = Fault(After("turn.start", 2), Close(1007, f"Unsupported voice {CONRAD}."))
    service.behaviours = lambda _: Behaviour(faults=(lost,))
    with pytest.raises(HomeAssistantError):
        await say(hass, "Das ist ein langer Satz, der für sich allein gesprochen wird. Und das ist ein zweiter.")
    assert speakers(service) == [CONRAD, CONRAD]


async def test_what_an_assistant_has_chosen_of_another_engine_is_no_choice_of_ours(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    assert await async_setup_component(hass, "assist_pipeline", {})
    await async_update_pipeline(
        hass, async_get_pipeline(hass), tts_engine="tts.other", tts_language="de-DE", tts_voice="TOAST"
    )
    await say(hass, "Guten Tag.", "TOAST")
    assert speakers(service)[0] == "TOAST"
    assert not told(hass, entry)


async def test_a_name_that_was_never_a_voices_is_a_mistake_of_who_asks_for_it(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """The announcement is heard all the same: it may be that of a fire."""
    assert await say(hass, "Feuer!", "TOAST") == "Feuer!"
    assert speakers(service) == ["TOAST", "de-DE-KatjaNeural"]
    assert not told(hass, entry)
    (record,) = (record for record in caplog.records if "no voice TOAST" in record.getMessage())
    assert record.levelno == logging.WARNING
    assert "de-DE-KatjaNeural speaks in its place" in record.getMessage()


@pytest.mark.usefixtures("entry")
async def test_a_name_that_tells_no_country_is_spoken_for_in_the_one_that_is_asked_for(
    hass: HomeAssistant, service: SpeechService
) -> None:
    await sound_of(asked_to_speak(hass, "Tea is ready.", {**WAV, "voice": "Sonia"}, language="en-GB"))
    assert speakers(service) == ["Sonia", "en-GB-SoniaNeural"]


async def test_a_language_that_nobody_speaks_any_more_is_told(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator
) -> None:
    with pytest.raises(HomeAssistantError, match="no voice that speaks sv-SE"):
        await sound_of(asked_to_speak(hass, "Hej.", WAV, language="sv-SE"))
    socket = await hass_ws_client()
    await socket.send_json_auto_id({"type": "tts/engine/voices", "engine_id": VOICE, "language": "sv-SE"})
    assert (await socket.receive_json())["result"] == {"voices": []}


async def test_only_so_many_voices_are_tried(hass: HomeAssistant, service: SpeechService) -> None:
    service.synthesis.voices.clear()
    with pytest.raises(HomeAssistantError, match="does not take the voice"):
        await sound_of(asked_to_speak(hass, SENTENCE, WAV))
    assert len(spoken(service)) == MAX_VOICES
