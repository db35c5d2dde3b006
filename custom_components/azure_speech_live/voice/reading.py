"""A text of which only a part is there, and what was read of it: what more would change is not decided yet."""

from dataclasses import dataclass
from enum import Enum, auto
import re
from typing import cast

from .characters import whole


class Mode(Enum):
    """What a text is, at the place where it is read."""

    TEXT = auto()
    CODE = auto()
    """In a fence: nothing is said of it."""
    TARGET = auto()
    """A link's, in brackets: nothing is said of it."""
    ADDRESS = auto()
    """Behind a host, which was said."""


@dataclass(frozen=True, slots=True)
class Read:
    """What was read: up to where, what is said of it, and what comes behind it."""

    end: int
    said: str = ""
    then: Mode = Mode.TEXT
    is_markup: bool = False
    """What is said is read like a line of its own, since there may be markup in it."""


class Source:
    """The text that is not read yet, and one character before it, since that may be a word's."""

    def __init__(self) -> None:
        """Begin with nothing, as at the beginning of a line."""
        self.text = "\n"
        self.at = 1
        self.is_over = False
        """No more text comes."""
        self._half = ""

    def add(self, piece: str) -> None:
        """Take a piece."""
        if piece:
            added, self._half = whole(self._half + piece)
            self.text = self.text[self.at - 1 :] + added
            self.at = 1

    @property
    def is_read(self) -> bool:
        """Return whether there is nothing left to read."""
        return self.at == len(self.text)

    @property
    def before(self) -> str:
        """Return the character before."""
        return self.text[self.at - 1]

    def goes_on(self, end: int) -> bool:
        """Return whether what reaches to this place may be longer than is known."""
        return end == len(self.text) and not self.is_over

    def character(self, index: int) -> str:
        """Return a character; nothing behind the end."""
        return self.text[index : index + 1]

    def found(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """Return what begins here, of a pattern that the place was chosen for, or that may be empty."""
        return cast("re.Match[str]", pattern.match(self.text, self.at))

    def literal(self, count: int = 1) -> Read:
        """Return so many characters, read as they stand."""
        return Read(self.at + count, self.text[self.at : self.at + count])

    def replace(self, end: int, text: str) -> None:
        """Put another text in the place of what reaches to ``end``."""
        self.text = self.text[: self.at] + text + self.text[end:]
