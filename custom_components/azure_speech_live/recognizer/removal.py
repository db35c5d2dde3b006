"""What becomes of the marks around words that are taken out of a text: none is left that belonged to them alone."""

from enum import Enum, auto
import re
from typing import Final
import unicodedata

from ..languages.words import APOSTROPHES
from .punctuation import READ

REMOVED: Final = "\0"
"""Stands where words were."""

_JOINTS: Final = re.compile(rf"(?<=\w)(?P<both>[-‐/]){REMOVED}[-‐/](?=\w)|[-‐/]?{REMOVED}(?P<after>[-‐/])?")  # noqa: RUF001 - a hyphen
_PIECES: Final = re.compile(r"-?\w+|\s+|.", re.DOTALL)
_SEPARATORS: Final = frozenset(",;:、،؛၊፣፤፥՝·")  # noqa: RUF001 - other languages' own


class _Kind(Enum):
    WORD = auto()
    BLANK = auto()
    QUOTE = auto()
    OPENING = auto()
    CLOSING = auto()
    SEPARATOR = auto()
    END = auto()
    """The end of a sentence."""


def mended(text: str) -> str:
    """Return a text without REMOVED, and without the marks of what is empty: "Light on, please." is "Light on.".

    It takes time in proportion to the text: every piece is kept once, and dropped once at most.
    """
    if REMOVED not in text:
        return text
    kept: list[str] = []
    removed = False
    for piece in _PIECES.findall(_JOINTS.sub(_parted, text)):
        if piece == REMOVED:
            removed = True
            _drop(kept, _Kind.BLANK)
        elif removed and not piece.isspace():
            removed = _meet(kept, piece)
        else:
            kept.append(piece)
    if removed:
        _drop(kept, _Kind.BLANK, _Kind.SEPARATOR)
    return "".join(kept)


def _parted(joints: re.Match[str]) -> str:
    """Return what is left of the hyphens that joined words to others: of two, one; of one, a blank if need be."""
    return joints["both"] or (f"{REMOVED} " if joints["after"] else REMOVED)


def _meet(kept: list[str], piece: str) -> bool:
    """Let a piece follow what is kept, now that nothing stands between; return whether it was dropped."""
    kind = _kind(piece)
    is_mark = kind in (_Kind.SEPARATOR, _Kind.END, _Kind.CLOSING)
    blank = _drop(kept, _Kind.BLANK)
    if is_mark:
        _drop(kept, _Kind.BLANK, _Kind.SEPARATOR)
    last = _kind(kept[-1]) if kept else None
    opened = last in (None, _Kind.OPENING) or (last is _Kind.QUOTE and (len(kept) == 1 or kept[-2].isspace()))
    if opened and kept and _empties(kept[-1], piece):
        kept.pop()
        _drop(kept, _Kind.BLANK)
        return True
    if is_mark and (opened or (last is _Kind.END and kind is not _Kind.CLOSING)):
        return True
    kept += [blank, piece] if blank and not opened else [piece]
    return False


def _drop(kept: list[str], *kinds: _Kind) -> str:
    """Drop what is of some kinds from the end; return the last blank of it."""
    blank = ""
    while kept and _kind(kept[-1]) in kinds:
        last = kept.pop()
        blank = blank or last * last.isspace()
    return blank


def _empties(opening: str, piece: str) -> bool:
    """Return whether nothing is between an opening mark and the piece that closes it."""
    if opening in "¿¡":
        return _kind(piece) is _Kind.END
    return _kind(piece) is (_Kind.QUOTE if _kind(opening) is _Kind.QUOTE else _Kind.CLOSING)


def _kind(piece: str) -> _Kind:
    if piece.isspace():
        return _Kind.BLANK
    category = unicodedata.category(piece[0])
    if len(piece) > 1 or piece in READ or piece in APOSTROPHES or not category.startswith("P"):
        return _Kind.WORD
    if category in ("Pi", "Pf") or piece in '"„‚':  # noqa: RUF001 - a quotation mark
        return _Kind.QUOTE
    if category == "Ps" or piece in "¿¡":
        return _Kind.OPENING
    if category == "Pe":
        return _Kind.CLOSING
    separates = category == "Pd" or unicodedata.normalize("NFKC", piece) in _SEPARATORS
    return _Kind.SEPARATOR if separates else _Kind.END
