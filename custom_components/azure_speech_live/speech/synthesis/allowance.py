"""How many requests there were in the last minute: the free tier speaks twenty times in one, and then not at all.

A slow agent that writes short sentences would use them up in half of that, and be silent for the other half. So when
half of them are used, what more there is to say is gathered: the rest is spread over the rest of the minute. That makes
pauses longer where nothing is ahead, but nobody waits for the first sentence of an answer. Which tier it is is not
known: one that has taken more than twenty is another, and nothing is gathered any more.

Where the service takes no more, its listener waits only so long.

Source: Microsoft's "Speech service quotas and limits": 20 transactions in 60 seconds for F0, 200 a second for S0.
"""

from collections import deque
from math import inf
from typing import Final

REQUESTS: Final = 20
"""What the free tier takes in SECONDS."""
SECONDS: Final = 60.0
GATHERED: Final = 10
"""Requests in that time from which on there are to be no more than are needed."""

LISTENER: Final = 3.0
"""Seconds without sound for which a listener waits, where the service takes no more requests: then somebody else should
speak. Half of it is what satellites wait for."""
AMID: Final = 25.0
"""The same where some of the answer was heard: whoever hears an end takes it for that of the whole, and nobody else can
speak the rest."""
PATIENT_LISTENER: Final = 90.0
"""The same where nobody stands and waits: a minute, after which the free tier takes requests again, and time for the
others that have waited, too."""


def borne(*, heard: bool, long: bool) -> float:
    """Return for how many seconds a listener waits. ``heard``: some of it was; ``long``: nobody stands and waits."""
    if long:
        return PATIENT_LISTENER
    return AMID if heard else LISTENER


class Allowance:
    """The requests of one client, of all its answers together. Moments are seconds by one monotonic clock."""

    def __init__(self) -> None:
        """Begin with none."""
        self._asked: deque[float] = deque(maxlen=REQUESTS + 1)
        self._is_larger = False
        """Whether the service is known to take more."""

    def asked(self, now: float) -> None:
        """Take note of a request."""
        self._asked.append(now)
        while self._asked[0] <= now - SECONDS:
            self._asked.popleft()
        if len(self._asked) > REQUESTS:
            self._is_larger = True

    def refused(self) -> None:
        """Take note that the last one was one too many."""
        self._is_larger = False
        if self._asked:
            self._asked.pop()

    @property
    def next_at(self) -> float:
        """When to make the next request that can wait; it moves with ``asked`` and ``refused``."""
        if self._is_larger or len(self._asked) < GATHERED:
            return -inf
        first, last, left = self._asked[0], self._asked[-1], REQUESTS - len(self._asked)
        return last + (first + SECONDS - last) / max(left, 1)
