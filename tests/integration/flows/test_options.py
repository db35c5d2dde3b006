"""The resource's options, as the user interface walks them."""

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers.translation import async_get_translations
import pytest

from custom_components.azure_speech_live.const import (
    CONF_CAPTIONS_FOR,
    CONF_MONTHLY_CHARACTERS,
    CONF_MONTHLY_LIMIT,
    CONF_PRICING_TIER,
    DOMAIN,
)

from ..forms import state_of


async def test_options_are_set_changed_and_taken_away(hass: HomeAssistant, entry: ConfigEntry) -> None:
    before: dict[str, object] = {}
    for given in (
        {CONF_MONTHLY_LIMIT: 4.5, CONF_PRICING_TIER: "f0"},
        {CONF_MONTHLY_LIMIT: 100.0, CONF_MONTHLY_CHARACTERS: 250_000.0, CONF_PRICING_TIER: "s0"},
        {CONF_MONTHLY_CHARACTERS: 100_000_000.0, CONF_PRICING_TIER: "s0"},
        {CONF_PRICING_TIER: "unknown", CONF_CAPTIONS_FOR: "administrators"},
        {CONF_PRICING_TIER: "unknown"},
    ):
        form = await hass.config_entries.options.async_init(entry.entry_id)
        assert form["type"] is FlowResultType.FORM
        assert form["data_schema"] is not None
        suggested = {
            field.schema: field.description["suggested_value"]
            for field in form["data_schema"].schema
            if field.description and "suggested_value" in field.description
        }
        assert suggested == before

        result = await hass.config_entries.options.async_configure(form["flow_id"], given)
        await hass.async_block_till_done()
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert entry.options == {CONF_CAPTIONS_FOR: "everybody"} | given
        assert state_of(entry) is ConfigEntryState.LOADED
        assert entry.runtime_data.hearing_guard.limit == given.get(CONF_MONTHLY_LIMIT)
        assert entry.runtime_data.speaking_guard.limit == given.get(CONF_MONTHLY_CHARACTERS)
        before = dict(entry.options)


async def test_the_tier_is_not_known_unless_somebody_says_it(hass: HomeAssistant, entry: ConfigEntry) -> None:
    form = await hass.config_entries.options.async_init(entry.entry_id)
    await hass.config_entries.options.async_configure(form["flow_id"], {})
    assert entry.options == {CONF_PRICING_TIER: "unknown", CONF_CAPTIONS_FOR: "everybody"}


async def test_a_form_whose_resource_was_removed_says_so(hass: HomeAssistant, entry: ConfigEntry) -> None:
    form = await hass.config_entries.options.async_init(entry.entry_id)
    await hass.config_entries.async_remove(entry.entry_id)
    result = await hass.config_entries.options.async_configure(form["flow_id"], {CONF_MONTHLY_LIMIT: 1})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "removed")


@pytest.mark.parametrize(
    ("option", "limit"),
    [
        *((CONF_MONTHLY_LIMIT, limit) for limit in (-1, 0, 20_000, "many")),
        *((CONF_MONTHLY_CHARACTERS, limit) for limit in (-1, 0, 999, 100_000_001, "many")),
    ],
)
async def test_what_is_no_limit_is_asked_for_again(
    hass: HomeAssistant, entry: ConfigEntry, option: str, limit: object
) -> None:
    form = await hass.config_entries.options.async_init(entry.entry_id)
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(form["flow_id"], {option: limit})
    result = await hass.config_entries.options.async_configure(form["flow_id"], {CONF_MONTHLY_LIMIT: 1})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_all_that_the_form_shows_is_worded(hass: HomeAssistant, entry: ConfigEntry) -> None:
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert form["data_schema"] is not None
    words = await async_get_translations(hass, "en", "options", [DOMAIN])
    step = f"component.{DOMAIN}.options.step.{form['step_id']}"
    keys = {f"{step}.title", f"{step}.description", f"component.{DOMAIN}.options.abort.removed"}
    keys |= {f"{step}.{kind}.{field}" for field in form["data_schema"].schema for kind in ("data", "data_description")}
    assert words.keys() == keys
