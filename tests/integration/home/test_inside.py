"""What is read from inside Home Assistant is what it matches with: these fail when that changes."""

from typing import Any

from hassil.recognize import recognize_best
from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.components.conversation import ConversationInput, async_get_agent
from homeassistant.components.conversation.default_agent import DefaultAgent
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import area_registry as ar, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest

from custom_components.azure_speech_live.home.grammar import Grammar
from custom_components.azure_speech_live.home.inside import async_grammar

from .homes import OWN, Home


async def grammar(hass: HomeAssistant, language: str = "en", satellite_id: str | None = None) -> Grammar | None:
    """Return what Home Assistant matches a command with."""
    agent = async_get_agent(hass)
    assert isinstance(agent, DefaultAgent)
    return await async_grammar(agent, ConversationInput("", Context(), None, None, satellite_id, language, OWN))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("turn on the lamp", "Lamp"),
        ("turn on the lights", None),
        ("turn on the lights in the kitchen", None),
        ("turn on the beacon", False),
    ],
)
async def test_it_has_the_names_and_the_room(here: Home, said: str, meant: Any) -> None:
    satellite = er.async_get(here.hass).async_get_or_create("assist_satellite", "test", "box")
    bedroom = ar.async_get(here.hass).async_get_or_create("Bedroom")
    er.async_get(here.hass).async_update_entity(satellite.entity_id, area_id=bedroom.id)
    found = await grammar(here.hass, satellite_id=satellite.entity_id)
    assert found is not None
    assert found.triggers is None
    names, room = dict(found.slot_lists), dict(found.context or {})
    match = recognize_best(said, found.intents, slot_lists=names, intent_context=room, best_slot_name="name")
    assert (match is not None) is (meant is not False)
    if match is not None:
        name = match.entities.get("name")
        assert (name and name.value) == meant


async def test_it_has_the_sentences_of_automations_as_they_come_and_go(here: Home) -> None:
    assert await async_setup_component(
        here.hass,
        AUTOMATION,
        {
            AUTOMATION: {
                "alias": "Party",
                "trigger": {"platform": "conversation", "command": "party {time}"},
                "action": {"event": "party"},
            }
        },
    )
    found = await grammar(here.hass)
    assert found is not None
    assert found.triggers is not None
    assert recognize_best("party tomorrow", found.triggers) is not None
    await here.hass.services.async_call(AUTOMATION, "turn_off", {"entity_id": "automation.party"}, blocking=True)
    found = await grammar(here.hass)
    assert found is not None
    assert found.triggers is None


async def test_there_is_none_in_a_language_that_home_assistant_does_not_know(here: Home) -> None:
    assert await grammar(here.hass, "eo") is None
