"""What the first command needs is there before it is spoken."""

from collections.abc import Iterator
from unittest.mock import MagicMock, patch

import home_assistant_intents
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState
import pytest

from custom_components.azure_speech_live.home.warm_up import async_warm_up

from .homes import EARS, MODEL, SMALL, Home


@pytest.fixture
def loaded() -> Iterator[MagicMock]:
    """Watch which languages Home Assistant loads the sentences of."""
    with patch(
        "homeassistant.components.conversation.default_agent.get_intents", wraps=home_assistant_intents.get_intents
    ) as watched:
        yield watched


async def started(home: Home) -> None:
    """Have Home Assistant's start come to its end, and all that follows from it."""
    home.hass.set_state(CoreState.running)
    home.hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await home.hass.async_block_till_done(wait_background_tasks=True)


async def test_it_waits_for_the_end_of_the_start(here: Home, loaded: MagicMock) -> None:
    here.hass.set_state(CoreState.starting)
    await here.add_assistant()
    await here.add_assistant()
    await here.add_assistant(conversation_language=SMALL)
    stop = async_warm_up(here.hass, EARS)
    await here.hass.async_block_till_done(wait_background_tasks=True)
    assert not loaded.called
    await started(here)
    assert {call.args[0] for call in loaded.call_args_list} == {"en", SMALL}
    stop()


async def test_what_ends_before_that_is_not_warmed_up(here: Home, loaded: MagicMock) -> None:
    here.hass.set_state(CoreState.starting)
    await here.add_assistant()
    async_warm_up(here.hass, EARS)()
    await started(here)
    assert not loaded.called


async def test_nothing_is_loaded_for_assistants_that_are_not_asked_about(here: Home, loaded: MagicMock) -> None:
    await here.add_assistant(conversation_engine=MODEL, prefer_local_intents=False)
    stop = async_warm_up(here.hass, EARS)
    await here.hass.async_block_till_done(wait_background_tasks=True)
    stop()
    assert not loaded.called
