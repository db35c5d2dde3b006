"""How much is measured, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from .arena import Name, Utterance

Delays = dict[Name, list[float]]
Cost = dict[str, float]
"""What something costs, by what it is: seconds and bytes."""
Crowd = tuple[int, int]
"""How many live captions and recordings there are at a time."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is done."""

    rounds: int = 15
    slow_rounds: int = 8
    round_trips: tuple[int, ...] = (20, 80, 200)
    """Milliseconds."""
    opened_on: int = 80
    """That of the network on which connections are opened: every network shows the same, by its round trip."""
    streams: tuple[int, ...] = (1, 10, 50, 100, 200)
    load_seconds: float = 4.0
    load_rounds: int = 3
    memory_streams: int = 100
    turns: int = 10_000
    silences: tuple[float, ...] = (0.5, 1.2)
    """Seconds of silence after which the service takes a phrase to be over: it may be quicker than Home Assistant."""
    speech_rounds: int = 5
    satellites: int = 20
    loop_seconds: float = 8.0
    loop_rounds: int = 3
    imports: int = 3
    set_ups: int = 20
    names: tuple[int, ...] = (50, 500, 5000)
    names_rounds: int = 15
    recordings: tuple[int, ...] = (60, 600, 3600, 4 * 3600)
    """Seconds of a recording."""
    recording_pace: float = 240.0
    """Times real time at which recordings are sent here: four hours take a minute, and no machine is overtaxed."""
    months: tuple[int, ...] = (1, 12, 120, 1200)
    months_rounds: int = 7
    crowds: tuple[Crowd, ...] = ((0, 0), (4, 0), (8, 0), (0, 4), (4, 4), (8, 4))
    crowd_commands: int = 5


QUICK: Final = Plan(
    rounds=1,
    slow_rounds=1,
    round_trips=(20,),
    opened_on=20,
    streams=(1, 2),
    load_seconds=0.5,
    load_rounds=1,
    memory_streams=2,
    turns=100,
    speech_rounds=1,
    satellites=2,
    loop_seconds=1.5,
    loop_rounds=1,
    imports=1,
    set_ups=1,
    names=(20, 40),
    names_rounds=1,
    recordings=(6, 12),
    recording_pace=20.0,
    months=(1, 12),
    months_rounds=1,
    crowds=((0, 0), (1, 0), (2, 0), (0, 1), (2, 1)),
    crowd_commands=1,
)


@dataclass
class Measured:
    """What came of it. Times are seconds, sizes are bytes."""

    plan: Plan
    first_command: dict[Name, Utterance] = field(default_factory=dict)
    end: dict[str, Delays] = field(default_factory=dict)
    """From the last audio to the result, by network."""
    first: dict[str, Delays] = field(default_factory=dict)
    """From the call to the first audio at the service, by network and connection."""
    partials: Delays = field(default_factory=dict)
    """From the service to the contender's caller."""
    cpu: dict[int, Delays] = field(default_factory=dict)
    """Seconds of processor time for a second of audio, by the number of streams."""
    service_cpu: dict[int, Delays] = field(default_factory=dict)
    """The same, of the service's process."""
    loaded: dict[int, Delays] = field(default_factory=dict)
    """The end's delays in these runs."""
    memory: dict[Name, float] = field(default_factory=dict)
    """Of one stream."""
    growth: list[int] = field(default_factory=list)
    """The client's memory after each tenth of many turns."""
    speech_end: dict[str, list[list[float]]] = field(default_factory=dict)
    """From the end of speech to the text, by who decides on it and the service's silence."""
    loop: dict[int, list[list[float]]] = field(default_factory=dict)
    """How late Home Assistant's event loop was, by the number of satellites."""
    imports: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    """Seconds and memory that importing takes."""
    set_up: list[float] = field(default_factory=list)
    """Seconds that setting an entry up takes."""
    names: dict[int, Cost] = field(default_factory=dict)
    """By how many there are."""
    recordings: dict[str, dict[int, Cost]] = field(default_factory=dict)
    """By who has them recognised and their seconds."""
    months: dict[int, Cost] = field(default_factory=dict)
    """By how many are stored."""
    crowds: dict[Crowd, Cost] = field(default_factory=dict)
    lost: dict[Name, int] = field(default_factory=dict)
    """Bytes of audio that did not reach the service."""

    def note(self, name: Name, said: Sequence[Utterance]) -> None:
        """Note whether the service heard all."""
        self.lost[name] = self.lost.get(name, 0) + sum(utterance.lost for utterance in said)
