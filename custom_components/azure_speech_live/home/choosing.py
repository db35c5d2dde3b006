"""Which reading of a command is meant: of those that the service has, the first that this home understands.

The service's own stays wherever it is understood, and wherever none is: what an assistant makes of free speech is not
ours to judge. Another is taken only if all of it is understood: free text would be whatever was misheard ("cancel the
pieces timer"). So it is measured: with free text, 3.4 % of misheard commands became others, without 0.5 %.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Final

from .fillers import without_fillers
from .joining import Said, one_text
from .sentences import Sentences

ATTR_ALTERNATIVES: Final = "alternatives_chosen"
"""Commands since the recognizer was loaded of which another of the service's readings was taken."""
MAX_TRIES: Final = 5
"""Readings that are looked at, the first among them. Each takes some milliseconds of a processor while people wait."""


async def meant(sentences: Sentences, heard: Sequence[Said], language: str, text: str) -> tuple[str, bool]:
    """Return what a command means, of which these phrases are all, and whether that is not the service's own reading.

    ``language``: that of the home's sentences; ``text``: what is meant if nothing is understood.
    """
    if any(phrase.foreign for phrase in heard):
        return text, False
    whole = one_text(heard, language)
    own = [reading for reading in dict.fromkeys((text, whole, without_fillers(whole, language))) if reading]
    for place, reading in enumerate([*own, *other_texts(heard, language)][:MAX_TRIES]):
        by_alternative = place >= len(own)
        if await sentences.understands(reading, exactly=by_alternative):
            return reading, by_alternative
    return text, False


def other_texts(said: Sequence[Said], language: str) -> list[str]:
    """Return what they may have been instead, as one text, the likeliest first: one phrase is another one at a time."""
    return [
        one_text([*said[:place], replace(said[place], text=other), *said[place + 1 :]], language)
        for rank in zip_longest(*(phrase.others for phrase in said))
        for place, other in enumerate(rank)
        if other
    ]
