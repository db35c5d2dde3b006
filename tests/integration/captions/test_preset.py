"""A recognizer or a translator as a preset: what the household has set for it holds for captions as well."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.service import SpeechService

from ..dashboards import Dashboard, errors, of, user_dashboard
from ..recognizers import KITCHEN, add_recognizer, last_turn
from ..speech import RECOGNIZER, pcm
from ..translators import TRANSLATOR, add_translator


async def test_a_recognizers_settings_hold(
    hass: HomeAssistant, entry: ConfigEntry, dashboard: Dashboard, service: SpeechService
) -> None:
    settings = {"profanity": "raw"}
    advanced = {"segmentation_silence": 1.5, "phrase_weight": 1.5}
    await add_recognizer(
        hass, entry, languages=["de-DE"], use_names=False, phrases=["Xanadu"], text=settings, advanced=advanced
    )
    service.engine = Scripted([Utterance(text="Damn.", end=1)])
    await dashboard.begin("recognize", entity_id=KITCHEN)
    await dashboard.speak(pcm(1))
    assert of("phrase", await dashboard.events())[0]["text"] == "Damn."
    context = last_turn(service).context
    assert context["languageId"]["languages"] == ["en-US", "de-DE"]
    assert context["dgi"] == {"groups": [{"type": "Generic", "items": [{"text": "Xanadu"}]}], "bias": 1.5}
    assert context["phraseDetection"]["conversation"]["segmentation"]["segmentationSilenceTimeoutMs"] == 1500


async def test_what_an_app_says_itself_comes_first(
    hass: HomeAssistant, entry: ConfigEntry, dashboard: Dashboard, service: SpeechService
) -> None:
    await add_recognizer(hass, entry, languages=["de-DE"], text={"profanity": "raw"})
    service.engine = Scripted([Utterance(text="Damn.", end=1)])
    await dashboard.begin("recognize", entity_id=KITCHEN, language="en-GB", profanity="masked")
    await dashboard.speak(pcm(1))
    assert of("phrase", await dashboard.events())[0]["text"] == "****."
    assert "languageId" not in last_turn(service).context
    assert "en-GB" in str(last_turn(service).context["phraseDetection"]["language"])


async def test_a_translator_says_what_is_translated(
    hass: HomeAssistant, entry: ConfigEntry, dashboard: Dashboard
) -> None:
    await add_translator(hass, entry)
    await dashboard.begin("translate", entity_id=TRANSLATOR)
    await dashboard.speak(pcm(1))
    (phrase,) = of("phrase", await dashboard.events())
    assert (phrase["language"], list(phrase["translations"])) == ("de-DE", ["en"])


@pytest.mark.parametrize("why", ["another", "nothing", "disabled", "unloaded"])
async def test_what_is_none_is_refused_in_words(
    hass: HomeAssistant, entry: ConfigEntry, dashboard: Dashboard, caplog: pytest.LogCaptureFixture, why: str
) -> None:
    entity_id = {"another": "tts.azure_speech_voice", "nothing": "stt.nothing"}.get(why, RECOGNIZER)
    if why == "disabled":
        er.async_get(hass).async_update_entity(entity_id, disabled_by=er.RegistryEntryDisabler.USER)
        await hass.async_block_till_done()
    elif why == "unloaded":
        assert await hass.config_entries.async_unload(entry.entry_id)
    error = await dashboard.refused("recognize", entity_id=entity_id)
    assert error["code"] == ("resource_not_set_up" if why == "unloaded" else "unknown_recognizer")
    assert "{" not in error["message"]
    assert errors(caplog) == []


async def test_it_is_for_who_may_control_it(
    hass: HomeAssistant, entry: ConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    await add_recognizer(hass, entry)
    guest = await user_dashboard(hass, hass_ws_client, {RECOGNIZER: True})
    assert (await guest.refused("recognize", entity_id=KITCHEN))["code"] == "unauthorized"
    await guest.begin("recognize", entity_id=RECOGNIZER)
