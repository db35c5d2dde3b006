"""What a contender is told to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PACKET: Final = 1024
"""Bytes in what a satellite of ESPHome's sends at a time: 32 ms."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """Speak: so many utterances at a time, each of so many seconds, to a port on loopback."""

    port: int
    streams: int = 1
    seconds: float = 0.996
    """Such that the last packet behind the first 100 ms is a whole one, as it is of a satellite."""
    packet: int = PACKET
    """Bytes that come at a time."""
    first: int = PACKET
    """Bytes that are there at the beginning, all others come as they are spoken."""
    fresh: bool = False
    """Whether no connection may be open when the speech begins; otherwise those that the contender can keep are."""
    spread: float = 0.0
    """Seconds over which the beginnings of the utterances are spread."""
    paced: bool = True
    """Whether the audio comes as it is spoken, or as fast as it is taken."""
    at: int = 0
    """When to begin, by the common clock."""
    memory: bool = False
    """Whether to look at the memory in the middle of it."""
