"""What a caller gives to be spoken, and what is said of it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from unicodedata import category

from .ssml import Phoneme, Piece, text_of


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
    """Return whether there is anything to say: a letter, a digit, or a sign that has a name."""
    return any(character.isalnum() or category(character).startswith("S") for character in text)


def gap(before: str, after: str) -> str:
    """Return what is to stand between two texts, one behind the other."""
    return " " if before and not (before[-1:].isspace() or after[:1].isspace()) else ""
