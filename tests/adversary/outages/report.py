"""What came of the commands, as a table, and whether that is as it should be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from .people import ALONE, Command, Report
from .sky import Spell
from .weather import FINE, OUTAGES

FIRST: Final = 1.5
"""Seconds by which the first commands of an outage may be later than the second engine alone would have been."""
KNOWN: Final = 0.3
"""The same for those that come after."""


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value that this share of them does not exceed; 0.0 if there are none."""
    ordered = sorted(values)
    return ordered[max(ceil(len(ordered) * share), 1) - 1] if ordered else 0.0


@dataclass(frozen=True)
class Delays:
    """How long some commands took, in seconds."""

    count: int
    p50: float
    p99: float

    @classmethod
    def of(cls, commands: Iterable[Command]) -> Delays:
        """Return those of the commands that were answered."""
        delays = [command.delay for command in commands if command.delay is not None]
        return cls(len(delays), percentile(delays, 0.5), percentile(delays, 0.99))

    def __str__(self) -> str:
        return f"{self.count:5}  {self.p50:5.2f}  {self.p99:5.2f}" if self.count else f"{0:5}      -      -"


class Verdict:
    """What came of everything, and which goals are missed."""

    def __init__(self, report: Report, spells: Sequence[Spell]) -> None:
        """Judge it."""
        self._report = report
        self._alone = Delays.of(command for command in report.commands if command.weather == ALONE)
        self._amiss = [command for command in report.ours if command.weather != FINE.name]
        self._returns = [spell for spell in spells if spell.unused is not None]
        self._unanswered = [command for command in report.ours if command.delay is None]
        self._wrong = [command for command in report.ours if command.wrong and command.delay is not None]
        self._silent = sum(seconds is None for seconds in report.sounds)
        self.by_second = sum(not command.by_service for command in self._amiss)
        """Commands in outages that the second engine answered."""

    @property
    def missed(self) -> list[str]:
        """Return what must not be on any machine."""
        return _that_are(
            {
                f"{len(self._unanswered)} commands are not answered": bool(self._unanswered),
                f"{len(self._wrong)} commands are wrong": bool(self._wrong),
                f"{self._silent} answers are not spoken": self._silent > 0,
                f"{len(self._report.logged)} lines of trouble in the log": bool(self._report.logged),
            }
        )

    @property
    def late(self) -> list[str]:
        """Return what comes too late, unless the machine has too much else to do."""
        first, known = _by_knowledge(self._amiss)
        return _that_are(
            {
                f"the first of an outage are later than +{FIRST} s": first.p99 > self._alone.p99 + FIRST,
                f"those of a known outage are later than +{KNOWN} s": known.p99 > self._alone.p99 + KNOWN,
            }
        )

    def lines(self) -> list[str]:
        """Return the report."""
        ours, texts = self._report.ours, self._report.sounds
        sounds = [seconds for seconds in texts if seconds is not None]
        backs = [spell.unused or 0.0 for spell in self._returns]
        return [
            f"{'Seconds from speech to text':33}     n    p50    p99   known:  n    p50    p99",
            *(
                _row(weather.name, [command for command in ours if command.weather == weather.name])
                for weather in (*OUTAGES, FINE)
            ),
            _row("all outages", self._amiss),
            f"{ALONE:33} {self._alone}",
            *(f"  {command}" for command in (*self._unanswered, *self._wrong)),
            *(f"  {line}" for line in self._report.logged),
            f"commands: {len(ours)}, {len(self._unanswered)} not answered, {len(self._wrong)} wrong",
            f"in outages: {len(self._amiss)}, {self.by_second} of them answered by the second engine",
            f"texts to speak: {len(texts)}, {self._silent} not spoken; first sound: {_middle_and_most(sounds)}",
            *(f"  {spell}" for spell in self._returns),
            f"in use again after {len(backs)} outages: {_middle_and_most(backs)} after the return",
            *(f"MISSED: {what}" for what in (*self.missed, *self.late)),
        ]


def _middle_and_most(seconds: list[float]) -> str:
    return f"{percentile(seconds, 0.5):.1f} s (p50), {max(seconds, default=0.0):.1f} s (at most)"


def _row(name: str, commands: Sequence[Command]) -> str:
    first, known = _by_knowledge(commands)
    return f"{name:33} {first}   {known}"


def _by_knowledge(commands: Sequence[Command]) -> tuple[Delays, Delays]:
    """Return the delays of those that came first in an outage, and of those that came when another had met it."""
    first, known = (
        Delays.of(command for command in commands if command.known is is_known) for is_known in (False, True)
    )
    return first, known


def _that_are(cases: dict[str, bool]) -> list[str]:
    return [name for name, is_so in cases.items() if is_so]
