"""The sensors: what they show of the usage, and to whom."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.sensor import (
    ATTR_LAST_RESET,
    ATTR_STATE_CLASS,
    SensorDeviceClass,
    SensorStateClass,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_FRIENDLY_NAME,
    ATTR_UNIT_OF_MEASUREMENT,
    EntityCategory,
    UnitOfTime,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.azure_speech_live.actions.recognition import async_recognize
from custom_components.azure_speech_live.const import (
    CONF_MONTHLY_CHARACTERS,
    CONF_MONTHLY_LIMIT,
    CONF_PRICING_TIER,
    CONF_SECOND_ENGINE,
    DOMAIN,
)
from custom_components.azure_speech_live.sensor import (
    FREE_CHARACTERS,
    FREE_CHARACTERS_USED,
    FREE_HOURS,
    FREE_HOURS_USED,
    LIMIT_USED,
    SECOND_ANSWERS,
    SENSORS,
    VOICE_LIMIT_USED,
)
from custom_components.azure_speech_live.speech import TranslationOptions
from tests.speech_service.faults import Behaviour, Refuse, Reset
from tests.speech_service.service import SpeechService

from .speech import pcm, stream, transcribe
from .voices import WAV, asked_to_speak, sound_of

ENABLED = {"recognition_audio", "translation_audio", "characters", "failures"}


def entity_id(hass: HomeAssistant, entry: ConfigEntry, key: str) -> str | None:
    """Return the entity of a sensor."""
    return er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{entry.entry_id}_{key}")


def shown(hass: HomeAssistant, entry: ConfigEntry, key: str) -> State:
    """Return the state of a sensor."""
    state = hass.states.get(entity_id(hass, entry, key) or "")
    assert state is not None
    return state


async def enable_all(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Enable the sensors that are disabled at first."""
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        registry.async_update_entity(entity.entity_id, disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)


async def test_the_sensors_belong_to_the_resource(hass: HomeAssistant, entry: ConfigEntry) -> None:
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, entry.entry_id), entry.entry_id)
    assert device is not None
    assert device.name == entry.title
    assert device.entry_type is dr.DeviceEntryType.SERVICE
    assert device.config_subentry_id is None

    registry = er.async_get(hass)
    for description in SENSORS:
        entity = registry.async_get(entity_id(hass, entry, description.key) or "")
        assert entity is not None
        assert entity.device_id == device.id
        assert entity.config_subentry_id is None
        assert entity.entity_category is EntityCategory.DIAGNOSTIC
        assert entity.has_entity_name
        assert entity.translation_key == description.key
        assert entity.disabled == (description.key not in ENABLED)


async def test_they_show_what_was_used(hass: HomeAssistant, service: SpeechService, entry: ConfigEntry) -> None:
    await enable_all(hass, entry)
    delay = shown(hass, entry, "delay")
    assert delay.state == "unknown"
    service.behaviours = lambda _: Behaviour(answer=Refuse(429, {"Retry-After": "60"}))
    await transcribe(hass, stream(pcm(1)))
    service.behaviours = ()
    for _ in range(3):
        await transcribe(hass, stream(pcm(2)))

    audio = shown(hass, entry, "recognition_audio")
    assert float(audio.state) == 3 * 2
    assert audio.attributes[ATTR_UNIT_OF_MEASUREMENT] == UnitOfTime.SECONDS
    assert audio.attributes[ATTR_DEVICE_CLASS] == SensorDeviceClass.DURATION
    assert audio.attributes[ATTR_STATE_CLASS] == SensorStateClass.TOTAL
    assert audio.attributes[ATTR_FRIENDLY_NAME] == f"{entry.title} Recognition audio this month"
    assert float(shown(hass, entry, "translation_audio").state) == 0
    assert shown(hass, entry, "requests").state == "3"
    failures = shown(hass, entry, "failures")
    assert failures.state == "1"
    assert failures.attributes["throttled"] == 1
    assert failures.attributes["key_refused"] == 0
    assert 0 <= float(shown(hass, entry, "delay").state) < 10_000
    assert ATTR_LAST_RESET not in shown(hass, entry, "delay").attributes


async def test_they_show_what_was_spoken(hass: HomeAssistant, entry: ConfigEntry) -> None:
    assert await async_setup_component(hass, "tts", {})
    await enable_all(hass, entry)
    assert shown(hass, entry, "voice_delay").state == "unknown"
    await sound_of(asked_to_speak(hass, "The light is on.", WAV))
    characters = shown(hass, entry, "characters")
    assert characters.state == str(len("The light is on."))
    assert characters.attributes[ATTR_STATE_CLASS] == SensorStateClass.TOTAL
    assert characters.attributes[ATTR_LAST_RESET] == shown(hass, entry, "requests").attributes[ATTR_LAST_RESET]
    assert shown(hass, entry, "requests").state == "1"
    assert 0 <= float(shown(hass, entry, "voice_delay").state) < 10_000
    assert shown(hass, entry, "delay").state == "unknown"


