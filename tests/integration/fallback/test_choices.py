"""Which engines can be chosen as the second one: those that can help, by names that tell them apart."""

from types import MappingProxyType

from homeassistant.components.assist_pipeline import async_get_pipeline, async_update_pipeline
from homeassistant.components.stt import AudioSampleRates
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest

from custom_components.azure_speech_live.const import SUBENTRY_RECOGNIZER, SUBENTRY_TRANSLATOR, SUBENTRY_VOICE
from custom_components.azure_speech_live.fallback.choices import async_choices, async_suggestion, leads_to
from tests.speech_service.service import SpeechService

from ..engines import CLOUDY, OtherEar, OtherVoice, add_engines, stored
from ..forms import add_resource
from ..translators import add_translator


def recognizer_of(entry: ConfigEntry) -> ConfigSubentry:
    """Return the recognizer that came with an entry."""
    (subentry,) = entry.get_subentries_of_type(SUBENTRY_RECOGNIZER)
    return subentry


async def names(hass: HomeAssistant, entry: ConfigEntry, kind: str, chosen: str | None = None) -> list[str]:
    """Return what is listed."""
    return list((await async_choices(hass, entry, kind, chosen)).values())


async def test_engines_that_know_a_language_of_the_home_and_take_the_audio_are_listed(
    hass: HomeAssistant, entry: ConfigEntry
) -> None:
    wideband = OtherEar("Wideband", rate=AudioSampleRates.SAMPLERATE_48000)
    await add_engines(hass, OtherEar(), OtherEar("Vosk", ["en-GB"]), OtherEar("Roman", ["la"]), wideband, OtherVoice())
    await add_engines(hass, OtherVoice("Bell", ["de"]), domain=CLOUDY)
    assert await names(hass, entry, SUBENTRY_RECOGNIZER) == ["Vosk", "Whisper"]
    assert await names(hass, entry, SUBENTRY_VOICE) == ["Piper"]
    assert await names(hass, entry, SUBENTRY_TRANSLATOR) == []


async def test_the_languages_of_voice_assistants_are_the_homes_as_well(hass: HomeAssistant, entry: ConfigEntry) -> None:
    assert await async_setup_component(hass, "assist_pipeline", {})
    await add_engines(hass, OtherEar("Deutsch", ["de"]), OtherVoice("Stimme", ["de"]))
    assert await names(hass, entry, SUBENTRY_RECOGNIZER) == await names(hass, entry, SUBENTRY_VOICE) == []
    await async_update_pipeline(hass, async_get_pipeline(hass), stt_language="de-AT", tts_language="de-AT")
    assert await names(hass, entry, SUBENTRY_RECOGNIZER) == ["Deutsch"]
    assert await names(hass, entry, SUBENTRY_VOICE) == ["Stimme"]


async def test_the_chosen_one_stays_while_it_does_not_run(
    hass: HomeAssistant, entry: ConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    others = await add_engines(hass, OtherEar())
    chosen = stored(hass, "stt.whisper")
    await hass.config_entries.async_unload(others.entry_id)
    assert await async_choices(hass, entry, SUBENTRY_RECOGNIZER) == {}
    assert await async_choices(hass, entry, SUBENTRY_RECOGNIZER, chosen) == {chosen: "Whisper"}

    entity_registry.async_update_entity("stt.whisper", disabled_by=er.RegistryEntryDisabler.USER, name="Cellar")
    await hass.async_block_till_done()
    assert await async_choices(hass, entry, SUBENTRY_RECOGNIZER, chosen) == {chosen: "Cellar"}
    entity_registry.async_remove("stt.whisper")
    assert await async_choices(hass, entry, SUBENTRY_RECOGNIZER, chosen) == {}


async def test_names_that_are_alike_are_told_apart(hass: HomeAssistant, entry: ConfigEntry) -> None:
    await add_engines(hass, OtherEar(), OtherEar("Vosk"))
    await add_engines(hass, OtherEar(), domain=CLOUDY)
    assert await names(hass, entry, SUBENTRY_RECOGNIZER) == ["Vosk", "Whisper (Cloudy)", "Whisper (Whisper)"]
    entities = er.async_get(hass)
    entities.async_update_entity("stt.vosk", name="Whisper")
    await hass.async_block_till_done()
    assert await names(hass, entry, SUBENTRY_RECOGNIZER) == [
        "Whisper (Cloudy)",
        "Whisper (stt.vosk)",
        "Whisper (stt.whisper)",
    ]


async def test_of_our_own_those_of_other_resources_are_listed_each_for_its_kind(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    other = await add_resource(hass, service, "?cid=other")
    await add_translator(hass, other)
    assert await names(hass, entry, SUBENTRY_RECOGNIZER) == [recognizer_of(other).title]
    assert await names(hass, entry, SUBENTRY_TRANSLATOR) == ["Guests"]
    assert len(await names(hass, entry, SUBENTRY_VOICE)) == 1
    assert await names(hass, other, SUBENTRY_TRANSLATOR) == []
    assert await names(hass, other, SUBENTRY_RECOGNIZER) == ["Azure Speech"]


async def test_nobody_asks_whom_it_is_asked_by(hass: HomeAssistant, service: SpeechService, entry: ConfigEntry) -> None:
    await add_engines(hass, OtherEar())
    other, third = [await add_resource(hass, service, f"?cid={name}") for name in ("other", "third")]

    def chain(asks: ConfigEntry, asked: str) -> str:
        subentry = recognizer_of(asks)
        hass.config_entries.async_update_subentry(asks, subentry, data=MappingProxyType({"second_engine": asked}))
        return registered(hass, asks)

    assert not leads_to(hass, stored(hass, "stt.whisper"), entry)
    assert leads_to(hass, registered(hass, entry), entry)
    last = chain(third, registered(hass, entry))
    first = chain(other, last)
    await hass.async_block_till_done()
    assert leads_to(hass, first, entry)
    assert await names(hass, entry, SUBENTRY_RECOGNIZER) == ["Whisper"]

    chain(third, first)  # a circle of two, of which this resource is not a part
    await hass.async_block_till_done()
    assert not leads_to(hass, first, entry)


def registered(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Return the registry id of an entry's recognizer."""
    subentry = recognizer_of(entry)
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return next(entity.id for entity in entities if entity.config_subentry_id == subentry.subentry_id)


@pytest.mark.parametrize(
    ("classes", "suggested"),
    [
        (["local_push"], "stt.whisper"),
        (["local_polling", "cloud_push"], "stt.whisper"),
        (["local_push", "local_push"], None),
        (["cloud_polling"], None),
        ([], None),
    ],
)
async def test_the_only_one_that_works_without_internet_is_suggested(
    hass: HomeAssistant, entry: ConfigEntry, classes: list[str], suggested: str | None
) -> None:
    for iot_class, domain, name in zip(classes, ("whisper", CLOUDY), ("Whisper", "Cloud"), strict=False):
        await add_engines(hass, OtherEar(name), domain=domain, iot_class=iot_class)
    choices = await async_choices(hass, entry, SUBENTRY_RECOGNIZER)
    assert len(choices) == len(classes)
    expected = stored(hass, suggested) if suggested else None
    assert await async_suggestion(hass, choices) == expected
