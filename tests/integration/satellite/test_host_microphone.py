"""A microphone that is lost and found, and how it is: unplugged, hanging, away at the start, removed."""

import asyncio

from homeassistant.config_entries import ConfigEntryState
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.diagnostics import async_get_config_entry_diagnostics
from custom_components.azure_speech_live.microphone import MicrophoneLostError, sound_thread
from custom_components.azure_speech_live.satellite.host_microphone import async_get_microphones
from tests.microphone.sound import BYTES_PER_SECOND, SoundServer, settled, spoken

from ..microphones import BUTTON, LIGHT, SAID, SATELLITE, House, retry, troubles


async def test_it_is_unplugged_while_somebody_speaks_and_comes_back(
    house: House, sound_server: SoundServer, caplog: pytest.LogCaptureFixture
) -> None:
    await house.add_microphone()
    async with house.state(SATELLITE, lambda state: state == "unavailable"):
        async with house.state(SATELLITE, lambda state: state == "listening"):
            await house.call("button.press", BUTTON)
        await sound_server.say("kitchen", spoken()[:BYTES_PER_SECOND])
        await sound_server.unplug("kitchen")
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert house.look(LIGHT) == "off"  # nothing is done that was only half said
    assert house.look(BUTTON) == "unavailable"
    assert troubles(caplog) == ["The microphone Kitchen cannot be listened to: the microphone gives no more sound"]

    retry(house)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert house.look(SATELLITE) == "unavailable"
    await sound_server.plug_in("kitchen")
    async with house.state(SATELLITE, lambda state: state == "idle"):
        retry(house)
    assert len(troubles(caplog)) == 1
    assert caplog.text.count("The microphone Kitchen can be listened to again") == 1


async def test_its_sound_server_hangs_and_goes_on(
    house: House, sound_server: SoundServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.add_microphone()
    monkeypatch.setattr(sound_thread, "CALL_LIMIT", 1.0)
    with sound_server.process.stopped():
        async with house.state(SATELLITE, lambda state: state == "unavailable"):
            await house.call("button.press", BUTTON)
        await house.hass.async_block_till_done(wait_background_tasks=True)
        with pytest.raises(HomeAssistantError, match="sound system does not answer") as refusal:
            await house.hass.services.async_call(
                DOMAIN,
                "transcribe",
                {"microphone": SATELLITE, "language": "en-US"},
                blocking=True,
                return_response=True,
            )
        assert refusal.value.translation_key == "microphone_stuck"
        retry(house)
        await house.hass.async_block_till_done(wait_background_tasks=True)
        assert house.look(SATELLITE) == "unavailable"
    await settled()
    async with house.state(SATELLITE, lambda state: state == "idle"):
        retry(house)
    assert troubles(caplog) == [
        "The microphone Kitchen cannot be listened to: the sound system has not answered for 1 seconds"
    ]


async def test_who_listens_to_it_before_it_is_tried_again_finds_it_back(
    house: House, sound_server: SoundServer
) -> None:
    await house.add_microphone()
    await sound_server.unplug("kitchen")
    async with house.state(SATELLITE, lambda state: state == "unavailable"):
        await house.call("button.press", BUTTON)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    await sound_server.plug_in("kitchen")
    async with house.state(SATELLITE, lambda state: state == "listening"):
        listening = house.hass.async_create_task(
            house.hass.services.async_call(
                DOMAIN,
                "transcribe",
                {"microphone": SATELLITE, "language": "en-US"},
                blocking=True,
                return_response=True,
            )
        )
    retry(house)  # does not disturb it
    await sound_server.say("kitchen", SAID)
    answer = await listening
    assert answer is not None
    assert answer["text"] == "Turn on the kitchen light."
    assert house.look(SATELLITE) == "idle"


async def test_it_is_not_there_at_the_start(
    house: House, sound_server: SoundServer, caplog: pytest.LogCaptureFixture
) -> None:
    await house.add_microphone()
    await sound_server.unplug("kitchen")
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert house.entry.state is ConfigEntryState.LOADED
    assert house.look(SATELLITE) == "unavailable"
    assert len(troubles(caplog)) == 1
    # What does not need it works.
    assert house.look("stt.azure_speech") != "unavailable"


async def test_it_is_unplugged_while_it_rests(house: House, sound_server: SoundServer) -> None:
    await house.add_microphone()
    await sound_server.unplug("kitchen")
    async with house.state(SATELLITE, lambda state: state == "unavailable"):
        await house.call("button.press", BUTTON)


async def test_after_its_removal_it_is_not_tried_again(house: House) -> None:
    await house.add_microphone()
    microphone = async_get_microphones(house.hass, house.entry)[house.subentry.subentry_id]
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    microphone.async_note(MicrophoneLostError("it gives no more sound"))  # a timer would outlive the test, and fail it


async def test_it_is_removed_while_it_listens(house: House, sound_server: SoundServer) -> None:
    await house.add_microphone()
    async with house.state(SATELLITE, lambda state: state == "listening"):
        await house.call("button.press", BUTTON)
    house.hass.config_entries.async_remove_subentry(house.entry, house.subentry.subentry_id)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert house.look(SATELLITE) is None
    assert await sound_server.listeners() == 0


# --- diagnostics


async def test_diagnostics_say_that_sound_is_lost(house: House) -> None:
    await house.add_microphone()
    microphone = async_get_microphones(house.hass, house.entry)[house.subentry.subentry_id]

    async def overflows() -> int:
        data = await async_get_config_entry_diagnostics(house.hass, house.entry)
        number: int = data["microphones"][0]["overflows"]
        return number

    during = 0
    async with microphone.async_open():  # and nobody takes the sound
        for _ in range(200):
            if during := await overflows():
                break
            await asyncio.sleep(0.05)
        assert during > 0
    assert await overflows() >= during


async def test_diagnostics_say_how_it_is(house: House) -> None:
    await house.add_microphone()
    assert async_get_microphones(house.hass, house.entry)[house.subentry.subentry_id].diagnostics() == {
        "available": True,
        "rate": 16000,
        "channels": 1,
        "overflows": 0,
        "trouble": None,
    }
