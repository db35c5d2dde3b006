"""The forms of subentries as the user interface walks them, every step with a look at its words."""

from collections.abc import Generator, Mapping
import string
from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, ConfigEntry, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.helpers.selector import SelectSelector
from homeassistant.helpers.translation import async_get_translations
import voluptuous as vol

from custom_components.azure_speech_live.const import DOMAIN

from .availability import checked


async def open_form(hass: HomeAssistant, entry: ConfigEntry, subentry_type: str) -> SubentryFlowResult:
    """Select "Add" for a type of subentry."""
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, subentry_type), context={"source": SOURCE_USER}
    )
    return await _look_at(hass, form, subentry_type)


async def open_reconfigure_form(
    hass: HomeAssistant, entry: ConfigEntry, subentry_type: str, subentry_id: str
) -> SubentryFlowResult:
    """Select "Reconfigure" in a subentry's menu."""
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, subentry_type), context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry_id}
    )
    return await _look_at(hass, form, subentry_type)


async def submit(hass: HomeAssistant, form: SubentryFlowResult, **user_input: Any) -> SubentryFlowResult:
    """Fill a form in and submit it."""
    assert form["type"] is FlowResultType.FORM
    result = await hass.config_entries.subentries.async_configure(form["flow_id"], user_input)
    await hass.async_block_till_done()
    await checked()
    return await _look_at(hass, result, form["handler"][1])


def suggestions(schema: vol.Schema) -> dict[str, Any]:
    """Return what a form has filled in, by section."""
    filled: dict[str, Any] = {}
    for key, field in schema.schema.items():
        if isinstance(field, section):
            filled[str(key)] = suggestions(field.schema)
        elif key.description:
            filled[str(key)] = key.description["suggested_value"]
    return filled


async def _look_at(hass: HomeAssistant, result: SubentryFlowResult, subentry_type: str) -> SubentryFlowResult:
    """Check that all that a step shows is worded, with a value for each placeholder."""
    kind = f"config_subentries.{subentry_type}"
    keys: list[str] = []
    if result["type"] is FlowResultType.FORM:
        step = f"{kind}.step.{result['step_id']}"
        assert result["data_schema"] is not None
        keys += [f"{step}.title", f"{step}.description", *_fields(result["data_schema"], step)]
        keys += [f"{kind}.error.{error}" for error in (result["errors"] or {}).values()]
    elif result["type"] is FlowResultType.CREATE_ENTRY:
        keys.append(f"{kind}.create_entry.{result.get('description') or 'default'}")
    elif result.get("translation_domain") != "homeassistant":  # which has words of its own
        keys.append(f"{kind}.abort.{result['reason']}")
    words: dict[str, str] = {}
    for category in ("config_subentries", "selector"):
        words |= await async_get_translations(hass, "en", category, [DOMAIN])
    placeholders: Mapping[str, str] = result.get("description_placeholders") or {}
    for key in keys:
        needed = {name for _, name, _, _ in string.Formatter().parse(words[f"component.{DOMAIN}.{key}"]) if name}
        assert needed <= placeholders.keys(), f"{key} asks for {needed}"
    return result


def _fields(schema: vol.Schema, step: str) -> Generator[str]:
    """Yield the keys of the words of a form's fields."""
    for field, selector in schema.schema.items():
        if isinstance(selector, section):
            yield f"{step}.sections.{field}.name"
            yield f"{step}.sections.{field}.description"
            yield from _fields(selector.schema, f"{step}.sections.{field}")
            continue
        yield f"{step}.data.{field}"
        yield f"{step}.data_description.{field}"
        if isinstance(selector, SelectSelector) and (key := selector.config.get("translation_key")):
            yield from (f"selector.{key}.options.{option}" for option in selector.config["options"])


def reason(form: SubentryFlowResult) -> str:
    """Return why something fails, as the form says it."""
    assert form["description_placeholders"] is not None
    return form["description_placeholders"]["reason"]
