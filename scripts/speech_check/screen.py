"""The terminal: lines that stay, and one at the bottom that changes while someone speaks."""

import os
import shutil
import sys


class Screen:
    """Writes to standard output; where that is no terminal, what changes is left out."""

    def __init__(self) -> None:
        """Begin with no line that changes."""
        self._live = sys.stdout.isatty()

    def line(self, text: str) -> None:
        """Write a line that stays."""
        self.clear()
        print(text, flush=True)

    def change(self, text: str) -> None:
        """Write over the line that changes: its end, if it is too long for the terminal."""
        if self._live:
            width = shutil.get_terminal_size().columns - 1
            self.clear()
            print(text if len(text) <= width else "…" + text[1 - width :], end="", flush=True)

    def clear(self) -> None:
        """Take the line that changes away."""
        if self._live:
            print("\r\x1b[K", end="", flush=True)


def hush_libraries() -> None:
    """Let the sound libraries be silent: they write pages about devices that there are not, past Python.

    They write to file descriptor 2; Python's own errors get another.
    """
    sys.stderr.flush()
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, closefd=False)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
