"""Which agent answers: what is stored of the choice finds it again, whatever it is called by then."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.azure_speech_live.home.agents import (
    OWN_AGENT,
    async_agent_behind,
    async_as_stored,
    async_chosen_agent,
    async_is_gone,
    async_is_of_recognizer,
)

from ..recognizers import KITCHEN, add_recognizer

MODEL = "conversation.model"
OURS = "conversation.kitchen_agent"


@pytest.fixture
def model(entity_registry: er.EntityRegistry) -> er.RegistryEntry:
    """Register another integration's agent."""
    return entity_registry.async_get_or_create("conversation", "test", "model", suggested_object_id="model")


def test_an_agent_is_found_when_it_was_renamed(
    hass: HomeAssistant, entity_registry: er.EntityRegistry, model: er.RegistryEntry
) -> None:
    stored = async_as_stored(hass, MODEL)
    assert stored == model.id
    assert async_chosen_agent(hass, stored) == MODEL
    entity_registry.async_update_entity(MODEL, new_entity_id="conversation.oracle")
    assert async_chosen_agent(hass, stored) == "conversation.oracle"
    assert not async_is_gone(hass, stored)
    entity_registry.async_remove("conversation.oracle")
    assert async_is_gone(hass, stored)


def test_agents_that_are_in_no_registry_are_known_by_their_ids(hass: HomeAssistant) -> None:
    """Home Assistant's own, and those that are no entities: assistants know them by their entry."""
    old = MockConfigEntry(domain="test")
    old.add_to_hass(hass)
    for agent_id in (OWN_AGENT, old.entry_id):
        assert async_as_stored(hass, agent_id) == agent_id
        assert async_chosen_agent(hass, agent_id) == agent_id
        assert not async_is_gone(hass, agent_id)


@pytest.mark.usefixtures("model")
async def test_who_answers_behind_a_recognizers_agent_is_whom_it_asks(hass: HomeAssistant, entry: ConfigEntry) -> None:
    await add_recognizer(hass, entry, languages=["de-DE"], agent=MODEL)
    assert async_agent_behind(hass, OURS) == MODEL
    assert async_agent_behind(hass, MODEL) == MODEL
    assert async_agent_behind(hass, OWN_AGENT) == OWN_AGENT
    assert async_is_of_recognizer(hass, OURS)
    assert not async_is_of_recognizer(hass, MODEL)


@pytest.mark.parametrize("is_own", [True, False])
async def test_what_cannot_be_chosen_is_home_assistants_own(
    hass: HomeAssistant, entry: ConfigEntry, entity_registry: er.EntityRegistry, *, is_own: bool
) -> None:
    """Where a hand has stored it: an agent of ours would ask itself, and a number is none."""
    subentry = await add_recognizer(hass, entry, languages=["de-DE"], agent=OWN_AGENT)
    ours = entity_registry.async_get(OURS)
    assert ours is not None
    stored = ours.id if is_own else 7
    hass.config_entries.async_update_subentry(entry, subentry, data={**subentry.data, "agent": stored})
    await hass.async_block_till_done()
    assert async_chosen_agent(hass, stored) == OWN_AGENT
    assert async_agent_behind(hass, OURS) == OWN_AGENT
    assert hass.states.get(KITCHEN) is not None
