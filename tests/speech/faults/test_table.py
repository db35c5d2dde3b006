"""Every row of the fault table, caused on a real socket: the outcome, its time, and that the next command works."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
import traceback
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import Mode, RecognitionOptions
from tests.speech_service import KEY, Legible, SpeechService

from ..caller import AUDIO, SAID, Heard, Source, calling, listen
from .places import MakePlace, Place
from .table import TABLE, Outcome, Row

ROUNDING: Final = 0.01
"""Seconds: timers are rounded."""


def cases() -> Iterator[object]:
    """Return each row in each of its modes and paces."""
    for group in TABLE:
        for row in group.rows:
            for mode in row.modes:
                for pace in group.paces:
                    yield pytest.param(row, mode, pace, id=f"{row.fault} - {mode}{' live' if pace else ''}")


@pytest.mark.parametrize(("row", "mode", "pace"), cases())
async def test_row(row: Row, mode: Mode, pace: float) -> None:
    options = RecognitionOptions(mode=mode)
    async with (row.place or stand_in(row))() as place, calling(place.url, connector=place.connector()) as client:
        source = Source(AUDIO[mode], pace)
        heard = await listen(client, source, options)
        check_outcome(row, mode, heard)
        assert heard.seconds_more <= row.within + ROUNDING
        assert heard.seconds >= row.not_before - ROUNDING
        assert place.attempts == row.attempts
        assert source.closed
        if row.recovers:
            again = await listen(client, Source(AUDIO[mode]), options)
            assert (again.error, again.transcript) == (None, SAID[mode])
    for service in place.services:
        check_service(service)


def stand_in(row: Row) -> MakePlace:
    """Give a stand-in that behaves as the row says."""

    @asynccontextmanager
    async def place() -> AsyncIterator[Place]:
        service = SpeechService(Legible(), behaviours=row.behaviours, rest_behaviours=row.rest, manner=row.manner)
        async with service:
            yield Place(service.url, [service])

    return place


def check_outcome(row: Row, mode: Mode, heard: Heard) -> None:
    """Compare what a caller got with what the row says."""
    if isinstance(row.outcome, Outcome):
        assert heard.error is None
        expected = {
            Outcome.COMPLETE: SAID[mode],
            Outcome.NOTHING: "",
            Outcome.HEARD: heard.hypotheses[-1].text if heard.hypotheses else None,
        }
        assert heard.transcript == expected[row.outcome]
        return
    assert isinstance(heard.error, row.outcome)
    assert SAID[mode].startswith(heard.transcript)
    text = str(heard.error)
    assert text
    assert text.isprintable()
    assert len(text) < 300
    assert KEY not in "".join(traceback.format_exception(heard.error))


def check_service(service: SpeechService) -> None:
    """Make sure that the faults of the row happened, and that we did nothing that the service has to object to."""
    for connection in service.connections:
        assert connection.faults_left == 0
        assert connection.violation is None
