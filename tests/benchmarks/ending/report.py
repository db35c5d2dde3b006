"""What was measured of an ending, in Markdown."""

from __future__ import annotations

from tests.benchmarks.tables import goal_table

from .goals import goals
from .measured import Measured
from .tables import complete, cost, misheard


def report(measured: Measured) -> str:
    """Return all of it."""
    sections = (
        ("Goals of an ending", goal_table(goals(measured))),
        ("When a command is complete", complete(measured)),
        ("What a judgement takes", cost(measured)),
        ("Misheard commands", misheard(measured)),
    )
    return "\n".join(f"### {title}\n\n{section}" for title, section in sections)
