"""The events that wait for the caller: how many there may be, and which of them newer ones take in."""

from collections import deque
from typing import Final

from ..errors import UnusableMessageError
from ..events import AttemptFailed, Event, Hypothesis, Synthesis
from ..wire.limits import MAX_EVENTS

MAX_WAITING: Final = 16
"""Events that wait for the caller; then it is waited for. That is some two megabytes of synthesised audio at most."""
SYNTHESIS_PIECE: Final = 1 << 16
"""Bytes up to which slices of synthesised audio that wait for the caller are put together: two seconds of it."""


class EventQueue(deque[Event]):
    """What the caller has not taken yet, the oldest first."""

    def tell(self, event: Event) -> None:
        """Let an event wait. It replaces the hypothesis, or the failed attempt, before; pieces of speech become one."""
        last = self[-1] if self else None
        if isinstance(event, Hypothesis | AttemptFailed) and type(event) is type(last):
            self.pop()
        elif isinstance(event, Synthesis) and isinstance(last, Synthesis) and len(last.audio) < SYNTHESIS_PIECE:
            event = Synthesis(last.audio + event.audio)
            self.pop()
        self.append(event)

    @property
    def crowded(self) -> bool:
        """Whether the caller has so much to take that it is to be waited for."""
        return len(self) > MAX_WAITING

    def check(self) -> None:
        """Raise UnusableMessageError if more waits than a service has to say."""
        if len(self) > MAX_EVENTS:
            raise UnusableMessageError("the service says more than anybody can take")
