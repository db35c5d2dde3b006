"""How a household says its words: names, brands, what a voice reads in the wrong language.

Microsoft's own lexicon must lie at an address that everybody can read, and one sound that it does not know refuses the
whole text. So the list is applied here: "Knäckebröd => k-neck-e-bröd" writes another text, which any voice can say;
"Knäckebröd => /knɛkəbrød/" tells the sounds in the International Phonetic Alphabet, as dictionaries do.
"""

from collections.abc import Iterable, Mapping
import re
from types import MappingProxyType
from typing import Final

from ..languages.words import whole_words, word_pairs
from ..speech import Phoneme

_IPA: Final = re.compile(r"/([^/]*)/")


class Pronunciations:
    """What to say in place of words, in whatever case they are written. What was put in is not looked at again."""

    def __init__(self, spoken: Mapping[str, str | Phoneme] = MappingProxyType({})) -> None:
        """Take what to say, by the words. Of several that fit, the longest counts."""
        words = sorted(spoken, key=len, reverse=True)
        self._spoken = [spoken[word] for word in words]
        self.longest = max((len(word.split()) for word in words), default=0)
        """How many words the longest entry has."""
        self._pattern = re.compile("|".join(f"({whole_words(word)})" for word in words), re.IGNORECASE)

    @classmethod
    def parse(cls, lines: Iterable[str]) -> Pronunciations:
        """Read lines of "word => as it is said" and "word => /IPA/".

        Raises ValueError, which says the line that is none of these.
        """
        spoken: dict[str, str | Phoneme] = {}
        for words, said in word_pairs(lines):
            ipa = _IPA.fullmatch(said)
            try:
                spoken[words] = Phoneme(words, ipa[1].strip()) if ipa else said
            except ValueError:
                raise ValueError(f"{words} => {said}") from None
            if not said:
                raise ValueError(words)
        return cls(spoken)

    @property
    def sounds(self) -> set[Phoneme]:
        """Return those that tell sounds."""
        return {said for said in self._spoken if isinstance(said, Phoneme)}

    def apply(self, text: str) -> list[str | Phoneme]:
        """Return a text in parts: what is said as it stands, and words with their sounds."""
        parts: list[str | Phoneme] = []
        end = 0
        for found in self._pattern.finditer(text) if self._spoken else ():
            parts += [text[end : found.start()], self._spoken[(found.lastindex or 1) - 1]]
            end = found.end()
        return _joined([*parts, text[end:]])


def _joined(parts: Iterable[str | Phoneme]) -> list[str | Phoneme]:
    """Return parts with no texts side by side, and none that are empty."""
    joined: list[str | Phoneme] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part:
            joined.append(part)
    return joined
