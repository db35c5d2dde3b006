"""What was measured, in Markdown: what the goals were and what came of them, then every figure."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Final

from .arena import Name
from .goals import OURS, goals
from .measured import Delays, Measured
from .scaling_report import crowds, months, names, recordings
from .tables import KILO, MILLI, by_contender, percentile, spread, table

SDKS: Final = (Name.PYTHON_SDK, Name.JAVASCRIPT_SDK)


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
        ("As names grow", names),
        ("As recordings grow", recordings),
        ("As recordings and captions grow", crowds),
        ("As months grow", months),
    )
    return "\n".join(f"### {title}\n\n{section(measured)}" for title, section in sections)


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
    ratios = [
        [f"{ours}, against the floor", *(_ratio(figure, ours, Name.FLOOR) for figure in measured.cpu.values())]
        for ours in OURS
    ]
    best = [_ratio(figure, Name.CLIENT, *SDKS) for figure in measured.cpu.values()]
    ratios.append([f"{Name.CLIENT}, against the better SDK", *best])
    return "\n".join(
        (
            table(("ms of processor time for a second of audio", *heads), cpu),
            table(("processor time", *heads), ratios),
            table(("ms from the last audio to the result, meanwhile", *heads), late),
            table(("ms of the service's processor time for a second of audio", *heads), service),
        )
    )


def _ratio(figure: Delays, ours: Name, *others: Name) -> str:
    return f"{median(figure[ours]) / min(median(figure[other]) for other in others):.2f}"


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
