"""What the goals of a voice were, and what came of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from statistics import median
from typing import Final

from tests.benchmarks.tables import MILLI, Goal, goal_table

from .measured import Answers, Measured
from .spoken import Spoken
from .stage import Name

ABOVE_FLOOR: Final = {Name.CLIENT: 3e-3, Name.HOME_ASSISTANT: 5e-3}
"""Seconds that ours may take beyond the floor."""
FEWER: Final = 3
"""Round trips to the first sound."""
SDKS: Final = (Name.SPEAK_TEXT, Name.START_SPEAKING, Name.PIECES, Name.JAVASCRIPT)
SHARE: Final = 0.5
"""Of the better SDK's processor time."""


def goals(measured: Measured) -> str:
    """Return each goal, and what came of it."""
    return goal_table(row for group in (_delay, _gaps, _round_trips, _cpu) for row in group(measured))


def middle(answers: Answers, name: Name, figure: Callable[[Spoken], float]) -> float:
    """Return the median of a figure."""
    return median(figure(answer) for answer in answers[name])


def behind_text(name: Name) -> Callable[[Spoken], float]:
    """Return how to tell how long a speaker's first sound takes once it can know that the first sentence is over."""
    return (
        (lambda answer: answer.behind_gate) if name is Name.HOME_ASSISTANT else (lambda answer: answer.behind_sentence)
    )


def _delay(measured: Measured) -> Iterable[Goal]:
    for network, answers in measured.open.items():
        floor = middle(answers, Name.FLOOR, behind_text(Name.FLOOR))
        for ours, most in ABOVE_FLOOR.items():
            above = middle(answers, ours, behind_text(ours)) - floor
            name = f"First sound, {network}: {ours}"
            yield name, f"floor + {most * MILLI:g} ms", f"floor {above * MILLI:+.1f} ms", above <= most


def _gaps(measured: Measured) -> Iterable[Goal]:
    figures = {f"{measured.plan.pace:g}": [*measured.open.values(), *measured.fresh.values()]}
    figures |= {f"{pace:g}": [answers] for (pace, *_), answers in measured.paces.items()}
    for pace, all_answers in figures.items():
        for ours in ABOVE_FLOOR:
            longest = max(answer.gap for answers in all_answers for answer in answers[ours])
            name = f"Longest pause, a service {pace} times as fast as speech: {ours}"
            yield name, "0 ms", f"{longest * MILLI:.0f} ms", longest == 0


def _round_trips(measured: Measured) -> Iterable[Goal]:
    for ours in ABOVE_FLOOR:
        fewer = round_trips(measured, Name.SENTENCES) - round_trips(measured, ours)
        name = f"Round trips to the first sound, no connection open: {ours}, against REST by sentences"
        yield name, f"{FEWER} fewer", f"{fewer:.1f} fewer", fewer >= FEWER


def round_trips(measured: Measured, name: Name) -> float:
    """Return how many round trips the first sound takes if no connection is open, on the longest network."""
    networks = measured.plan.networks
    near, *_, far = networks
    there, here = (middle(measured.fresh[network], name, behind_text(name)) for network in (far, near))
    return (there - here) / networks[far].round_trip * MILLI


def _cpu(measured: Measured) -> Iterable[Goal]:
    for count, cpu in measured.cpu.items():
        best = min(median(cpu[sdk]) for sdk in SDKS)
        for ours in ABOVE_FLOOR:
            ratio = median(cpu[ours]) / best
            name = f"Processor time, {count} answers at once: {ours}"
            yield name, f"at most {SHARE:.0%} of the better SDK's", f"{ratio:.0%}", ratio <= SHARE
