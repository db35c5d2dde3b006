"""The rows that the stand-in can cause by itself: a fault, and what a caller gets and when.

Times are seconds from the end of the audio, the longest of all the ways in which a row is tried. Every row is tried in
both modes that differ (INTERACTIVE and CONVERSATION; DICTATION is like the latter on the wire), with audio that comes
at once and with audio that comes as it is spoken.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import Enum
import math
from typing import Final

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    CredentialsError,
    HostNotFoundError,
    Mode,
    NotASpeechEndpointError,
    ProtocolError,
    ServiceError,
    ServiceTimeoutError,
    SpeechError,
    ThrottledError,
    UnusableMessageError,
)
from tests.speech_service import Behaviour, Fault
from tests.speech_service.faults import (
    Action,
    After,
    AudioEnded,
    AudioReceived,
    Babble,
    Before,
    Close,
    Drop,
    Duplicate,
    Freeze,
    Huge,
    Point,
    Raw,
    Readdress,
    Received,
    Refuse,
    Reset,
    Send,
    Silence,
    Storm,
    Trickle,
)
from tests.speech_service.raw_client import binary
from tests.speech_service.service import Behaviours

from ..caller import COMMAND, PHRASES
from .places import (
    UNIVERSAL,
    MakePlace,
    closed_port,
    nobody_speaks,
    plain_in_place_of_tls,
    redirected,
    redirected_to,
    tls_in_place_of_plain,
    unknown_name,
    untrusted,
)

INJECTED: Final = "Some reason"
"""The reason given with a close that a row causes."""
LIVE_TOO: Final = (0.0, 1.0)
BOTH: Final = (Mode.INTERACTIVE, Mode.CONVERSATION)
ONCE: Final = (Mode.INTERACTIVE,)
STREAM: Final = (Mode.CONVERSATION,)


class Outcome(Enum):
    """What a caller gets that is no error."""

    COMPLETE = "the complete transcript"
    NOTHING = "an empty result"


COMPLETE, NOTHING = Outcome.COMPLETE, Outcome.NOTHING


@dataclass(frozen=True, kw_only=True)
class Sdks:
    """What Microsoft's SDKs do, in a few words."""

    native: str = "not measured"
    javascript: str = "not measured"


UNKNOWN: Final = Sdks()


