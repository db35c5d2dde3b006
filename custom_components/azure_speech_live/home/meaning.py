"""What a command means in this home: its text, or another that it may have been, if that is what is understood here."""

from collections.abc import Sequence
from typing import Final

from .choosing import chosen
from .fillers import without_fillers
from .joining import Said, one_text, other_texts
from .sentences import Sentences

ATTR_ALTERNATIVES: Final = "alternatives_chosen"
"""Commands since the recognizer was loaded of which another of the service's readings was taken."""


class Meaning:
    """One command, of which all was said."""

    def __init__(self, heard: Sequence[Said], language: str, text: str) -> None:
        """Take the phrases, the language of the home's sentences, and the text if nothing else is understood."""
        whole = one_text(heard, language)
        own = dict.fromkeys((text, whole, without_fillers(whole, language)))
        foreign = any(phrase.foreign for phrase in heard)
        self._own = [text] if foreign else [reading for reading in own if reading]
        self._others = [] if foreign else other_texts(heard, language)
        self.by_alternative = False
        """Whether the service's first reading was not the one."""

    async def text(self, sentences: Sentences) -> str:
        """Return the first reading that is understood; the text if none is."""
        readings = [*self._own, *self._others]
        place = await chosen(sentences, readings, len(self._own))
        self.by_alternative = place >= len(self._own)
        return readings[place]
