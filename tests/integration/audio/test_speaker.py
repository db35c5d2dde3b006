"""Sound on a media player: listened to from its beginning to its end, and players that do not play."""

from homeassistant.components.media_player import MediaPlayerState
from homeassistant.exceptions import HomeAssistantError
import pytest

from ..microphones import BUTTON, LIGHT, PLAYER, SATELLITE, House, troubles


async def test_the_satellite_responds_until_the_answer_is_played(house: House) -> None:
    await house.add_microphone()
    house.radio.ends.clear()
    async with house.state(SATELLITE, lambda state: state == "idle") as states:
        async with house.state(PLAYER, lambda state: state == "playing"):
            await house.call("button.press", BUTTON)
        assert states[-1] == "responding"
        house.radio.ends.set()


async def test_an_announcement_is_played_to_its_end(house: House) -> None:
    await house.add_microphone()
    house.radio.ends.clear()
    async with house.state(PLAYER, lambda state: state == "playing"):
        announcing = house.hass.async_create_task(
            house.call("assist_satellite.announce", message="Dinner is ready.", preannounce=False)
        )
    assert house.look(SATELLITE) == "responding"
    assert not announcing.done()
    house.radio.ends.set()
    await announcing
    assert house.look(SATELLITE) == "idle"
    assert len(house.radio.played) == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (HomeAssistantError("no power"), "no power"),
        (OSError("no route to host"), "no route to host"),  # as many integrations raise it
        (TimeoutError(), "TimeoutError()"),
    ],
)
async def test_the_media_player_does_not_play(
    house: House, caplog: pytest.LogCaptureFixture, error: Exception, reason: str
) -> None:
    await house.add_microphone()

    def fail() -> None:
        raise error

    house.radio.on_play = fail
    assert (await house.press())[-1] == "idle"
    assert house.look(LIGHT) == "on"
    assert troubles(caplog) == [f"assist_satellite.kitchen: media_player.radio does not play: {reason}"]
    state = house.hass.states.get(SATELLITE)
    assert state is not None
    assert "problem" not in state.attributes  # the assistant works


async def test_music_that_goes_on_does_not_hide_the_end_of_the_answer(house: House) -> None:
    house.radio.show(MediaPlayerState.PLAYING)
    await house.add_microphone()
    assert (await house.press())[-2:] == ["responding", "idle"]
