"""How many requests the service takes at a time, and how it refuses one more.

Microsoft says that the free tier takes one, and not what counts. Here a request lasts from the upgrade, or on a
connection that was kept from the first audio, until its turn.end; if ``connections`` count, until the connection ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from .faults import Close, Refuse

if TYPE_CHECKING:
    from .listening import Listening


@dataclass(frozen=True)
class Phrase:
    """Answer with a phrase of the status TooManyRequests, and end the turn."""


UPGRADE: Final = Refuse(HTTPStatus.TOO_MANY_REQUESTS, body="Too many requests")
CLOSE: Final = Close(4429, "The request is throttled because you have exceeded the concurrent request limit allowed")
INVALID: Final = Close(1007, "Throttled due to too many requests")
PHRASE: Final = Phrase()


@dataclass(kw_only=True)
class AtOnce:
    """The limit, and the record of the requests that it refused.

    Where an upgrade cannot be refused any more, since there was one or its audio came later than another's, the
    connection is closed.
    """

    requests: int = 1
    refusal: Refuse | Close | Phrase = UPGRADE
    connections: bool = False
    refused: int = field(default=0, init=False)

    def upgrade(self, sessions: Iterable[Listening], posts: int = 0) -> Refuse | None:
        """Return how to refuse another upgrade, or a POST request, beside these; None: it may go on."""
        if isinstance(self.refusal, Refuse) and self._open(sessions) + posts >= self.requests:
            self.refused += 1
            return self.refusal
        return None

    def turn(self, session: Listening, sessions: Iterable[Listening], posts: int = 0) -> Close | Phrase | None:
        """Return how to refuse a turn that begins on one of these sessions; None: it may go on."""
        if self._open(other for other in sessions if other is not session) + posts < self.requests:
            return None
        self.refused += 1
        return CLOSE if isinstance(self.refusal, Refuse) else self.refusal

    def _open(self, sessions: Iterable[Listening]) -> int:
        return sum(
            not (session.closed or session.refused)
            and (self.connections or session.turn is None or not session.turn.ended)
            for session in sessions
        )
