"""What a caller gives to be spoken, and what is said of it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from unicodedata import category

from .ssml import Phoneme, Piece, text_of

_NAMED: Final = frozenset("#%&@§")
"""Punctuation that is read as a word."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a sentence, of which the rest follows with the next texts, blanks and all.

    Whoever gives it ends the sentence at some time: its parts are kept until then.
    """

    pieces: tuple[Piece, ...]


type Text = str | Sequence[Piece] | Fragment
"""A sentence or a few, perhaps with pronunciations in it; or a part of one, which is said at once where that can be."""


def pieces_of(text: Text) -> tuple[Piece, ...]:
    """Return what a text is made of."""
    if isinstance(text, Fragment):
        return text.pieces
    return (text,) if isinstance(text, str) else tuple(text)


def said(pieces: Iterable[Piece]) -> str:
    """Return what is said."""
    return "".join(map(text_of, pieces))


def without(phonemes: Collection[Phoneme], pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Return a text in which the words are written, not pronounced, that these are for."""
    return tuple(piece.text if isinstance(piece, Phoneme) and piece in phonemes else piece for piece in pieces)


def is_speakable(text: str) -> bool:
    """Return whether anything of a text would be heard: a letter, a number, or a sign that has a name."""
    return any(map(_is_heard, text))


def gap(before: str, after: str) -> str:
    """Return what is to stand between two texts, one behind the other."""
    return " " if before and not (before[-1:].isspace() or after[:1].isspace()) else ""


def _is_heard(character: str) -> bool:
    kind = category(character)
    return kind[0] in "LN" or kind in ("Sc", "Sm", "So") or character in _NAMED
