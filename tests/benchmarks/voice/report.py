"""What was measured of voices, in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from typing import Final

from tests.benchmarks.tables import KILO, MILLI, percentile, spread, table

from .goals import behind_text, goals, middle, round_trips
from .measured import Answers, Measured
from .spoken import Spoken
from .stage import Name

EACH: Final[Mapping[Name, str]] = {name: str(name) for name in Name}
GATE_APART: Final = f"{Name.HOME_ASSISTANT}, its gate apart"


def report(measured: Measured) -> str:
    """Return all of it."""
    sections = (
        ("Goals of a voice", goals),
        ("From the first sentence to its sound", _sentence),
        ("From the agent's first delta to the first sound", _first),
        ("Round trips", _round_trips),
        ("Pauses within an answer", _gaps),
        ("From stop to silence", _stopped),
        ("Many answers at once", _load),
    )
    return "\n".join(f"### {title}\n\n{section(measured)}" for title, section in sections)


def plot(measured: Measured) -> dict[str, list[float | None]]:
    """Return what the plot shows: milliseconds from the end of the first sentence to its sound, by network."""
    figures = measured.open.values()
    return {name: [middle(answers, name, _behind_sentence) * MILLI for answers in figures] for name in Name}


def _behind_sentence(answer: Spoken) -> float:
    return answer.behind_sentence


def _sentence(measured: Measured) -> str:
    tables = []
    for connection, figures in (("open", measured.open), ("none, TLS", measured.fresh)):
        heads = ("ms from the end of the first sentence to its sound", *(f"{net}, {connection}" for net in figures))
        rows = _rows(figures, _behind_sentence)
        (apart,) = _rows(figures, behind_text(Name.HOME_ASSISTANT), {Name.HOME_ASSISTANT: GATE_APART})
        tables.append(table(heads, [rows[0], apart, *rows[1:]]))
    return "\n".join(tables)


def _first(measured: Measured) -> str:
    heads = ("ms from the first delta to the first sound", *measured.open)
    return table(heads, _rows(measured.open, lambda answer: answer.first))


def _round_trips(measured: Measured) -> str:
    rows = [(name, f"{round_trips(measured, name):.1f}") for name in Name]
    return table(("no connection open, TLS 1.3", "round trips to the first sound"), rows)


def _gaps(measured: Measured) -> str:
    figures = {f"{network}, {measured.plan.pace:g} times": answers for network, answers in measured.open.items()}
    figures |= {f"{trip:g} ms, {pace:g} times": answers for (pace, trip, _), answers in measured.paces.items()}
    heads = ("ms of the longest pause, by how many times as fast as speech the service is", *figures)
    return table(heads, _rows(figures, lambda answer: answer.gap, digits=0))


def _stopped(measured: Measured) -> str:
    names = {name: str(name) for name in measured.stopped}
    rows = _rows({"": measured.stopped}, lambda answer: answer.silence, names)
    return table(("ms", f"{measured.plan.paces[0][1]:g} ms"), rows)


def _rows(
    figures: Mapping[str, Answers],
    figure: Callable[[Spoken], float],
    names: Mapping[Name, str] = EACH,
    digits: int = 1,
) -> list[list[str]]:
    return [
        [title, *(spread([figure(answer) for answer in answers[name]], digits=digits) for answers in figures.values())]
        for name, title in names.items()
    ]


def _load(measured: Measured) -> str:
    heads = [f"{count} at once" for count in measured.cpu]
    cpu = [[median(costs[name]) * MILLI for costs in measured.cpu.values()] for name in Name]
    memory = [[median(costs[name]) / KILO for costs in measured.memory.values()] for name in Name]
    all_answers = [[answers[name] for answers in measured.at_once.values()] for name in Name]
    late = [
        [percentile([behind_text(name)(answer) for answer in answers], 99) * MILLI for answers in row]
        for name, row in zip(Name, all_answers, strict=True)
    ]
    gaps = [[max(answer.gap for answer in answers) * MILLI for answers in row] for row in all_answers]
    figures = {
        "ms of processor time for an answer": cpu,
        "kB for an answer, at the most": memory,
        "ms from the end of the first sentence to its sound, 99 %": late,
        "ms of the longest pause of all": gaps,
    }
    return "\n".join(
        table(
            (title, *heads), [[name, *(f"{value:.0f}" for value in row)] for name, row in zip(Name, rows, strict=True)]
        )
        for title, rows in figures.items()
    )
