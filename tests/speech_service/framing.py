"""Messages of the Speech protocol inside WebSocket messages: bytes <-> headers and body.

A text message is ``Name: value`` lines, an empty line and a body. A binary message begins with the size of its
header section (2 bytes, big endian), then the same lines, then the body. What is malformed raises Violation
with the close code and reason that Microsoft's protocol page of 2017/18 gives for it.

This is the stand-in's own framing, on purpose not the client's: a mistake in one cannot agree with itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import json
from typing import Any, Final

from websockets import CloseCode

MAX_HEADER_SIZE: Final = 8192
"""Bytes of headers in a binary message (protocol page: "Binary WebSocket messages")."""

_PREFIX_SIZE: Final = 2
_SEPARATOR: Final = "\r\n\r\n"


class Violation(Exception):  # noqa: N818 - it is the client's violation, not an error of the stand-in
    """A client broke the protocol: the connection is to be closed with this code and reason."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        """Keep the WebSocket close code and the reason (at most 123 bytes on the wire)."""
        super().__init__(f"{code.value}: {reason}")
        self.code = code
        self.reason = reason


def malformed(what: str) -> Violation:
    """Return the violation for a message that cannot be read."""
    return Violation(CloseCode.INVALID_DATA, f"Incorrect message format. {what}")


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came: headers in order, body as text or bytes."""

    headers: tuple[tuple[str, str], ...]
    body: str | bytes

    def header(self, name: str) -> str:
        """Return a header's value, whatever the case of its name; empty if there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def path(self) -> str:
        """What kind of message it is; lower case, as paths are compared without case."""
        return self.header("Path").lower()

    @property
    def request_id(self) -> str:
        """The turn it belongs to, exactly as sent."""
        return self.header("X-RequestId")

    @property
    def binary(self) -> bool:
        """Whether it came as a binary message."""
        return isinstance(self.body, bytes)

    def json(self) -> Any:
        """Return the body as JSON. Raises Violation."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise malformed(f"The body of {self.path} is not JSON.") from None


def decode(data: str | bytes) -> Message:
    """Read a WebSocket message. Raises Violation."""
    return _decode_text(data) if isinstance(data, str) else _decode_binary(data)


def _decode_text(data: str) -> Message:
    if not data:
        raise malformed("Text message contains no data.")
    head, separator, body = data.partition(_SEPARATOR)
    if not separator:
        raise malformed("Text message contains no header separator.")
    return Message(_parse_headers(head), body)


def _decode_binary(data: bytes) -> Message:
    if len(data) < _PREFIX_SIZE:
        raise malformed("Binary message has invalid header size prefix.")
    size = int.from_bytes(data[:_PREFIX_SIZE], "big")
    end = _PREFIX_SIZE + size
    if size > MAX_HEADER_SIZE or end > len(data):
        raise malformed("Binary message has invalid header size.")
    try:
        head = data[_PREFIX_SIZE:end].decode()
    except UnicodeDecodeError:
        raise malformed("Binary message headers decoding into UTF-8 failed.") from None
    return Message(_parse_headers(head), data[end:])


def _parse_headers(head: str) -> tuple[tuple[str, str], ...]:
    # Some clients end a binary message's headers with an empty line, and some count one more CRLF: empty lines
    # mean nothing.
    headers = []
    for line in head.split("\r\n"):
        if not line:
            continue
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise malformed("A header is not of the form Name: value.")
        headers.append((name.strip(), value.strip()))
    return tuple(headers)


def encode_text(headers: Mapping[str, str], body: object, newline: str = "\r\n") -> str:
    """Make a text message with a JSON body (None: no body; a text is one as it is)."""
    text = body or "" if isinstance(body, str | None) else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return _join(headers.items(), newline) + newline + text


def encode_binary(headers: Mapping[str, str], body: bytes, newline: str = "\r\n") -> bytes:
    """Make a binary message."""
    head = _join(headers.items(), newline).encode("ascii")
    return len(head).to_bytes(_PREFIX_SIZE, "big") + head + body


def _join(headers: Iterable[tuple[str, str]], newline: str) -> str:
    return "".join(f"{name}:{value}{newline}" for name, value in headers)