async def test_a_new_month_begins_at_nought(
    hass: HomeAssistant, entry: ConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    await hass.config.async_update(time_zone="Europe/Berlin")
    freezer.move_to("2026-11-30T22:00:00Z")
    await hass.config_entries.async_reload(entry.entry_id)
    await transcribe(hass, stream(pcm(3)))
    november = shown(hass, entry, "recognition_audio")
    assert float(november.state) == 3
    assert november.attributes[ATTR_LAST_RESET] == "2026-11-01T00:00:00+01:00"

    freezer.move_to("2026-11-30T23:00:01Z")
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    december = shown(hass, entry, "recognition_audio")
    assert float(december.state) == 0
    assert december.attributes[ATTR_LAST_RESET] == "2026-12-01T00:00:00+01:00"


async def test_they_stay_available_while_the_service_is_not(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    service.behaviours = lambda _: Behaviour(answer=Reset())
    await transcribe(hass, stream(pcm(1)))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not entry.runtime_data.health.available
    assert shown(hass, entry, "failures").state == "1"


async def test_each_share_of_a_limit_is_there_as_long_as_there_is_one(hass: HomeAssistant, entry: ConfigEntry) -> None:
    assert await async_setup_component(hass, "tts", {})
    assert entity_id(hass, entry, LIMIT_USED.key) is None

    hass.config_entries.async_update_entry(entry, options={CONF_MONTHLY_LIMIT: 0.1})
    await hass.async_block_till_done()
    assert float(shown(hass, entry, LIMIT_USED.key).state) == 0
    await transcribe(hass, stream(pcm(3.6)))
    assert float(shown(hass, entry, LIMIT_USED.key).state) == pytest.approx(1)
    assert entity_id(hass, entry, VOICE_LIMIT_USED.key) is None

    hass.config_entries.async_update_entry(entry, options={CONF_MONTHLY_CHARACTERS: 1600})
    await hass.async_block_till_done()
    assert entity_id(hass, entry, LIMIT_USED.key) is None
    assert float(shown(hass, entry, VOICE_LIMIT_USED.key).state) == 0
    await sound_of(asked_to_speak(hass, "The light is on.", WAV))
    assert float(shown(hass, entry, VOICE_LIMIT_USED.key).state) == pytest.approx(1)

    hass.config_entries.async_update_entry(entry, options={})
    await hass.async_block_till_done()
    assert entity_id(hass, entry, VOICE_LIMIT_USED.key) is None


async def test_answers_of_second_engines_are_counted_as_long_as_one_is_named(
    hass: HomeAssistant, entry: ConfigEntry
) -> None:
    assert entity_id(hass, entry, SECOND_ANSWERS.key) is None

    subentry = next(iter(entry.subentries.values()))
    hass.config_entries.async_update_subentry(entry, subentry, data={**subentry.data, CONF_SECOND_ENGINE: "some id"})
    await hass.async_block_till_done()
    assert shown(hass, entry, SECOND_ANSWERS.key).state == "0"
    entry.runtime_data.async_second_answered("stt.wyoming", heard=1)
    entry.runtime_data.async_second_answered("tts.wyoming", spoken=2)
    state = shown(hass, entry, SECOND_ANSWERS.key)
    assert (state.state, state.attributes["heard"], state.attributes["spoken"]) == ("3", 1, 2)
    assert state.attributes[ATTR_STATE_CLASS] == SensorStateClass.TOTAL
    assert state.attributes[ATTR_LAST_RESET]

    hass.config_entries.async_update_subentry(entry, subentry, data=dict(subentry.data) | {CONF_SECOND_ENGINE: ""})
    await hass.async_block_till_done()
    assert entity_id(hass, entry, SECOND_ANSWERS.key) is None
    assert entry.runtime_data.usage.month.second_heard == 1  # which is there again with the next engine


async def test_the_shares_of_what_is_free_are_there_where_the_household_says_that_it_has_them(
    hass: HomeAssistant, entry: ConfigEntry
) -> None:
    assert await async_setup_component(hass, "tts", {})
    assert entity_id(hass, entry, FREE_HOURS_USED.key) is None
    assert entity_id(hass, entry, FREE_CHARACTERS_USED.key) is None

    hass.config_entries.async_update_entry(entry, options={CONF_PRICING_TIER: "f0"})
    await hass.async_block_till_done()
    assert entity_id(hass, entry, LIMIT_USED.key) is None
    assert float(shown(hass, entry, FREE_HOURS_USED.key).state) == 0
    await transcribe(hass, stream(pcm(3)))
    async for _ in async_recognize(entry, stream(pcm(1.5)), TranslationOptions(targets=("de",))):
        pass
    share = shown(hass, entry, FREE_HOURS_USED.key)
    assert float(share.state) == pytest.approx(4.5 / (FREE_HOURS * 3600) * 100)
    assert share.attributes[ATTR_UNIT_OF_MEASUREMENT] == "%"
    assert float(shown(hass, entry, FREE_CHARACTERS_USED.key).state) == 0
    await sound_of(asked_to_speak(hass, "The light is on.", WAV))
    share = shown(hass, entry, FREE_CHARACTERS_USED.key)
    assert float(share.state) == pytest.approx(16 / FREE_CHARACTERS * 100)

    for tier in ("s0", "unknown"):
        hass.config_entries.async_update_entry(entry, options={CONF_PRICING_TIER: tier})
        await hass.async_block_till_done()
        assert entity_id(hass, entry, FREE_CHARACTERS_USED.key) is None
        assert entity_id(hass, entry, FREE_HOURS_USED.key) is None
