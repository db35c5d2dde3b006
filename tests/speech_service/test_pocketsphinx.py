"""A real recogniser behind the protocol, on recordings of speech."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
import wave

import pytest

from . import SpeechService
from .engines.legible import silence
from .engines.pocketsphinx import Pocketsphinx
from .raw_client import CONVERSATION, INTERACTIVE, bodies, connected

_DATA = Path(__file__).parent.parent / "data"
_PHRASES = (_DATA / "home_commands.txt").read_text().splitlines()


def recording(name: str) -> bytes:
    """Return the PCM of a recording."""
    with wave.open(str(_DATA / f"{name}.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16000, 1, 2)
        return bytes(file.readframes(file.getnframes()))


_LIGHT = recording("turn_on_the_kitchen_light")


@pytest.fixture
async def service() -> AsyncIterator[SpeechService]:
    """Return a service that knows the home commands."""
    async with SpeechService(Pocketsphinx(_PHRASES)) as service:
        yield service


def texts(received: list[Any]) -> list[str | None]:
    """Return the texts of the phrases."""
    return [body.get("DisplayText") for body in bodies(received, "speech.phrase")]


@pytest.mark.parametrize(
    ("name", "display"),
    [
        ("turn_on_the_kitchen_light", "Turn on the kitchen light."),
        ("set_the_bedroom_to_22_degrees", "Set the bedroom to 22 degrees."),
        ("what_is_the_temperature_in_the_living_room", "What is the temperature in the living room?"),
    ],
)
async def test_commands(service: SpeechService, name: str, display: str) -> None:
    async with connected(service.url) as client:
        received = await client.recognize(recording(name))
    assert texts(received) == [display]
    hypotheses = [body["Text"] for body in bodies(received, "speech.hypothesis")]
    assert len(hypotheses) > 2
    assert display.lower().startswith(hypotheses[0].split()[0])


async def test_end_of_speech_is_heard(service: SpeechService) -> None:
    """The turn ends with the pause, though the audio goes on."""
    async with connected(service.url) as client:
        await client.begin()
        await client.speak(_LIGHT + silence(1.0))
        assert texts(await client.answer()) == ["Turn on the kitchen light."]
        end = service.connections[0].turns[0].phrases[0].end
        assert 10_000_000 < end < 16_500_000


async def test_several_phrases(service: SpeechService) -> None:
    async with connected(service.url, CONVERSATION) as client:
        received = await client.recognize(_LIGHT + silence(1.0) + recording("set_the_bedroom_to_22_degrees"))
    assert texts(received) == ["Turn on the kitchen light.", "Set the bedroom to 22 degrees.", None]


async def test_detailed_with_words(service: SpeechService) -> None:
    target = f"{INTERACTIVE}&format=detailed&wordLevelTimestamps=true"
    async with connected(service.url, target) as client:
        best = bodies(await client.recognize(_LIGHT), "speech.phrase")[0]["NBest"][0]
    assert (
        [word["Word"] for word in best["Words"]] == best["Lexical"].split() == ["turn", "on", "the", "kitchen", "light"]
    )
    ends = [word["Offset"] + word["Duration"] for word in best["Words"]]
    assert ends == sorted(ends)
    assert ends[-1] < 17_000_000


@pytest.mark.parametrize("target", [INTERACTIVE, CONVERSATION])
async def test_silence(service: SpeechService, target: str) -> None:
    async with connected(service.url, target) as client:
        assert texts(await client.recognize(silence(2.0))) == [None]
        assert service.connections[0].turns[0].audio_ended


async def test_initial_silence(service: SpeechService) -> None:
    async with connected(service.url) as client:
        await client.begin()
        await client.speak(silence(5.1))
        assert bodies(await client.answer(), "speech.phrase")[0]["RecognitionStatus"] == "InitialSilenceTimeout"


async def test_phrase_list_biases() -> None:
    """A word that the service does not know is heard once the client says that it may come."""
    known = [phrase for phrase in _PHRASES if "kitchen" not in phrase]
    context = {"dgi": {"Groups": [{"Type": "Generic", "Items": [{"Text": "kitchen light"}]}], "bias": 1.5}}
    async with SpeechService(Pocketsphinx(known)) as service, connected(service.url) as client:
        without = texts(await client.recognize(_LIGHT))
        with_list = texts(await client.recognize(_LIGHT, context))
    assert "kitchen" not in (without[0] or "")
    assert with_list == ["Turn on the kitchen light."]


async def test_turns_side_by_side(service: SpeechService) -> None:
    async def one() -> list[str | None]:
        async with connected(service.url) as client:
            return texts(await client.recognize(_LIGHT))

    assert await asyncio.gather(*(one() for _ in range(4))) == [["Turn on the kitchen light."]] * 4


async def test_turn_that_is_given_up(service: SpeechService) -> None:
    """Its decoder is in order for the next."""
    async with connected(service.url) as client:
        await client.begin()
        await client.speak(_LIGHT[: len(_LIGHT) // 2])
        await client.until("speech.hypothesis")
    async with connected(service.url) as client:
        assert texts(await client.recognize(_LIGHT)) == ["Turn on the kitchen light."]


async def test_words_that_are_in_no_dictionary() -> None:
    async with (
        SpeechService(Pocketsphinx(["Turn on the kitchen light", "Xyzzqx", "turn on the zzgrbl"])) as service,
        connected(service.url) as client,
    ):
        assert texts(await client.recognize(_LIGHT)) == ["Turn on the kitchen light."]
