"""The form of a recognizer: added, changed, and every mistake in it mended."""

from dataclasses import fields
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.azure_speech_live.const import DOMAIN, SUBENTRY_RECOGNIZER
from custom_components.azure_speech_live.recognizer.settings import RecognizerSettings
from custom_components.azure_speech_live.speech import MAX_PHRASES

from ..forms import only_recognizer, state_of
from ..recognizers import KITCHEN, NAME, add_recognizer, filled_in
from ..speech import RECOGNIZER, pcm, stream, transcribe
from ..subentries import open_form, open_reconfigure_form, submit, suggestions

ALL: dict[str, Any] = {
    "languages": ["de-DE", "fr-FR"],
    "agent": "conversation.home_assistant",
    "end_of_speech": "azure",
    "max_duration": 20,
    "use_names": False,
    "phrases": ["Rosebud", "Xanadu"],
    "alternatives": False,
    "text": {"text_form": "itn", "profanity": "removed", "substitutions": ["per cent => %"]},
    "advanced": {
        "initial_silence": 3,
        "segmentation_silence": 0.8,
        "short_silence": 0.25,
        "phrase_weight": 1.5,
        "custom_model": "12345678-90ab-cdef-1234-567890abcdef",
        "raw_audio": False,
        "store_audio": True,
    },
}


async def test_every_setting_is_in_the_form_and_no_other(hass: HomeAssistant, entry: ConfigEntry) -> None:
    form = await open_form(hass, entry, SUBENTRY_RECOGNIZER)
    assert form["data_schema"] is not None
    names: set[str] = set()
    for key, field in form["data_schema"].schema.items():
        names |= {str(inner) for inner in field.schema.schema} if isinstance(field, section) else {str(key)}
    second = {"second_engine", "second_on_nothing"}  # for which there is none here
    assert names == {setting.name for setting in fields(RecognizerSettings)} - second | {"name"}
    elsewhere = {"name", "by_command"}  # which is there where Azure is not alone
    assert set(ALL["text"]) | set(ALL["advanced"]) | set(ALL) - {"text", "advanced"} | elsewhere == names


async def test_who_changes_nothing_gets_the_defaults(hass: HomeAssistant, entry: ConfigEntry) -> None:
    subentry = await add_recognizer(hass, entry)
    settings, defaults = RecognizerSettings.from_data(subentry.data), RecognizerSettings()
    for setting in fields(RecognizerSettings):
        if setting.name != "substitutions":
            assert getattr(settings, setting.name) == getattr(defaults, setting.name)
    assert settings.substitutions.apply("per cent") == "per cent"


async def test_a_recognizer_is_an_engine_and_a_device_of_its_own(
    hass: HomeAssistant, entry: ConfigEntry, device_registry: dr.DeviceRegistry, entity_registry: er.EntityRegistry
) -> None:
    first = only_recognizer(entry)
    subentry = await add_recognizer(hass, entry)

    assert subentry.title == NAME
    assert state_of(entry) is ConfigEntryState.LOADED
    for entity_id, recognizer in ((RECOGNIZER, first), (KITCHEN, subentry)):
        registered = entity_registry.async_get(entity_id)
        assert registered is not None
        assert registered.unique_id == recognizer.subentry_id
        assert registered.config_subentry_id == recognizer.subentry_id
        device = device_registry.async_get_device_by_identifier((DOMAIN, recognizer.subentry_id), entry.entry_id)
        assert device is not None
        assert registered.device_id == device.id
    assert (await transcribe(hass, stream(pcm(1)), entity_id=KITCHEN))[1].text == "Turn on the kitchen light."


