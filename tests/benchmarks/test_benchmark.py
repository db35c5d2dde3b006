"""The benchmark runs, with every contender, and what it writes has all its figures. No figure is judged."""

from __future__ import annotations

from itertools import pairwise
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from tests.speech_service import SpeechService

from .__main__ import BEGIN, DOCUMENT, END
from .arena import ROOT, Name
from .clock import Clock
from .command import Command
from .contenders import client, floor
from .figures import FRAME
from .plot import chart

SECTIONS = (
    "Goals",
    "Delay at the end",
    "Delay to the first audio at the service",
    "End of speech",
    "Partial results",
    "Processor time",
    "Event loop",
    "Memory",
    "Set-up",
    "As names grow",
    "As recordings grow",
    "As recordings and captions grow",
    "As months grow",
)
OF_CONTENDERS = {
    "Delay at the end": 1,
    "Delay to the first audio at the service": 1,
    "Partial results": 1,
    "Processor time": 3,
    "Memory": 1,
    "Set-up": 1,
}
"""How many tables with a row for each contender a section has."""


def sections(report: str) -> dict[str, str]:
    titled = dict(section.split("\n", maxsplit=1) for section in report.split("### ")[1:])
    assert tuple(titled) == SECTIONS
    return titled


@pytest.mark.timeout(400)
def test_every_contender_has_every_figure() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--quick"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    for title, section in sections(run.stdout).items():
        rows = [line.split(" | ") for line in section.splitlines() if line.startswith("| ")]
        assert all(cell.strip("| ") for row in rows for cell in row)
        for name in Name:
            own = [row for row in rows if row[0] == f"| {name}"]
            assert len(own) == OF_CONTENDERS.get(title, 0), (title, name)


async def test_the_floor_sends_what_the_client_sends() -> None:
    """It would be no floor otherwise: as many messages, of the same sizes, in the same order."""
    sent = []
    for make in (client.make, floor.make):
        async with SpeechService(Clock()) as service, make() as contender:
            await contender.run(Command(port=service.port, packet=FRAME, first=FRAME, seconds=0.45, paced=False))
            sent.append(await _first_turn(service))
    assert sent[0] == sent[1]


async def _first_turn(service: SpeechService) -> tuple[object, ...]:
    turn = service.connections[0].turns[0]
    await service.until(lambda: bool(turn.telemetry))
    return turn.context, turn.riff_size, turn.frame_sizes, [list(said) for said in turn.telemetry]


def test_the_documentation_has_a_place_for_the_figures() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin
    assert end
    assert before.startswith("# ")
    assert "benchmark_end.svg" in before + after


def test_a_chart_is_svg_whose_points_lie_by_their_values() -> None:
    svg = ET.fromstring(chart("A & B", "ms", ["one", "two"], {"<low>": [1.0, 2.0], "high": [50.0, None]}))  # noqa: S314 - ours
    space = {"svg": "http://www.w3.org/2000/svg"}
    heights = [float(circle.get("cy", "")) for circle in svg.findall(".//svg:circle", space)]
    assert len(heights) == 3
    assert all(above > below for above, below in pairwise(heights))
    assert {"<low>", "high", "A & B"} <= {text.text for text in svg.findall(".//svg:text", space)}
