"""What can go wrong, as data: how a connection attempt is answered, and what happens at which point of it.

A Behaviour describes one connection attempt. A test gives a sequence of them (the first attempts; all later ones are
normal) or a function of the attempt's number. Connections carry them out; nothing here does anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

# --- how the upgrade request is answered


@dataclass(frozen=True)
class Accept:
    """Answer 101, if the request is in order."""

    split: float | None = None
    """Seconds between the two halves of the answer; of the REST API only, as an upgrade's has no body."""


@dataclass(frozen=True)
class Refuse:
    """Answer with a status (also 200, which is no upgrade), headers and body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    body: str = ""

    @classmethod
    def redirect(cls, location: str, status: int = HTTPStatus.TEMPORARY_REDIRECT) -> Refuse:
        """Send the client elsewhere."""
        return cls(status, {"Location": location})


@dataclass(frozen=True)
class Babble:
    """Answer with bytes that are no HTTP, and close."""

    data: bytes


# --- what happens (Reset also as an answer to the upgrade)


@dataclass(frozen=True)
class Reset:
    """Reset the TCP connection."""


Answer = Accept | Refuse | Reset | Babble


@dataclass(frozen=True)
class Close:
    """Close the WebSocket with a code and a reason."""

    code: int = 1000
    reason: str = ""


@dataclass(frozen=True)
class HangUp:
    """End the TCP connection in good order (FIN), without a close of the WebSocket."""


@dataclass(frozen=True)
class Silence:
    """Send no more messages; still read, and answer pings and closes."""


@dataclass(frozen=True)
class Freeze:
    """Neither read nor send any more, like a link that broke unnoticed or a process that hangs."""


@dataclass(frozen=True)
class Stall:
    """Neither read nor send for some seconds, then go on: a link that comes back, with all that was on its way."""

    seconds: float


@dataclass(frozen=True)
class Trickle:
    """From now on, send every byte for itself, this many seconds apart."""

    interval: float


@dataclass(frozen=True)
class Wait:
    """Do nothing for some seconds, then go on."""

    seconds: float


@dataclass(frozen=True)
class Drop:
    """Do not send the message (only Before one)."""


@dataclass(frozen=True)
class Duplicate:
    """Send the message twice (only Before one)."""


@dataclass(frozen=True)
class Readdress:
    """Send the message for another turn (only Before one)."""

    request_id: str


@dataclass(frozen=True)
class Send:
    """Send a WebSocket message as it is. `{request_id}` stands for the current turn's."""

    data: str | bytes


@dataclass(frozen=True)
class Say:
    """Send a text message of the current turn with this body, which need not be JSON."""

    path: str
    body: str


@dataclass(frozen=True)
class Raw:
    """Write bytes past all WebSocket framing: what a broken peer or a meddling proxy would.

    `{request_id}` stands for the current turn's.
    """

    data: bytes
    times: int = 1


@dataclass(frozen=True)
class Storm:
    """Send this many hypotheses at once."""

    count: int


@dataclass(frozen=True)
class Huge:
    """Send a hypothesis with a text of this many characters."""

    size: int


Action = (
    Reset
    | Close
    | HangUp
    | Silence
    | Freeze
    | Stall
    | Trickle
    | Wait
    | Drop
    | Duplicate
    | Readdress
    | Send
    | Say
    | Raw
    | Storm
    | Huge
)

# --- when it happens


@dataclass(frozen=True)
class Opened:
    """As soon as the WebSocket is open."""


@dataclass(frozen=True)
class Elapsed:
    """Some seconds after the WebSocket opened."""

    seconds: float


@dataclass(frozen=True)
class Received:
    """When the nth message with this path came, before it is acted on."""

    path: str
    nth: int = 1


@dataclass(frozen=True)
class AudioReceived:
    """When so many bytes of audio came on the connection (RIFF headers not counted).

    The message with the last of them is not acted on yet; what came before it has been answered.
    """

    size: int


@dataclass(frozen=True)
class AudioEnded:
    """When a turn's audio ended and all before that has been answered, before the end is acted on."""


@dataclass(frozen=True)
class Before:
    """When the nth message with this path would be sent."""

    path: str
    nth: int = 1


@dataclass(frozen=True)
class After:
    """When the nth message with this path was sent."""

    path: str
    nth: int = 1


@dataclass(frozen=True)
class AudioSent:
    """When so many bytes of synthesised audio were sent on the connection; the message is cut there."""

    size: int


Point = Opened | Elapsed | Received | AudioReceived | AudioEnded | AudioSent | Before | After


@dataclass(frozen=True)
class Fault:
    """Something that happens once, at a point of a connection."""

    at: Point
    do: Action


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """How one connection attempt goes."""

    delay: float = 0.0
    """Seconds before the upgrade request is answered; math.inf: never."""
    answer: Answer = Accept()
    faults: tuple[Fault, ...] = ()
    continuous: bool = True
    """Whether a v1 path identifies the spoken language all along; otherwise it closes, as Microsoft's has done."""


NORMAL = Behaviour()
