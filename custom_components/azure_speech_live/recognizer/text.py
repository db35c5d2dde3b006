"""How a recognizer writes what was said: which of the service's forms of a text, and what the household replaces in it.

Nothing here knows the meaning of words. What is done is done to the partial transcripts and to the result alike, so
that a text does not change its form when it is final.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
import re
from types import MappingProxyType

from ..languages.words import tidy, visible, whole_words, word_pairs
from ..speech import Hypothesis, Phrase
from .punctuation import without_punctuation
from .removal import REMOVED, mended


class TextForm(StrEnum):
    """The forms of a text. "Play node.js." is "play node dot js" in lexical form."""

    DISPLAY = "display"
    """With capitals, punctuation and numbers in digits."""
    DISPLAY_WITHOUT_PUNCTUATION = "display_without_punctuation"
    ITN = "itn"
    """With numbers in digits, but neither capitals nor punctuation (inverse text normalisation)."""
    LEXICAL = "lexical"
    """The words as they were spoken, but for numbers; profanity is not masked in it."""

    @property
    def detailed(self) -> bool:
        """Return whether only the service's detailed output has it."""
        return self in (TextForm.ITN, TextForm.LEXICAL)


class Substitutions:
    """What to write in place of words, in whatever case they are heard. What was written is not replaced again."""

    def __init__(self, written: Mapping[str, str] = MappingProxyType({})) -> None:
        """Take what to write, by what is heard. Of several that fit, the longest counts."""
        heard = sorted(written, key=len, reverse=True)
        self._written = [written[words] or REMOVED for words in heard]
        self._pattern = re.compile("|".join(f"({whole_words(words)})" for words in heard), re.IGNORECASE)

    @classmethod
    def parse(cls, lines: Iterable[str]) -> Substitutions:
        """Read lines of "heard => written"; nothing after the arrow removes the words.

        Raises ValueError, which says the line that is none of these.
        """
        return cls(dict(word_pairs(lines)))

    def apply(self, text: str) -> str:
        """Return a text with everything replaced."""
        if not self._written:
            return text
        return tidy(mended(self._pattern.sub(lambda found: self._written[(found.lastindex or 1) - 1], text)))


def written(said: Hypothesis | Phrase, form: TextForm, substitutions: Substitutions) -> str:
    """Return the text of a hypothesis or a phrase. Where the service did not give the form, its own is taken."""
    text = said.text
    if isinstance(said, Phrase) and form is TextForm.ITN:
        text = said.masked_itn or said.itn or text
    elif isinstance(said, Phrase) and form is TextForm.LEXICAL:
        text = _spoken(said)
    text = visible(text)
    if form is TextForm.DISPLAY_WITHOUT_PUNCTUATION:
        text = without_punctuation(text)
    return substitutions.apply(text)


def _spoken(phrase: Phrase) -> str:
    """Return the words as they were spoken, or in the next form that has their numbers in digits.

    Home Assistant's matcher remembers number words with the sign that they had first: after "turn down the volume by
    twenty percent", "set the lamp to fifty percent" is minus fifty until it restarts (the cache of number words in
    hassil 3.12.1 leaves out their multiplier). All of the text is taken, as numbers may change their place in it:
    "zwanzig uhr fünfzehn" is "20:15 uhr".
    """
    itn = phrase.itn or phrase.masked_itn
    if not itn:
        return phrase.text
    return itn if any(map(str.isdigit, itn)) else phrase.lexical or itn
