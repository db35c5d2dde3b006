"""A turn: the part of an utterance that the service knows by one request id, from its context to its turn.end."""

from dataclasses import dataclass

from ..wire.telemetry import TurnTelemetry
from .audio import BYTES_PER_SECOND


@dataclass(slots=True)
class Turn:
    """The part of an utterance under one request id. Positions are bytes of the utterance's audio."""

    request_id: str
    start: int
    """Where this request's audio begins."""
    sent: int
    """Up to where audio has been sent."""
    reused: bool
    telemetry: TurnTelemetry
    asked: float | None = None
    """When the first audio was sent."""
    heard: float | None = None
    """When the service last said something."""
    stopped: bool = False
    """Whether the service wants no more audio."""
    silent: bool = False
    """Whether the service told of silence, and not up to where."""
    end_sent: float | None = None
    """When the end of the audio was sent."""

    @property
    def start_offset(self) -> float:
        """Seconds of the utterance that are before this request's audio."""
        return self.start / BYTES_PER_SECOND
