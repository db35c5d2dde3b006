"""Which voice speaks a translation: of the list that voices are chosen from everywhere, or a mistake that is named."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.azure_speech_live.actions.voice_choice import async_choose_voice, async_choose_voices
from custom_components.azure_speech_live.languages.choice import translation_options
from custom_components.azure_speech_live.speech import TranslationOptions
from custom_components.azure_speech_live.voice.voices import RETRY, async_get_voices
from tests.speech_service.faults import Behaviour, Refuse
from tests.speech_service.service import SpeechService
from tests.speech_service.synthesis.voices import Voice

from ..action_calls import assert_worded
from ..forms import add_resource

NEW = "de-DE-NewcomerNeural"


async def choose(hass: HomeAssistant, entry: ConfigEntry, name: str, *targets: str) -> TranslationOptions:
    """Choose a voice for a translation out of English."""
    return await async_choose_voice(hass, entry, translation_options(["en-US"], targets or ["de"]), name)


async def test_what_there_is_is_named_in_place_of_what_there_is_not(hass: HomeAssistant, entry: ConfigEntry) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await choose(hass, entry, "de-DE-KatjaNueral", "fr", "de")
    assert_worded(caught.value)
    assert caught.value.translation_key == "no_such_voice"
    for named in ("de-DE-KatjaNueral", "de-DE-KatjaNeural", "de-DE-ConradNeural"):
        assert named in str(caught.value)


async def test_a_voice_that_is_new_is_looked_for(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService, freezer: FrozenDateTimeFactory
) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)
    freezer.tick(RETRY)
    service.synthesis.voices.append(Voice(short_name=NEW, locale_name=""))
    assert (await choose(hass, entry, NEW)).voice == NEW


async def test_what_is_known_is_not_asked_for(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService, freezer: FrozenDateTimeFactory
) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)
    asked = len(service.lists)
    freezer.tick(RETRY)
    await choose(hass, entry, "de-DE-KatjaNeural")
    with pytest.raises(ServiceValidationError):
        await choose(hass, entry, "Katja")
    assert len(service.lists) == asked


async def test_without_a_list_nobody_knows_and_the_name_is_taken(hass: HomeAssistant, service: SpeechService) -> None:
    service.list_behaviours = lambda number: Behaviour(answer=Refuse(503)) if number else Behaviour()
    entry = await add_resource(hass, service)
    assert (await choose(hass, entry, NEW)).spoken_target == "de"
    assert (await choose(hass, entry, "en-US-NewcomerMultilingualNeural")).spoken_target == "de"
    with pytest.raises(ServiceValidationError) as caught:
        await choose(hass, entry, "fr-FR-NewcomerNeural")
    assert caught.value.translation_key == "voice_of_another_language"


async def test_the_list_tells_which_languages_a_voice_speaks(hass: HomeAssistant, entry: ConfigEntry) -> None:
    voices = async_get_voices(hass, entry)
    await voices.async_renew()
    options = await choose(hass, entry, "en-US-AvaMultilingualNeural", "hu", "de")
    assert options.targets == ("de", "hu")
    with pytest.raises(ServiceValidationError) as caught:
        await choose(hass, entry, "en-US-AvaMultilingualNeural", "hu")
    assert caught.value.translation_key == "voice_of_another_language"


async def test_each_language_has_its_own(hass: HomeAssistant, entry: ConfigEntry) -> None:
    options = translation_options(["en-US", "de-DE"], ["en", "de"])
    names = {"de-AT": "de-DE-KatjaNeural", "en": "en-US-JennyNeural"}
    assert await async_choose_voices(hass, entry, options, names) == {
        "de": "de-DE-KatjaNeural",
        "en": "en-US-JennyNeural",
    }


@pytest.mark.parametrize(
    ("names", "key"),
    [
        ({"fr": "fr-FR-DeniseNeural"}, "voice_of_another_language"),
        ({"de": "en-US-JennyNeural"}, "voice_of_another_language"),
        ({"xx": "en-US-JennyNeural"}, "unknown_target_language"),
        ({"de": "de-DE-NobodyNeural"}, "no_such_voice"),
    ],
)
async def test_a_voice_that_a_language_cannot_have_is_named(
    hass: HomeAssistant, entry: ConfigEntry, names: dict[str, str], key: str
) -> None:
    options = translation_options(["en-US", "de-DE"], ["en", "de"])
    with pytest.raises(ServiceValidationError) as caught:
        await async_choose_voices(hass, entry, options, names)
    assert_worded(caught.value)
    assert caught.value.translation_key == key
