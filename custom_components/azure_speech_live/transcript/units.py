"""The pieces of a text between which it can be parted: words, or characters where a language writes no blanks.

What is shown, kept or broken into lines is made of whole units. A mark belongs to the word before it, also behind a
blank ("Vraiment ?"), an opening one to the word behind it, so that no line begins with "。" or ends with "「".
"""

import re
from typing import Final
import unicodedata

from ..languages.words import UNSPACED

_OPENERS: Final = "(\\[{«‹“„‘‚「『（［｛《〈【〔¿¡"  # noqa: RUF001 - other languages' own
_UNIT: Final = re.compile(
    rf"\s*(?:[{_OPENERS}]+\s+)?(?:[{_OPENERS}]*[{UNSPACED}][^\w\s{_OPENERS}]*|[^\s{UNSPACED}]+)"
    rf"(?:\s+[^\w\s{UNSPACED}{_OPENERS}]+(?=\s|\Z))*"
)
_UNSPACED: Final = re.compile(f"[{UNSPACED}]")


def units_of(text: str) -> list[str]:
    """Return a text's units, each with the blanks before it: together they are the text, but for blanks at its end."""
    return _UNIT.findall(text)


def is_unspaced(unit: str) -> bool:
    """Return whether a unit is a character of a script without blanks."""
    return _UNSPACED.search(unit) is not None


def key_of(unit: str) -> str:
    """Return what is compared of a unit: neither capitals nor marks make another word of it.

    The Turkish i, with a dot or without, is one letter here: its capital says too little about which of both it is.
    """
    key = unit.strip().casefold().replace("\u0307", "").replace("ı", "i")  # noqa: RUF001 - a letter of its own
    if key.isalnum():
        return key
    return "".join(mark for mark in key if not unicodedata.category(mark).startswith("P")) or key
