"""What the protocol wants a client to report after each turn: when which message came, and how connecting went.

Source: "Telemetry" in Microsoft's protocol page (websocketprotocol.md, 2018). It holds times and names only.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from ..errors import (
    CredentialsError,
    HostNotFoundError,
    NotASpeechEndpointError,
    OpenTimeoutError,
    QuotaError,
    ServiceError,
    ServiceTimeoutError,
    SpeechError,
)
from .limits import MAX_PATHS, MAX_RECEIPTS
from .messages import Message, json_message, timestamp

_STATUS_NAMES: Final = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    408: "Timeout",
    500: "ServerError",
    503: "ServerUnavailable",
    504: "Timeout",
}
"""As the page has them, by the HTTP status of a refusal."""
_ERROR_NAMES: Final[tuple[tuple[type[SpeechError], str], ...]] = (
    (HostNotFoundError, "DNSfailure"),
    (CredentialsError, "Unauthorized"),
    (QuotaError, "Forbidden"),
    (NotASpeechEndpointError, "BadRequest"),
    (ServiceTimeoutError, "Timeout"),
    (OpenTimeoutError, "Timeout"),
    (ServiceError, "ServerError"),
)
"""Where there is no such status. What comes nearest to all others, as to too many requests, is ServerUnavailable."""


@dataclass(frozen=True, slots=True)
class ConnectionMetric:
    """One attempt to connect: from when to when, and how it failed if it did."""

    connection_id: str
    start: datetime
    end: datetime
    error: SpeechError | None = None

    def as_json(self) -> dict[str, str]:
        """Return it in the protocol's form."""
        metric = {
            "Name": "Connection",
            "Id": self.connection_id,
            "Start": timestamp(self.start),
            "End": timestamp(self.end),
        }
        if self.error is not None:
            names = (name for kind, name in _ERROR_NAMES if isinstance(self.error, kind))
            metric["Error"] = _STATUS_NAMES.get(self.error.status or 0) or next(names, "ServerUnavailable")
        return metric


@dataclass(slots=True)
class TurnTelemetry:
    """What is noted of one turn."""

    request_id: str
    audio_start: datetime
    connections: list[ConnectionMetric]
    received: dict[str, list[datetime]] = field(default_factory=dict)
    audio_end: datetime | None = None

    def note(self, path: str, now: datetime) -> None:
        """Note a message's receipt."""
        times = self.received.get(path)
        if times is None:
            if len(self.received) >= MAX_PATHS:
                return
            times = self.received[path] = []
        if len(times) < MAX_RECEIPTS:
            times.append(now)

    def report(self, now: datetime) -> Message:
        """Return the telemetry message."""
        microphone = {
            "Name": "Microphone",
            "Start": timestamp(self.audio_start),
            "End": timestamp(self.audio_end or now),
        }
        metrics: list[dict[str, Any]] = [metric.as_json() for metric in self.connections]
        received = [{path: [timestamp(time) for time in times]} for path, times in self.received.items()]
        body = {"ReceivedMessages": received, "Metrics": [*metrics, microphone]}
        return json_message("telemetry", body, self.request_id)


class Reports:
    """What is to be reported of some turns: of each once, when it is over."""

    def __init__(self) -> None:
        """Begin with none."""
        self._attempts: list[ConnectionMetric] = []
        self._over: list[TurnTelemetry] = []

    def connected(self, attempts: Iterable[ConnectionMetric]) -> None:
        """Take note of the attempts to connect that led to the next turn's connection."""
        self._attempts += attempts

    def begin(self, request_id: str, wall: datetime) -> TurnTelemetry:
        """Return where to note what happens in a turn."""
        attempts, self._attempts = self._attempts, []
        return TurnTelemetry(request_id, wall, attempts)

    def finish(self, telemetry: TurnTelemetry, wall: datetime) -> None:
        """Take note that a turn is over. One without an id is of the REST API, which has no such reports."""
        telemetry.audio_end = wall
        if telemetry.request_id:
            self._over.append(telemetry)

    def take(self, wall: datetime) -> list[Message]:
        """Return what is to be sent."""
        over, self._over = self._over, []
        return [telemetry.report(wall) for telemetry in over]
