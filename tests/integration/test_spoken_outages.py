"""Answers while the Speech service is away, or goes in the middle, with a real voice of the home's own in its place."""

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import numpy as np
import pytest

from custom_components.azure_speech_live.const import SUBENTRY_VOICE
from custom_components.azure_speech_live.fallback.joint import PAUSE
from tests.speech_service.engines.espeak_ng import EspeakNg
from tests.speech_service.faults import AudioSent, Behaviour, Fault, Reset
from tests.speech_service.service import SpeechService
from tests.wyoming_engines.engines import RATE as ESPEAK_RATE

from .second_engines import SecondEngines, choose
from .second_voices import last_engine
from .voices import HEADER, asked_to_speak, sound_of

FORMATS = {
    "satellite": {"preferred_format": "wav", "preferred_sample_rate": 16000},
    "Wyoming satellite": {
        "preferred_format": "wav",
        "preferred_sample_rate": 22050,
        "preferred_sample_channels": 1,
        "preferred_sample_bytes": 2,
    },
    "Voice PE": {"preferred_format": "flac", "preferred_sample_rate": 48000},
    "browser": {},
}
RATE = 16000
FIRST, REST = "It is eight o'clock.", "The light in the kitchen is on, and the door is open."
LOUD = 200
"""What is less is silence."""
AROUND = 0.4
"""Seconds of silence before and behind what is said, which differs from format to format."""


@pytest.fixture(autouse=True)
async def voice(hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, second_engines: SecondEngines) -> str:
    """Have the voice of the resource name the home's own, and return that. The service speaks with a real one, too."""
    await choose(hass, entry, SUBENTRY_VOICE, second_engines.voice)
    await hass.async_block_till_done(wait_background_tasks=True)  # the connection is checked
    service.synthesis.speaker = EspeakNg()
    return second_engines.voice.entity_id


async def decoded(sound: bytes) -> np.ndarray:
    """Return the samples of a sound that a player gets, in which nothing may be found to be broken."""
    if sound.startswith(b"RIFF"):
        assert b"RIFF" not in sound[4:]
        assert len(sound) % 2 == 0
        rate = int.from_bytes(sound[24:28], "little")
        given: tuple[str, ...] = ("-f", "s16le", "-ar", str(rate), "-ac", "1")  # ffmpeg warns of a stream's header
        sound = sound[HEADER:]
    else:
        given = ()
    command = ("ffmpeg", "-loglevel", "warning", *given, "-i", "-", "-f", "s16le", "-ar", str(RATE), "-ac", "1", "-")
    ffmpeg = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    samples, said = await ffmpeg.communicate(sound)
    assert b"rror" not in said, said
    return np.frombuffer(samples, np.int16)


async def seconds(*sentences: str) -> float:
    """Return how long a sentence lasts, by the voice that all of them have here."""
    return sum([len(await EspeakNg().speak(text, "en-US", "en", ESPEAK_RATE)) / 2 / ESPEAK_RATE for text in sentences])


async def answer() -> AsyncGenerator[str]:
    """Write an answer, of which the first sentence is spoken by itself."""
    yield f"{FIRST} "
    await asyncio.sleep(0.5)
    yield REST


def pauses(samples: np.ndarray) -> float:
    """Return the longest silence amid a sound, in seconds."""
    (loud,) = np.nonzero(np.abs(samples.astype(int)) > LOUD)
    return float(np.max(np.diff(loud))) / RATE


@pytest.mark.parametrize("options", FORMATS.values(), ids=FORMATS)
async def test_an_answer_is_spoken_while_the_service_is_away(
    hass: HomeAssistant, service: SpeechService, options: dict[str, Any], voice: str
) -> None:
    service.behaviours = lambda _: Behaviour(answer=Reset())
    samples = await decoded(await sound_of(asked_to_speak(hass, answer(), options)))
    assert len(samples) / RATE == pytest.approx(await seconds(FIRST, REST), abs=AROUND)
    assert last_engine(hass) == voice


@pytest.mark.parametrize("options", FORMATS.values(), ids=FORMATS)
async def test_an_answer_goes_on_where_the_service_goes_away(
    hass: HomeAssistant, service: SpeechService, options: dict[str, Any], voice: str
) -> None:
    known = len(service.attempts)
    breaks = Behaviour(faults=(Fault(AudioSent(AMID[options.get("preferred_sample_rate", 0)]), Reset()),))
    service.behaviours = lambda number: breaks if number == known else Behaviour(answer=Reset())
    samples = await decoded(await sound_of(asked_to_speak(hass, answer(), options)))
    assert last_engine(hass) == voice
    whole, first = await seconds(FIRST, REST), await seconds(FIRST)
    twice = len(samples) / RATE - PAUSE - whole
    assert 0 < twice < first + AROUND, "some of it is heard twice, and nothing is missing"
    assert pauses(samples) < 2 * PAUSE + 0.5, "the agent's own pause is longer"


AMID = {16000: 32_000, 22050: 44_100, 48000: 96_000, 0: 12_000}
"""A second of what the service sends for each rate; that of MP3 is 24 kHz."""
