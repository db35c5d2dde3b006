"""The messages of the Speech service's WebSocket protocol: text and binary frames to typed values, and back.

Format, from Microsoft's protocol page (websocketprotocol.md, 2018) and from what its SDKs send:

- a text message is `Name: value` lines ended by CRLF (LF alone occurs as well), an empty line and a body, in UTF-8;
- a binary message is two bytes with the headers' size (big-endian), the same lines in ASCII, and the body.

No I/O and no clock here: times come in as arguments.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
import json
import re
from typing import Any, Final

from ..errors import UnusableMessageError
from .limits import MAX_HEADER_SIZE, MAX_OFFSET
from .wording import shown_path

TICKS_PER_SECOND: Final = 10_000_000
"""Offsets and durations are counted in ticks of 100 ns."""

_MAX_TICKS: Final = MAX_OFFSET * TICKS_PER_SECOND
_PREFIX_SIZE: Final = 2
_TIMESTAMP_SIZE: Final = len("2026-11-29T00:00:00.000")
_HEADERS_END: Final = re.compile(r"\r?\n\r?\n")
_JSON_TYPE: Final = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Message:
    """A message of either kind: text when ``body`` is a str, binary when it is bytes."""

    path: str
    body: str | bytes
    request_id: str | None = None
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """All headers of a received message, by lower-case name."""

    def __str__(self) -> str:
        """Return a bounded line for the log: sizes and names, and nothing that was said."""
        kind = "text" if isinstance(self.body, str) else "binary"
        return f"{shown_path(self.path)} ({kind}, {len(self.body)})"


def timestamp(now: datetime) -> str:
    """Return a time (aware, UTC) as X-Timestamp wants it: ISO 8601 with milliseconds, ended by Z."""
    # There is one in each message: strftime takes ten times as long, and isoformat with a timespec three times.
    text = now.replace(tzinfo=None).isoformat()
    return f"{text[:_TIMESTAMP_SIZE]}Z" if now.microsecond else f"{text}.000Z"


def json_message(path: str, body: object, request_id: str | None = None) -> Message:
    """Return a text message with a JSON body."""
    return Message(path, json.dumps(body, separators=(",", ":")), request_id, _JSON_TYPE)


def encode(message: Message, now: datetime) -> str | bytes:
    """Return the WebSocket payload of a message to the service: str for text, bytes for binary."""
    request = f"X-RequestId:{message.request_id}\r\n" if message.request_id else ""
    content = f"Content-Type:{message.content_type}\r\n" if message.content_type else ""
    headers = f"Path:{message.path}\r\n{request}X-Timestamp:{timestamp(now)}\r\n{content}"
    if isinstance(message.body, str):
        return f"{headers}\r\n{message.body}"
    head = headers.encode("ascii")
    return len(head).to_bytes(_PREFIX_SIZE) + head + message.body


def decode(payload: str | bytes) -> Message:
    """Return the message in a WebSocket payload. Raises UnusableMessageError."""
    if isinstance(payload, str):
        if (end := _HEADERS_END.search(payload)) is None:
            raise UnusableMessageError("a text message without the line that ends its headers")
        return _message(payload[: end.start()], payload[end.end() :])
    start = _PREFIX_SIZE + int.from_bytes(payload[:_PREFIX_SIZE])
    if len(payload) < start:
        raise UnusableMessageError("a binary message shorter than its headers")
    head = payload[_PREFIX_SIZE:start]
    if not head.isascii():
        raise UnusableMessageError("a binary message with headers that are not ASCII")
    return _message(head.decode("ascii"), payload[start:])


def _message(head: str, body: str | bytes) -> Message:
    if len(head) > MAX_HEADER_SIZE:
        raise UnusableMessageError("a message with too large headers")
    headers: dict[str, str] = {}
    for line in head.split("\n"):
        name, separator, value = line.partition(":")
        if separator:
            headers[name.strip().lower()] = value.strip()
        elif line.strip():
            raise UnusableMessageError("a header line without a colon")
    path = headers.get("path", "")
    if not path:
        raise UnusableMessageError("a message without a Path")
    return Message(path.lower(), body, headers.get("x-requestid"), headers.get("content-type"), headers)


# --- what the bodies of many messages have


def json_body(message: Message) -> dict[str, Any]:
    """Return a message's JSON object. Raises UnusableMessageError."""
    return json_object(message.body, shown_path(message.path))


def json_object(body: str | bytes, where: str) -> dict[str, Any]:
    """Return the JSON object that came from ``where``. Raises UnusableMessageError."""
    try:
        value = json.loads(body)
    except ValueError, RecursionError:
        value = None  # and the exception, which holds the document, is out of the chain
    if not isinstance(value, dict):
        raise UnusableMessageError(f"{where} with a body that is not a JSON object")
    return value


def offset(body: Mapping[str, Any]) -> float:
    """Return a message's Offset in seconds from the start of the turn's audio."""
    return _seconds(body.get("Offset"))


def duration(body: Mapping[str, Any]) -> float:
    """Return a message's Duration in seconds."""
    return _seconds(body.get("Duration"))


def is_timed(body: Mapping[str, Any]) -> bool:
    """Return whether an Offset and a Duration are there, and are times."""
    return None not in (_time(body.get("Offset")), _time(body.get("Duration")))


def end(body: Mapping[str, Any]) -> float:
    """Return where what a message is about ends, in seconds from the start of the turn's audio; 0 without times."""
    return offset(body) + duration(body)


def as_number(value: object) -> float | None:
    """Return a number, also one that came as a text."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _seconds(ticks: object) -> float:
    # Missing, negative and non-numeric ones occur in the wild and in attacks alike; none of them says anything.
    return _time(ticks) or 0.0


def _time(ticks: object) -> float | None:
    number = ticks if type(ticks) is int else as_number(ticks)
    return number / TICKS_PER_SECOND if number is not None and 0 <= number <= _MAX_TICKS else None
