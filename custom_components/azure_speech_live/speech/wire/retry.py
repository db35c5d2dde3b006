"""Whether something that failed is tried again, and how soon: whatever is asked of the service, and in whatever way.

What has to be asked again, and when an attempt got further than the one before, is known by who asks.
"""

from typing import Final

from ..errors import SpeechError
from .throttle import too_many

MAX_ATTEMPTS: Final = 2
"""Attempts in a row of which none got further."""
RETRY_DELAY: Final = 0.3
"""Seconds before the second attempt to connect: a service that restarts behind a load balancer needs that."""
MAX_RETRY_AFTER: Final = 3.0
"""Seconds that a service in trouble may ask to wait; a person waits no longer, so more is an error at once."""


class Retry:
    """The attempts at one thing. Moments are seconds by any one clock."""

    def __init__(self) -> None:
        """Begin before the first."""
        self._failed = 0

    @property
    def again(self) -> bool:
        """Whether what is asked now was asked before, in vain."""
        return self._failed > 0

    def progress(self) -> None:
        """Take note that an attempt got further: what comes behind that is asked for the first time."""
        self._failed = 0

    def after(self, error: SpeechError, now: float, latest: float, *, opening: bool, stale: bool) -> float | None:
        """Take note that an attempt failed; return after how many seconds to make the next, None: not to make one.

        ``latest``: when it is too late; ``opening``: there was no connection yet; ``stale``: it had been kept open, and
        the service did not say anything on it. Then it had died meanwhile, which is no attempt; nor is one that was
        refused as one request too many, and for how long is not said here (see throttle.py).
        """
        if too_many(error) or (stale and error.transient and now < latest):
            return 0.0
        self._failed += 1
        delay = error.retry_after
        if delay is None:
            delay = RETRY_DELAY if opening else 0.0
        hopeless = not error.transient or delay > MAX_RETRY_AFTER or self._failed >= MAX_ATTEMPTS
        return None if hopeless or now + delay >= latest else delay
