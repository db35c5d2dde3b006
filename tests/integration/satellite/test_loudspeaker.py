"""An answer on a media player: from its first word on, while it is written, and not when it is none any more."""

import asyncio

from homeassistant.components.media_player import async_process_play_media_url
from homeassistant.components.media_source import async_resolve_media
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from yarl import URL

from custom_components.azure_speech_live.voice import script
from tests.speech_service.service import SpeechService

from ..microphones import BUTTON, PLAYER, SATELLITE, House, settle
from ..voices import VOICE, spoken as asked
from ..writer import AGENT, SECOND, Writer


@pytest.fixture
async def writer(house: House) -> Writer:
    """Have an agent answer that writes for long, and our own voice speak."""
    writer = Writer()
    await house.hass.data["conversation"].async_add_entities([writer])
    await house.change_pipeline(
        conversation_engine=AGENT, tts_engine=VOICE, tts_language="en-US", tts_voice="en-US-JennyNeural"
    )
    await house.add_microphone()
    return writer


async def test_an_answer_is_heard_while_it_is_written(
    house: House, writer: Writer, service: SpeechService, hass_client_no_auth: ClientSessionGenerator
) -> None:
    begins = asyncio.Event()
    house.radio.on_play = begins.set
    house.radio.ends.clear()
    async with house.state(SATELLITE, lambda state: state == "idle") as states:
        await house.call("button.press", BUTTON)
        async with asyncio.timeout(20):
            await begins.wait()
        (media,) = house.radio.played
        address = async_process_play_media_url(house.hass, (await async_resolve_media(house.hass, media, PLAYER)).url)
        playing = await (await hass_client_no_auth()).get(URL(address).path)
        assert await playing.content.readany()
        assert not writer.goes_on.is_set()
        writer.goes_on.set()
        await playing.read()
        house.radio.ends.set()
    assert states == ["listening", "processing", "responding", "idle"]
    assert house.radio.played == [media]
    assert SECOND in "".join(turn.ssml for turn in asked(service))


@pytest.mark.parametrize("way", ["button", "announcement", "the agent fails", "unload"])
async def test_an_answer_that_is_none_any_more_is_not_played_to_its_end(
    house: House, writer: Writer, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "TEXT_LIMIT", 0.5)  # Home Assistant does not end the text of a run that was cancelled
    begins = asyncio.Event()
    house.radio.on_play = begins.set
    house.radio.ends.clear()
    await house.call("button.press", BUTTON)
    async with asyncio.timeout(20):
        await begins.wait()
    house.radio.on_play = lambda: None
    stopped = house.radio.ends
    match way:
        case "button":
            await house.call("button.press", BUTTON)
        case "announcement":
            house.hass.async_create_task(house.call("assist_satellite.announce", message="Dinner is ready."))
        case "the agent fails":
            writer.fails = True
            writer.goes_on.set()
        case _:
            await house.hass.config_entries.async_unload(house.entry.entry_id)
    async with asyncio.timeout(20):
        await stopped.wait()
    assert house.radio.stops == 1
    writer.goes_on.set()
    await settle(house)