@dataclass(frozen=True, kw_only=True)
class Row:
    """A fault, and what comes of it."""

    fault: str
    outcome: Outcome | type[SpeechError]
    within: float = 0.0
    """Seconds from the end of the audio to the outcome, at most."""
    attempts: int = 1
    """Upgrade requests that it takes; those of turns that REST API requests follow are counted as well."""
    behaviours: Behaviours = ()
    rest: Behaviours = ()
    place: MakePlace | None = None
    """Where the client is sent to, if not to a stand-in with these behaviours."""
    modes: tuple[Mode, ...] = BOTH
    recovers: bool = True
    """Whether the fault is over, so that the next command has to succeed."""
    sdks: Sdks = UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rows that belong together."""

    title: str
    rows: tuple[Row, ...]
    paces: tuple[float, ...] = (0.0,)
    """Paces at which the audio comes, in times real time; 0: at once."""


def once(*faults: Fault) -> Behaviours:
    """Let the first connection have these faults."""
    return [Behaviour(faults=faults)]


def always(*faults: Fault) -> Behaviours:
    """Let every connection have these faults."""
    return lambda _: Behaviour(faults=faults)


def refused(status: int, headers: dict[str, str] | None = None, body: str = "No.") -> Behaviour:
    """Answer the upgrade request with a status."""
    return Behaviour(answer=Refuse(status, headers or {}, body))


def for_ever(behaviour: Behaviour) -> Callable[[int], Behaviour]:
    """Let every attempt go like this."""
    return lambda _: behaviour


# --- opening

RETRIED: Final = "5 attempts 250 ms apart, then {}"
AT_ONCE: Final = "5 attempts at once, then ConnectionFailure"


def _redirect(status: int, scheme: str, *, secure: bool = False) -> Sdks:
    native = "follows it" if status != 302 and scheme in ("ws", "wss") else "an error"
    return Sdks(native=native, javascript="follows it" if secure else "an error")


def _retried(name: str) -> Sdks:
    return Sdks(native=RETRIED.format(name), javascript=AT_ONCE)


OPENING: Final = Group(
    title="Opening the connection",
    paces=LIVE_TOO,
    rows=(
        *(
            Row(fault=f"opens after {delay} s", outcome=COMPLETE, within=delay, behaviours=[Behaviour(delay=delay)])
            for delay in (0.2, 1.0, 5.0)
        ),
        Row(
            fault="does not open, once",
            outcome=COMPLETE,
            within=7.3,
            attempts=2,
            behaviours=[Behaviour(delay=math.inf)],
        ),
        Row(
            fault="never opens",
            outcome=ConnectionFailedError,
            within=10.0,
            attempts=2,
            behaviours=for_ever(Behaviour(delay=math.inf)),
            recovers=False,
        ),
        Row(
            fault="reset while opening, once",
            outcome=COMPLETE,
            within=0.3,
            attempts=2,
            behaviours=[Behaviour(answer=Reset())],
            sdks=Sdks(native="transparent, after 250 ms", javascript="transparent"),
        ),
        Row(
            fault="reset while opening, each time",
            outcome=ConnectionFailedError,
            within=0.3,
            attempts=4,  # aiohttp repeats a GET once by itself
            behaviours=for_ever(Behaviour(answer=Reset())),
            recovers=False,
            sdks=_retried("ConnectionFailure"),
        ),
        *(
            Row(
                fault=f"HTTP {status}",
                outcome=CredentialsError,
                behaviours=[refused(status)],
                sdks=Sdks(native="AuthenticationFailure", javascript=AT_ONCE),
            )
            for status in (401, 403)
        ),
        *(
            Row(
                fault=f"HTTP {status} on one generation of paths",
                outcome=COMPLETE,
                attempts=2,
                behaviours=[refused(status)],
                sdks=_retried("ServiceError") if status == 404 else UNKNOWN,
            )
            for status in (404, 410)
        ),
        *(
            Row(
                fault=f"HTTP {status} on all paths",
                outcome=NotASpeechEndpointError,
                attempts=2,
                behaviours=[refused(status)] * 2,
                sdks=_retried("ServiceError") if status == 404 else UNKNOWN,
            )
            for status in (404, 410)
        ),
        Row(
            fault="HTTP 429, once",
            outcome=COMPLETE,
            within=1.0,
            attempts=2,
            behaviours=[refused(429)],
            sdks=Sdks(native="transparent, after 250 ms", javascript="transparent"),
        ),
        Row(
            fault="HTTP 429, each time",
            outcome=ThrottledError,
            within=1.0,
            attempts=2,
            behaviours=[refused(429)] * 2,
            sdks=_retried("TooManyRequests"),
        ),
        Row(
            fault="HTTP 429 with Retry-After of 2 s, once",
            outcome=COMPLETE,
            within=2.0,
            attempts=2,
            behaviours=[refused(429, {"Retry-After": "2"})],
            sdks=Sdks(native="ignores Retry-After", javascript="ignores Retry-After"),
        ),
        Row(
            fault="HTTP 429 with Retry-After of 30 s",
            outcome=ThrottledError,
            behaviours=[refused(429, {"Retry-After": "30"})],
            sdks=Sdks(native="ignores Retry-After: TooManyRequests after 5 attempts", javascript=AT_ONCE),
        ),
        *(
            Row(
                fault=f"HTTP 429 with a Retry-After that says nothing ({value})",
                outcome=COMPLETE,
                within=1.0,
                attempts=2,
                behaviours=[refused(429, {"Retry-After": value})],
                sdks=Sdks(native="ignores Retry-After", javascript="ignores Retry-After"),
            )
            for value in ("Wed, 21 Oct 2026 07:28:00 GMT", "-5", "nan", "soon")
        ),
        *(
            Row(
                fault=f"HTTP {status}, once",
                outcome=COMPLETE,
                within=0.3,
                attempts=2,
                behaviours=[refused(status)],
                sdks=Sdks(native="transparent, after 250 ms", javascript="transparent"),
            )
            for status in (408, 500, 502, 503)
        ),
        *(
            Row(
                fault=f"HTTP {status}, each time",
                outcome=ServiceError,
                within=0.3,
                attempts=2,
                behaviours=[refused(status)] * 2,
                sdks=_retried(name),
            )
            for status, name in (
                (408, "ServiceTimeout"),
                (500, "ServiceError"),
                (502, "ServiceError"),
                (503, "ServiceUnavailable"),
            )
        ),
        Row(
            fault="HTTP 418, or another status that means nothing here",
            outcome=ProtocolError,
            behaviours=[refused(418)],
        ),
        *(
            Row(
                fault=f"HTTP {status} without Location",
                outcome=NotASpeechEndpointError,
                attempts=2,
                behaviours=[refused(status)] * 2,
            )
            for status in (301, 302, 307, 308)
        ),
    ),
)

# --- the address

NO_SUCH: Final = Sdks(native=RETRIED.format("ConnectionFailure"), javascript=AT_ONCE)

PLACES: Final = Group(
    title="The address",
    rows=(
        Row(
            fault="nobody listens",
            outcome=ConnectionFailedError,
            within=0.3,
            attempts=0,
            place=closed_port,
            recovers=False,
            sdks=NO_SUCH,
        ),
        Row(
            fault="no host has the name",
            outcome=HostNotFoundError,
            within=0.3,
            attempts=0,
            place=unknown_name,
            recovers=False,
            sdks=NO_SUCH,
        ),
        Row(
            fault="takes connections and never says a word",
            outcome=ConnectionFailedError,
            within=10.0,
            attempts=0,
            place=nobody_speaks,
            recovers=False,
        ),
        Row(
            fault="speaks something other than HTTP",
            outcome=NotASpeechEndpointError,
            attempts=2,
            behaviours=for_ever(Behaviour(answer=Babble(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"))),
            recovers=False,
        ),
        Row(
            fault="no TLS at a wss address",
            outcome=ConnectionFailedError,
            within=0.3,
            attempts=0,
            place=plain_in_place_of_tls,
            recovers=False,
        ),
        Row(
            fault="TLS at a ws address",
            outcome=ConnectionFailedError,
            within=0.3,
            attempts=0,
            place=tls_in_place_of_plain,
            recovers=False,
        ),
        Row(
            fault="a certificate that nobody vouches for",
            outcome=ConnectionFailedError,
            within=0.3,
            attempts=0,
            place=untrusted,
            recovers=False,
        ),
        *(
            Row(
                fault=f"HTTP {status} to {scheme}:",
                outcome=COMPLETE,
                attempts=2,
                place=redirected(status, scheme),
                sdks=_redirect(status, scheme),
            )
            for status in (301, 302, 307, 308)
            for scheme in ("ws", "wss", "http", "https")
        ),
        *(
            Row(
                fault=f"HTTP 307 from wss: to {scheme}:",
                outcome=COMPLETE,
                attempts=2,
                place=redirected(307, scheme, secure_from=True),
                sdks=_redirect(307, scheme, secure=True),
            )
            for scheme in ("wss", "https")
        ),
        Row(
            fault="HTTP 307 from wss: to ws:, which would show the key to everybody",
            outcome=NotASpeechEndpointError,
            attempts=2,
            place=redirected(307, "ws", secure_from=True),
            recovers=False,
            sdks=_redirect(307, "ws", secure=True),
        ),
        Row(
            fault="HTTP 307 to another path, without host",
            outcome=COMPLETE,
            attempts=2,
            place=redirected_to(UNIVERSAL, times=1),
        ),
        Row(
            fault="HTTP 307 to itself, for ever (ws:)",
            outcome=NotASpeechEndpointError,
            attempts=8,
            place=redirected_to("{url}/x"),
            recovers=False,
        ),
        Row(
            fault="HTTP 307 to itself, for ever (no scheme)",
            outcome=NotASpeechEndpointError,
            attempts=20,
            place=redirected_to("/x"),
            recovers=False,
        ),
        *(
            Row(
                fault=f"HTTP 307 to what is no address ({location})",
                outcome=NotASpeechEndpointError,
                attempts=2,
                place=redirected_to(location),
                recovers=False,
            )
            for location in ("http://[", "ftp://127.0.0.1/", "wss://")
        ),
    ),
)

# --- something in the way

PLAIN: Final = (200, 400, 405, 426, 501)

PROXY: Final = Group(
    title="Something on the way refuses the upgrade",
    paces=LIVE_TOO,
    rows=(
        *(
            Row(
                fault=f"HTTP {status} in place of the upgrade, REST API reachable",
                outcome=COMPLETE,
                behaviours=[refused(status)],
                sdks=Sdks(native="BadRequest", javascript=AT_ONCE) if status == 400 else UNKNOWN,
            )
            for status in PLAIN
        ),
        Row(
            fault="HTTP 200 in place of the upgrade, REST API in trouble once (503)",
            outcome=COMPLETE,
            within=0.3,
            attempts=2,
            behaviours=[refused(200)] * 2,
            rest=[refused(503)],
        ),
        Row(
            fault="HTTP 200 in place of the upgrade, REST API refuses the key",
            outcome=CredentialsError,
            behaviours=[refused(200)],
            rest=[refused(401)],
        ),
        Row(
            fault="HTTP 200 in place of the upgrade, no REST API",
            outcome=NotASpeechEndpointError,
            behaviours=[refused(200)],
            rest=[refused(404)],
        ),
        Row(
            fault="HTTP 200 in place of the upgrade, REST API throttled",
            outcome=ThrottledError,
            behaviours=[refused(200)],
            rest=[refused(429, {"Retry-After": "30"})],
        ),
        Row(
            fault="HTTP 200 in place of the upgrade, REST API never answers",
            outcome=ServiceTimeoutError,
            within=11.0,
            behaviours=[refused(200)],
            rest=for_ever(Behaviour(delay=math.inf)),
        ),
        Row(
            fault="HTTP 200 with a web page to everything (a captive portal)",
            outcome=ProtocolError,
            within=0.3,
            attempts=2,
            behaviours=[refused(200, body="<html>")] * 2,
            rest=[refused(200, body="<html>")] * 2,
        ),
        Row(
            fault="HTTP 400 to everything",
            outcome=ProtocolError,
            behaviours=[refused(400)],
            rest=[refused(400)],
            sdks=Sdks(native="BadRequest", javascript=AT_ONCE),
        ),
        Row(
            fault="HTTP 407, a proxy that wants a password",
            outcome=ConnectionFailedError,
            within=0.3,
            attempts=2,
            behaviours=[refused(407)] * 2,
        ),
    ),
)

# --- the connection ends

LOST: Final = {
    "closed cleanly": Close(1000),
    "reset": Reset(),
}
BEFORE_ANSWER: Final = Received("speech.context")
MID_UTTERANCE: Final = AudioReceived(20_000)
SECOND_PHRASE: Final = AudioReceived(60_000)
AFTER_AUDIO: Final = AudioEnded()
LAST_PHRASE: Final = {mode: After("speech.phrase", len(PHRASES[mode])) for mode in BOTH}

_CARRIED: Final = Sdks(native="transparent, after 250 ms", javascript="transparent, but recognizeOnce may hang")
_CARRIED_AFTER_AUDIO: Final = Sdks(native="transparent, after 250 ms", javascript="hangs")
_HANGS: Final = Sdks(native="hangs > 70 s (continuous: gives up after 66 s of audio)", javascript="hangs > 75 s")
_POINTS: Final[tuple[tuple[str, Point, tuple[Mode, ...], Sdks], ...]] = (
    ("before the first answer", BEFORE_ANSWER, BOTH, _CARRIED),
    ("in mid-utterance", MID_UTTERANCE, BOTH, _CARRIED),
    ("in the second phrase", SECOND_PHRASE, STREAM, _CARRIED),
    ("between two phrases", After("speech.phrase", 1), STREAM, _CARRIED),
    ("after the end of the audio", AFTER_AUDIO, BOTH, _CARRIED_AFTER_AUDIO),
)

ENDING: Final = Group(
    title="The connection ends",
    paces=LIVE_TOO,
    rows=(
        *(
            Row(
                fault=f"{how} {when}",
                outcome=COMPLETE,
                attempts=2,
                behaviours=once(Fault(at, action)),
                modes=modes,
                sdks=sdks,
            )
            for how, action in LOST.items()
            for when, at, modes, sdks in _POINTS
        ),
        *(
            Row(
                fault=f"{how} {when}, each time",
                outcome=ConnectionFailedError,
                attempts=2,
                behaviours=always(Fault(at, action)),
                modes=modes,
                recovers=False,
                sdks=Sdks(native="5 attempts 250 ms apart, then ConnectionFailure", javascript="5 attempts"),
            )
            for how, action in LOST.items()
            for when, at, modes, _ in _POINTS
            # Each new connection brings the transcript one phrase further.
            if not (isinstance(at, After) or at is SECOND_PHRASE)
        ),
        *(
            Row(
                fault=f"{how} after each phrase",
                outcome=COMPLETE,
                attempts=1 + len(PHRASES[Mode.CONVERSATION]),  # the last one for the silence at the end
                behaviours=always(Fault(After("speech.phrase"), action)),
                modes=STREAM,
                recovers=False,
                sdks=Sdks(native="transparent: a phrase resets the budget of attempts", javascript="transparent"),
            )
            for how, action in LOST.items()
        ),
        *(
            Row(
                fault=f"{how} after the {'' if mode is Mode.INTERACTIVE else 'last '}phrase but before turn.end",
                outcome=COMPLETE,
                attempts=1 if mode is Mode.INTERACTIVE else 2,
                behaviours=once(Fault(LAST_PHRASE[mode], action)),
                modes=(mode,),
            )
            for how, action in {**LOST, "frozen (half-open)": Freeze()}.items()
            for mode in BOTH
            # In a stream nobody can tell that a silent connection has said its last.
            if not (isinstance(action, Freeze) and mode is Mode.CONVERSATION)
        ),
        *(
            Row(
                fault=f"frozen (half-open) {when}",
                outcome=COMPLETE,
                within=5.0,
                attempts=2,
                behaviours=once(Fault(at, Freeze())),
                modes=modes,
                sdks=_HANGS,
            )
            for when, at, modes, _ in _POINTS
        ),
        Row(
            fault="frozen (half-open) after the last phrase but before turn.end",
            outcome=COMPLETE,
            within=5.0,
            attempts=2,
            behaviours=once(Fault(LAST_PHRASE[Mode.CONVERSATION], Freeze())),
            modes=STREAM,
        ),
        *(
            Row(
                fault=f"frozen (half-open) {when}, each time",
                outcome=ServiceTimeoutError,
                within=10.0,
                attempts=2,
                behaviours=always(Fault(at, Freeze())),
                modes=modes,
                recovers=False,
                sdks=_HANGS,
            )
            for when, at, modes, _ in _POINTS
            if not (isinstance(at, After) or at is SECOND_PHRASE)
        ),
    ),
)

# --- close codes

_SAME_AGAIN: Final = Sdks(native="ConnectionFailure at once", javascript="ConnectionFailure at once")


def _closes(code: int, meaning: str, outcome: type[SpeechError], sdks: Sdks) -> tuple[Row, ...]:
    """Return the rows of a close code that is worth one more attempt."""
    return (
        Row(
            fault=f"close code {code} ({meaning})",
            outcome=COMPLETE,
            attempts=2,
            behaviours=once(Fault(MID_UTTERANCE, Close(code, INJECTED))),
            sdks=sdks,
        ),
        Row(
            fault=f"close code {code} ({meaning}), each time",
            outcome=outcome,
            attempts=2,
            behaviours=always(Fault(MID_UTTERANCE, Close(code, INJECTED))),
            recovers=False,
            sdks=Sdks(native="5 attempts 250 ms apart, then ConnectionFailure", javascript="5 attempts"),
        ),
    )


CLOSE_CODES: Final = Group(
    title="Close codes, in mid-utterance",
    rows=(
        *_closes(1000, "normal", ConnectionFailedError, _CARRIED),
        *_closes(1001, "going away", ConnectionFailedError, _CARRIED),
        *(
            Row(
                fault=f"close code {code} ({meaning})",
                outcome=ProtocolError,
                behaviours=once(Fault(MID_UTTERANCE, Close(code, INJECTED))),
                sdks=sdks,
            )
            for code, meaning, sdks in (
                (1002, "protocol error", _SAME_AGAIN),
                (1003, "unsupported data", Sdks(native=_CARRIED.native, javascript="ConnectionFailure at once")),
                (1007, "invalid data", Sdks(native="BadRequest at once", javascript="ConnectionFailure at once")),
                (4000, "bad request", _SAME_AGAIN),
            )
        ),
        *_closes(1008, "policy", ConnectionFailedError, _CARRIED),
        *_closes(1009, "too big", ConnectionFailedError, _CARRIED),
        *_closes(1010, "extension needed", ConnectionFailedError, UNKNOWN),
        *_closes(1011, "internal error", ServiceError, _CARRIED),
        *_closes(1012, "restart", ServiceError, _CARRIED),
        *_closes(1013, "try again later", ServiceError, _CARRIED),
        *_closes(4401, "token expired", ConnectionFailedError, UNKNOWN),
        Row(
            fault="close code 4429 (too many requests)",
            outcome=ThrottledError,
            behaviours=once(Fault(MID_UTTERANCE, Close(4429, "Too many requests"))),
            sdks=Sdks(native="TooManyRequests at once", javascript="reconnects, up to 5 times"),
        ),
        *_closes(4500, "internal error", ServiceError, UNKNOWN),
        *_closes(4503, "unavailable", ServiceError, UNKNOWN),
        Row(
            fault="close code 4429 as soon as the connection is open",
            outcome=ThrottledError,
            behaviours=once(Fault(Received("speech.config"), Close(4429))),
            sdks=Sdks(native="TooManyRequests at once", javascript="reconnects, up to 5 times"),
        ),
    ),
)

# --- silence

SLOW_ANSWERS: Final = Group(
    title="The service does not say what it should, or not in time",
    paces=LIVE_TOO,
    rows=(
        Row(
            fault="never answers, once",
            outcome=COMPLETE,
            within=5.0,
            attempts=2,
            behaviours=once(Fault(BEFORE_ANSWER, Silence())),
            sdks=_HANGS,
        ),
        Row(
            fault="never answers",
            outcome=ServiceTimeoutError,
            within=10.0,
            attempts=2,
            behaviours=always(Fault(BEFORE_ANSWER, Silence())),
            recovers=False,
            sdks=_HANGS,
        ),
        Row(
            fault="stops answering in mid-utterance, once",
            outcome=COMPLETE,
            within=5.0,
            attempts=2,
            behaviours=once(Fault(MID_UTTERANCE, Silence())),
            sdks=_HANGS,
        ),
        Row(
            fault="stops answering in mid-utterance",
            outcome=ServiceTimeoutError,
            within=10.0,
            attempts=2,
            behaviours=always(Fault(MID_UTTERANCE, Silence())),
            recovers=False,
            sdks=_HANGS,
        ),
        Row(
            fault="stops answering after the end of the audio, once",
            outcome=COMPLETE,
            within=5.0,
            attempts=2,
            behaviours=once(Fault(AFTER_AUDIO, Silence())),
            sdks=_HANGS,
        ),
        Row(
            fault="trickles: 1 ms a byte",
            outcome=COMPLETE,
            within=6.0,
            behaviours=once(Fault(BEFORE_ANSWER, Trickle(0.001))),
        ),
        Row(
            fault="trickles: 0.1 s a byte, once",
            outcome=COMPLETE,
            within=5.0,
            attempts=2,
            behaviours=once(Fault(BEFORE_ANSWER, Trickle(0.1))),
        ),
        Row(
            fault="trickles: 0.1 s a byte",
            outcome=ServiceTimeoutError,
            within=10.0,
            attempts=2,
            behaviours=always(Fault(BEFORE_ANSWER, Trickle(0.1))),
            recovers=False,
        ),
        Row(
            fault="turn.start missing",
            outcome=COMPLETE,
            behaviours=once(Fault(Before("turn.start"), Drop())),
            sdks=Sdks(native="hangs", javascript="transparent"),
        ),
        Row(
            fault="turn.end missing",
            outcome=COMPLETE,
            behaviours=once(Fault(Before("turn.end"), Drop())),
            sdks=Sdks(native="ServiceTimeout after 10 s", javascript="recognizeOnce never resolves"),
        ),
        Row(
            fault="turn.end twice",
            outcome=COMPLETE,
            behaviours=once(Fault(Before("turn.end"), Duplicate())),
        ),
        Row(
            fault="turn.end for another request",
            outcome=COMPLETE,
            behaviours=once(Fault(Before("turn.end"), Readdress("f" * 32))),
            sdks=Sdks(native="ServiceTimeout after 10 s", javascript="not measured"),
        ),
        Row(
            fault="turn.end before any result, once",
            outcome=COMPLETE,
            attempts=2,
            behaviours=once(Fault(MID_UTTERANCE, Send("X-RequestId:{request_id}\r\nPath:turn.end\r\n\r\n{}"))),
        ),
        Row(
            fault="turn.end before any result, each time",
            outcome=ProtocolError,
            attempts=2,
            behaviours=always(Fault(MID_UTTERANCE, Send("X-RequestId:{request_id}\r\nPath:turn.end\r\n\r\n{}"))),
            recovers=False,
        ),
        Row(
            fault="turn.end in mid-stream",
            outcome=COMPLETE,
            behaviours=once(Fault(SECOND_PHRASE, Send("X-RequestId:{request_id}\r\nPath:turn.end\r\n\r\n{}"))),
            modes=STREAM,
            sdks=Sdks(native="transparent", javascript="transparent"),
        ),
    ),
)

# --- messages that nobody should send

_PHRASE: Final = Before("speech.phrase")
_TICKS: Final = 10_000_000


def _message(path: str, body: str) -> Send:
    return Send(f"X-RequestId:{{request_id}}\r\nPath:{path}\r\n\r\n{body}")


def _instead(body: str) -> tuple[Fault, Fault]:
    """Send this in place of the first phrase."""
    return Fault(_PHRASE, Drop()), Fault(_PHRASE, _message("speech.phrase", body))


_IGNORED: Final[dict[str, tuple[Action, Sdks]]] = {
    "an unknown text message": (
        _message("speech.surprise", "[1, 2]"),
        Sdks(native="transparent", javascript="transparent"),
    ),
    "an unknown binary message": (
        Send(binary("Path:surprise\r\n", b"\0\xff")),
        Sdks(native="transparent", javascript="receive loop dies: hangs"),
    ),
    "a message without X-RequestId": (
        Send('Path:speech.hypothesis\r\n\r\n{"Text":"stray"}'),
        Sdks(native="transparent", javascript="receive loop dies: hangs"),
    ),
    "a hypothesis that is not JSON": (
        _message("speech.hypothesis", '{"Text":'),
        Sdks(native="5 attempts, then ServiceError", javascript="receive loop dies: hangs"),
    ),
    "a hypothesis of wrong types": (_message("speech.hypothesis", '{"Text":5,"Offset":"x"}'), UNKNOWN),
    "a turn.start that is not JSON": (_message("turn.start", "<>"), UNKNOWN),
    "a speech.startDetected that is not JSON": (_message("speech.startDetected", "{"), UNKNOWN),
    "a speech.startDetected with a negative offset": (_message("speech.startDetected", '{"Offset":-1}'), UNKNOWN),
    "a hypothesis with a negative offset": (
        _message("speech.hypothesis", '{"Text":"x","Offset":-5,"Duration":-5}'),
        UNKNOWN,
    ),
    "a hypothesis with a huge offset": (
        _message("speech.hypothesis", '{"Text":"x","Offset":1e308,"Duration":99999999999999999999}'),
        UNKNOWN,
    ),
    "20 000 hypotheses at once": (Storm(20_000), UNKNOWN),
    "a text of 500 kB in a hypothesis": (Huge(500_000), UNKNOWN),
}

_UNREADABLE: Final[dict[str, tuple[Action, Sdks]]] = {
    "an empty text message": (Send(""), UNKNOWN),
    "an empty binary message": (Send(b""), UNKNOWN),
    "a text message without an end of the headers": (Send("Path:speech.phrase\r\n"), UNKNOWN),
    "a header without a colon": (Send("Path speech.phrase\r\n\r\n{}"), UNKNOWN),
    "a message without Path": (Send("X-RequestId:{request_id}\r\n\r\n{}"), UNKNOWN),
    "headers of 9000 bytes": (Send(f"Path:x\r\nX:{'y' * 9000}\r\n\r\n{{}}"), UNKNOWN),
    "a binary message shorter than its headers": (Send(b"\xff\xffPath:audio"), UNKNOWN),
    "a binary message with headers that are not ASCII": (Send(b"\0\x07Path:\xe9\xe9"), UNKNOWN),
    "a text message where a binary one is due": (Send("\0\x0dPath:audio\r\n\0\0\0\0"), UNKNOWN),
    "a message of 10 MB": (Huge(10_000_000), UNKNOWN),
    "a text that is not UTF-8": (Raw(b"\x81\x04\xff\xfe\xfd\xfc"), UNKNOWN),
    "a frame that is no WebSocket frame": (Raw(b"\xff\xff\xff\xff"), UNKNOWN),
}

_NOT_JSON: Final = Sdks(native="5 attempts, then ServiceError", javascript="receive loop dies: hangs")
_BAD_PHRASES: Final[dict[str, tuple[str, Sdks]]] = {
    "a phrase that is not JSON": ("{", _NOT_JSON),
    "a phrase nested 100 000 levels deep": ("[" * 100_000, UNKNOWN),
    "a phrase that is a list": ("[]", UNKNOWN),
    "a phrase with a number for its text": ('{"RecognitionStatus":"Success","DisplayText":5}', UNKNOWN),
    "a phrase with a number for its status": (
        '{"RecognitionStatus":0,"DisplayText":"Zero."}',
        Sdks(native="5 attempts, then ServiceError", javascript="accepts it"),
    ),
    "a phrase without a status": ('{"DisplayText":"None."}', UNKNOWN),
    "a phrase with an unknown status": (
        '{"RecognitionStatus":"Perhaps","DisplayText":"Perhaps."}',
        Sdks(native="5 attempts, then ServiceError", javascript="Canceled"),
    ),
}


def _timed(offset: str, duration: str) -> str:
    """Return the command's phrase with other times."""
    return f'{{"RecognitionStatus":"Success","DisplayText":"{COMMAND}","Offset":{offset},"Duration":{duration}}}'


