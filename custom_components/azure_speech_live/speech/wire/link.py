"""What a connection shows of being alive, beside its messages.

RFC 6455 has each ping answered. That Azure does so is a guess; so nothing is concluded of a peer that never has, and it
is pinged once.
"""

from dataclasses import dataclass
import math


@dataclass(slots=True)
class Link:
    """Pings and pongs of one connection. Moments are seconds by the event loop's clock."""

    pinged: bool = False
    """Whether there ever was a ping."""
    waiting: bool = False
    """Whether one is still to be answered; there is no other one before."""
    ponged: float = -math.inf
    """When the latest answer came."""

    @property
    def answers(self) -> bool:
        """Whether the peer is known to answer."""
        return self.ponged > -math.inf

    def ping(self) -> None:
        """Take note that a ping is on its way."""
        self.pinged = self.waiting = True

    def pong(self, now: float) -> None:
        """Take note of an answer."""
        self.waiting = False
        self.ponged = now
