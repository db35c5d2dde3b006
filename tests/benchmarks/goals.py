"""What the goals were, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median
from typing import Final

from .arena import Name
from .figures import MEMORY_KEPT
from .measured import Delays, Measured
from .scaling_report import scaling_goals
from .tables import KILO, MILLI, Goal, goal_table, percentile

OURS: Final = (Name.HOME_ASSISTANT, Name.CLIENT)
CPU: Final = {Name.HOME_ASSISTANT: 1.4, Name.CLIENT: 1.25}
"""Times the floor's processor time that ours may take."""


def goals(measured: Measured) -> str:
    """Return each goal, and what came of it."""
    groups = (_delay_goals, _load_goals, _home_assistant_goals, scaling_goals)
    return goal_table(row for group in groups for row in group(measured))


def _delay_goals(measured: Measured) -> Iterable[Goal]:
    for ours in OURS:
        above = _above_floor(measured.end["loopback"], ours)
        yield f"Delay at the end, loopback: {ours}", "floor + 2 ms", f"floor + {above * MILLI:.1f} ms", above <= 2e-3
    for network, figure in measured.end.items():
        if network == "loopback":
            continue
        ratio = median(figure[Name.HOME_ASSISTANT]) / median(figure[Name.FLOOR]) - 1
        yield f"Delay at the end, {network} round trip", "floor + 5 %", f"floor {ratio:+.1%}", ratio <= 0.05
    for kind in ("none", "open"):
        above = _above_floor(measured.first[f"loopback, {kind}"], Name.HOME_ASSISTANT)
        connection = "a connection open" if kind == "open" else "no connection open"
        yield f"First audio, {connection}", "floor + 2 ms", f"floor + {above * MILLI:.1f} ms", above <= 2e-3
    for ours in OURS:
        above = measured.first_command[ours].first - measured.first_command[Name.FLOOR].first
        name = f"First audio of a process's first command: {ours}"
        yield name, "floor + 3 ms", f"floor {above * MILLI:+.1f} ms", above <= 3e-3
    lost = sum(measured.lost[ours] for ours in OURS)
    yield "Audio lost, in all runs", "0 bytes", f"{lost} bytes", lost == 0
    above = _above_floor(measured.partials, Name.HOME_ASSISTANT)
    yield "Partial results, at the median", "floor + 1 ms", f"floor + {above * MILLI:.1f} ms", above <= 1e-3


def _load_goals(measured: Measured) -> Iterable[Goal]:
    for streams, figure in measured.cpu.items():
        for ours, most in CPU.items():
            ratio = median(figure[ours]) / median(figure[Name.FLOOR])
            yield (
                f"Processor time, {streams} streams: {ours}",
                f"{most:g} times the floor",
                f"{ratio:.2f} times",
                ratio <= most,
            )
    busiest = max(measured.cpu)
    share = busiest * median(measured.cpu[busiest][Name.CLIENT])
    yield f"{busiest} streams in real time, of one core", "less than 100 %", f"{share:.0%}", share < 1
    latest = percentile(measured.loaded[busiest][Name.CLIENT], 99)
    yield f"{busiest} streams, results on time (99 %)", "within 1 s", f"{latest * MILLI:.0f} ms", latest <= 1
    for ours in OURS:
        beyond = measured.memory[ours] - measured.memory[Name.FLOOR]
        goal, met = f"floor + its audio ({MEMORY_KEPT / KILO:.0f} kB) + 15 kB", beyond <= MEMORY_KEPT + 15 * KILO
        yield f"Memory of a stream: {ours}", goal, f"floor + {beyond / KILO:.0f} kB", met
    grown = (measured.growth[-1] - measured.growth[0]) / KILO
    yield f"Growth over {measured.plan.turns} turns", "0", f"{grown:+.0f} kB", grown <= 100


def _home_assistant_goals(measured: Measured) -> Iterable[Goal]:
    for number, silence in enumerate(measured.plan.silences):
        first, *others = (median(measured.speech_end[who][number]) for who in ("first", "home_assistant", "azure"))
        later = first - min(others)
        text = f"{later * MILLI:+.0f} ms"
        yield f"Whichever first, service's silence {silence:g} s", "the earlier one", text, later <= 0.02
    idle, busy = loop_p99(measured)
    rise = busy - idle
    yield "Event loop's delay, p99, against idle", "+ 2 ms", f"{rise * MILLI:+.1f} ms", rise <= 2e-3
    ours, *others_imports = measured.imports.values()
    for text, part, unit, scale in (("time", 0, "ms", MILLI), ("memory", 1, "MB", 1 / KILO**2)):
        mine = median(took[part] for took in ours) * scale
        peer = median(took[part] for took in others_imports[-1]) * scale
        yield (
            f"Import {text}, against Home Assistant Cloud's",
            "less",
            f"{mine:.1f} against {peer:.1f} {unit}",
            mine < peer,
        )


def _above_floor(figure: Delays, name: Name) -> float:
    return median(figure[name]) - median(figure[Name.FLOOR])


def loop_p99(measured: Measured) -> tuple[float, float]:
    idle, busy = (median(percentile(late, 99) for late in rounds) for rounds in measured.loop.values())
    return idle, busy
