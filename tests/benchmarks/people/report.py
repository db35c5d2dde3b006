"""What came of what people said, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import mean, median
from typing import Final

from custom_components.azure_speech_live.home.command import Verdict
from tests.benchmarks.tables import MILLI, Goal, goal_table, percentile, table

from .house import Way
from .measured import Measured
from .played import Heard, Outcome

COMPLETE: Final = 0.36
"""Seconds from the last word to the text, at the median, where a command is complete."""
MEAN: Final = 0.45
CUT: Final = 1e-3
"""Of all commands."""
HOUSEHOLD: Final = 2 / 3
"""Of the commands to a home, those that are complete at their end: see the part *ending*. Of orders it is a sixth."""
VERDICTS: Final = {
    Verdict.FINAL: "complete",
    Verdict.OPEN: "complete, and can go on",
    Verdict.BEGUN: "not complete",
    Verdict.OTHER: "of which it is not known",
}


def report(measured: Measured) -> str:
    """Return all of it."""
    sections = (("Goals of people's commands", _goals), ("From the last word to its text", _delays))
    return "\n".join(f"### {title}\n\n{section(measured)}" for title, section in sections)


def _goals(measured: Measured) -> str:
    return goal_table(_each_goal(measured))


def _each_goal(measured: Measured) -> Iterable[Goal]:
    ours = measured.heard[Way.BY_COMMAND]
    complete = _delays_of(_of(measured, ours, Verdict.FINAL))
    if complete:
        middle = median(complete)
        yield "Complete commands, median", f"{COMPLETE * MILLI:.0f} ms", f"{middle * MILLI:.0f} ms", middle <= COMPLETE
    others = _delays_of([each for each, said in zip(ours, measured.verdicts, strict=True) if said is not Verdict.FINAL])
    if complete and others:
        average = HOUSEHOLD * mean(complete) + (1 - HOUSEHOLD) * mean(others)
        name = f"All commands, mean, if {HOUSEHOLD:.0%} of them are complete"
        yield name, f"less than {MEAN * MILLI:.0f} ms", f"{average * MILLI:.0f} ms", average < MEAN
    cut = _share(ours, Outcome.CUT)
    yield "Commands cut in the middle", f"at most {CUT:.1%}", f"{cut:.2%}", cut <= CUT


def _delays(measured: Measured) -> str:
    heads = (
        "ms from the last word to its text",
        *("commands", "median", "90 %", "mean", "% cut in the middle", "% lost or changed", "% done"),
    )
    rows = [_row(way, heard) for way, heard in measured.heard.items()]
    ours = measured.heard[Way.BY_COMMAND]
    rows += [
        _row(f"{Way.BY_COMMAND}: {name}", heard)
        for verdict, name in VERDICTS.items()
        if (heard := _of(measured, ours, verdict))
    ]
    half, all_ = (figure * MILLI for figure in (median(measured.late), max(measured.late)))
    said = f"{measured.plan.at_once} satellites at a time, whose audio was late by at most {half:.0f} ms in half of the"
    return f"{table(heads, rows)}\n{said} commands, and {all_:.0f} ms in all.\n"


def _row(name: str, heard: Sequence[Heard]) -> list[str]:
    delays = _delays_of(heard) or [0.0]
    figures = (median(delays), percentile(delays, 90), mean(delays))
    done = sum(each.understood for each in heard) / len(heard)
    return [
        name,
        str(len(heard)),
        *(f"{figure * MILLI:.0f}" for figure in figures),
        *(f"{100 * _share(heard, outcome):.2f}" for outcome in (Outcome.CUT, Outcome.LOST)),
        f"{100 * done:.1f}",
    ]


def _of(measured: Measured, heard: Sequence[Heard], verdict: Verdict) -> list[Heard]:
    return [each for each, said in zip(heard, measured.verdicts, strict=True) if said is verdict]


def _delays_of(heard: Sequence[Heard]) -> list[float]:
    """Return the delays of the commands that were whole."""
    return [each.delay for each in heard if each.outcome is Outcome.WHOLE]


def _share(heard: Sequence[Heard], outcome: Outcome) -> float:
    return sum(each.outcome is outcome for each in heard) / len(heard)
