"""What the home's sentences say of what was heard so far of a command."""

from enum import Enum


class Verdict(Enum):
    """Whether a command can go on."""

    FINAL = "final"
    """A command, and whatever can follow means the same."""
    OPEN = "open"
    """Something that can be said here begins with it and means more, or something else; it may be a command already."""
    OTHER = "other"
    """Neither: free speech, nothing that this home knows, or a command of which nothing more can be told."""
