"""How many requests the service takes in a time, and how it refuses one more: the sibling of `at_once`.

The free tier speaks 20 times in 60 seconds. What counts is a request that was taken, from its beginning.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from .faults import Close, Refuse


@dataclass(kw_only=True)
class PerMinute:
    """The limit, and the record of the requests that it refused.

    Where an upgrade cannot be refused any more, the turn is: its connection is closed.
    """

    close: Close
    """How a turn is refused."""
    upgrade: Refuse | None = None
    """How an upgrade is refused; None: it is not, its turns are."""
    requests: int = 20
    seconds: float = 60.0
    refused: int = field(default=0, init=False)
    _taken: deque[float] = field(default_factory=deque, init=False)

    def refuse_upgrade(self) -> Refuse | None:
        """Return how to refuse another upgrade; None: it may go on."""
        if self.upgrade is None or not self._full():
            return None
        self.refused += 1
        return self.upgrade

    def refuse_turn(self) -> Close | None:
        """Return how to refuse another turn; None: it is counted, and may go on."""
        if self._full():
            self.refused += 1
            return self.close
        self._taken.append(asyncio.get_running_loop().time())
        return None

    def _full(self) -> bool:
        since = asyncio.get_running_loop().time() - self.seconds
        while self._taken and self._taken[0] <= since:
            self._taken.popleft()
        return len(self._taken) >= self.requests