async def test_what_is_changed_holds_from_the_next_command_on(
    hass: HomeAssistant, entry: ConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """The recognizer that came with the entry, which stores nothing: its defaults stay where nothing is said."""
    subentry = only_recognizer(entry)
    assert not subentry.data
    before = entity_registry.async_get(RECOGNIZER)

    form = await open_reconfigure_form(hass, entry, SUBENTRY_RECOGNIZER, subentry.subentry_id)
    assert form["data_schema"] is not None
    assert suggestions(form["data_schema"]) == {"text": {}, "advanced": {}}
    result = await submit(hass, form, **filled_in(text={"text_form": "lexical"}))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"

    assert entity_registry.async_get(RECOGNIZER) == before
    assert (await transcribe(hass, stream(pcm(1))))[1].text == "turn on the kitchen light"


async def test_what_was_set_is_in_the_form_when_it_is_opened_again(hass: HomeAssistant, entry: ConfigEntry) -> None:
    subentry = await add_recognizer(hass, entry, **ALL)

    form = await open_reconfigure_form(hass, entry, SUBENTRY_RECOGNIZER, subentry.subentry_id)

    assert form["data_schema"] is not None
    assert suggestions(form["data_schema"]) == ALL
    result = await submit(hass, form, **ALL)
    assert result["reason"] == "reconfigure_successful"
    assert entry.subentries[subentry.subentry_id].data == subentry.data


async def test_what_is_cleared_is_the_default_again(hass: HomeAssistant, entry: ConfigEntry) -> None:
    subentry = await add_recognizer(hass, entry, **ALL)
    form = await open_reconfigure_form(hass, entry, SUBENTRY_RECOGNIZER, subentry.subentry_id)
    await submit(hass, form, **filled_in())
    settings = RecognizerSettings.from_data(entry.subentries[subentry.subentry_id].data)
    assert (settings.languages, settings.phrases, settings.custom_model, settings.initial_silence) == (
        (),
        (),
        None,
        None,
    )


async def test_what_counts_with_one_end_of_a_command_is_asked_for_with_that_alone(
    hass: HomeAssistant, entry: ConfigEntry
) -> None:
    """A value that was left behind in a hidden field is not stored."""
    subentry = await add_recognizer(hass, entry, end_of_speech="home_assistant", max_duration=4, by_command=True)
    assert not subentry.data.keys() & {"max_duration", "by_command"}
    form = await open_reconfigure_form(hass, entry, SUBENTRY_RECOGNIZER, subentry.subentry_id)
    await submit(hass, form, **filled_in(end_of_speech="first", max_duration=4, by_command=True))
    assert entry.subentries[subentry.subentry_id].data["by_command"] is True


@pytest.mark.parametrize(
    ("settings", "error", "placeholders"),
    [
        ({"languages": ["de-DE", "de-AT"]}, "language_twice", {"language": "de"}),
        ({"languages": ["de-DE", "fr-FR", "it-IT", "es-ES", "pt-PT"]}, "too_many_languages", {"limit": "3"}),
        ({"languages": ["de-DE", "fr-FR", "it-IT", "es-ES"]}, "too_many_languages", {"limit": "3"}),
        ({"agent": "conversation.home_assistant"}, "agent_without_languages", {}),
        ({"phrases": [f"phrase {number}" for number in range(MAX_PHRASES + 1)]}, "too_many_phrases", {"limit": "500"}),
        ({"phrases": ["x" * 101]}, "phrase_too_long", {"phrase": "x" * 30, "limit": "100"}),
        ({"text": {"substitutions": ["per cent"]}}, "invalid_substitution", {"line": "per cent"}),
        ({"text": {"substitutions": ["=> %"]}}, "invalid_substitution", {"line": "=> %"}),
        ({"advanced": {"custom_model": "../v1"}}, "invalid_custom_model", {}),
    ],
)
async def test_a_mistake_is_named_and_can_be_mended(
    hass: HomeAssistant,
    entry: ConfigEntry,
    settings: dict[str, Any],
    error: str,
    placeholders: dict[str, str],
) -> None:
    form = await open_form(hass, entry, SUBENTRY_RECOGNIZER)
    form = await submit(hass, form, name=NAME, **filled_in(**settings))
    assert form["type"] is FlowResultType.FORM
    (setting,) = settings
    assert form["errors"] == {setting if setting in ("languages", "agent", "phrases") else "base": error}
    assert placeholders.items() <= (form["description_placeholders"] or {}).items()
    assert form["data_schema"] is not None
    kept = suggestions(form["data_schema"])
    assert settings.items() <= kept.items() or all(kept[name].items() >= settings[name].items() for name in settings)

    result = await submit(hass, form, name=NAME, **filled_in())
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_an_agent_is_suggested_by_the_name_that_it_has(
    hass: HomeAssistant, entry: ConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    model = entity_registry.async_get_or_create("conversation", "test", "model", suggested_object_id="model")
    subentry = await add_recognizer(hass, entry, languages=["de-DE"], agent="conversation.model")
    assert subentry.data["agent"] == model.id
    entity_registry.async_update_entity("conversation.model", new_entity_id="conversation.oracle")
    form = await open_reconfigure_form(hass, entry, SUBENTRY_RECOGNIZER, subentry.subentry_id)
    assert form["data_schema"] is not None
    assert not form["errors"]
    assert suggestions(form["data_schema"])["agent"] == "conversation.oracle"


async def test_an_agent_that_is_gone_is_told_of(
    hass: HomeAssistant, entry: ConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    entity_registry.async_get_or_create("conversation", "test", "model", suggested_object_id="model")
    subentry = await add_recognizer(hass, entry, languages=["de-DE"], agent="conversation.model")
    entity_registry.async_remove("conversation.model")
    form = await open_reconfigure_form(hass, entry, SUBENTRY_RECOGNIZER, subentry.subentry_id)
    assert form["errors"] == {"agent": "agent_gone"}
    assert form["data_schema"] is not None
    assert "agent" not in suggestions(form["data_schema"])
    result = await submit(hass, form, **filled_in(languages=["de-DE"]))
    assert result["reason"] == "reconfigure_successful"


async def test_a_recognizers_agent_does_not_ask_another_recognizers(hass: HomeAssistant, entry: ConfigEntry) -> None:
    await add_recognizer(hass, entry, languages=["de-DE"], agent="conversation.home_assistant")
    form = await open_form(hass, entry, SUBENTRY_RECOGNIZER)
    form = await submit(hass, form, name="Hall", **filled_in(languages=["de-DE"], agent="conversation.kitchen_agent"))
    assert form["errors"] == {"agent": "agent_asks_back"}
    result = await submit(
        hass, form, name="Hall", **filled_in(languages=["de-DE"], agent="conversation.home_assistant")
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["description"] == "answers"


async def test_more_languages_where_the_service_identifies_them_all_along(
    hass: HomeAssistant, entry: ConfigEntry
) -> None:
    languages = ["de-DE", "fr-FR", "it-IT", "es-ES", "pt-PT"]
    subentry = await add_recognizer(hass, entry, languages=languages, end_of_speech="home_assistant")
    assert subentry.data["languages"] == languages

    form = await open_form(hass, entry, SUBENTRY_RECOGNIZER)
    ten = [*languages, "pl-PL", "nl-NL", "sv-SE", "da-DK", "fi-FI"]
    form = await submit(hass, form, name=NAME, **filled_in(languages=ten, end_of_speech="home_assistant"))
    assert form["errors"] == {"languages": "too_many_languages"}
    assert (form["description_placeholders"] or {})["limit"] == "9"
    result = await submit(hass, form, name=NAME, **filled_in(languages=ten[:9], end_of_speech="home_assistant"))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_recognizer_is_removed_with_its_entity(hass: HomeAssistant, entry: ConfigEntry) -> None:
    subentry = await add_recognizer(hass, entry)
    hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await hass.async_block_till_done()
    assert hass.states.get(KITCHEN) is None
    assert (await transcribe(hass, stream(pcm(1))))[1].text == "Turn on the kitchen light."