MESSAGES: Final = Group(
    title="Messages that nobody should send",
    rows=(
        *(
            Row(fault=fault, outcome=COMPLETE, behaviours=once(Fault(_PHRASE, action)), sdks=sdks)
            for fault, (action, sdks) in _IGNORED.items()
        ),
        *(
            Row(fault=fault, outcome=COMPLETE, attempts=2, behaviours=once(Fault(_PHRASE, action)), sdks=sdks)
            for fault, (action, sdks) in _UNREADABLE.items()
        ),
        *(
            Row(
                fault=f"{fault}, each time",
                outcome=UnusableMessageError,
                attempts=2,
                behaviours=always(Fault(_PHRASE, action)),
                recovers=False,
                sdks=sdks,
            )
            for fault, (action, sdks) in _UNREADABLE.items()
        ),
        *(
            Row(fault=fault, outcome=COMPLETE, attempts=2, behaviours=once(*_instead(body)), sdks=sdks)
            for fault, (body, sdks) in _BAD_PHRASES.items()
        ),
        *(
            Row(
                fault=f"{fault}, each time",
                outcome=UnusableMessageError,
                attempts=2,
                behaviours=always(*_instead(body)),
                recovers=False,
                sdks=sdks,
            )
            for fault, (body, sdks) in _BAD_PHRASES.items()
        ),
        *(
            Row(
                fault=f"a phrase with {what} for its times",
                outcome=COMPLETE,
                behaviours=once(*_instead(_timed(times, times))),
                modes=ONCE,
                sdks=Sdks(native="takes a missing one for 0", javascript="NaN") if times == "null" else UNKNOWN,
            )
            for what, times in {
                "negative numbers": "-10000000",
                "huge numbers": "1e300",
                "infinite numbers": "Infinity",
                "NaN": "NaN",
                "texts": '"soon"',
                "booleans": "true",
                "nothing": "null",
                "lists": "[]",
            }.items()
        ),
    ),
)

