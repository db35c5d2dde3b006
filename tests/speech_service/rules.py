"""What holds for every message of the Speech protocol that a client sends, whatever the connection is for."""

from __future__ import annotations

from dataclasses import dataclass
import re
from typing import Final

from websockets import CloseCode

from .framing import Message, Violation, malformed

_REQUEST_ID: Final = re.compile(r"[0-9a-fA-F]{32}")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Which messages a kind of connection takes, by their paths."""

    text: frozenset[str]
    binary: frozenset[str] = frozenset()
    bare: frozenset[str]
    """Those that may be without a body."""

    def check(self, message: Message, *, configured: bool) -> None:
        """Check a message; `configured`: whether speech.config came before. Raises Violation."""
        for name in ("Path", "X-Timestamp"):
            # Its value is not checked: there are clients that send milliseconds.
            if not message.header(name):
                raise _missing(name)
        path = message.path
        if path not in self.text | self.binary:
            raise Violation(CloseCode.PROTOCOL_ERROR, f"Unknown message path. {path}"[:120])
        if message.binary != (path in self.binary):
            kind = "binary" if message.binary else "text"
            raise Violation(CloseCode.INVALID_DATA, f"{path} must not be a {kind} message")
        if not message.body and path not in self.bare:
            raise malformed("Text message contains no data.")
        if message.request_id or path != "speech.config":
            _check_request_id(message.request_id)
        if not configured and path != "speech.config":
            raise Violation(CloseCode.PROTOCOL_ERROR, "speech.config must be the first message")


def reuse() -> Violation:
    """Return the violation of a turn that has the id of another."""
    return Violation(CloseCode.PROTOCOL_ERROR, "Invalid request. Reuse of request identifiers is not allowed.")


def _check_request_id(request_id: str) -> None:
    if not request_id:
        raise _missing("X-RequestId")
    if not _REQUEST_ID.fullmatch(request_id):
        raise Violation(
            CloseCode.PROTOCOL_ERROR,
            "Invalid request. X-RequestId header value was not specified in no-dash UUID format.",
        )


def _missing(name: str) -> Violation:
    return Violation(CloseCode.PROTOCOL_ERROR, f"Missing/Empty header. {name}")
