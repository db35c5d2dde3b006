"""An entry's life: set up, not yet, refused, reloaded, unloaded, removed."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
import errno
import math
import os
from types import MappingProxyType
from typing import Any

from homeassistant.components.stt import SpeechResult, SpeechResultState
from homeassistant.components.zeroconf import async_get_async_zeroconf
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState, ConfigSubentry
from homeassistant.const import CONF_API_KEY, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.aiohttp_client import HassAsyncDNSResolver, async_get_clientsession
from homeassistant.helpers.translation import async_get_exception_message
from homeassistant.setup import async_setup_component
from homeassistant.util.dt import utcnow
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.azure_speech_live.const import DOMAIN, SUBENTRY_RECOGNIZER
from tests.speech_service.authorization import Authorization
from tests.speech_service.faults import Babble, Behaviour, Refuse, Reset
from tests.speech_service.service import KEY, SpeechService

from .forms import (
    add_resource,
    only_recognizer,
    start_reconfigure_flow,
    start_user_flow,
    state_of,
    submit,
)
from .speech import RECOGNIZER, pcm, stream, transcribe


async def assert_no_socket(hass: HomeAssistant, service: SpeechService) -> None:
    """Check that no connection to the service is left."""
    await service.until(lambda: all(connection.closed for connection in service.connections))
    connector = async_get_clientsession(hass).connector
    assert connector is not None
    assert not connector._acquired  # noqa: SLF001  # aiohttp has no public way to ask


async def let_pass(hass: HomeAssistant, *, seconds: int) -> None:
    """Let Home Assistant's timers believe that time has passed."""
    async_fire_time_changed(hass, utcnow() + timedelta(seconds=seconds))
    await hass.async_block_till_done(wait_background_tasks=True)


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


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (Behaviour(answer=Refuse(429)), "throttled"),
        (Behaviour(answer=Refuse(404)), "not_a_speech_endpoint"),
        (Behaviour(answer=Babble(b"220 mail.example.com ESMTP\r\n")), "not_a_speech_endpoint"),
        (Behaviour(answer=Refuse(503)), "service_error"),
        (Behaviour(answer=Reset()), "cannot_connect"),
        (Behaviour(delay=math.inf), "cannot_connect"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_set_up_is_tried_again_until_it_works(
    hass: HomeAssistant, service: SpeechService, behaviour: Behaviour, reason: str
) -> None:
    entry = await add_resource(hass, service)
    service.behaviours = lambda _: behaviour
    await hass.config_entries.async_reload(entry.entry_id)

    assert state_of(entry) is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == reason
    assert entry.reason == async_get_exception_message(DOMAIN, reason, {"endpoint": f"127.0.0.1:{service.port}"})
    assert f"127.0.0.1:{service.port}" in entry.reason

    service.behaviours = ()
    await let_pass(hass, seconds=60)
    assert state_of(entry) is ConfigEntryState.LOADED


async def test_a_throttled_set_up_waits_as_long_as_it_is_asked_to(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    service.behaviours = lambda _: Behaviour(answer=Refuse(429, {"Retry-After": "100"}))
    await hass.config_entries.async_reload(entry.entry_id)
    service.behaviours = ()

    for seconds, state in ((95, ConfigEntryState.SETUP_RETRY), (105, ConfigEntryState.LOADED)):
        await let_pass(hass, seconds=seconds)
        assert state_of(entry) is state


@pytest.mark.parametrize(
    "failure",
    [
        OSError(errno.ENODEV, os.strerror(errno.ENODEV)),  # no route for multicast
        RuntimeError("No interfaces to listen on, check that any interfaces have IP version IPVersion.V4Only"),
    ],
    ids=["no route", "no interface"],
)
async def test_started_before_there_is_a_network_it_is_set_up_when_there_is_one(
    hass: HomeAssistant, service: SpeechService, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """Home Assistant makes its resolver when it is first needed: with Zeroconf, which raises this then."""
    data = {CONF_URL: service.url, CONF_API_KEY: KEY}
    entry = MockConfigEntry(domain=DOMAIN, data=data, unique_id=f"127.0.0.1:{service.port}")
    entry.add_to_hass(hass)
    assert await async_setup_component(hass, "network", {})

    def no_network(**_: Any) -> None:
        raise failure

    def make_resolver(hass: HomeAssistant) -> HassAsyncDNSResolver:
        return HassAsyncDNSResolver(async_zeroconf=async_get_async_zeroconf(hass))

    with monkeypatch.context() as early:
        early.setattr("homeassistant.components.zeroconf.HaZeroconf", no_network)
        early.setattr("homeassistant.helpers.aiohttp_client._async_make_resolver", make_resolver)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        assert state_of(entry) is ConfigEntryState.SETUP_RETRY
        assert entry.error_reason_translation_key == "cannot_connect"

        form = await submit(hass, await start_user_flow(hass), endpoint="westeurope", api_key=KEY)
        assert form["errors"] == {"base": "cannot_connect"}
        form = await submit(hass, await start_reconfigure_flow(hass, entry), endpoint=service.url)
        assert form["errors"] == {"base": "cannot_connect"}

    await let_pass(hass, seconds=100)
    assert state_of(entry) is ConfigEntryState.LOADED


async def test_a_refused_key_asks_for_another(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    service.authorization = Authorization(["another"])
    await hass.config_entries.async_reload(entry.entry_id)

    assert state_of(entry) is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "key_refused"
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert flow["context"]["entry_id"] == entry.entry_id


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
        await hass.config_entries.async_reload(entry.entry_id)
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
