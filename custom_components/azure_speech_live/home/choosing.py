"""Which reading of a command is meant: of those that the service has, the first that this home understands.

The service's own first reading stays wherever it is understood, and wherever none is: what an assistant makes of free
speech is not ours to judge. Another is taken only if all of it is understood: free text would be whatever was misheard
("cancel the pieces timer"). So it is measured: with free text, 3.4 % of misheard commands became others, without 0.5 %.
"""

from collections.abc import Sequence
from typing import Final

from .sentences import Sentences

MAX_TRIES: Final = 5
"""Readings that are looked at, the first among them. Each takes some milliseconds of a processor while people wait."""


async def chosen(sentences: Sentences, readings: Sequence[str], own: int = 1) -> int:
    """Return the place of the reading to take: of the first that is understood, 0 if none is.

    The first `own` are forms of the service's own reading, which may have free text.
    """
    for place, reading in enumerate(readings[:MAX_TRIES]):
        if await sentences.understands(reading, exactly=place >= own):
            return place
    return 0
