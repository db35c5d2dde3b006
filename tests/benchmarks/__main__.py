"""Runs the benchmark: see scripts/benchmark --help. It prints the report, and can put it into the documentation."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from statistics import median
import sys
import time
from typing import Final

from .arena import ROOT, Name, arena
from .figures import FIGURES
from .measured import QUICK, Measured, Plan
from .plot import chart
from .report import report
from .scaling import scaling
from .tables import MILLI

DOCUMENT: Final = ROOT / "docs" / "benchmarks.md"
BEGIN: Final = "<!-- scripts/benchmark: begin -->"
END: Final = "<!-- scripts/benchmark: end -->"


async def measure(plan: Plan) -> Measured:
    """Measure everything."""
    measured = Measured(plan)
    async with arena(list(Name), plan.round_trips) as place:
        for figure in (*FIGURES, scaling):
            begun = time.monotonic()
            await figure(place, measured)
            print(f"{figure.__name__}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    return measured


def plots(measured: Measured) -> dict[str, str]:
    """Return the plots by their file names."""
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


def document(text: str, measured: Measured) -> str:
    """Return the documentation's page with its figures replaced."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{report(measured)}\n{END}{after}"


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark", description=(__doc__ or "").split(":", maxsplit=1)[0])
    parser.add_argument("--quick", action="store_true", help="a short run, whose figures say little")
    parser.add_argument("--save", action="store_true", help="put the figures and plots into docs/")
    arguments = parser.parse_args()
    measured = asyncio.run(measure(QUICK if arguments.quick else Plan()))
    print(report(measured))
    if arguments.save:
        DOCUMENT.write_text(document(DOCUMENT.read_text(encoding="utf-8"), measured), encoding="utf-8")
        for name, plot in plots(measured).items():
            Path(DOCUMENT.parent / "images" / name).write_text(plot, encoding="utf-8")


if __name__ == "__main__":
    main()
