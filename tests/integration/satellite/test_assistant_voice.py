"""The voice of an assistant: there, gone, failing or late; commands are carried out all the same."""

import pytest

from tests.microphone.sound import SoundServer

from ..microphones import LIGHT, SAID, SATELLITE, House, Voice, press, shown, troubles


async def test_without_text_to_speech_commands_are_carried_out(house: House, caplog: pytest.LogCaptureFixture) -> None:
    await house.change_pipeline(tts_engine=None, tts_language=None)
    await house.add_microphone()
    await press(house)
    assert house.look(LIGHT) == "on"
    assert house.radio.played == []
    assert shown(house) == (None, None)
    assert troubles(caplog) == []


async def test_with_a_voice_that_is_gone_commands_are_carried_out(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await house.change_pipeline(tts_engine="tts.gone")
    await house.add_microphone()
    for _ in range(2):
        await press(house)
        assert house.look(LIGHT) == "on"
        assert shown(house)[0] == "text_to_speech"
    (trouble,) = troubles(caplog)
    assert trouble.startswith(f"{SATELLITE}: ")
    assert "tts.gone" in trouble

    await house.change_pipeline(tts_engine="tts.voice")
    await press(house)
    assert shown(house) == (None, None)
    assert len(house.radio.played) == 1


async def test_a_voice_that_fails_is_told(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.voice.is_hoarse = True
    await house.add_microphone()
    await press(house)
    assert house.look(LIGHT) == "on"
    assert shown(house) == ("text_to_speech", "The voice is hoarse")
    assert f"{SATELLITE}: The voice is hoarse (HomeAssistantError)" in troubles(caplog)


async def test_what_a_voice_could_not_say_is_in_no_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.voice.is_mute = True
    await house.add_microphone()
    await press(house)
    assert house.look(LIGHT) == "on"
    # Home Assistant's words for it, but for those of the answer.
    assert shown(house) == ("text_to_speech", 'No text-to-speech audio from Voice for "…"')
    assert [trouble for trouble in troubles(caplog) if SATELLITE in trouble]
    assert not any("Turned on the switch" in trouble for trouble in troubles(caplog) if SATELLITE in trouble)


async def test_a_voice_that_comes_while_it_waits_for_the_wake_word_answers(
    house: House, sound_server: SoundServer
) -> None:
    await house.change_pipeline(tts_engine="tts.late")
    await house.add_microphone(start="wake_word")
    await house.waits_for_wake_word()
    late = Voice("Late")
    await house.hass.data["tts"].async_add_entities([late])
    async with house.state(SATELLITE, lambda state: state == "responding"):
        await sound_server.say("kitchen", SAID)
    assert house.look(LIGHT) == "on"
    await house.waits_for_wake_word()
    assert late.said == ["Turned on the switch"]
    assert len(house.radio.played) == 1
    assert shown(house) == (None, None)
