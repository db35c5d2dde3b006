"""The button of a microphone: pressed, the satellite listens; pressed again, it has heard all."""

import asyncio

from tests.microphone.sound import SoundServer, spoken
from tests.speech_service.service import SpeechService

from .microphones import BUTTON, LIGHT, PLAYER, SAID, SATELLITE, House


async def test_the_button_has_a_command_carried_out(house: House, service: SpeechService) -> None:
    await house.add_microphone()
    assert house.look(LIGHT) == "off"
    states = await house.press()
    assert house.look(LIGHT) == "on"
    assert states == ["listening", "processing", "responding", "idle"]
    (turn,) = service.connections[-1].turns
    assert turn.audio
    assert SAID.startswith(turn.audio)
    assert len(house.radio.played) == 1


async def test_the_button_pressed_again_ends_listening(house: House, sound_server: SoundServer) -> None:
    await house.add_microphone()
    async with house.state(SATELLITE, lambda state: state == "idle"):
        async with house.state(SATELLITE, lambda state: state == "listening"):
            await house.call("button.press", BUTTON)
        await sound_server.say("kitchen", spoken())  # without the silence that would end the command
        await house.call("button.press", BUTTON)
    assert house.look(LIGHT) == "on"


async def test_the_button_ends_an_answer(house: House, sound_server: SoundServer) -> None:
    await house.add_microphone()
    house.radio.ends.clear()
    async with house.state(PLAYER, lambda state: state == "playing"):
        async with house.state(SATELLITE, lambda state: state == "listening"):
            await house.call("button.press", BUTTON)
        await sound_server.say("kitchen", SAID)
    async with house.state(SATELLITE, lambda state: state == "listening"):
        await house.call("button.press", BUTTON)
    assert house.radio.stops == 1
    assert house.look(PLAYER) == "idle"


async def test_the_button_does_nothing_while_something_is_asked(house: House, service: SpeechService) -> None:
    await house.add_microphone()
    house.radio.ends.clear()
    async with house.state(PLAYER, lambda state: state == "playing"):
        asking = house.hass.async_create_task(
            house.call("assist_satellite.ask_question", question="What?", preannounce=False, response=True)
        )
    await house.call("button.press", BUTTON)
    await asyncio.sleep(0)
    assert house.look(SATELLITE) == "responding"
    house.radio.ends.set()
    assert (await asking)["sentence"] == "Turn on the kitchen light."
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert sum(len(connection.turns) for connection in service.connections) == 1
    assert house.look(LIGHT) == "off"
