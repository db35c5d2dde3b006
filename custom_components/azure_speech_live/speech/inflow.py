"""How much a peer may say on a connection: in one go, before others have their turn, and in all.

aiohttp gives messages that have come already without letting anything else run, and a chunk of what a socket has can be
a hundred thousand of them.
"""

from typing import Final

from .errors import UnusableMessageError

UNIT: Final = 8192
"""Bytes of a message that count for one more: what the audio of a spoken translation comes in, at most."""
SPELL: Final = 16
"""Messages taken in one go: less than a millisecond's work, and more than a service has ever sent at once."""
RATE: Final = 200.0
"""Messages a second that may go on and on. A service sends some ten: hypotheses, and what it speaks in pieces."""
RESERVE: Final = 4000.0
"""Messages beyond that which may come at once: six minutes of speech in pieces of 100 ms, or 32 MB."""


class Inflow:
    """What has come on one connection."""

    def __init__(self, now: float) -> None:
        """Begin with nothing; times are the loop's."""
        self._spell = 0
        self._reserve = RESERVE
        self._counted = now

    def count(self, size: int, now: float) -> None:
        """Count a message or a control frame of so many bytes. Raises UnusableMessageError: it is too much."""
        weight = 1 + size // UNIT
        self._spell += weight
        self._reserve = min(RESERVE, self._reserve + (now - self._counted) * RATE) - weight
        self._counted = now
        if self._reserve < 0:
            raise UnusableMessageError("the service says more than anybody can take")

    def pause_due(self) -> bool:
        """Return whether others are to have their turn before the next message, once for each time."""
        due = self._spell >= SPELL
        if due:
            self._spell = 0
        return due
