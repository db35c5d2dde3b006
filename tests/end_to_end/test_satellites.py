"""Satellites that hear the answer: a Wyoming one as it is, and the other kinds by what they ask Home Assistant for."""

from collections.abc import AsyncIterator
import re
from typing import Any

import pytest
import pytest_asyncio
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart
from wyoming.event import Event

from tests.speech_service.engines.espeak_ng import EspeakNg

from .conftest import Household
from .kinds import KINDS, Ffmpeg, Kind, hear
from .microphone import spoken
from .process import ROOT
from .satellite import Satellite
from .writer.custom_components.writer import FIRST, SECOND

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

RATE = 22050


@pytest_asyncio.fixture(loop_scope="session")
async def satellite(household: Household) -> AsyncIterator[Satellite]:
    """Add a satellite to Home Assistant for one test."""
    home = household.home
    async with Satellite.run() as satellite:
        entry_id = await home.add_wyoming(satellite.port)
        yield satellite
        await home.remove_integration(entry_id)


class Heard:
    """What a satellite was told."""

    def __init__(self) -> None:
        self.transcript = ""
        self.format: dict[str, Any] = {}
        self.sound = b""

    def take(self, event: Event) -> None:
        """Take an event."""
        if Transcript.is_type(event.type):
            self.transcript = Transcript.from_event(event).text
        elif AudioStart.is_type(event.type):
            assert not self.format
            self.format = {name: event.data[name] for name in ("rate", "width", "channels")}
        elif AudioChunk.is_type(event.type):
            self.sound += AudioChunk.from_event(event).audio

    @property
    def seconds(self) -> float:
        """How long the answer is."""
        return len(self.sound) / 2 / RATE


async def seconds_of(text: str) -> float:
    """Return how long the stand-in's voice takes for a text."""
    return len(await EspeakNg().speak(text, "en-US", "en-US-JennyNeural", RATE)) / 2 / RATE


async def test_a_satellite_hears_the_answer_in_its_own_format(household: Household, satellite: Satellite) -> None:
    await household.home.post("/api/services/light/turn_off", json={"entity_id": "light.kitchen_light"})
    heard = Heard()
    async for event in satellite.say(spoken("Turn on the kitchen light")):
        heard.take(event)
    assert heard.transcript == "Turn on the kitchen light."
    assert await household.connection.state("light.kitchen_light") == "on"
    assert heard.format == {"rate": RATE, "width": 2, "channels": 1}
    assert heard.seconds == pytest.approx(await seconds_of("Turned on the light"), abs=0.5)


async def test_a_satellite_hears_the_answer_while_it_is_written(household: Household, satellite: Satellite) -> None:
    """The agent goes on only when the satellite has sound."""
    await household.connection.create_pipeline(household.entry_id, "conversation.writer")
    heard = Heard()
    async for event in satellite.say(spoken("What time is it")):
        was_silent = not heard.sound
        heard.take(event)
        if heard.sound and was_silent:
            await household.home.post("/api/events/go_on")
    assert heard.seconds > await seconds_of(FIRST) + await seconds_of(SECOND) - 1


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_only_what_azure_does_not_have_is_converted(household: Household, ffmpeg: Ffmpeg, kind: Kind) -> None:
    engine = await household.connection.entity(household.entry_id, "tts")
    before = ffmpeg.starts
    _, sound = await hear(household.home, engine, kind, f"This is heard by {kind.name}.")
    assert sound.startswith((kind.begin, b"ID3"))
    assert ffmpeg.starts - before == kind.is_converted


async def test_the_documentation_says_which_satellites_sound_is_converted() -> None:
    page = (ROOT / "docs" / "voice.md").read_text("utf-8")
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (as it is|converted) \|$", page, re.MULTILINE)
    assert [(name, how == "converted") for name, _, how in rows] == [(kind.name, kind.is_converted) for kind in KINDS]
