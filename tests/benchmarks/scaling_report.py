"""What came of scaling.py: tables of how cost grows, and the goals for that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf
from typing import Final

from .measured import Cost, Measured
from .tables import KILO, MILLI, Goal, table

MICRO: Final = 1e6
LINEAR: Final = 1.5
"""Times the cost of one among few that one among many may cost: no two runs are the same."""


def scaling_goals(measured: Measured) -> Iterable[Goal]:
    """Return the goals, and what came of them."""
    few, many = list(measured.names)[-2:]
    heads = {
        "built": "The list of names, built anew",
        "first": "A command's first audio",
        "first_renamed": "The same right after a rename",
        "renamed": "A rename",
        "comes": "An entity that comes and goes",
        "set_up": "Set-up",
    }
    for key, head in heads.items():
        yield _flat(f"{head}, {many:,} names against {few:,}", measured.names, key)
    for who, costs in measured.recordings.items():
        short, long = (_length(seconds) for seconds in list(costs)[-2:])
        totals = {seconds: {"cpu": cost["cpu"] + cost["children"]} for seconds, cost in costs.items()}
        yield _linear(f"Processor time of a minute of {long}, against one of {short}: {who}", totals, "cpu")
        yield _linear(f"Memory for it: {who}", costs, "memory")
    yield from _crowd_goals(measured)
    few, many = list(measured.months)[-2:]
    yield _linear(f"A load, by the month, {many:,} against {few:,}", measured.months, "loaded")
    for key, head in {"counted": "A count", "saved": "A save", "after": "The file"}.items():
        yield _flat(f"{head}, {many:,} months against {few:,}", measured.months, key)


def _flat(name: str, costs: Mapping[int, Cost], key: str) -> Goal:
    few, many = list(costs)[-2:]
    return _goal(name, "the same", costs[many][key], costs[few][key])


def _linear(name: str, costs: Mapping[int, Cost], key: str) -> Goal:
    few, many = list(costs)[-2:]
    return _goal(name, "the same", costs[many][key] / many, costs[few][key] / few)


def _goal(name: str, goal: str, value: float, against: float) -> Goal:
    ratio = value / against if against > 0 else inf if value > 0 else 0.0
    return name, f"{goal}, at most {LINEAR:g} times", f"{ratio:.2f} times", ratio <= LINEAR


def _crowd_goals(measured: Measured) -> Iterable[Goal]:
    alone, all_at_once = measured.crowds[0, 0], list(measured.crowds.values())[-1]
    later = all_at_once["delay"] - alone["delay"]
    yield "A command's delay beside all captions and recordings", "+ 5 ms", f"{later * MILLI:+.1f} ms", later <= 5e-3
    few, many = sorted(captions for captions, recordings in measured.crowds if captions and not recordings)
    for key, head in {"cpu": "Processor time", "memory": "Memory"}.items():
        beyond = {crowd: cost[key] - alone[key] for crowd, cost in measured.crowds.items()}
        name = f"{head} of one of {many} captions against one of {few}"
        yield _goal(name, "the same", beyond[many, 0] / many, beyond[few, 0] / few)
        recordings = max(recordings for _, recordings in measured.crowds)
        name = f"{head} of {many} captions and {recordings} recordings together"
        yield _goal(name, "the sum", beyond[many, recordings], beyond[many, 0] + beyond[0, recordings])


def names(measured: Measured) -> str:
    """Return the table of names."""
    heads = ("what it takes", *(f"{count:,} names" for count in measured.names))
    rows = {
        "the list built anew, ms": ("built", MILLI, 2),
        "a command's first audio, ms": ("first", MILLI, 1),
        "the same right after a rename, ms": ("first_renamed", MILLI, 1),
        "a rename, ms": ("renamed", MILLI, 2),
        "an entity comes and goes, µs": ("comes", MICRO, 0),
        "the same without us, µs": ("comes_without", MICRO, 0),
        "set-up, ms": ("set_up", MILLI, 1),
    }
    return _costs(heads, rows, measured.names)


def recordings(measured: Measured) -> str:
    """Return the tables of a recording's length."""
    heads = ("what it takes", *(_length(seconds) for seconds in measured.plan.recordings))
    rows = []
    for who, costs in measured.recordings.items():
        minutes = {seconds: seconds / 60 for seconds in costs}
        own = [f"{costs[seconds]['cpu'] / minutes[seconds] * MILLI:.0f}" for seconds in costs]
        rows.append((f"{who}: ms of processor time a minute of audio", *own))
        if any(cost["children"] for cost in costs.values()):
            ffmpeg = [f"{costs[seconds]['children'] / minutes[seconds] * MILLI:.0f}" for seconds in costs]
            rows.append((f"{who}: the same, of its ffmpeg", *ffmpeg))
        rows.append(
            (f"{who}: MB of memory at the most", *(f"{cost['memory'] / KILO**2:.1f}" for cost in costs.values()))
        )
    return table(heads, rows) + (
        f"\nRecordings are sent at twice real time; these were at {measured.plan.recording_pace:g} times.\n"
    )


def crowds(measured: Measured) -> str:
    """Return the table of recordings and captions at a time."""
    heads = ("captions and recordings beside the command", *(f"{both[0]} + {both[1]}" for both in measured.crowds))
    rows = {
        "the command's first audio, ms": ("first", MILLI, 1),
        "from its last audio to its text, ms": ("delay", MILLI, 1),
        "processor time of a second of all, ms": ("cpu", MILLI, 1),
        "memory for all, kB": ("memory", 1 / KILO, 0),
    }
    return _costs(heads, rows, measured.crowds)


def months(measured: Measured) -> str:
    """Return the table of months."""
    heads = ("what it takes", *(f"{count:,} months" for count in measured.months))
    rows = {
        "a load, ms of processor time": ("loaded", MILLI, 2),
        "the first count, µs": ("first", MICRO, 0),
        "every other count, µs": ("counted", MICRO, 0),
        "a save, ms of processor time": ("saved", MILLI, 2),
        "the file before, kB": ("before", 1 / KILO, 1),
        "the file after a save, kB": ("after", 1 / KILO, 1),
    }
    return _costs(heads, rows, measured.months)


def _costs[Key](heads: tuple[str, ...], rows: Mapping[str, tuple[str, float, int]], costs: Mapping[Key, Cost]) -> str:
    return table(
        heads,
        [
            (head, *(f"{cost[key] * scale:.{digits}f}" for cost in costs.values()))
            for head, (key, scale, digits) in rows.items()
        ],
    )


def _length(seconds: int) -> str:
    hours, minutes = seconds / 3600, seconds / 60
    return f"{hours:g} h" if hours >= 1 else f"{minutes:g} min" if minutes >= 1 else f"{seconds:g} s"
