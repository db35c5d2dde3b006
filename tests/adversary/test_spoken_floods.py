"""A service that says more than anybody can take of an answer, and an agent that writes more than anybody can say.

The event loop goes on, memory is bounded, and the answer is whole, or ends with an error. The stand-in is a process of
its own: what is measured of this one is the client's doing.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import replace
from itertools import repeat
import logging
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import OutputFormat, SpeechError, UnusableMessageError
from custom_components.azure_speech_live.speech.synthesis.texts import Fragment, Text, pieces_of, said
from custom_components.azure_speech_live.speech.synthesis.unasked import MAX_TEXT
from custom_components.azure_speech_live.speech.synthesis.voices import MAX_VOICES
from custom_components.azure_speech_live.voice.pronunciation import Pronunciations
from custom_components.azure_speech_live.voice.script import Script
from tests.speech.caller import calling
from tests.speech.listener import OPTIONS, TOLD, hear
from tests.speech.synthesis.rows import WHOLE

from .spoken_scenes import FLOODS, LISTS, SpokenScene
from .stage import Stage
from .watch import MB, watching

LATE: Final = 0.05
"""Seconds by which the loop may be late, but for a hundredth of the time: this process's own work, whatever the machine
does beside it."""
MEMORY: Final = 16.0
"""MB by which the process may grow under a flood; kept as messages, all that comes would be some hundred."""
LIST_MEMORY: Final = 128.0
"""The same of a list of voices, in which three bytes of JSON can take sixty in memory."""
MANY: Final = 10_000
"""Characters of a long text that comes one by one."""
PATIENCE: Final = 10.0
"""Seconds that an answer may take at most; as many more where the service is waited for."""

OPTIONS_8KHZ: Final = replace(OPTIONS, output_format=OutputFormat.RAW_8KHZ)


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Keep the test plugin from switching debugging on: it would be what stalls the loop."""


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Log as Home Assistant does by default."""
    caplog.set_level(logging.INFO)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """Give a stand-in in another process."""
    with Stage() as stage:
        yield stage


# --- by the service


@pytest.mark.parametrize("scene", FLOODS, ids=lambda scene: scene.row.fault)
async def test_flood(stage: Stage, scene: SpokenScene) -> None:
    """The next answer, and the one that is flooded unless it is each time, is whole."""
    row = scene.row
    stage.play(scene.name)
    sound = 0
    async with calling(stage.urls[0]) as client, watching() as watch:
        for _ in range(1 + row.recovers):
            heard = await hear(client)
            assert heard.seconds < PATIENCE + row.within
            if row.outcome is WHOLE:
                assert (heard.error, heard.text.replace(". ", ".")) == (None, TOLD)
            else:
                assert isinstance(heard.error, UnusableMessageError)
            sound += len(heard.stream)
            await asyncio.sleep(0.1)  # in which the connection is kept
    assert watch.own.percentile(0.99) < LATE
    assert watch.growth < MEMORY + 2 * sound / MB


@pytest.mark.parametrize("scene", LISTS, ids=lambda scene: scene.row.fault)
async def test_list_of_voices(stage: Stage, scene: SpokenScene) -> None:
    stage.play(scene.name)
    async with calling(stage.urls[0]) as client, watching() as watch:
        try:
            voices = await client.voices()
        except SpeechError as error:
            assert isinstance(error, UnusableMessageError)  # noqa: PT017 - either is right
        else:
            assert len(voices) <= MAX_VOICES
    assert watch.own.percentile(0.99) < LATE
    assert watch.growth < LIST_MEMORY


# --- by the agent


async def one_piece() -> AsyncGenerator[Text]:
    yield "This is a sentence of some words. " * 600


async def one_piece_without_a_mark() -> AsyncGenerator[Text]:
    yield "word" * 5_000


async def thousands_of_sentences() -> AsyncGenerator[Text]:
    for number in range(1000):
        yield f"This is number {number}."


async def thousands_of_letters() -> AsyncGenerator[Text]:
    for _ in range(10_000):
        yield "a"


async def thousands_of_fragments() -> AsyncGenerator[Text]:
    for _ in range(20_000):
        yield Fragment(("a",))


async def empties() -> AsyncGenerator[Text]:
    for _ in range(50_000):
        yield ""
    yield "At last."


TEXTS: Final = (
    one_piece,
    one_piece_without_a_mark,
    thousands_of_sentences,
    thousands_of_letters,
    thousands_of_fragments,
    empties,
)


@pytest.mark.parametrize("texts", TEXTS)
async def test_text(stage: Stage, texts: Callable[[], AsyncGenerator[Text]]) -> None:
    all_said = "".join([said(pieces_of(text)) async for text in texts()])
    await _is_spoken(stage, texts(), all_said)


@pytest.mark.parametrize("text", ["A word is one of these. ", "a word without a mark "])
async def test_a_character_at_a_time(stage: Stage, text: str) -> None:
    """As an agent's text is spoken in Home Assistant."""
    whole = (text * MANY)[:MANY]

    async def characters() -> AsyncGenerator[str]:
        for character in whole:
            yield character

    script = Script(characters(), "en-US", Pronunciations({}))
    await _is_spoken(stage, script.texts(), whole)
    await script.aclose()


async def _is_spoken(stage: Stage, texts: AsyncGenerator[Text], whole: str) -> None:
    stage.play(None)
    async with calling(stage.urls[0]) as client, watching() as watch:
        heard = await hear(client, texts, OPTIONS_8KHZ)
    assert heard.error is None
    assert heard.text.replace(" ", "") == whole.replace(" ", "")
    assert watch.own.percentile(0.99) < LATE
    assert watch.growth < MEMORY + 2 * len(heard.stream) / MB


@pytest.mark.parametrize("text", ["", "This goes on. " * 9, "on and " * 20])
async def test_text_without_end(stage: Stage, text: str) -> None:
    """While nobody takes what is spoken, no more of it is read than can be asked for."""
    taken = 0

    async def texts() -> AsyncGenerator[Text]:
        nonlocal taken
        for each in repeat(text):
            taken += 1
            yield each

    stage.play(None)
    async with calling(stage.urls[0]) as client, watching() as watch:
        async with aclosing(client.speak(texts(), OPTIONS_8KHZ)) as sound:
            await anext(sound)
            for _ in range(1000):
                await asyncio.sleep(0)
        before = taken
        await asyncio.sleep(0.1)
        assert taken == before
        assert taken * len(text) < 3 * MAX_TEXT
    assert watch.own.percentile(0.99) < LATE
    assert watch.growth < MEMORY
