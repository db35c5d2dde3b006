"""What a peer may send that is more than anybody can take: rows as those of the fault table, by what comes when."""

from collections.abc import Iterator
import json
import struct
from typing import Final

from custom_components.azure_speech_live.speech.errors import UnusableMessageError
from custom_components.azure_speech_live.speech.wire.limits import MESSAGE_RESERVE, MESSAGE_SPELL
from custom_components.azure_speech_live.speech.wire.retry import MAX_ATTEMPTS
from tests.speech.faults.rows import COMPLETE, ONCE, Row, always, once
from tests.speech_service import Fault
from tests.speech_service.faults import After, Before, Freeze, Opened, Point, Raw, Received

SIZE: Final = 8 << 20
"""Bytes of a flood: some millions of the smallest messages."""
ROUND: Final = 0.01
"""Seconds of the event loop's round where fifty speak at once. Of a flood, the client takes a little in each."""
TAKEN: Final = MESSAGE_RESERVE / MESSAGE_SPELL * ROUND
"""Seconds that it takes a connection there until the client has had enough; alone it is a tenth of a second."""


def frame(opcode: int, data: bytes) -> bytes:
    """Return a WebSocket frame as a server sends it."""
    if len(data) < 126:
        return bytes([opcode | 0x80, len(data)]) + data
    return bytes([opcode | 0x80, 127]) + struct.pack(">Q", len(data)) + data


def said(path: str, body: object) -> bytes:
    """Return the frame of a text message about whatever request is under way."""
    return frame(1, f"Path:{path}\r\n\r\n{json.dumps(body)}".encode())


FLOODS: Final = {
    "empty pings": frame(9, b""),
    "pings": frame(9, b"x" * 125),
    "empty pongs": frame(10, b""),
    "empty texts": frame(1, b""),
    "empty binary messages": frame(2, b""),
    "messages of unknown paths": frame(1, b"Path:x\r\n\r\n"),
    "binary messages of unknown paths": frame(2, b"\0\6Path:x"),
    "metadata": said("speech.metadata", {"x": 1}),
    "hypotheses": said("speech.hypothesis", {"Text": "xanadu"}),
    "starts of speech": said("speech.startDetected", {"Offset": 0}),
    "large hypotheses": said("speech.hypothesis", {"Text": "xanadu " * 70_000}),
    "lists in lists": frame(1, b"Path:speech.hypothesis\r\n\r\n" + b"[" * 500_000),
}
FEW: Final = ("large hypotheses", "lists in lists")
"""These are so few that they are taken."""
OF_2018: Final = {
    "empty pings": FLOODS["empty pings"],
    "empty pongs": FLOODS["empty pongs"],
    "partial results": frame(1, b'{"type":"partial","recognition":"xanadu"}'),
}
WHILE_SPOKEN: Final = Received("speech.context")
AT: Final[dict[str, Point]] = {
    "before all else": Opened(),
    "while somebody speaks": WHILE_SPOKEN,
    "before the turn's end": Before("turn.end"),
    "behind the turn's end": After("turn.end"),
}


def flood(message: bytes, at: Point) -> Fault:
    """Return a flood of a message at a point."""
    return Fault(at, Raw(message, SIZE // len(message) + 1))


def rows() -> Iterator[Row]:
    """Return the floods of today's service: the next turn, and the one that is flooded, succeed if it is only once."""
    for name, message in FLOODS.items():
        for when, at in AT.items():
            yield Row(
                fault=f"flood of {name}, {when}",
                outcome=COMPLETE,
                within=TAKEN,
                behaviours=once(flood(message, at)),
            )
        yield Row(
            fault=f"flood of {name}, each time",
            outcome=COMPLETE if name in FEW else UnusableMessageError,
            within=MAX_ATTEMPTS * TAKEN,
            behaviours=always(flood(message, WHILE_SPOKEN)),
            recovers=False,
        )
    for name in ("empty pings", "pings"):
        yield Row(
            fault=f"flood of {name} by a peer that reads no pongs",
            outcome=COMPLETE,
            within=TAKEN,
            behaviours=once(Fault(WHILE_SPOKEN, Freeze()), flood(FLOODS[name], WHILE_SPOKEN)),
        )
    # No message ever comes of them, so that nobody counts them: what ends it is the limit of the turn's time.
    endless = Fault(WHILE_SPOKEN, Raw(b"\1\0" + b"\0\0" * (SIZE // 2)))
    yield Row(fault="flood of frames without an end", outcome=COMPLETE, behaviours=once(endless), within=15.0)


ROWS: Final = tuple(rows())
ROWS_OF_2018: Final = tuple(
    Row(
        fault=f"flood of {name} by the service of 2018",
        outcome=COMPLETE,
        behaviours=once(flood(message, Before("final"))),
        modes=ONCE,
    )
    for name, message in OF_2018.items()
)
"""Those of the Translator Speech API."""
