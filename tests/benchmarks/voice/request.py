"""What a speaker is told to do, and the answer that it is to speak: the same for all, as an agent writes it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
import re
from typing import Final

SENTENCES: Final = (
    "It is getting cold outside.",
    "There was a little frost in the garden this morning.",
    "I have turned up the heating.",
    "The windows in the bedroom are still open.",
    "Shall I remind you of that at nine?",
)
TEXT: Final = " ".join(SENTENCES)
PIECES: Final = tuple(re.findall(r"\s?\S+", TEXT))
"""The agent's deltas. As a language model's tokens do, a word brings the blank before it."""
THINKS: Final = 0.5
"""Seconds from the call to the agent's first delta: a quick model's. Who can opens a connection in them."""
GATE: Final = 60
"""Characters beyond which Home Assistant hands an answer to its voice (assist_pipeline/default_pipeline.py)."""
SPOKEN: Final = 15.0
"""Characters that are spoken in a second."""
RATE: Final = 16_000
BYTES_PER_SECOND: Final = 2 * RATE


@dataclass(frozen=True, kw_only=True)
class Request:
    """Speak the answer, so many times at once, with a service at a port on loopback."""

    port: int
    tls: bool = False
    """Whether it is encrypted."""
    answers: int = 1
    spread: float = 0.0
    """Seconds over which their beginnings are spread."""
    fresh: bool = False
    """Whether no connection may be open when it begins; otherwise those that the speaker can keep are."""
    stop: float | None = None
    """Seconds after the first delta at which the listener wants silence."""
    written: float = 100.0
    """Characters that the agent writes in a second."""
    at: int = 0
    """When to begin, by the common clock."""

    @property
    def url(self) -> str:
        """Return where the service is, for WebSockets."""
        return f"{'wss' if self.tls else 'ws'}://127.0.0.1:{self.port}"

    def deltas(self) -> list[tuple[float, str]]:
        """Return the deltas, and how many seconds after the first each comes."""
        ends = accumulate(map(len, PIECES))
        return [((end - len(PIECES[0])) / self.written, piece) for end, piece in zip(ends, PIECES, strict=True)]

    def written_at(self, size: int) -> float:
        """Return how many seconds after the first delta there are more characters than these, or all."""
        ends = zip(accumulate(map(len, PIECES)), self.deltas(), strict=True)
        return next((at for end, (at, _) in ends if end > size), self.text_at)

    @property
    def sentence_at(self) -> float:
        """Return the same of the first sentence, which is known to be over with the blank behind it."""
        return self.written_at(len(SENTENCES[0]))

    @property
    def gate_at(self) -> float:
        """Return the same of Home Assistant's gate."""
        return self.written_at(GATE)

    @property
    def text_at(self) -> float:
        """Return the same of the whole text."""
        return (len(TEXT) - len(PIECES[0])) / self.written
