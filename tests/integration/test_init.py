"""An entry's life: set up, reloaded, unloaded, removed. test_away_at_start.py is about the service."""

import asyncio
from collections.abc import AsyncGenerator
from types import MappingProxyType

from homeassistant.components.stt import SpeechResult, SpeechResultState
from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.aiohttp_client import async_get_clientsession
import pytest

from custom_components.azure_speech_live.const import DOMAIN, SUBENTRY_RECOGNIZER
from tests.speech_service.service import SpeechService

from .availability import reload
from .forms import (
    add_resource,
    only_recognizer,
    state_of,
)
from .speech import RECOGNIZER, pcm, stream, transcribe


async def assert_no_socket(hass: HomeAssistant, service: SpeechService) -> None:
    """Check that no connection to the service is left."""
    await service.until(lambda: all(connection.closed for connection in service.connections))
    connector = async_get_clientsession(hass).connector
    assert connector is not None
    assert not connector._acquired  # noqa: SLF001  # aiohttp has no public way to ask


async def test_a_recognizer_is_an_entity_and_a_service_device(
    hass: HomeAssistant,
    service: SpeechService,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    entry = await add_resource(hass, service)
    subentry = only_recognizer(entry)

    entity = entity_registry.async_get(RECOGNIZER)
    assert entity is not None
    assert entity.config_entry_id == entry.entry_id
    assert entity.unique_id == subentry.subentry_id
    assert entity.config_subentry_id == subentry.subentry_id
    assert entity.has_entity_name
    assert entity.original_name is None

    device = device_registry.async_get(entity.device_id or "")
    assert isinstance(device, dr.DeviceEntry)
    assert device.config_subentry_id == subentry.subentry_id
    assert device.identifiers == {(DOMAIN, subentry.subentry_id)}
    assert device.entry_type is dr.DeviceEntryType.SERVICE
    assert (device.name, device.model) == ("Azure Speech", "Speech recognizer")

    state = hass.states.get(RECOGNIZER)
    assert state is not None
    assert state.name == "Azure Speech"


@pytest.mark.parametrize("speaks", [False, True], ids=["unused", "used"])
async def test_unload_leaves_no_socket(hass: HomeAssistant, service: SpeechService, speaks: bool) -> None:  # noqa: FBT001
    entry = await add_resource(hass, service)
    if speaks:
        await transcribe(hass, stream(pcm(0.5)))

    await hass.config_entries.async_unload(entry.entry_id)

    assert state_of(entry) is ConfigEntryState.NOT_LOADED
    await assert_no_socket(hass, service)


async def test_reload_leaves_no_socket_and_works(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    for _ in range(3):
        await transcribe(hass, stream(pcm(0.5)))
        used = len(service.connections)
        await reload(hass, entry)
        await assert_no_socket(hass, service)
        assert len(service.connections) == used + 1  # the check at set-up
    assert state_of(entry) is ConfigEntryState.LOADED
    _, result = await transcribe(hass, stream(pcm(0.5)))
    assert result.result is SpeechResultState.SUCCESS


async def test_removal_leaves_nothing(
    hass: HomeAssistant,
    service: SpeechService,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    entry = await add_resource(hass, service)
    await transcribe(hass, stream(pcm(0.5)))

    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()

    await assert_no_socket(hass, service)
    assert hass.states.get(RECOGNIZER) is None
    assert not er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    assert not dr.async_entries_for_config_entry(device_registry, entry.entry_id)


async def test_a_removed_recognizer_takes_its_entity_along(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)

    hass.config_entries.async_remove_subentry(entry, only_recognizer(entry).subentry_id)
    await hass.async_block_till_done()

    assert state_of(entry) is ConfigEntryState.LOADED
    assert hass.states.get(RECOGNIZER) is None


async def test_an_added_recognizer_brings_its_entity(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)

    kitchen = ConfigSubentry(
        subentry_type=SUBENTRY_RECOGNIZER, title="Kitchen", unique_id=None, data=MappingProxyType({})
    )
    hass.config_entries.async_add_subentry(entry, kitchen)
    await hass.async_block_till_done()

    assert state_of(entry) is ConfigEntryState.LOADED
    assert hass.states.get(RECOGNIZER) is not None
    assert hass.states.get("stt.kitchen") is not None


async def test_unload_in_mid_utterance_ends_it_with_an_error(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    silence_forever = asyncio.Event()

    async def endless() -> AsyncGenerator[bytes]:
        yield pcm(0.5)
        await silence_forever.wait()

    utterance = asyncio.create_task(transcribe(hass, endless()))
    await service.until(lambda: any(connection.audio_size for connection in service.connections))

    await hass.config_entries.async_unload(entry.entry_id)

    _, result = await utterance
    assert result == SpeechResult(None, SpeechResultState.ERROR)
    await assert_no_socket(hass, service)
