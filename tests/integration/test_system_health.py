"""The system health page."""

import asyncio
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info

from custom_components.azure_speech_live.const import DOMAIN
from tests.speech_service.authorization import Authorization
from tests.speech_service.faults import Behaviour, Refuse, Reset
from tests.speech_service.service import SpeechService

from .availability import reload
from .forms import add_resource


@pytest.fixture
async def entry(hass: HomeAssistant, service: SpeechService) -> ConfigEntry:
    """Add the resource, where there is a system health page."""
    entry = await add_resource(hass, service)
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    return entry


async def health(hass: HomeAssistant) -> dict[str, Any]:
    """Return what the page says."""
    info: dict[str, Any] = await get_system_health_info(hass, DOMAIN)
    return {key: await value if asyncio.iscoroutine(value) else value for key, value in info.items()}


@pytest.mark.usefixtures("entry")
async def test_all_is_well(hass: HomeAssistant) -> None:
    info = await health(hass)
    assert info == {"version": "0.1.0", "resources": 1, "can_reach_service": "ok"}


@pytest.mark.usefixtures("entry")
async def test_what_keeps_us_from_the_service_is_said(hass: HomeAssistant, service: SpeechService) -> None:
    service.behaviours = lambda _: Behaviour(answer=Reset())
    assert (await health(hass))["can_reach_service"] == {
        "type": "failed",
        "error": "cannot_connect (own endpoint)",
    }
    service.behaviours = ()
    service.authorization = Authorization(["another"])
    assert (await health(hass))["can_reach_service"]["error"] == "key_refused (own endpoint)"


@pytest.mark.parametrize(("answer", "error"), [(Reset(), "cannot_connect"), (Refuse(401), "key_refused")])
async def test_a_resource_whose_service_was_away_when_it_was_set_up_is_not_well(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, answer: Reset | Refuse, error: str
) -> None:
    service.behaviours = lambda _: Behaviour(answer=answer)
    await reload(hass, entry)
    expected = {"type": "failed", "error": f"{error} (own endpoint)"}
    assert (await health(hass))["can_reach_service"] == expected

    async with SpeechService() as another_service:  # a second one that is well does not hide it
        another = await add_resource(hass, another_service)
        assert (await health(hass))["can_reach_service"] == expected
        await hass.config_entries.async_unload(another.entry_id)


async def test_a_resource_that_nobody_uses_is_neither_well_nor_ill(hass: HomeAssistant, entry: ConfigEntry) -> None:
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    info = await health(hass)
    assert info["resources"] == 1
    assert info["can_reach_service"] == "no resource is in use"


@pytest.mark.usefixtures("entry")
async def test_every_line_is_worded(hass: HomeAssistant) -> None:
    words = await async_get_translations(hass, "en", "system_health", [DOMAIN])
    assert words.keys() == {f"component.{DOMAIN}.system_health.info.{key}" for key in await health(hass)}
