"""How far the service has come with the texts of one turn: where each begins, in what is said and in its sound.

The service tells at what time of the sound it says which word (audio.metadata). Where it does not, as by the REST API,
all that is known is that they are over when the turn is.
"""

from bisect import bisect_right
from typing import Any, Final

from ..wire.messages import offset

_WITHIN: Final = 100
"""Characters within which a word is looked for that the service tells of: it may write a number in another way."""


class Progress:
    """The texts of one turn, which have their numbers in the answer. Moments are seconds of its sound."""

    def __init__(self) -> None:
        """Begin before the first."""
        self.text = ""
        """All that is said."""
        self.is_amid_text = False
        """Whether the rest of the last text is not in it."""
        self._numbers: list[int] = []
        self._begins: list[int] = []
        """Where each begins in what is said."""
        self._moments: list[float | None] = []
        """When each begins in the sound, as far as that is known."""
        self._told = 0
        """Up to where the words are that the service told of."""

    def begin(self, number: int) -> None:
        """Take the beginning of another text, or of what this turn has of one."""
        self._numbers.append(number)
        self._begins.append(len(self.text))
        self._moments.append(None)

    def add(self, text: str) -> None:
        """Take what is said of it."""
        self.text += text

    def ask_again(self) -> None:
        """Take note that the service begins with the same texts again."""
        self._told = 0

    def note(self, kind: str, data: dict[str, Any]) -> None:
        """Take note of a word that the service tells of, and when it says it. What is none is passed over."""
        match data:
            case {"text": {"Text": str(word)}} if word and kind == "WordBoundary":
                self._find(word, offset(data))

    def _find(self, word: str, moment: float) -> None:
        at = self.text.find(word, self._told, self._told + _WITHIN + len(word))
        if at < 0:
            return
        self._told = at + len(word)
        text = max(bisect_right(self._begins, at) - 1, 0)
        if self._moments[text] is None:
            self._moments[text] = moment

    @property
    def all_begun(self) -> bool:
        """Whether the last text has begun, as far as the service told of its words."""
        return not self._told or self._moments[-1] is not None

    @property
    def untold(self) -> str:
        """What the service did not tell of yet."""
        return self.text[self._told :]

    def at(self, heard: float) -> tuple[int, float] | None:
        """Return the index of the text that is amid its sound when so much was heard, and when it began, if known."""
        known = [(index, begin) for index, begin in enumerate(self._moments) if begin is not None and begin <= heard]
        return known[-1] if known and heard else None

    def spoken(self, heard: float) -> int:
        """Return the number of that text, before which all are spoken; of the first as long as it is not known."""
        at = self.at(heard)
        return self._numbers[0 if at is None else at[0]]

    def numbered[T](self, texts: list[T]) -> dict[int, T]:
        """Return the last of the texts by their numbers."""
        return dict(zip(self._numbers[len(self._numbers) - len(texts) :], texts, strict=True))

    @property
    def first(self) -> int:
        """The number of the first text."""
        return self._numbers[0]

    @property
    def end(self) -> int:
        """The number of the text that is next when all of the sound has come."""
        return self._numbers[-1] + (not self.is_amid_text)
