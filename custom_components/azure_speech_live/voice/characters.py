"""Which characters of a text are said: neither emojis, nor what nobody sees, nor what no XML may have.

Source: the characters of XML 1.0, section 2.2; what is an emoji: Unicode 16, emoji-data.txt, property Emoji.
"""

import re
from typing import Final
import unicodedata

from ..languages.words import JOINERS, UNSPACED

_PAIR: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_HALF: Final = re.compile("[\ud800-\udbff]\\Z")
_LINE_ENDS: Final = str.maketrans({"\r": None, "\u2028": "\n", "\u2029": "\n"})
_UNSPACED: Final = re.compile(f"[{UNSPACED}]")

# Emojis with their signs of presentation; and lines, blocks and shapes (U+2500 to U+25FF), which draw tables and bars.
# The digits and ©, ®, ™, which Unicode counts among the emojis, are said.
_DRAWN: Final = re.compile(
    "[\u20e3\ufe0e\ufe0f\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u23cf\u23e9-\u23f3\u23f8-\u23fa\u24c2"
    "\u2500-\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001fbff\U000e0020-\U000e007f]"
)
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co"})
_NONCHARACTER: Final = 0xFFFE
"""The last two characters of each plane are none."""
_CLOSERS: Final = frozenset("\"'”“’»«›)]}）】》〉」』")  # noqa: RUF001 - other languages' own
_RUNS: Final = frozenset(".,;:!?…。！？、，")  # noqa: RUF001 - other languages' own
_MAX_RUN: Final = 3
"""Of the same mark in a row: more say no more."""


class Heard:
    """What is said of a text, character by character, and how it ends so far."""

    def __init__(self) -> None:
        """Begin with nothing, as at the beginning of a line."""
        self.last = "\n"
        self.mark = "\n"
        """The last character but blanks and what closes quotations."""
        self._before = "\n"
        self._said: list[str] = []
        self._run = 0
        self._gap = False

    def write(self, text: str) -> None:
        """Say a text, without the characters that are not said."""
        for character in text:
            if _DRAWN.match(character):
                self._gap = True
            elif _is_seen(character, self._before):
                self._write(character)
            self._before = character

    def leave_gap(self) -> None:
        """Note that something was left out between words: they are not to become one."""
        self._gap = True

    def taken(self) -> str:
        """Return what was written since the last time."""
        said, self._said = "".join(self._said), []
        return said

    def _write(self, character: str) -> None:
        if self._gap:
            if character in " \t" and self.last.isspace():
                return  # one blank is enough
            if character.isalnum() and not (self.last.isspace() or is_unspaced(character) or is_unspaced(self.last)):
                self._said.append(" ")
            self._gap = False
        self._run = self._run + 1 if character == self.last and character in _RUNS else 1
        if self._run <= _MAX_RUN:
            self._said.append(character)
        self.last = character
        if character == "\n" or not (character.isspace() or character in _CLOSERS):
            self.mark = character


def is_unspaced(character: str) -> bool:
    """Return whether a character is of a script that is written without blanks."""
    return _UNSPACED.match(character) is not None


def whole(piece: str) -> tuple[str, str]:
    """Return a piece with one kind of line ends and whole characters, and the half of one with which it ends, if any.

    Halves of characters, surrogates, are what some programs make of a text that they cut, or escape twice.
    """
    if piece.isascii():
        return piece.replace("\r", ""), ""
    found = _HALF.search(piece)
    half = found[0] if found else ""
    return _PAIR.sub(_joined, piece.removesuffix(half)).translate(_LINE_ENDS), half


def _joined(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def _is_seen(character: str, before: str) -> bool:
    """Return whether a character may be in a text that is said, behind another.

    Those that join letters or keep them apart are part of words, and of nothing else.
    """
    if character in JOINERS:
        return unicodedata.category(before)[0] in "LM"
    if character in "\t\n":
        return True
    return unicodedata.category(character) not in _UNSEEN and ord(character) & _NONCHARACTER != _NONCHARACTER
