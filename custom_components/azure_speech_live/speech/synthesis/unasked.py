"""Text that was not asked for yet, and what of it is asked for at a time.

What is asked for first is short, so that it is heard soon; later, whatever is there is asked for together. A sentence
that comes in fragments waits until it is whole.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..synthesis_options import SynthesisOptions
from .progress import Progress
from .splitting import HEADERS, MAX_MESSAGE, parts
from .ssml import Piece, document
from .texts import gap, is_speakable, said

LONGEST_TURN: Final = 60.0
"""Seconds of sound that one turn makes, about: what is asked for again, at most, when a connection breaks."""
FIRST: Final = 40
"""Characters beyond which the first turn takes no other text: some three seconds, in which the second has its first
audio. Shorter ones are asked for together with what is there, or else alone."""
TOGETHER: Final = 600
"""Characters up to which the later ones take all that is there."""
MAX_TEXT: Final = 10_000
"""Characters of text that are pulled ahead; a faster source has to wait."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What of a text one turn can have."""

    pieces: tuple[Piece, ...]
    text: str
    """What is said of it."""
    size: int
    """Bytes that it takes in a document."""
    begins: bool
    """Whether it is the beginning of a text."""
    number: int
    """That of the text, in the answer."""


class Unasked:
    """The text of one answer that is still to be asked for."""

    def __init__(self, options: SynthesisOptions) -> None:
        """Begin with none."""
        self.ahead = 0
        """Characters of it that are whole."""
        self._options = options
        self._markup = len(document((), options).encode())
        """Bytes of a document without any text."""
        self._parts: deque[_Part] = deque()
        self._unfinished: list[Piece] = []
        """The sentence of which more is to come."""

    def __bool__(self) -> bool:
        """Whether there is any that is whole."""
        return bool(self._parts)

    @property
    def is_amid_text(self) -> bool:
        """Whether it begins with more of a text of which some was taken."""
        return bool(self._parts) and not self._parts[0].begins

    @property
    def is_full(self) -> bool:
        """Whether more has to wait."""
        return self.ahead > MAX_TEXT

    @property
    def is_much(self) -> bool:
        """Whether there is as much as is asked for at a time."""
        return self.ahead >= TOGETHER

    def feed(self, pieces: Sequence[Piece], number: int, *, whole: bool = True) -> None:
        """Take a text; it goes on with the next one if it is not ``whole``. What nobody can speak is left out.

        The ``number`` is that of the text in the answer.
        """
        self._unfinished += pieces
        if not whole:
            return
        text, self._unfinished = self._unfinished, []
        if is_speakable(said(text)):
            for index, part in enumerate(parts(text, self._options, LONGEST_TURN)):
                size = len(document(part, self._options).encode()) - self._markup
                self._parts.append(_Part(part, said(part), size, begins=index == 0, number=number))
                self.ahead += len(self._parts[-1].text)

    def feed_before(self, texts: Mapping[int, Sequence[Piece]], *, whole: bool) -> None:
        """Take texts, by their numbers, that come before what is there.

        The last of them may be not ``whole``; then there is nothing.
        """
        behind, unfinished = self._parts, self._unfinished
        self._parts, self._unfinished = deque(), []
        last = max(texts)
        for number, text in texts.items():
            self.feed(text, number, whole=whole or number < last)
        self._parts += behind
        self._unfinished += unfinished

    def take(self, *, first: bool) -> tuple[tuple[Piece, ...], Progress]:
        """Return what is asked for at a time, and what tells how far it is; ``first``: nothing was before.

        There has to be some that is whole.
        """
        last, progress = self._parts.popleft(), Progress()
        progress.begin(last.number)
        progress.add(last.text)
        taken, length, size = [*last.pieces], len(last.text), self._markup + last.size
        self.ahead -= length
        while self._parts:
            part = self._parts[0]
            # What are not of one text is kept apart.
            between = gap(last.text, part.text) if part.begins else ""
            longer, larger = (more + len(between) for more in (length + len(part.text), size + part.size))
            enough = length >= FIRST if first else longer > TOGETHER
            if enough or larger > MAX_MESSAGE - HEADERS:
                break
            last, length, size = self._parts.popleft(), longer, larger
            taken += (between, *part.pieces) if between else part.pieces
            self.ahead -= len(part.text)
            progress.add(between)
            if part.begins:
                progress.begin(part.number)
            progress.add(part.text)
        progress.is_amid_text = self.is_amid_text
        return tuple(taken), progress
