"""Config flows as the user interface walks them, every step with a look at its words."""

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
import string
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowContext,
    ConfigFlowResult,
    ConfigSubentry,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.translation import async_get_translations

from custom_components.azure_speech_live.const import DOMAIN, SUBENTRY_VOICE
from tests.speech_service.service import KEY, SpeechService

from .names import Names, certificate_for

OTHER_KEY = "fedcba9876543210fedcba9876543210"
REGION_HOST = "westeurope.stt.speech.microsoft.com"
OWN_HOST = "kitchen.cognitiveservices.azure.com"


async def start_user_flow(hass: HomeAssistant) -> ConfigFlowResult:
    """Select "Add integration"."""
    return await _look_at(hass, await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER}))


async def start_reconfigure_flow(hass: HomeAssistant, entry: ConfigEntry) -> ConfigFlowResult:
    """Select "Reconfigure" in the entry's menu."""
    context = ConfigFlowContext(source=SOURCE_RECONFIGURE, entry_id=entry.entry_id)
    return await _look_at(hass, await hass.config_entries.flow.async_init(DOMAIN, context=context))


async def open_flow_in_progress(hass: HomeAssistant, source: str | None = None) -> ConfigFlowResult:
    """Open the one flow that waits for the user, or the one of a source."""
    (flow,) = (
        flow for flow in hass.config_entries.flow.async_progress() if source in (None, flow["context"]["source"])
    )
    return await _look_at(hass, await hass.config_entries.flow.async_configure(flow["flow_id"]))


async def submit(hass: HomeAssistant, form: ConfigFlowResult, **user_input: Any) -> ConfigFlowResult:
    """Fill a form in and submit it."""
    assert form["type"] is FlowResultType.FORM
    result = await hass.config_entries.flow.async_configure(form["flow_id"], user_input)
    await hass.async_block_till_done(wait_background_tasks=True)  # also until the service has been looked for
    return await _look_at(hass, result)


async def add_resource(hass: HomeAssistant, service: SpeechService, query: str = "") -> ConfigEntry:
    """Add the stand-in as a resource, or as another one with another ``query``, and return its entry."""
    result = await submit(hass, await start_user_flow(hass), endpoint=service.url + query, api_key=KEY)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    return result["result"]


def state_of(entry: ConfigEntry) -> ConfigEntryState:
    """Return an entry's state (in a function, since a type checker takes it for something that only we change)."""
    return entry.state


def only_recognizer(entry: ConfigEntry) -> ConfigSubentry:
    """Return what hears that came with an entry: a recognizer, or a translator."""
    (subentry,) = (other for other in entry.subentries.values() if other.subentry_type != SUBENTRY_VOICE)
    return subentry


async def _look_at(hass: HomeAssistant, result: ConfigFlowResult) -> ConfigFlowResult:
    """Check that all that a step shows is worded, with a value for each placeholder."""
    match result["type"]:
        case FlowResultType.FORM:
            step = f"step.{result['step_id']}"
            schema = result["data_schema"]
            assert schema is not None
            keys = [f"{step}.title", f"{step}.description"]
            keys += [f"{step}.{words}.{field}" for field in schema.schema for words in ("data", "data_description")]
            keys += [f"error.{error}" for error in (result["errors"] or {}).values()]
            await _check_words(hass, DOMAIN, "config", keys, result["description_placeholders"] or {})
        case FlowResultType.CREATE_ENTRY:
            placeholders = result["description_placeholders"] or {}
            await _check_words(
                hass, DOMAIN, "config", [f"create_entry.{result.get('description') or 'default'}"], placeholders
            )
        case FlowResultType.ABORT:
            # Some aborts are Home Assistant's own, words and all.
            domain = result.get("translation_domain") or DOMAIN
            await _check_words(
                hass, domain, "config", [f"abort.{result['reason']}"], result["description_placeholders"] or {}
            )
    return result


async def _check_words(
    hass: HomeAssistant, domain: str, category: str, keys: Iterable[str], placeholders: Mapping[str, str]
) -> None:
    words = await async_get_translations(hass, "en", category, [domain])
    for key in keys:
        text = words[f"component.{domain}.{category}.{key}"]
        needed = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        assert needed <= placeholders.keys(), f"{key} asks for {needed}"


@asynccontextmanager
async def public(host: str, names: Names, folder: Path) -> AsyncGenerator[SpeechService]:
    """Run a stand-in that is found under a name of Azure's, and takes two keys."""
    async with SpeechService(keys=[KEY, OTHER_KEY], ssl=certificate_for(host, folder)) as service:
        names.ports[host] = service.port
        yield service


def assert_form(result: ConfigFlowResult, errors: dict[str, str]) -> None:
    """Check that a step shows its form again, with these errors."""
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == errors


def assert_abort(result: ConfigFlowResult, reason: str) -> None:
    """Check that a flow ended without an entry, for this reason."""
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == reason
