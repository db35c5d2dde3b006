"""A second engine that is removed: the household is told of it, until it is back, another one is chosen, or none."""

from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest

from custom_components.azure_speech_live.const import DOMAIN, SUBENTRY_RECOGNIZER

from ..engines import OtherEar, OtherVoice, add_engines, stored
from ..recognizers import NAME, add_recognizer, filled_in
from ..subentries import open_reconfigure_form, submit
from ..voices import add_voice


def notice(hass: HomeAssistant, entry: ConfigEntry) -> dict[str, str] | None:
    """Return what the notice of a second engine that is gone names, if there is one."""
    issue = ir.async_get(hass).async_get_issue(DOMAIN, f"second_engine_gone_{entry.entry_id}")
    return issue.translation_placeholders if issue else None


async def test_of_one_that_is_removed_the_household_is_told_until_another_choice_is_made(
    hass: HomeAssistant, entry: ConfigEntry
) -> None:
    others = await add_engines(hass, OtherEar(), OtherVoice())
    subentry = await add_recognizer(hass, entry, second_engine=stored(hass, "stt.whisper"))
    await add_voice(hass, entry, {"second_engine": stored(hass, "tts.piper")})
    assert notice(hass, entry) is None

    await hass.config_entries.async_remove(others.entry_id)
    await hass.async_block_till_done()
    assert notice(hass, entry) == {"title": entry.title, "names": NAME}  # both are called so
    await hass.config_entries.async_reload(entry.entry_id)
    assert notice(hass, entry) is not None

    form = await open_reconfigure_form(hass, entry, SUBENTRY_RECOGNIZER, subentry.subentry_id)
    assert form["errors"] == {"second_engine": "second_engine_gone"}
    await submit(hass, form, **filled_in())
    assert notice(hass, entry) == {"title": entry.title, "names": NAME}  # the voice's
    first, _ = entry.get_subentries_of_type(SUBENTRY_RECOGNIZER)
    hass.config_entries.async_update_subentry(entry, first, data={"second_engine": "0123456789abcdef"})
    await hass.async_block_till_done()
    assert notice(hass, entry) == {"title": entry.title, "names": f"Azure Speech, {NAME}"}


async def test_one_that_is_added_again_is_back(hass: HomeAssistant, entry: ConfigEntry) -> None:
    others = await add_engines(hass, OtherEar())
    await add_recognizer(hass, entry, second_engine=stored(hass, "stt.whisper"))
    await hass.config_entries.async_remove(others.entry_id)
    await hass.async_block_till_done()
    assert notice(hass, entry) is not None

    await add_engines(hass, OtherEar())
    assert notice(hass, entry) is None


async def test_what_does_not_run_is_not_gone(
    hass: HomeAssistant, entry: ConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    others = await add_engines(hass, OtherEar())
    await add_recognizer(hass, entry, second_engine=stored(hass, "stt.whisper"))
    await hass.config_entries.async_unload(others.entry_id)
    await hass.config_entries.async_reload(entry.entry_id)
    assert notice(hass, entry) is None

    entity_registry.async_update_entity("stt.whisper", disabled_by=er.RegistryEntryDisabler.USER)
    await hass.async_block_till_done()
    assert notice(hass, entry) is None


@pytest.mark.parametrize("data", [{"second_engine": ["stt.whisper"]}, {"second_engine": None}, {}])
async def test_what_cannot_be_read_is_no_engine(hass: HomeAssistant, entry: ConfigEntry, data: dict[str, Any]) -> None:
    subentry = ConfigSubentry(
        subentry_type=SUBENTRY_RECOGNIZER, title=NAME, unique_id=None, data=MappingProxyType(data)
    )
    hass.config_entries.async_add_subentry(entry, subentry)
    await hass.async_block_till_done()
    assert notice(hass, entry) is None
    form = await open_reconfigure_form(hass, entry, SUBENTRY_RECOGNIZER, subentry.subentry_id)
    assert not form["errors"]
