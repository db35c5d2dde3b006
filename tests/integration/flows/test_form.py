"""What the forms have in common: none is in another's way, what is gone is said, and nothing is chosen by itself."""

from collections.abc import Generator
import re
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResult, FlowResultType, section
from homeassistant.helpers.selector import NumberSelector, SelectSelector
import pytest
import voluptuous as vol

from tests.speech_service.service import SpeechService

from ..forms import add_resource, only_recognizer, start_user_flow
from ..package import TRANSLATIONS, texts
from ..recognizers import filled_in
from ..subentries import open_form, open_reconfigure_form, submit

FILLED_IN: dict[str, dict[str, Any]] = {
    "recognizer": filled_in(),
    "translator": {"languages": ["de-DE"], "target_language": "en"},
    "microphone": {"device": "kitchen", "start": "button"},
}


@pytest.fixture
async def entry(hass: HomeAssistant, devices: None, service: SpeechService) -> ConfigEntry:  # noqa: ARG001
    """Add the stand-in as a resource, on a machine with a microphone."""
    return await add_resource(hass, service)


@pytest.mark.parametrize("kind", FILLED_IN)
async def test_a_form_whose_resource_was_removed_says_so(hass: HomeAssistant, entry: ConfigEntry, kind: str) -> None:
    form = await open_form(hass, entry, kind)
    await hass.config_entries.async_remove(entry.entry_id)
    result = await submit(hass, form, **FILLED_IN[kind])
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "removed")


@pytest.mark.parametrize("kind", FILLED_IN)
async def test_a_form_whose_subentry_was_removed_says_so(hass: HomeAssistant, entry: ConfigEntry, kind: str) -> None:
    await submit(hass, await open_form(hass, entry, kind), **FILLED_IN[kind])
    subentry = entry.get_subentries_of_type(kind)[-1]
    form = await open_reconfigure_form(hass, entry, kind, subentry.subentry_id)
    hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await hass.async_block_till_done()
    result = await submit(hass, form, **FILLED_IN[kind])
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "removed")


@pytest.mark.parametrize("kind", FILLED_IN)
async def test_two_forms_for_the_same_are_in_nobodys_way(hass: HomeAssistant, entry: ConfigEntry, kind: str) -> None:
    await submit(hass, await open_form(hass, entry, kind), **FILLED_IN[kind])
    subentry = entry.get_subentries_of_type(kind)[-1]
    forms = [await open_reconfigure_form(hass, entry, kind, subentry.subentry_id) for _ in range(2)]
    for form in forms:
        result = await submit(hass, form, **FILLED_IN[kind])
        assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")


def numbers(schema: vol.Schema, path: str = "") -> Generator[tuple[str, str, NumberSelector]]:
    """Yield the fields of a form that take a number: the path of the form or its section, their name, the selector."""
    for key, field in schema.schema.items():
        if isinstance(field, section):
            yield from numbers(field.schema, f"{path}sections.{key}.")
        elif isinstance(field, NumberSelector):
            yield path, str(key), field


async def test_who_is_to_type_a_number_is_told_which_are_taken(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Of another one, Home Assistant says no more than that it is too small, or too large."""
    recognizer = only_recognizer(entry).subentry_id
    options = await hass.config_entries.options.async_init(entry.entry_id)
    forms: dict[str, FlowResult[Any, Any]] = {
        "options.step.init.": options,
        "config_subentries.recognizer.step.user.": await open_form(hass, entry, "recognizer"),
        "config_subentries.recognizer.step.reconfigure.": await open_reconfigure_form(
            hass, entry, "recognizer", recognizer
        ),
    }
    fields = [field for path, form in forms.items() for field in numbers(form["data_schema"] or vol.Schema({}), path)]
    assert len(fields) == 12
    for words in TRANSLATIONS.values():
        described = dict(texts(words))
        for path, name, field in fields:
            # However a language parts thousands and decimals
            told = re.sub(r"(?<=\d)[.,\s](?=\d)", "", described[f"{path}data_description.{name}"])
            for bound in (field.config["min"], field.config["max"]):
                assert re.search(rf"\b{f'{bound:.9g}'.replace('.', '')}\b", told, re.ASCII), told


def chosen(schema: vol.Schema) -> dict[str, Any]:
    """Return what the frontend has chosen, as a form is opened, from the lists that are required.

    A default or else what is suggested, be it nothing; where there is neither, the first of the list.
    """
    found: dict[str, Any] = {}
    for key, field in schema.schema.items():
        if isinstance(field, section):
            found |= chosen(field.schema)
        elif isinstance(field, SelectSelector) and isinstance(key, vol.Required):
            default = key.default() if callable(key.default) else field.config["options"][0]
            found[str(key)] = default if key.description is None else key.description["suggested_value"]
    return found


async def test_nothing_is_chosen_that_nobody_chose(hass: HomeAssistant, entry: ConfigEntry) -> None:
    forms = [
        await start_user_flow(hass),
        await hass.config_entries.options.async_init(entry.entry_id),
        *[await open_form(hass, entry, kind) for kind in FILLED_IN],
    ]
    assert [chosen(form["data_schema"]) for form in forms if form["data_schema"] is not None] == [
        {"endpoint": ""},
        {"pricing_tier": "unknown", "captions_for": "everybody"},
        {"end_of_speech": "first", "text_form": "display", "profanity": "masked"},
        {"languages": [], "target_language": ""},
        {"device": "default", "start": "button"},  # the system's choice
    ]
