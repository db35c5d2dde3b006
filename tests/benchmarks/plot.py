"""Line charts as SVG: a few series over a few named places, on a logarithmic scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import cycle
import math
from typing import Final

WIDTH: Final = 760
HEIGHT: Final = 400
LEFT: Final = 70
RIGHT: Final = 230
TOP: Final = 50
BOTTOM: Final = 50
COLOURS: Final = (
    "#0969da",
    "#54aeff",
    "#8250df",
    "#bf8700",
    "#1a7f37",
    "#cf222e",
    "#57606a",
    "#e85aad",
    "#1f2328",
)
LABEL_HEIGHT: Final = 17


def chart(title: str, unit: str, places: Sequence[str], series: Mapping[str, Sequence[float | None]]) -> str:
    """Return a chart as SVG. A series has a value for each place, None where there is none."""
    values = [value for line in series.values() for value in line if value]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)

    def x(place: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (place + 0.5) / len(places)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (math.log10(value) - low) / (high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
        '<g font-family="sans-serif" font-size="12" fill="#1f2328">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="24" font-size="15" font-weight="bold">{escape(title)}</text>',
        f'<text x="{LEFT - 8}" y="{TOP - 10}" text-anchor="end">{escape(unit)}</text>',
    ]
    for power in range(low, high + 1):
        line = y(10.0**power)
        parts.append(f'<path d="M{LEFT} {line:.1f}H{WIDTH - RIGHT}" stroke="#d1d9e0"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{line + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    for number, place in enumerate(places):
        parts.append(
            f'<text x="{x(number):.1f}" y="{HEIGHT - BOTTOM + 22}" text-anchor="middle">{escape(place)}</text>'
        )
    labels: list[tuple[float, str, str]] = []
    for (name, line_values), colour in zip(series.items(), cycle(COLOURS), strict=False):
        points = [(x(number), y(value)) for number, value in enumerate(line_values) if value]
        if not points:
            continue
        path = "L".join(f"{across:.1f} {down:.1f}" for across, down in points)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{across:.1f}" cy="{down:.1f}" r="3.5" fill="{colour}"/>' for across, down in points]
        labels.append((points[-1][1], name, colour))
    parts += _labels(labels, x(len(places) - 1) + 12)
    return "\n".join((*parts, "</g>", "</svg>", ""))


def _labels(labels: Sequence[tuple[float, str, str]], across: float) -> list[str]:
    """Return the series' names beside their ends, moved apart where they would cover each other."""
    parts = []
    free = -math.inf
    for down, name, colour in sorted(labels):
        free = max(free + LABEL_HEIGHT, down)
        parts.append(f'<text x="{across:.1f}" y="{free + 4:.1f}" fill="{colour}">{escape(name)}</text>')
    return parts
