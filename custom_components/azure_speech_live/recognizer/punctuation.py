"""Which characters of a text are only for reading it: its punctuation.

They are known by their Unicode category, so that no script is forgotten; what is read all the same, or is part of a
word, is named here.
"""

from itertools import groupby
import re
from typing import Final
import unicodedata

from ..languages.words import JOINERS, UNSPACED, straight, tidy

READ: Final = frozenset("#%&*/@\\_§‰‱′″٪؉؊՟॰৽੶૰၌၍၎၏་")  # noqa: RUF001 - other languages' own
"""Punctuation to Unicode, but read as a word, or part of one.

Such as particles of Burmese, the points between the syllables of Tibetan, abbreviations of India. Asterisks mask a
profanity.
"""

_UNSPACED_LETTER: Final = re.compile(f"[{UNSPACED}]")
_QUOTED: Final = re.compile(r"‘([^‘]*?)’(?!\w)")  # noqa: RUF001 - the second mark may be an apostrophe as well

# Within words and numbers they are part of these: "22.5", "8:30", "node.js", "col·lecció".
_JOINTS: Final = frozenset('.:!?"·‧・')
_JOINTS_UNSPACED: Final = frozenset(".·‧・･")
_JOINTS_OF_NUMBERS: Final = frozenset(".:,;٫٬،։")  # noqa: RUF001 - other languages' own
_ATTACHED: Final = frozenset("'׳״-‐֊־")  # noqa: RUF001 - other languages' own
"""Part of a word also at its end: "dogs'", "Ein- und Ausgang"."""
_LONG_DASHES: Final = frozenset("—―⸺⸻")
# Armenian has them within the word that they are about.
_WITHIN_WORDS: Final = str.maketrans("", "", "՛՜՞")
_LAST_DOT: Final = re.compile(r"(?<=\b[^\W\d_]\.[^\W\d_])\.")
"""The last dot of "A.C.", which is part of it to Home Assistant's sentences too."""


def without_punctuation(text: str) -> str:
    """Return a text without the marks of sentences, in any script; those within numbers and names stay.

    Apostrophes stay as well; they become the one that Home Assistant's sentences have.
    """
    text = straight(_QUOTED.sub(r"\1", text)).translate(_WITHIN_WORDS)
    pieces: list[str] = []
    for goes, group in groupby(range(len(text)), key=lambda index: _goes(text, index)):
        indices = list(group)
        start, end = indices[0], indices[-1] + 1
        around = text[max(start - 1, 0) : start] + text[end : end + 1]
        blank = "" if _UNSPACED_LETTER.search(around) else " "
        pieces.append(blank if goes else text[start:end])
    return tidy("".join(pieces))


def _goes(text: str, index: int) -> bool:
    mark = text[index]
    is_mark = unicodedata.category(mark).startswith("P") and READ.isdisjoint((mark, _usual(mark)))
    return is_mark and (mark in _LONG_DASHES or not _is_part_of_word(text, index))


def _is_part_of_word(text: str, index: int) -> bool:
    """Return whether a mark belongs to the word or the number that it stands in, or at which it stands."""
    mark, before, after = text[index], text[max(index - 1, 0) : index], text[index + 1 : index + 2]
    left, right, usual = _is_read(before), _is_read(after), _usual(mark)
    if usual in _ATTACHED:
        return left or right
    if unicodedata.category(mark) == "Pd":
        return right and (left or after.isdigit())
    if usual in _JOINTS_OF_NUMBERS and before.isdigit() and after.isdigit():
        return True
    if left and right:
        return usual in _JOINTS and (mark in _JOINTS_UNSPACED or not _UNSPACED_LETTER.search(before + after))
    begins_word = right and not before.strip()  # ".5", ".NET"
    return mark == "." and (begins_word or _LAST_DOT.match(text, index) is not None)


def _is_read(character: str) -> bool:
    """Return whether a character, if there is one, is a letter, a digit, a sign or a symbol."""
    return bool(character) and (
        character.isalnum() or character in READ or character in JOINERS or unicodedata.category(character)[0] in "MS"
    )


def _usual(mark: str) -> str:
    """Return a mark in its usual width."""
    return unicodedata.normalize("NFKC", mark)
