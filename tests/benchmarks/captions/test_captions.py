"""The card is measured in a real browser. No figure is judged."""

from __future__ import annotations

import pytest

from .measured import QUICK, measure
from .report import report
from .talker import WORDS


@pytest.mark.timeout(180)
async def test_all_figures_are_there() -> None:
    measured = await measure(QUICK)
    assert len(measured.first) == QUICK.clicks
    assert len(measured.shown) >= WORDS
    # The clocks agree: nothing is on the page before the service said it, or after it is drawn.
    assert all(0 < shown < drawn for shown, drawn in zip(measured.shown, measured.drawn, strict=True))
    assert 16_000 < measured.sent < 2 * measured.rate
    assert measured.busy
    assert measured.busy.browser > measured.busy.page > 0
    assert len(measured.looks) == QUICK.looks
    written = report(measured)
    assert written.count("### ") == 5
    assert all(cell.strip() for line in written.splitlines() if line.startswith("| ") for cell in line.split("|")[1:-1])
