"""An answer as it is to be said: out of the pieces in which a model writes it, sentence by sentence."""

from collections.abc import Iterable

from ..speech import Phoneme
from .characters import is_speakable
from .numbers import SpokenNumbers
from .pronunciation import Pronunciations
from .sentences import Sentences
from .text import SpokenText


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

    def add(self, piece: str) -> list[list[str | Phoneme]]:
        """Take a piece of the answer; return the sentences that have ended."""
        return self._said(self._sentences.add(self._text.add(piece)))

    def pause(self) -> list[list[str | Phoneme]]:
        """Return what is a whole sentence so far: no more pieces come for a while, such as in a tool's call."""
        return self._said([*self._sentences.add(self._text.pause()), *self._sentences.pause()])

    def flush(self) -> list[list[str | Phoneme]]:
        """Return the rest: the answer is over."""
        return self._said([*self._sentences.add(self._text.flush()), *self._sentences.flush()])

    def _said(self, sentences: Iterable[str]) -> list[list[str | Phoneme]]:
        heard = filter(is_speakable, map(str.strip, sentences))
        return [self._pronunciations.apply(self._numbers.apply(sentence)) for sentence in heard]
