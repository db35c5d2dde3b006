"""What came of it, in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from statistics import median
from typing import Final

from tests.benchmarks.tables import KILO, MILLI, Goal, goal_table, percentile, table

from .measured import Measured, Taken

SHOWN: Final = 10e-3
"""Seconds from the service to the text on the page, at the median."""
FIRST: Final = 1.0
"""Seconds from the click to the first word."""
SENT: Final = 0.4
"""Of the bytes that Home Assistant's dialog sends: 16 of 48 kHz are a third, 16 of 44.1 a little more."""
MODULES: Final = 40_000
GROWTH: Final = 0.1
"""Of memory, from the first half to the end; the list of what was said is full before."""
_HOUR: Final = 3600


def report(measured: Measured) -> str:
    """Return all of it."""
    sections: tuple[tuple[str, Callable[[Measured], str]], ...] = (
        ("Goals of captions", _goal_table),
        ("From the service to the page", _delays),
        ("What captions take", _processor),
        ("Memory of captions", _memory),
        ("The card's modules", _modules),
    )
    return "\n".join(f"### {title}\n\n{section(measured)}" for title, section in sections)


def _goal_table(measured: Measured) -> str:
    return goal_table(_goals(measured))


def _goals(measured: Measured) -> Iterable[Goal]:
    middle = median(measured.shown)
    yield "Hypothesis to text, median", f"{SHOWN * MILLI:.0f} ms", f"{middle * MILLI:.1f} ms", middle < SHOWN
    first = median(measured.first)
    yield "Click to first word, median", f"{FIRST:.0f} s", f"{first:.2f} s", first <= FIRST
    part = measured.sent / (2 * measured.rate)
    yield "Audio sent, of Home Assistant's dialog's", f"{SENT:.0%}", f"{part:.0%}", part <= SENT
    size = sum(compressed for _, compressed in measured.modules.values())
    yield "All modules, compressed", f"{MODULES} bytes", f"{size} bytes", size < MODULES
    half = measured.looks[(len(measured.looks) - 1) // 2]
    for name, before, after in (
        ("page", half.heap, measured.looks[-1].heap),
        ("Home Assistant", half.home, measured.looks[-1].home),
    ):
        growth = after / before - 1
        yield f"Memory, {name}, from half to the end", f"+{GROWTH:.0%}", f"{growth:+.1%}", growth <= GROWTH


def _delays(measured: Measured) -> str:
    rows = [
        [name, str(len(values)), *(f"{value * MILLI:.1f}" for value in (median(values), percentile(values, 95)))]
        for name, values in (
            ("from a hypothesis at the service to its text on the page", measured.shown),
            ("to the frame that shows it", measured.drawn),
            ("from the click to the first word", measured.first),
        )
    ]
    return table(("ms", "times", "median", "95 %"), rows)


def _processor(measured: Measured) -> str:
    def row(name: str, taken: Taken | None) -> list[str]:
        assert taken
        return [name, *(f"{value * _HOUR:.0f}" for value in (taken.page, taken.browser, taken.home))]

    heads = ("seconds of processor time in an hour", "the page", "all of the browser", "Home Assistant")
    rows = [row("a card that listens", measured.busy), row("the same page, which does not", measured.idle)]
    sent = f"{measured.sent / KILO:.1f} kB/s of audio are sent; the device's own rate, at which Home Assistant's dialog"
    return f"{table(heads, rows)}\n{sent} sends, is {measured.rate} Hz: {2 * measured.rate / KILO:.1f} kB/s.\n"


def _memory(measured: Measured) -> str:
    heads = ("after hours", "page, MB", "Home Assistant, MB", "the page is behind, ms")
    rows = [
        [
            f"{look.hours:g}",
            f"{look.heap / KILO**2:.1f}",
            f"{look.home / KILO**2:.1f}",
            f"{look.behind * MILLI:.0f}",
        ]
        for look in measured.looks
    ]
    return f"{table(heads, rows)}\n{measured.plan.pace} times as fast as anybody talks.\n"


def _modules(measured: Measured) -> str:
    rows = [[f"`{name}`", *map(str, sizes)] for name, sizes in measured.modules.items()]
    sums = (str(sum(sizes)) for sizes in zip(*measured.modules.values(), strict=True))
    return table(("bytes", "as it is", "compressed"), [*rows, ["all", *sums]])