# --- what the service says about the phrase itself


def _status(status: str) -> str:
    return f'{{"RecognitionStatus":"{status}","Offset":0,"Duration":{2 * _TICKS}}}'


STATUSES: Final = Group(
    title="What the service says of a phrase",
    rows=(
        *(
            Row(
                fault=f"status {status}",
                outcome=NOTHING,
                behaviours=once(*_instead(_status(status))),
                modes=ONCE,
                sdks=sdks,
            )
            for status, sdks in {
                "NoMatch": Sdks(native="NoMatch", javascript="NoMatch"),
                "InitialSilenceTimeout": Sdks(native="NoMatch", javascript="NoMatch"),
                "BabbleTimeout": Sdks(native="NoMatch", javascript="NoMatch"),
                "EndOfDictation": Sdks(native="Canceled: ServiceTimeout", javascript="Canceled: EndOfStream"),
            }.items()
        ),
        *(
            Row(
                fault=f"status {status}, once",
                outcome=COMPLETE,
                attempts=2,
                behaviours=once(*_instead(_status(status))),
                sdks=Sdks(native="transparent, after 250 ms", javascript="Canceled at once"),
            )
            for status in ("Error", "ServiceUnavailable")
        ),
        *(
            Row(
                fault=f"status {status}, each time",
                outcome=ServiceError,
                attempts=2,
                behaviours=always(*_instead(_status(status))),
                recovers=False,
                sdks=Sdks(native=RETRIED.format(name), javascript="Canceled at once"),
            )
            for status, name in {"Error": "ServiceError", "ServiceUnavailable": "ServiceUnavailable"}.items()
        ),
        *(
            Row(
                fault=f"status {status}",
                outcome=outcome,
                behaviours=once(*_instead(_status(status))),
                sdks=Sdks(native=RETRIED.format(status), javascript="Canceled at once"),
            )
            for status, outcome in {
                "TooManyRequests": ThrottledError,
                "BadRequest": ProtocolError,
                "Forbidden": CredentialsError,
            }.items()
        ),
    ),
)

TABLE: Final = (PLACES, OPENING, PROXY, ENDING, CLOSE_CODES, SLOW_ANSWERS, MESSAGES, STATUSES)
