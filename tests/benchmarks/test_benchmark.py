"""The benchmark runs, with every contender, and what it writes has all its figures. No figure is judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from tests.speech_service import SpeechService
from tests.speech_service.synthesis.synthesis import Synthesis

from .__main__ import DOCUMENT, PARTS, begin, document, end
from .arena import ROOT, Name
from .clock import Clock
from .command import Command
from .contenders import client, floor
from .figures import FRAME
from .plot import chart
from .voice.figures import STOPPED
from .voice.request import SENTENCES, Request
from .voice.service import Premade
from .voice.speakers import client as speaking_client, floor as speaking_floor
from .voice.stage import Name as Speaker


def each(names: Iterable[str], tables: int = 1) -> dict[str, int]:
    return dict.fromkeys(names, tables)


TABLES: dict[str, dict[str, dict[str, int]]] = {
    "recognition": {
        "Goals": {},
        "Delay at the end": each(Name),
        "Delay to the first audio at the service": each(Name),
        "End of speech": {},
        "Partial results": each(Name),
        "Processor time": each(Name, 3),
        "Event loop": {},
        "Memory": each(Name),
        "Set-up": each(Name),
        "As names grow": {},
        "As recordings grow": {},
        "As recordings and captions grow": {},
        "As months grow": {},
    },
    "voice": {
        "Goals of a voice": {},
        "From the first sentence to its sound": each(Speaker, 2),
        "From the agent's first delta to the first sound": each(Speaker),
        "Round trips": each(Speaker),
        "Pauses within an answer": each(Speaker),
        "From stop to silence": each(STOPPED),
        "Many answers at once": each(Speaker, 4),
    },
    "ending": {
        "Goals of an ending": {},
        "When a command is complete": {},
        "What a judgement takes": {},
        "Misheard commands": {},
    },
}
"""The sections of each part, and of how many tables of one each contender has a row.

people/ and captions/ have tests of their own.
"""


@pytest.mark.timeout(400)
@pytest.mark.parametrize("part", TABLES)
def test_every_contender_has_every_figure(part: str) -> None:
    command = [sys.executable, "-m", "tests.benchmarks", "--quick", "--part", part]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    sections = dict(section.split("\n", maxsplit=1) for section in run.stdout.split("### ")[1:])
    assert list(sections) == list(TABLES[part])
    for title, section in sections.items():
        rows = [line.split(" | ") for line in section.splitlines() if line.startswith("| ")]
        assert all(cell.strip("| ") for row in rows for cell in row)
        names = Counter(row[0].removeprefix("| ") for row in rows)
        for name in (*Name, *Speaker):
            assert names[name] == TABLES[part][title].get(name, 0), (title, name)


async def test_the_floor_sends_what_the_client_sends() -> None:
    """It would be no floor otherwise: as many messages, of the same sizes, in the same order."""
    sent = []
    for make in (client.make, floor.make):
        async with SpeechService(Clock()) as service, make() as contender:
            await contender.run(Command(port=service.port, packet=FRAME, first=FRAME, seconds=0.45, paced=False))
            sent.append(await _first_turn(service))
    assert sent[0] == sent[1]


async def test_the_floor_of_a_voice_sends_what_the_client_sends() -> None:
    sent = []
    for make in (speaking_client.make, speaking_floor.make):
        async with SpeechService(synthesis=Synthesis(speaker=Premade())) as service, make() as speaker:
            await speaker.run(Request(port=service.port, written=4000))
            (connection,) = service.syntheses
            turn = connection.turns[0]
            assert SENTENCES[0] in turn.ssml
            sent.append(([message.path for message in connection.messages[:3]], connection.config, turn.context))
    assert sent[0] == sent[1]


async def _first_turn(service: SpeechService) -> tuple[object, ...]:
    turn = service.connections[0].turns[0]
    await service.until(lambda: bool(turn.telemetry))
    return turn.context, turn.riff_size, turn.frame_sizes, [list(said) for said in turn.telemetry]


def test_the_documentation_has_a_place_for_the_figures() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for part in PARTS:
        before, _, rest = text.partition(begin(part))
        _, _, after = rest.partition(end(part))
        assert document(text, part, "x") == f"{before}{begin(part)}\n\nx\n{end(part)}{after}"
        assert before.startswith("# ")
        assert rest
        assert after
    for plot in ("benchmark_end.svg", "benchmark_cpu.svg", "benchmark_voice.svg"):
        assert f"(images/{plot})" in text


def test_a_chart_is_svg_whose_points_lie_by_their_values() -> None:
    svg = ET.fromstring(chart("A & B", "ms", ["one", "two"], {"<low>": [1.0, 2.0], "high": [50.0, None]}))  # noqa: S314 - ours
    space = {"svg": "http://www.w3.org/2000/svg"}
    heights = [float(circle.get("cy", "")) for circle in svg.findall(".//svg:circle", space)]
    assert len(heights) == 3
    assert all(above > below for above, below in pairwise(heights))
    assert {"<low>", "high", "A & B"} <= {text.text for text in svg.findall(".//svg:text", space)}
