"""A peer that sends more than anybody can take: the event loop goes on, and whoever spoke gets an answer.

The stand-in is a process of its own: what is measured of this one is the client's doing.
"""

import asyncio
from collections.abc import Iterator
import logging
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import Mode, RecognitionOptions, TranslationOptions
from custom_components.azure_speech_live.speech.errors import UnusableMessageError
from tests.speech.caller import AUDIO, INTERACTIVE, SAID, Heard, Source, calling, listen
from tests.speech.faults.rows import Row

from .floods import ROWS, ROWS_OF_2018
from .stage import Stage
from .watch import watching

LATE: Final = 0.05
"""Seconds by which the loop may be late, but for a hundredth of the time: this process's own work, whatever the machine
does beside it."""
MEMORY: Final = 16.0
"""MB by which the process may grow under a flood; kept as messages, all that comes would be some hundred."""
PATIENCE: Final = 10.0
"""Seconds that an answer may take at most; as many more where the service is waited for."""


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


async def flooded(stage: Stage, row: Row, options: RecognitionOptions = INTERACTIVE, path: str = "") -> list[Heard]:
    """Speak, and once more if the flood is over; return what was heard."""
    stage.play(row.fault)
    async with calling(stage.urls[0] + path) as client, watching() as watch:
        heard = []
        for _ in range(1 + row.recovers):
            heard.append(await listen(client, Source(AUDIO[Mode.INTERACTIVE]), options))
            await asyncio.sleep(0.1)  # in which the connection is kept
    assert watch.own.percentile(0.99) < LATE
    assert watch.growth < MEMORY
    return heard


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.fault)
async def test_flood(stage: Stage, row: Row) -> None:
    """The next command, and the one that is flooded unless it is each time, succeeds on another connection."""
    for heard in await flooded(stage, row):
        assert heard.seconds < PATIENCE + row.within
        if row.outcome is UnusableMessageError:
            assert isinstance(heard.error, UnusableMessageError)
        else:
            assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])


@pytest.mark.parametrize("row", ROWS_OF_2018, ids=lambda row: row.fault)
async def test_flood_by_the_service_of_2018(stage: Stage, row: Row) -> None:
    for heard in await flooded(stage, row, TranslationOptions(targets=("de",)), "/speech/translate"):
        assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])


# --- the count
