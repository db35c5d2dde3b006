"""Tables in Markdown, and the figures in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median, quantiles
from typing import Final

from .measured import Delays

MILLI: Final = 1e3
KILO: Final = 1024

type Goal = tuple[str, str, str, bool]
"""What is measured, its goal, what came of it, and whether that is met."""


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile."""
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def spread(values: Sequence[float], scale: float = MILLI, digits: int = 1) -> str:
    """Return the median of values, and the range of all of them but for a tenth at either end."""
    low, high = percentile(values, 10), percentile(values, 90)
    return f"{median(values) * scale:.{digits}f} ({low * scale:.{digits}f}–{high * scale:.{digits}f})"  # noqa: RUF001


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; all columns but the first are numbers."""
    lines = [heads, ["---", *("---:" for _ in heads[1:])], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def goal_table(goals: Iterable[Goal]) -> str:
    """Return a table of goals."""
    return table(
        ("Figure", "Goal", "Measured", "Met"),
        [(figure, goal, value, "yes" if met else "**no**") for figure, goal, value, met in goals],
    )


def by_contender[Key](heads: Sequence[str], figures: Mapping[Key, Delays], scale: float = MILLI) -> str:
    """Return a table with a row for each contender and a column for each figure."""
    names = list(next(iter(figures.values())))
    rows = [[name, *(spread(figure[name], scale) for figure in figures.values())] for name in names]
    return table(heads, rows)
