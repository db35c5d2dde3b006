"""Which reading of a command is meant: of those that the service has, the first that this home understands.

The service's own first reading stays wherever it is understood, and wherever none is: what an assistant makes of free
speech is not ours to judge.
"""

from collections.abc import Sequence
from typing import Final

from .sentences import Sentences

MAX_TRIES: Final = 5
"""Readings that are looked at, the first among them. Each takes some milliseconds of a processor while people wait."""


async def chosen(sentences: Sentences, readings: Sequence[str]) -> int:
    """Return the place of the reading to take: 0 if the first is understood or none is, else the first that is."""
    for place, reading in enumerate(readings[:MAX_TRIES]):
        if await sentences.understands(reading):
            return place
    return 0
