"""Runs the benchmark: see scripts/benchmark --help. It prints the report, and can put it into the documentation."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from statistics import median
import sys
import time
from typing import Final

from .arena import ROOT, Name, arena
from .captions.measured import QUICK as CAPTIONS_QUICK, Plan as CaptionsPlan, measure as measure_captions
from .captions.report import report as captions_report
from .ending.measured import QUICK as ENDING_QUICK, Plan as EndingPlan, measure as measure_ending
from .ending.report import report as ending_report
from .figures import FIGURES
from .measured import QUICK, Measured, Plan
from .people.measured import QUICK as PEOPLE_QUICK, Plan as PeoplePlan, measure as measure_people
from .people.report import report as people_report
from .plot import chart
from .report import report
from .scaling import scaling
from .tables import MILLI
from .voice.figures import FIGURES as VOICE_FIGURES
from .voice.measured import QUICK as VOICE_QUICK, Measured as VoiceMeasured, Plan as VoicePlan
from .voice.report import plot as voice_plot, report as voice_report
from .voice.stage import stage

DOCUMENT: Final = ROOT / "docs" / "benchmarks.md"

type Plots = dict[str, str]
"""By their files' names."""


async def recognition(*, quick: bool) -> tuple[str, Plots]:
    """Measure how speech is recognised; return the report and its plots."""
    measured = Measured(QUICK if quick else Plan())
    async with arena(list(Name), measured.plan.round_trips) as place:
        await _measure(place, measured, (*FIGURES, scaling))
    return report(measured), plots(measured)


async def voice(*, quick: bool) -> tuple[str, Plots]:
    """Measure how answers are spoken; return the report and its plots."""
    measured = VoiceMeasured(VOICE_QUICK if quick else VoicePlan())
    async with stage(measured.plan.lines) as place:
        await _measure(place, measured, VOICE_FIGURES)
    title = "From the end of the first sentence to its sound, by round trip"
    return voice_report(measured), {
        "benchmark_voice.svg": chart(title, "ms", list(measured.open), voice_plot(measured))
    }


async def ending(*, quick: bool) -> tuple[str, Plots]:
    """Measure how it is known that a command is complete; return the report. It has no plots."""
    measured = await asyncio.to_thread(measure_ending, ENDING_QUICK if quick else EndingPlan())
    return ending_report(measured), {}


async def people(*, quick: bool) -> tuple[str, Plots]:
    """Measure how soon people's commands are ended; return the report. It has no plots."""
    return people_report(await measure_people(PEOPLE_QUICK if quick else PeoplePlan())), {}


async def captions(*, quick: bool) -> tuple[str, Plots]:
    """Measure the card on a page; return the report. It has no plots."""
    return captions_report(await measure_captions(CAPTIONS_QUICK if quick else CaptionsPlan())), {}


PARTS: Final = {
    "recognition": recognition,
    "voice": voice,
    "ending": ending,
    "people": people,
    "captions": captions,
}


async def _measure[P, M](place: P, measured: M, figures: Iterable[Callable[[P, M], Awaitable[None]]]) -> None:
    for figure in figures:
        begun = time.monotonic()
        await figure(place, measured)
        print(f"{figure.__name__}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)


def plots(measured: Measured) -> Plots:
    """Return the plots of recognition."""
    names = list(Name)
    return {
        "benchmark_end.svg": chart(
            "From the last audio to the result, by round trip",
            "ms",
            list(measured.end),
            {name: [median(figure[name]) * MILLI for figure in measured.end.values()] for name in names},
        ),
        "benchmark_cpu.svg": chart(
            "Processor time for a second of audio, by streams",
            "ms",
            [str(streams) for streams in measured.cpu],
            {name: [median(figure[name]) * MILLI for figure in measured.cpu.values()] for name in names},
        ),
    }


def begin(part: str) -> str:
    """Return what stands in the documentation before a part's figures."""
    return f"<!-- scripts/benchmark, {part}: begin -->"


def end(part: str) -> str:
    """Return what stands behind them."""
    return f"<!-- scripts/benchmark, {part}: end -->"


def document(text: str, part: str, figures: str) -> str:
    """Return the documentation's page with a part's figures replaced."""
    before, _, rest = text.partition(begin(part))
    _, _, after = rest.partition(end(part))
    return f"{before}{begin(part)}\n\n{figures}\n{end(part)}{after}"


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark", description=(__doc__ or "").split(":", maxsplit=1)[0])
    parser.add_argument("--part", choices=PARTS, action="append", help="what to measure: everything, if not given")
    parser.add_argument("--quick", action="store_true", help="a short run, whose figures say little")
    parser.add_argument("--save", action="store_true", help="put the figures and plots into docs/")
    arguments = parser.parse_args()
    for part in arguments.part or PARTS:
        figures, drawn = asyncio.run(PARTS[part](quick=arguments.quick))
        print(figures)
        if arguments.save:
            DOCUMENT.write_text(document(DOCUMENT.read_text(encoding="utf-8"), part, figures), encoding="utf-8")
            for name, plot in drawn.items():
                Path(DOCUMENT.parent / "images" / name).write_text(plot, encoding="utf-8")


if __name__ == "__main__":
    main()
