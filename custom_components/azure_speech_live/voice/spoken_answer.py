"""An answer as it is to be said: out of the pieces in which a model writes it, sentence by sentence.

Where the service takes text while it is written, a sentence can be given in fragments: whole words, once nothing that
comes behind them can change how they are said. A number waits for its unit, a name of two words for the second.
"""

from collections.abc import Iterable, Iterator, Sequence
import re
from typing import Final
import unicodedata

from ..speech import Fragment, Phoneme, is_speakable
from .numbers import SpokenNumbers
from .pronunciation import Pronunciations
from .sentences import Sentences
from .text import SpokenText

_LONGEST_UNIT: Final = 2
"""Words behind a number that are said with it: "por ciento"."""
_CUT: Final = re.compile(r"(?:(?P<blank>\s)|[，；：、])(?=[^\W\d_])")  # noqa: RUF001 - Chinese marks
"""Where a fragment may end: between words, of which the second begins with a letter, or between Chinese clauses."""
_MINUS: Final = re.compile(r"\s*[\u2010-\u2015\u2212-]")


class SpokenAnswer:
    """One answer, in a language. A sentence is given in its parts, texts and words with their sounds.

    Of what nobody would hear, emojis, code, marks alone, there is no sentence.
    """

    def __init__(self, language: str, pronunciations: Pronunciations, limit: int) -> None:
        """Begin an answer. ``limit``: bytes of a sentence in SSML, before its numbers and words are put right."""
        self._text = SpokenText()
        self._sentences = Sentences(language, limit)
        self._numbers = SpokenNumbers(language)
        self._pronunciations = pronunciations
        self._given = 0
        """Characters of the next sentence that were given in fragments."""

    def add(self, piece: str) -> list[list[str | Phoneme]]:
        """Take a piece of the answer; return the sentences that have ended, or what is left of them."""
        return list(self._said(self._sentences.add(self._text.add(piece))))

    def pause(self) -> list[list[str | Phoneme]]:
        """Return what is a whole sentence so far: no more pieces come for a while, such as in a tool's call."""
        return list(self._said([*self._sentences.add(self._text.pause()), *self._sentences.pause()]))

    def flush(self) -> list[list[str | Phoneme]]:
        """Return the rest: the answer is over."""
        return list(self._said([*self._sentences.add(self._text.flush()), *self._sentences.flush()]))

    def fragment(self) -> Fragment | None:
        """Return what more can be said of the sentence that has not ended; None if there is nothing."""
        sentence, begin = self._sentences.unfinished, self._given
        if not begin and _MINUS.match(sentence):
            return None  # it is one of degrees, or an item's: what comes much later tells
        cuts = reversed(list(_CUT.finditer(sentence, begin)))
        end = next((cut.end() for cut in cuts if self._is_sure(sentence, begin, cut)), begin)
        said = sentence[begin:end]
        if not is_speakable(said):
            return None
        self._given = end
        return Fragment(tuple(self._as_said(said if begin else said.lstrip())))

    def _said(self, sentences: Iterable[str]) -> Iterator[list[str | Phoneme]]:
        for sentence in sentences:
            given, self._given = self._given, max(0, self._given - len(sentence))
            if given:
                yield self._as_said(sentence[given:].rstrip())
            elif is_speakable(sentence):
                yield self._as_said(sentence.strip())

    def _is_sure(self, sentence: str, begin: int, cut: re.Match[str]) -> bool:
        """Return whether what is before a cut is said as it is, whatever follows behind the sentence."""
        behind = sentence[cut.end() :]
        awaited = max(_LONGEST_UNIT, self._pronunciations.longest) if cut["blank"] else 0
        if len(behind.split()) <= awaited:
            return False
        apart = [*self._as_said(sentence[begin : cut.end()]), *self._as_said(behind)]
        return _flat(apart) == _flat(self._as_said(sentence[begin:]))

    def _as_said(self, text: str) -> list[str | Phoneme]:
        # An accent is part of its letter, as it is in what a household lists.
        return self._pronunciations.apply(self._numbers.apply(unicodedata.normalize("NFC", text)))


def _flat(parts: Sequence[str | Phoneme]) -> str:
    return "".join(part if isinstance(part, str) else f"\0{part.text}\0{part.ipa}\0" for part in parts)
