"""A microphone that waits for the wake word at all times, also after whatever may come between."""

import asyncio
from typing import Any

from homeassistant.core import CoreState
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.azure_speech_live import assist_satellite
from tests.microphone.sound import SoundServer
from tests.speech_service.service import SpeechService

from ..microphones import LIGHT, PLAYER, SAID, SATELLITE, WAKE_WORD, House, end_pause, retry, troubles


async def test_a_command_after_the_wake_word(house: House) -> None:
    await house.add_microphone(start="wake_word")
    async with house.state(LIGHT, lambda state: state == "on"):
        pass
    assert house.ears.heard
    # It goes on to wait for the next.
    async with house.state(SATELLITE, lambda state: state == "idle"):
        pass
    house.ears.heard = 0
    async with house.state(SATELLITE, lambda state: state == "listening"):
        pass
    assert house.ears.heard


async def test_without_a_wake_word_engine_it_asks_again_only_after_a_pause(
    house: House, sound_server: SoundServer
) -> None:
    await house.change_pipeline(wake_word_entity="wake_word.gone")
    await house.add_microphone(start="wake_word")
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert await sound_server.listeners() == 0

    await house.change_pipeline(wake_word_entity=WAKE_WORD)
    end_pause(house)
    async with house.state(LIGHT, lambda state: state == "on"):
        await house.waits_for_wake_word()  # or some of what is said would be said before anybody listens
        await sound_server.say("kitchen", SAID)


async def test_a_wake_word_engine_that_is_gone_is_asked_again_only_after_a_pause(
    house: House, sound_server: SoundServer
) -> None:
    house.ears.gone = True
    await house.add_microphone(start="wake_word")
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert house.ears.asked == 1
    assert await sound_server.listeners() == 0

    house.ears.gone = False
    end_pause(house)
    await house.waits_for_wake_word()


async def test_after_a_change_of_the_pipeline_it_does_not_pause(
    house: House, sound_server: SoundServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assist_satellite, "PAUSE_SECONDS", 3600)
    await house.add_microphone(start="wake_word")
    await house.waits_for_wake_word()
    await house.change_pipeline(name="Another name")
    while house.ears.asked < 2:
        await house.waits_for_wake_word()
    assert await sound_server.listeners() == 1


async def test_a_question_while_it_waits_for_the_wake_word(house: House, sound_server: SoundServer) -> None:
    await house.add_microphone(start="wake_word")
    await house.waits_for_wake_word()
    async with house.state(SATELLITE, lambda state: state == "listening"):
        asking = house.hass.async_create_task(
            house.call("assist_satellite.ask_question", question="What shall I do?", preannounce=False, response=True)
        )
    await sound_server.say("kitchen", SAID)
    assert (await asking)["sentence"] == "Turn on the kitchen light."
    await house.waits_for_wake_word()


async def test_it_does_not_listen_again_while_home_assistant_stops(house: House, sound_server: SoundServer) -> None:
    await house.add_microphone(start="wake_word")
    await house.waits_for_wake_word()
    # As it does when it stops: what runs in the background is cancelled, and entities are still there.
    house.hass.set_state(CoreState.stopping)
    for task in asyncio.all_tasks():
        if task.get_name() == f"{SATELLITE} listens":
            task.cancel()
            await asyncio.wait([task])
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert await sound_server.listeners() == 0
    house.hass.set_state(CoreState.running)


async def test_it_is_disabled_while_it_waits_for_the_wake_word(
    house: House, sound_server: SoundServer, caplog: pytest.LogCaptureFixture
) -> None:
    await house.add_microphone(start="wake_word")
    await house.waits_for_wake_word()
    er.async_get(house.hass).async_update_entity(SATELLITE, disabled_by=er.RegistryEntryDisabler.USER)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert house.look(SATELLITE) is None
    assert await sound_server.listeners() == 0
    assert troubles(caplog) == []


async def test_it_is_unplugged_while_it_waits_for_the_wake_word(
    house: House, sound_server: SoundServer, caplog: pytest.LogCaptureFixture
) -> None:
    await house.add_microphone(start="wake_word")
    await house.waits_for_wake_word()
    async with house.state(SATELLITE, lambda state: state == "unavailable"):
        await sound_server.unplug("kitchen")
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert troubles(caplog) == ["The microphone Kitchen cannot be listened to: the microphone gives no more sound"]

    await sound_server.plug_in("kitchen")
    end_pause(house)
    async with house.state(SATELLITE, lambda state: state == "idle"):
        retry(house)
    await house.waits_for_wake_word()


async def test_an_announcement_interrupts_the_wait_for_the_wake_word(
    house: House, service: SpeechService, sound_server: SoundServer
) -> None:
    await house.add_microphone(start="wake_word")
    await house.call("assist_satellite.announce", message="Dinner is ready.", preannounce=False)
    assert len(house.radio.played) == 1
    assert not any(connection.turns for connection in service.connections)
    async with house.state(LIGHT, lambda state: state == "on"):
        await house.waits_for_wake_word()
        await sound_server.say("kitchen", SAID)


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("assist_satellite.announce", {"message": "Dinner is ready."}),
        ("assist_satellite.start_conversation", {"start_message": "Is dinner ready?"}),
    ],
)
async def test_an_announcement_that_is_cancelled_leaves_the_wake_word_heard(
    house: House, sound_server: SoundServer, action: str, data: dict[str, Any]
) -> None:
    await house.use_curious_agent()
    await house.add_microphone(start="wake_word")
    house.radio.ends.clear()
    async with house.state(PLAYER, lambda state: state == "playing"):
        speaking = house.hass.async_create_task(house.call(action, preannounce=False, **data))
    assert await sound_server.listeners() == 0
    speaking.cancel()
    await asyncio.wait([speaking])
    assert house.radio.stops == 1
    await house.waits_for_wake_word()
