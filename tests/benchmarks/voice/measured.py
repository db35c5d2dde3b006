"""How much is measured of voices, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from .line import Line
from .request import Request
from .spoken import Spoken
from .stage import Name

type Answers = dict[Name, list[Spoken]]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is done."""

    pace: float = 8.0
    """Times as fast as is heard that the service speaks where nothing else is said: a guess at Azure's."""
    written: float = Request.written
    """Characters that the agent writes in a second."""
    gap: float = 0.25
    """Seconds between the speakers' beginnings, so that they do not begin to sound together."""
    rounds: int = 8
    slow_rounds: int = 3
    round_trips: tuple[float, ...] = (20, 80, 200)
    """Milliseconds."""
    fresh_rounds: int = 3
    paces: tuple[Line, ...] = (Line(2, 80), Line(1.25, 80))
    """Of services that are slower."""
    stops: int = 4
    stop: float = 1.0
    """Seconds after the end of the text: its sound has begun with all, and has ended with none."""
    at_once: tuple[int, ...] = (10, 50)
    load_rounds: int = 2

    @property
    def networks(self) -> dict[str, Line]:
        """Return the lines on which delays are measured, by their names."""
        return {"loopback": Line(self.pace, 0)} | {f"{trip:g} ms": Line(self.pace, trip) for trip in self.round_trips}

    @property
    def lines(self) -> list[Line]:
        """Return all lines."""
        networks = self.networks.values()
        return [*networks, *(line._replace(tls=True) for line in networks), *self.paces]


QUICK: Final = Plan(
    pace=32,
    written=400,
    gap=0.05,
    rounds=1,
    slow_rounds=1,
    round_trips=(20,),
    fresh_rounds=1,
    paces=(Line(4, 20),),
    stops=1,
    at_once=(2,),
    load_rounds=1,
)


@dataclass
class Measured:
    """What came of it."""

    plan: Plan
    open: dict[str, Answers] = field(default_factory=dict)
    """With a connection that is open beforehand, by network."""
    fresh: dict[str, Answers] = field(default_factory=dict)
    """With none, over TLS."""
    paces: dict[Line, Answers] = field(default_factory=dict)
    stopped: Answers = field(default_factory=dict)
    cpu: dict[int, dict[Name, list[float]]] = field(default_factory=dict)
    """Seconds of processor time of an answer, by how many there are at once."""
    memory: dict[int, dict[Name, list[float]]] = field(default_factory=dict)
    """Bytes of one."""
    at_once: dict[int, Answers] = field(default_factory=dict)
