"""The selects of a microphone: its pipeline, and when somebody has finished speaking."""

from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.azure_speech_live.const import DOMAIN

from .microphones import LIGHT, House, troubles


async def test_the_selects_are_those_that_satellites_have(house: House) -> None:
    await house.add_microphone()
    assert house.look("select.kitchen_assistant") == "preferred"
    assert house.look("select.kitchen_finished_speaking_detection") == "default"
    await house.call("select.select_option", "select.kitchen_assistant", option="Test")
    await house.call("select.select_option", "select.kitchen_finished_speaking_detection", option="relaxed")
    await house.press()
    assert house.look(LIGHT) == "on"
    device = dr.async_get(house.hass).async_get_device_by_identifier(
        (DOMAIN, house.subentry.subentry_id), house.entry.entry_id
    )
    assert device is not None
    assert (device.name, device.model) == ("Kitchen", "kitchen")
    entities = er.async_entries_for_device(er.async_get(house.hass), device.id)
    assert {entity.domain for entity in entities} == {"assist_satellite", "button", "select"}


async def test_selects_that_are_disabled_are_as_if_nothing_was_selected(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await house.add_microphone()
    for select in ("select.kitchen_assistant", "select.kitchen_finished_speaking_detection"):
        er.async_get(house.hass).async_update_entity(select, disabled_by=er.RegistryEntryDisabler.USER)
    await house.hass.async_block_till_done()
    assert house.look("select.kitchen_assistant") is None
    await house.press()
    assert house.look(LIGHT) == "on"
    assert troubles(caplog) == []
