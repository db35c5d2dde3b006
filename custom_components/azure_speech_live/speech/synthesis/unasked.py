"""Text that was not asked for yet, and what of it is asked for at a time.

What is asked for first is short, so that it is heard soon; later, whatever is there is asked for together. A sentence
that comes in fragments waits until it is whole.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ..options import SynthesisOptions
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
    begins: bool
    """Whether it is the beginning of a text."""


class Unasked:
    """The text of one answer that is still to be asked for."""

    def __init__(self, options: SynthesisOptions) -> None:
        """Begin with none."""
        self.ahead = 0
        """Characters of it that are whole."""
        self._options = options
        self._parts: deque[_Part] = deque()
        self._unfinished: tuple[Piece, ...] = ()
        """The sentence of which more is to come."""

    def __bool__(self) -> bool:
        """Whether there is any that is whole."""
        return bool(self._parts)

    @property
    def is_full(self) -> bool:
        """Whether more has to wait."""
        return self.ahead > MAX_TEXT

    @property
    def is_much(self) -> bool:
        """Whether there is as much as is asked for at a time."""
        return self.ahead >= TOGETHER

    def feed(self, pieces: Sequence[Piece], *, whole: bool = True) -> None:
        """Take a text; it goes on with the next one if it is not ``whole``. What nobody can speak is left out."""
        self._unfinished += tuple(pieces)
        if not whole:
            return
        text, self._unfinished = self._unfinished, ()
        if is_speakable(said(text)):
            for index, part in enumerate(parts(text, self._options, LONGEST_TURN)):
                self._parts.append(_Part(part, begins=index == 0))
                self.ahead += _length(part)

    def feed_before(self, texts: Iterable[Sequence[Piece]], *, whole: bool) -> None:
        """Take texts that come before what is there, if the last of them is ``whole``; else there is nothing."""
        behind, unfinished = self._parts, self._unfinished
        self._parts, self._unfinished = deque(), ()
        *texts, last = texts
        for text in texts:
            self.feed(text)
        self.feed(last, whole=whole)
        self._parts += behind
        self._unfinished += unfinished

    def take(self, *, first: bool) -> tuple[Piece, ...]:
        """Return what is asked for at a time; ``first``: nothing was before. There has to be some that is whole."""
        taken = self._parts.popleft().pieces
        while self._parts:
            joined = _joined(taken, self._parts[0])
            enough = _length(taken) >= FIRST if first else _length(joined) > TOGETHER
            if enough or len(document(joined, self._options).encode()) > MAX_MESSAGE - HEADERS:
                break
            taken = joined
            self._parts.popleft()
        self.ahead = sum(_length(part.pieces) for part in self._parts)
        return taken


def _length(pieces: Sequence[Piece]) -> int:
    return len(said(pieces))


def _joined(pieces: tuple[Piece, ...], part: _Part) -> tuple[Piece, ...]:
    """Return a text and the one behind it as one; those that are not of one text are kept apart."""
    between = gap(said(pieces), said(part.pieces)) if part.begins else ""
    return (*pieces, between, *part.pieces) if between else (*pieces, *part.pieces)
