"""A line to a service: how fast the one is, and how far the other."""

from __future__ import annotations

from typing import NamedTuple, Self


class Line(NamedTuple):
    """Where a speaker finds the service, and how quick that is."""

    pace: float
    """How many times as fast as is heard it speaks."""
    round_trip: float
    """Milliseconds; 0: loopback, as it is."""
    tls: bool = False
    """Whether it is encrypted."""

    def __str__(self) -> str:
        return f"{self.pace:g}:{self.round_trip:g}:{self.tls:d}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what ``str`` makes of one."""
        pace, round_trip, tls = text.split(":")
        return cls(float(pace), float(round_trip), tls == "1")
