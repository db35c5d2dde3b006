"""Engines of the home's own, real ones in a process of their own, which Home Assistant's `wyoming` integration adds."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
import re
import subprocess
import sys

from homeassistant.config_entries import SOURCE_USER, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component

from custom_components.azure_speech_live.const import CONF_SECOND_ENGINE
from tests.end_to_end.process import ROOT


@contextmanager
def running(*arguments: str) -> Generator[int]:
    """Run the engines until the block is left, and yield their port. It needs no event loop: tests share them."""
    command = (sys.executable, "-m", "tests.wyoming_engines", *arguments)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready = re.fullmatch(r"Listening on tcp://127\.0\.0\.1:(\d+)\n", process.stdout.readline())
            assert ready
            yield int(ready[1])
        finally:
            process.terminate()


@dataclass(frozen=True)
class SecondEngines:
    """Their entry, and what is stored where they are chosen: ids of the entity registry."""

    entry: ConfigEntry
    ear: er.RegistryEntry
    voice: er.RegistryEntry


async def add_engines(hass: HomeAssistant, port: int) -> SecondEngines:
    """Add the engines at a port as a person does."""
    for component in ("conversation", "assist_pipeline"):
        assert await async_setup_component(hass, component, {})
    form = await hass.config_entries.flow.async_init("wyoming", context={"source": SOURCE_USER})
    result = await hass.config_entries.flow.async_configure(form["flow_id"], {"host": "127.0.0.1", "port": port})
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await hass.async_block_till_done()
    entry = result["result"]
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    by_domain = {entity.domain: entity for entity in entities}
    return SecondEngines(entry, by_domain["stt"], by_domain["tts"])


async def choose(hass: HomeAssistant, entry: ConfigEntry, kind: str, engine: er.RegistryEntry) -> None:
    """Choose an engine as the second one of all that an entry has of a kind."""
    for subentry in entry.get_subentries_of_type(kind):
        hass.config_entries.async_update_subentry(
            entry, subentry, data={**subentry.data, CONF_SECOND_ENGINE: engine.id}
        )
    await hass.async_block_till_done()
