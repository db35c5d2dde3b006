"""What a demo shows to the person who started it."""

import time


class Screen:
    """What the demo prints: one short line for each thing that happens, with the seconds since the last title."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def title(self, text: str) -> None:
        """Print a title, and count the seconds from here."""
        self._start = time.monotonic()
        print(f"\n{text}", flush=True)  # noqa: T201 - it prints for people

    def line(self, what: str, text: str) -> None:
        """Print what has happened just now."""
        print(f"{time.monotonic() - self._start:6.2f} s  {what:<14}  {text}", flush=True)  # noqa: T201
