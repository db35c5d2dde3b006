"""Every row of the fault table, caused on a real socket: the outcome, its time, and that the next command works."""

import asyncio
from collections.abc import Callable, Iterator
import gc
import logging

import pytest

from custom_components.azure_speech_live.speech import Mode, RecognitionOptions
from tests.speech_service import Legible, SpeechService

from ..caller import AUDIO, SAID, Heard, Source, calling, listen
from .table import TABLE, Outcome, Row

ROUNDING = 0.01
"""Seconds: timers are rounded, and audio is paced by chunks."""


def cases() -> Iterator[object]:
    """Return each row in each of its modes and paces."""
    for group in TABLE:
        for row in group.rows:
            for mode in row.modes:
                for pace in (0.0, 1.0):
                    yield pytest.param(row, mode, pace, id=f"{row.fault} - {mode}{' live' if pace else ''}")


def check_outcome(row: Row, mode: Mode, heard: Heard) -> None:
    """Compare what a caller got with what the row says."""
    if isinstance(row.outcome, Outcome):
        assert heard.error is None, heard.error
        assert heard.transcript == (SAID[mode] if row.outcome is Outcome.COMPLETE else "")
    else:
        assert type(heard.error) is row.outcome or (row.outcome in type(heard.error).__bases__), repr(heard.error)
        assert SAID[mode].startswith(heard.transcript)


@pytest.mark.parametrize(("row", "mode", "pace"), cases())
async def test_row(row: Row, mode: Mode, pace: float) -> None:
    options = RecognitionOptions(mode=mode)
    service = SpeechService(Legible(), behaviours=row.behaviours, rest_behaviours=row.rest)
    async with service, calling(service.url) as client:
        source = Source(AUDIO[mode], pace)
        heard = await listen(client, source, options)
        check_outcome(row, mode, heard)
        assert heard.seconds_more <= row.within + ROUNDING
        assert len(service.attempts) == row.attempts
        assert source.closed
        if row.recovers:
            again = await listen(client, Source(AUDIO[mode]), options)
            assert (again.error, again.transcript) == (None, SAID[mode])
