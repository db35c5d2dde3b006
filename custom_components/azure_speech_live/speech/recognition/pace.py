"""How fast an utterance's audio is sent, and how much of it in all, whatever becomes of its requests."""

from math import inf
from typing import Final

from ..errors import ProtocolError
from .audio import BYTES_PER_SECOND
from .turn import Turn

FAST_LANE: Final = 5.0
"""Seconds of audio that may be sent as fast as the line takes them; then at PACE. As both of Microsoft's SDKs do, for
each request anew."""
PACE: Final = 2.0
"""Times real time."""
MAX_TIMES: Final = 3
"""How often an utterance's audio may be sent, on average: on a kept connection that has died, and on the two after it.
It has as many fast lanes, and then keeps to the pace, however many requests there are."""
SPARED: Final = 0.5
"""How many of these times an utterance that gives way to others leaves for what breaks."""
REQUEST_COST: Final = 1.0
"""Seconds of audio that a request counts for beside its own, so that requests without any have an end, too."""


class Pace:
    """What an utterance has sent, and when it may send more. Moments are seconds by its clock."""

    def __init__(self) -> None:
        """Begin with nothing sent."""
        self._sent = 0
        self._requests = 0
        self._latest = 0
        """Bytes that the latest request sent."""
        self._begun = inf
        """When the first of it was sent."""

    def begin(self, start: int, end: int) -> None:
        """Take note of a request that will send what there is from ``start`` on, of ``end`` bytes that were given.

        Raises ProtocolError if that were too much. More audio than there is now does not change it: what is given
        later counts on both sides.
        """
        if not self._affords(start, end, MAX_TIMES):
            raise ProtocolError("the service would have the same audio again and again")
        self._requests += 1
        self._latest = 0

    def spares(self, start: int, end: int) -> bool:
        """Return whether such a request may be made also where none has failed."""
        return self._affords(start, end, MAX_TIMES - SPARED)

    def _affords(self, start: int, end: int, times: float) -> bool:
        # In bytes, of which sums are exact: who sends all of it three times sends no more than that.
        request = REQUEST_COST * BYTES_PER_SECOND
        return self._sent + end - start + (self._requests + 1) * request <= times * (end + request)

    def refused(self) -> None:
        """Take note that the service did not take the latest request, because there are too many: it costs nothing."""
        self._requests -= 1
        self._sent -= self._latest
        self._latest = 0

    def sent(self, size: int, now: float) -> None:
        """Take note of a message with so many bytes of audio."""
        self._sent += size
        self._latest += size
        self._begun = min(self._begun, now)

    def allows_at(self, turn: Turn) -> float:
        """Return when the next frame of a turn may be sent, behind its first one."""
        own = turn.asked_at + _seconds(turn.sent - turn.start, FAST_LANE)
        return max(own, self._begun + _seconds(self._sent, MAX_TIMES * FAST_LANE))


def backlog(size: int) -> float:
    """Return how many seconds a request takes to send so many bytes."""
    return _seconds(size, FAST_LANE)


def _seconds(size: int, lane: float) -> float:
    return max(0.0, size / BYTES_PER_SECOND - lane) / PACE
