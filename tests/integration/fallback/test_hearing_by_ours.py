"""A recognizer or a translator of ours as the second engine: of another resource, and never in a circle."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.components.stt import SpeechResult, SpeechResultState
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.azure_speech_live.const import CONF_SECOND_ENGINE, DOMAIN, SUBENTRY_TRANSLATOR
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.faults import Behaviour, Refuse
from tests.speech_service.service import SpeechService

from ..forms import add_resource, only_recognizer
from ..speech import RECOGNIZER, pcm, transcribe
from ..translators import TRANSLATOR, add_translator
from .second_ear import Microphone

DOWN = Behaviour(answer=Refuse(503))
FAILED = SpeechResult(None, SpeechResultState.ERROR)


def entity_of(hass: HomeAssistant, subentry: ConfigSubentry) -> er.RegistryEntry:
    """Return the registry's entry of what hears for a subentry."""
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id("stt", DOMAIN, subentry.subentry_id)
    assert entity_id is not None
    registered = registry.async_get(entity_id)
    assert registered is not None
    return registered


async def name(hass: HomeAssistant, entry: ConfigEntry, subentry: ConfigSubentry, second: er.RegistryEntry) -> None:
    """Have what hears for a subentry name a second engine."""
    data: dict[str, Any] = {**subentry.data, CONF_SECOND_ENGINE: second.id}
    hass.config_entries.async_update_subentry(entry, subentry, data=data)
    await hass.async_block_till_done(wait_background_tasks=True)


def tries(service: SpeechService) -> int:
    """Return how often a service was asked to hear."""
    return sum(len(connection.turns) for connection in service.connections)


@pytest.fixture
async def entry(hass: HomeAssistant, service: SpeechService) -> ConfigEntry:
    """Add a resource, which is used up by now."""
    entry = await add_resource(hass, service)
    await hass.async_block_till_done(wait_background_tasks=True)
    service.behaviours = lambda _: DOWN
    return entry


@pytest.fixture
async def other(hass: HomeAssistant) -> AsyncIterator[SpeechService]:
    """Run another service."""
    async with SpeechService() as running:
        yield running
        for entry in hass.config_entries.async_loaded_entries(DOMAIN):
            await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
async def other_entry(hass: HomeAssistant, entry: ConfigEntry, other: SpeechService) -> ConfigEntry:  # noqa: ARG001  # the second
    """Add it as another resource."""
    added = await add_resource(hass, other)
    await hass.async_block_till_done(wait_background_tasks=True)
    return added


async def test_another_resource_hears_and_shows_what_it_hears(
    hass: HomeAssistant, entry: ConfigEntry, other_entry: ConfigEntry
) -> None:
    second = entity_of(hass, only_recognizer(other_entry))
    await name(hass, entry, only_recognizer(entry), second)
    partials, result = await transcribe(hass, Microphone(pcm(2))())
    assert result == SpeechResult("Turn on the kitchen light.", SpeechResultState.SUCCESS)
    assert partials[-1] == "turn on the kitchen light"
    state = hass.states.get(RECOGNIZER)
    assert state is not None
    assert state.attributes["last_engine"] == second.entity_id
    assert state.attributes["language"] == "en-US"


async def test_two_that_name_each_other_ask_each_other_once(
    hass: HomeAssistant, entry: ConfigEntry, other: SpeechService, other_entry: ConfigEntry
) -> None:
    await name(hass, entry, only_recognizer(entry), entity_of(hass, only_recognizer(other_entry)))
    await name(hass, other_entry, only_recognizer(other_entry), entity_of(hass, only_recognizer(entry)))
    attempts = len(other.attempts)
    other.behaviours = lambda _: DOWN
    assert (await transcribe(hass, Microphone(pcm(2))()))[1] == FAILED
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(other.attempts) - attempts <= 3  # two of the command, and a check
    assert tries(other) == 0

    # And none of them has forgotten the other.
    other.behaviours = ()
    assert (await transcribe(hass, Microphone(pcm(2))()))[1].result is SpeechResultState.SUCCESS


async def test_a_translator_of_another_resource_translates(
    hass: HomeAssistant, entry: ConfigEntry, other: SpeechService, other_entry: ConfigEntry
) -> None:
    theirs = await add_translator(hass, other_entry)
    second = entity_of(hass, theirs)
    er.async_get(hass).async_update_entity(second.entity_id, new_entity_id="stt.others")
    await add_translator(hass, entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    (ours,) = entry.get_subentries_of_type(SUBENTRY_TRANSLATOR)
    await name(hass, entry, ours, second)
    other.engine = Scripted([Utterance(text="Schalte das Licht ein.")])
    _, result = await transcribe(hass, Microphone(pcm(2))(), entity_id=TRANSLATOR)
    assert result.result is SpeechResultState.SUCCESS
    assert result.text
    state = hass.states.get(TRANSLATOR)
    assert state is not None
    assert state.attributes["last_engine"] == "stt.others"
