"""How a recognizer writes what was said: which of the service's forms of a text, and what the household replaces in it.

Nothing here knows the meaning of words. What is done is done to the partial transcripts and to the result alike, so
that a text does not change its form when it is final.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
import re
from types import MappingProxyType
from typing import Final

from .speech import Hypothesis, Phrase

ARROW: Final = "=>"
"""Stands between what was heard and what is written for it."""


class TextForm(StrEnum):
    """The forms of a text. "Set the volume to 20 %." is "set the volume to twenty percent" in lexical form."""

    DISPLAY = "display"
    """With capitals, punctuation and numbers in digits."""
    DISPLAY_WITHOUT_PUNCTUATION = "display_without_punctuation"
    ITN = "itn"
    """With numbers in digits, but neither capitals nor punctuation (inverse text normalisation)."""
    LEXICAL = "lexical"
    """The words as they were spoken; profanity is not masked in it."""

    @property
    def detailed(self) -> bool:
        """Return whether only the service's detailed output has it."""
        return self in (TextForm.ITN, TextForm.LEXICAL)


# Marks that also stand within numbers and names ("22.5", "8:30", "node.js") are punctuation only at the end of a word.
_PUNCTUATION: Final = re.compile(
    r"""[.,:;!?…]+(?!\w)|[¿¡"“”„«»()\[\]。，、．：；！？「」『』（）،؛؟۔।॥։።፣]"""  # noqa: RUF001 - other languages' own
)
_BLANKS: Final = re.compile(r"\s+")

# Thai, Lao, Myanmar and Khmer, kana, Chinese characters: written without blanks, so that words do not end at any.
_UNSPACED: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
# Accents and vowel signs, which are part of a word, though no letters to Python: Hebrew's, Arabic's, those of India.
_SIGNS: Final = "\u0300-\u036f\u0591-\u05c7\u064b-\u0670\u0900-\u0dff"
_LETTER: Final = f"[^\\W{_UNSPACED}]|[{_SIGNS}]"


def without_punctuation(text: str) -> str:
    """Return a text without the marks of sentences; those within numbers and names stay."""
    return _tidy(_PUNCTUATION.sub("", text))


class Substitutions:
    """What to write in place of words, in whatever case they are heard. What was written is not replaced again."""

    def __init__(self, written: Mapping[str, str] = MappingProxyType({})) -> None:
        """Take what to write, by what is heard. Of several that fit, the longest counts."""
        heard = sorted(written, key=len, reverse=True)
        self._written = [written[words] for words in heard]
        # With words that are removed goes the blank before them: after them there may be a full stop.
        patterns = (_whole(words) if written[words] else r"\s*" + _whole(words) for words in heard)
        self._pattern = re.compile("|".join(f"({pattern})" for pattern in patterns), re.IGNORECASE)

    @classmethod
    def parse(cls, lines: Iterable[str]) -> Substitutions:
        """Read lines of "heard => written"; nothing after the arrow removes the words.

        Raises ValueError, which says the line that is none of these.
        """
        written: dict[str, str] = {}
        for line in filter(str.strip, lines):
            heard, arrow, instead = map(str.strip, line.partition(ARROW))
            if not arrow or not heard:
                raise ValueError(line.strip())
            written[heard] = instead
        return cls(written)

    def apply(self, text: str) -> str:
        """Return a text with everything replaced."""
        if not self._written:
            return text
        return _tidy(self._pattern.sub(lambda found: self._written[(found.lastindex or 1) - 1], text))


def written(said: Hypothesis | Phrase, form: TextForm, substitutions: Substitutions) -> str:
    """Return the text of a hypothesis or a phrase. Where the service did not give the form, its own is taken."""
    text = said.text
    if form is TextForm.DISPLAY_WITHOUT_PUNCTUATION:
        text = without_punctuation(text)
    elif isinstance(said, Phrase) and form is TextForm.ITN:
        text = said.masked_itn or said.itn or text
    elif isinstance(said, Phrase) and form is TextForm.LEXICAL:
        text = said.lexical or text
    return substitutions.apply(text)


def _whole(words: str) -> str:
    """Return a pattern of words that are not part of longer ones."""
    pattern = r"\s+".join(map(re.escape, words.split()))
    before = f"(?<!{_LETTER})" if re.match(_LETTER, words) else ""
    after = f"(?!{_LETTER})" if re.match(_LETTER, words[-1]) else ""
    return before + pattern + after


def _tidy(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()
