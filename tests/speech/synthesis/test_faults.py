"""Every row of the fault table of synthesis, on a real socket: what is heard, when, and that the next is whole."""

from collections.abc import Iterator
from copy import deepcopy
import traceback

import pytest

from tests.speech_service import KEY, SpeechService

from ..caller import WORDS, calling
from ..listener import TOLD, Texts, hear
from .faults import TABLE
from .rows import Outcome, Row

ROUNDING = 0.01
"""Seconds: timers are rounded."""


def cases() -> Iterator[object]:
    """Return each row."""
    for rows in TABLE.values():
        for row in rows:
            yield pytest.param(row, id=row.fault)


@pytest.mark.parametrize("row", cases())
async def test_row(row: Row) -> None:
    service = SpeechService(
        behaviours=row.behaviours, rest_behaviours=row.rest, synthesis=deepcopy(row.synthesis), manner=row.manner
    )
    async with service, calling(service.url) as client:
        texts = Texts()
        heard = await hear(client, texts, row.options)
        if isinstance(row.outcome, Outcome):
            assert (heard.error, heard.text.replace(". ", ".")) == (None, TOLD)
        else:
            assert isinstance(heard.error, row.outcome)
            text = str(heard.error)
            assert 0 < len(text) < 300
            assert text.isprintable()
            shown = "".join(traceback.format_exception(heard.error))
            assert KEY not in shown
            assert not WORDS & set(text.lower().split())
        assert heard.seconds <= row.within + ROUNDING
        upgrades = [attempt for attempt in service.attempts if "websocket" in attempt.path]
        assert len(upgrades) == row.attempts
        assert texts.closed
        if row.recovers:
            again = await hear(client, options=row.options)
            assert (again.error, again.text.replace(". ", ".")) == (None, TOLD)
    for connection in service.syntheses:
        assert connection.faults_left == 0
        assert connection.violation is None
