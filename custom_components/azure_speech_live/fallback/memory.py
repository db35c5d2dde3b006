"""What is remembered of a service from one command to the next: whether it is away, and how long its answers take.

Who knows that it is away does not wait for it: the second engine is asked from the beginning. It is still tried, with
the same audio or text beside the second engine, and is back with the first answer that comes in time.

Nothing here knows a clock: moments are seconds by any one, which the caller reads.
"""

from collections import deque
from math import inf
from statistics import median
from typing import Final

GAPS: Final = (0.0, 10.0, 20.0, 40.0, 60.0)
"""Seconds from a failure to the next try. The first is at once: most failures are one command's own. A try costs nobody
time; but who has been away for long is to be used again within a minute."""
RELAPSE: Final = 60.0
"""Seconds for which it has to be back before a failure is another outage. Until then the gaps go on growing: else every
other command would have to wait for a service that comes and goes."""
LEAST_PATIENCE: Final = 1.0
"""Seconds: who has spoken waits that long without a doubt that anything happens."""
MOST_PATIENCE: Final = 3.0
"""Seconds after which nobody believes in an answer, however slow the service is as a rule."""
_DELAYS: Final = 20
"""Answers by which the usual delay is judged."""


class Memory:
    """What is remembered of one resource, for what it hears or for what it speaks."""

    def __init__(self) -> None:
        """Begin with a service that works."""
        self.away = False
        """Whether the latest that is known is a failure."""
        self.told = False
        """Whether it was said in the log that the second engine has taken over; whoever says it takes note here."""
        self._gap = 0
        self._failed_at = -inf
        """When it failed: at first, or as it was tried."""
        self._due = -inf
        """When the next try is due."""
        self._back = -inf
        """When it came back."""
        self._delays: deque[float] = deque(maxlen=_DELAYS)

    @property
    def patience(self) -> float:
        """Return how many seconds after the end of speech an answer is waited for, and nobody else asked."""
        usual = median(self._delays) if self._delays else 0.0
        return min(max(LEAST_PATIENCE, 2 * usual), MOST_PATIENCE)

    def is_due(self, now: float) -> bool:
        """Return whether the service is to be asked with a command that begins now."""
        return not self.away or now >= self._due

    def failed(self, now: float, begun: float = inf) -> None:
        """Take note that an answer failed, or did not come in time.

        ``begun``: when its command did; inf: it was a check.
        """
        if self.away and (now < self._due or begun < self._failed_at):
            return  # it was no try: it had begun before the failure that is known
        if self.away or now < self._back + RELAPSE:
            self._gap = min(self._gap + 1, len(GAPS) - 1)
        else:
            self._gap = 0
        self.away = True
        self._failed_at = now
        self._due = now + GAPS[self._gap]

    def answered(self, now: float, delay: float | None) -> None:
        """Take note of an answer, and how many seconds it took after the end of speech; None: it came before that.

        One that comes late is none that could have been waited for; but where all come so late, patience grows.
        """
        in_time = delay is None or delay <= self.patience
        if delay is not None:
            self._delays.append(delay)
        if self.away and in_time:
            self.away = False
            self._back = now

    def reached(self, now: float) -> None:
        """Take note that a connection could be opened: a try is due."""
        self._due = min(self._due, now)
