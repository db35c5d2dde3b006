"""Where memories are kept: one of each resource, over reloads, and what a check of the connection adds to them."""

from homeassistant.const import CONF_API_KEY
from homeassistant.core import HomeAssistant

from custom_components.azure_speech_live.fallback.memories import async_get_memories
from tests.speech_service.faults import Behaviour, Refuse

from ..availability import let_pass
from ..forms import OTHER_KEY
from .second_ear import Commands

GONE = Behaviour(answer=Refuse(503))


async def test_a_reload_forgets_nothing(hass: HomeAssistant, commands: Commands) -> None:
    memories = async_get_memories(hass, commands.entry)
    memories.hearing.failed(0)
    await hass.config_entries.async_reload(commands.entry.entry_id)
    assert async_get_memories(hass, commands.entry) is memories
    assert memories.hearing.away
    assert not memories.speaking.away


async def test_another_key_is_another_resource(hass: HomeAssistant, commands: Commands) -> None:
    memories = async_get_memories(hass, commands.entry)
    memories.hearing.failed(0)
    memories.hearing.told = True
    data = {**commands.entry.data, CONF_API_KEY: OTHER_KEY}
    hass.config_entries.async_update_entry(commands.entry, data=data)
    anew = async_get_memories(hass, commands.entry)
    assert not anew.hearing.away
    assert anew.hearing.told  # that it is over is still to be said
    assert not anew.speaking.told
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_they_follow_what_a_check_of_the_connection_finds(hass: HomeAssistant, commands: Commands) -> None:
    memory = async_get_memories(hass, commands.entry).hearing
    commands.service.behaviours = lambda _: GONE
    health = commands.entry.runtime_data.health
    health.async_doubt()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not health.available
    assert memory.away
    assert async_get_memories(hass, commands.entry).speaking.away

    now = hass.loop.time()
    for _ in range(3):
        memory.failed(now)
        now += 1000
    memory.failed(now)
    assert not memory.is_due(now)
    commands.service.behaviours = ()
    await let_pass(hass, 10)
    assert health.available
    assert memory.is_due(now)
    assert memory.away  # until it has answered
