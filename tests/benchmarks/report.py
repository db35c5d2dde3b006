"""What was measured, in Markdown: what the goals were and what came of them, then every figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median, quantiles
from typing import Final

from .arena import Name
from .figures import Delays, Measured

MILLI: Final = 1e3
KILO: Final = 1024
PEERS: Final = (Name.PYTHON_SDK, Name.JAVASCRIPT_SDK, Name.CHUNKED, Name.BUFFERED)
OURS: Final = (Name.HOME_ASSISTANT, Name.CLIENT)


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


def by_contender[Key](heads: Sequence[str], figures: Mapping[Key, Delays], scale: float = MILLI) -> str:
    """Return a table with a row for each contender and a column for each figure."""
    names = list(next(iter(figures.values())))
    rows = [[name, *(spread(figure[name], scale) for figure in figures.values())] for name in names]
    return table(heads, rows)


def report(measured: Measured) -> str:
    """Return all of it."""
    sections = (
        ("Goals", goals),
        ("Delay at the end", _end),
        ("Delay to the first audio at the service", _first),
        ("End of speech", _speech_end),
        ("Partial results", _partials),
        ("Processor time", _cpu),
        ("Event loop", _loop),
        ("Memory", _memory),
        ("Set-up", _set_up),
    )
    return "\n".join(f"### {title}\n\n{section(measured)}" for title, section in sections)


# --- goals


def goals(measured: Measured) -> str:
    """Return each goal, and what came of it."""
    rows = [row for group in (_delay_goals, _load_goals, _home_assistant_goals) for row in group(measured)]
    return table(
        ("Figure", "Goal", "Measured", "Met"),
        [(figure, goal, value, "yes" if met else "**no**") for figure, goal, value, met in rows],
    )


type Goal = tuple[str, str, str, bool]


def _delay_goals(measured: Measured) -> Iterable[Goal]:
    for ours in OURS:
        above = _above_floor(measured.end["loopback"], ours)
        yield f"Delay at the end, loopback: {ours}", "floor + 2 ms", f"floor + {above * MILLI:.1f} ms", above <= 2e-3
    for network, figure in measured.end.items():
        if network == "loopback":
            continue
        ratio = median(figure[Name.HOME_ASSISTANT]) / median(figure[Name.FLOOR]) - 1
        yield f"Delay at the end, {network} round trip", "floor + 5 %", f"floor {ratio:+.1%}", ratio <= 0.05
    for network, figure in measured.end.items():
        best = min(PEERS, key=lambda name: median(figure[name]))
        ours_best = median(figure[Name.CLIENT])
        yield (
            f"Delay at the end, {network}, against the best peer ({best})",
            "less",
            f"{ours_best * MILLI:.1f} ms against {median(figure[best]) * MILLI:.1f} ms",
            ours_best < median(figure[best]),
        )
    for kind in ("none", "open"):
        above = _above_floor(measured.first[f"loopback, {kind}"], Name.HOME_ASSISTANT)
        connection = "a connection open" if kind == "open" else "no connection open"
        yield f"First audio, {connection}", "floor + 2 ms", f"floor + {above * MILLI:.1f} ms", above <= 2e-3
    lost = sum(measured.lost[ours] for ours in OURS)
    yield "Audio lost, in all runs", "0 bytes", f"{lost} bytes", lost == 0
    above = _above_floor(measured.partials, Name.HOME_ASSISTANT)
    yield "Partial results, at the median", "floor + 1 ms", f"floor + {above * MILLI:.1f} ms", above <= 1e-3


def _load_goals(measured: Measured) -> Iterable[Goal]:
    for streams, figure in measured.cpu.items():
        best = min(PEERS[:2], key=lambda name: median(figure[name]))
        ratio = median(figure[Name.CLIENT]) / median(figure[best])
        yield f"Processor time, {streams} streams, of the better SDK's", "at most 50 %", f"{ratio:.0%}", ratio <= 0.5
    most = max(measured.cpu)
    share = most * median(measured.cpu[most][Name.CLIENT])
    yield f"{most} streams in real time, of one core", "less than 100 %", f"{share:.0%}", share < 1
    latest = percentile(measured.loaded[most][Name.CLIENT], 99)
    yield f"{most} streams, results on time (99 %)", "within 1 s", f"{latest * MILLI:.0f} ms", latest <= 1
    ratio = measured.memory[Name.CLIENT] / measured.memory[Name.PYTHON_SDK]
    yield "Memory of a stream, of the Python SDK's", "at most 10 %", f"{ratio:.0%}", ratio <= 0.1
    grown = (measured.growth[-1] - measured.growth[0]) / KILO
    yield f"Growth over {measured.plan.turns} turns", "0", f"{grown:+.0f} kB", grown <= 100


def _home_assistant_goals(measured: Measured) -> Iterable[Goal]:
    for number, silence in enumerate(measured.plan.silences):
        first, *others = (median(measured.speech_end[who][number]) for who in ("first", "home_assistant", "azure"))
        later = first - min(others)
        text = f"{later * MILLI:+.0f} ms"
        yield f"Whichever first, service's silence {silence:g} s", "the earlier one", text, later <= 0.02
    idle, busy = _p99(measured)
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


def _p99(measured: Measured) -> tuple[float, float]:
    idle, busy = (median(percentile(late, 99) for late in rounds) for rounds in measured.loop.values())
    return idle, busy


# --- figures


def _end(measured: Measured) -> str:
    heads = ("ms from the last audio to the result", *measured.end)
    return by_contender(heads, measured.end)


def _first(measured: Measured) -> str:
    heads = ("ms from the call to the first audio at the service", *measured.first)
    return by_contender(heads, measured.first)


def _partials(measured: Measured) -> str:
    rows = [[name, spread(late, digits=2) if late else "none"] for name, late in measured.partials.items()]
    return table(("ms from the service to the caller", "loopback"), rows)


def _cpu(measured: Measured) -> str:
    heads = [f"{streams} streams" for streams in measured.cpu]
    cpu = _medians(measured.cpu, 2)
    late = _medians(measured.loaded, 1)
    service = _medians(measured.service_cpu, 2)
    return "\n".join(
        (
            table(("ms of processor time for a second of audio", *heads), cpu),
            table(("ms from the last audio to the result, meanwhile", *heads), late),
            table(("ms of the service's processor time for a second of audio", *heads), service),
        )
    )


def _medians(figure: Mapping[int, Delays], digits: int) -> list[list[str]]:
    names = list(next(iter(figure.values())))
    return [[name, *(f"{median(delays[name]) * MILLI:.{digits}f}" for delays in figure.values())] for name in names]


def _memory(measured: Measured) -> str:
    rows = [[name, f"{size / KILO:.0f}"] for name, size in measured.memory.items()]
    growth = ", ".join(f"{(size - measured.growth[0]) / KILO:+.0f}" for size in measured.growth[1:])
    return "\n".join(
        (
            table((f"kB for each of {measured.plan.memory_streams} streams, after a second of audio", "kB"), rows),
            f"Our client's memory after each tenth of {measured.plan.turns} turns, against the first: {growth} kB.\n",
        )
    )


def _speech_end(measured: Measured) -> str:
    names = {"home_assistant": "Home Assistant alone", "azure": "The service alone", "first": "Whichever first"}
    heads = ("ms from the end of speech to the text", *(f"service waits {s:g} s" for s in measured.plan.silences))
    rows = [[names[who], *(spread(d, digits=0) for d in delays)] for who, delays in measured.speech_end.items()]
    return table(heads, rows)


def _loop(measured: Measured) -> str:
    heads = ("ms that the loop is late", "median", "p99")
    rows = [
        [
            f"{streams} satellites speak" if streams else "idle",
            f"{median(median(late) for late in rounds) * MILLI:.2f}",
            f"{median(percentile(late, 99) for late in rounds) * MILLI:.2f}",
        ]
        for streams, rounds in measured.loop.items()
    ]
    return table(heads, rows)


def _set_up(measured: Measured) -> str:
    imports = [
        [
            name,
            spread([seconds for seconds, _ in took], digits=0),
            f"{median(size for _, size in took) / KILO**2:.1f}",
        ]
        for name, took in measured.imports.items()
    ]
    first = [
        [name, f"{said.first * MILLI:.1f}", f"{said.delay * MILLI:.1f}"]
        for name, said in measured.first_command.items()
    ]
    return "\n".join(
        (
            table(("Import", "ms", "MB"), imports),
            f"Setting up an entry, with a check of the key, takes {spread(measured.set_up)} ms on loopback.\n",
            table(("The first command of a process", "first audio, ms", "end, ms"), first),
        )
    )
