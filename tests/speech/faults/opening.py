"""Rows of the fault table: the address, the opening of the connection, and what stands in its way."""

import math
from typing import Final

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    CredentialsError,
    HostNotFoundError,
    NotASpeechEndpointError,
    ProtocolError,
    ServiceError,
    ServiceTimeoutError,
    ThrottledError,
)
from tests.speech_service import Behaviour
from tests.speech_service.faults import Accept, Babble, Reset

from .places import (
    UNIVERSAL,
    closed_port,
    nobody_speaks,
    plain_in_place_of_tls,
    redirected,
    redirected_to,
    tls_in_place_of_plain,
    unknown_name,
    untrusted,
)
from .rows import (
    AGAIN,
    AT_ONCE,
    COMPLETE,
    LIVE_TOO,
    NEVER,
    RETRIED,
    TRANSPARENT,
    Group,
    Row,
    Sdks,
    for_ever,
    once_or_always,
    refused,
    retried,
)

IMPATIENT: Final = Sdks(native="tries again after 250 ms all the same", javascript="tries again at once all the same")

OPENING: Final = Group(
    title="Opening the connection",
    paces=LIVE_TOO,
    rows=(
        *(
            Row(
                fault=f"opens after {delay} s",
                outcome=COMPLETE,
                within=delay,
                behaviours=[Behaviour(delay=delay)],
                sdks=TRANSPARENT,
            )
            for delay in (0.2, 1.0, 5.0)
        ),
        Row(
            fault="does not open, once",
            outcome=COMPLETE,
            within=7.3,
            attempts=2,
            behaviours=[Behaviour(delay=math.inf)],
            sdks=NEVER,
        ),
        Row(
            fault="never opens",
            outcome=ConnectionFailedError,
            within=10.0,
            attempts=2,
            behaviours=for_ever(Behaviour(delay=math.inf)),
            recovers=False,
            sdks=NEVER,
        ),
        Row(
            fault="reset while opening, once",
            outcome=COMPLETE,
            within=0.3,
            attempts=2,
            behaviours=[Behaviour(answer=Reset())],
            sdks=AGAIN,
        ),
        Row(
            fault="reset while opening, each time",
            outcome=ConnectionFailedError,
            within=0.3,
            attempts=4,  # aiohttp repeats a GET once by itself
            behaviours=for_ever(Behaviour(answer=Reset())),
            recovers=False,
            sdks=retried("ConnectionFailure"),
        ),
        *(
            Row(
                fault=f"HTTP {status}",
                outcome=CredentialsError,
                behaviours=[refused(status)],
                sdks=Sdks(
                    native="AuthenticationFailure at once", javascript=once_or_always("ConnectionFailure").javascript
                ),
            )
            for status in (401, 403)
        ),
        *(
            Row(
                fault=f"HTTP {status} on one generation of paths",
                outcome=COMPLETE,
                attempts=2,
                behaviours=[refused(status)],
                sdks=once_or_always("ServiceError" if status == 404 else "ConnectionFailure"),
            )
            for status in (404, 410)
        ),
        *(
            Row(
                fault=f"HTTP {status} on all paths",
                outcome=NotASpeechEndpointError,
                attempts=2,
                behaviours=[refused(status)] * 2,
                sdks=retried("ServiceError" if status == 404 else "ConnectionFailure"),
            )
            for status in (404, 410)
        ),
        Row(
            fault="HTTP 429, once",
            outcome=COMPLETE,
            within=1.0,
            attempts=2,
            behaviours=[refused(429)],
            sdks=AGAIN,
        ),
        Row(
            fault="HTTP 429, each time",
            outcome=ThrottledError,
            within=1.0,
            attempts=2,
            behaviours=[refused(429)] * 2,
            sdks=retried("TooManyRequests"),
        ),
        Row(
            fault="HTTP 429 with Retry-After of 2 s, once",
            outcome=COMPLETE,
            within=2.0,
            not_before=2.0,
            attempts=2,
            behaviours=[refused(429, {"Retry-After": "2"})],
            sdks=IMPATIENT,
        ),
        Row(
            fault="HTTP 429 with Retry-After of 30 s",
            outcome=ThrottledError,
            behaviours=[refused(429, {"Retry-After": "30"})],
            sdks=IMPATIENT,
        ),
        *(
            Row(
                fault=f"HTTP 429 with a Retry-After that says nothing ({value})",
                outcome=COMPLETE,
                within=1.0,
                attempts=2,
                behaviours=[refused(429, {"Retry-After": value})],
                sdks=IMPATIENT,
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
                sdks=AGAIN,
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
                sdks=retried(name),
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
            sdks=once_or_always("ConnectionFailure"),
        ),
        *(
            Row(
                fault=f"HTTP {status} without Location",
                outcome=NotASpeechEndpointError,
                attempts=2,
                behaviours=[refused(status)] * 2,
                sdks=sdks,
            )
            for status, sdks in {
                301: Sdks(native="ConnectionFailure at once", javascript=AT_ONCE),
                302: retried("ConnectionFailure"),
                307: retried("RuntimeError"),
                308: Sdks(native="ConnectionFailure at once", javascript=AT_ONCE),
            }.items()
        ),
    ),
)


def _redirect(status: int, scheme: str, *, secure: bool = False) -> Sdks:
    native = "follows it" if status != 302 and scheme in ("ws", "wss") else "an error"
    if not secure:
        return Sdks(native=native, javascript="an error")
    encrypted = scheme in ("wss", "https")
    return Sdks(native=native, javascript="follows it" if encrypted else "an exception that ends the process")


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
            sdks=NEVER,
        ),
        Row(
            fault="speaks something other than HTTP",
            outcome=NotASpeechEndpointError,
            attempts=2,
            behaviours=for_ever(Behaviour(answer=Babble(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"))),
            recovers=False,
            sdks=retried("ConnectionFailure"),
        ),
        Row(
            fault="no TLS at a wss address",
            outcome=ConnectionFailedError,
            within=0.3,
            attempts=0,
            place=plain_in_place_of_tls,
            recovers=False,
            sdks=NO_SUCH,
        ),
        Row(
            fault="TLS at a ws address",
            outcome=ConnectionFailedError,
            within=0.3,
            attempts=0,
            place=tls_in_place_of_plain,
            recovers=False,
            sdks=NO_SUCH,
        ),
        Row(
            fault="a certificate that nobody vouches for",
            outcome=ConnectionFailedError,
            within=0.3,
            attempts=0,
            place=untrusted,
            recovers=False,
            sdks=NO_SUCH,
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
        *(
            Row(
                fault=f"HTTP 307 from wss: to {scheme}:, which would show the key to everybody",
                outcome=NotASpeechEndpointError,
                attempts=2,
                place=redirected(307, scheme, secure_from=True),
                recovers=False,
                sdks=_redirect(307, scheme, secure=True),
            )
            for scheme in ("ws", "http")
        ),
        Row(
            fault="HTTP 307 to another path, without host",
            outcome=COMPLETE,
            attempts=2,
            place=redirected_to(UNIVERSAL, times=1),
            sdks=once_or_always("RuntimeError"),
        ),
        Row(
            fault="HTTP 307 to itself, for ever (ws:)",
            outcome=NotASpeechEndpointError,
            attempts=8,
            place=redirected_to("{url}/x"),
            recovers=False,
            sdks=Sdks(native="follows it for ever: 2700 times in 30 s", javascript=AT_ONCE),
        ),
        Row(
            fault="HTTP 307 to itself, for ever (no scheme)",
            outcome=NotASpeechEndpointError,
            attempts=20,
            place=redirected_to("/x"),
            recovers=False,
            sdks=retried("RuntimeError"),
        ),
        *(
            Row(
                fault=f"HTTP 307 to what is no address ({location})",
                outcome=NotASpeechEndpointError,
                attempts=2,
                place=redirected_to(location),
                recovers=False,
                sdks=retried("RuntimeError"),
            )
            for location in ("http://[", "ftp://127.0.0.1/", "wss://")
        ),
    ),
)

# --- something in the way

PLAIN: Final = (200, 400, 405, 426, 501)


def _no_upgrade(status: int) -> Sdks:
    """Neither SDK has the REST API to fall back on."""
    if status == 400:
        return Sdks(native="BadRequest at once", javascript=once_or_always("ConnectionFailure").javascript)
    return once_or_always("ServiceError" if status == 501 else "ConnectionFailure")


PROXY: Final = Group(
    title="Something on the way refuses the upgrade",
    paces=LIVE_TOO,
    rows=(
        *(
            Row(
                fault=f"HTTP {status} in place of the upgrade, REST API reachable",
                outcome=COMPLETE,
                behaviours=[refused(status)],
                sdks=_no_upgrade(status),
            )
            for status in PLAIN
        ),
        Row(
            fault="HTTP 200 in place of the upgrade, REST API answers in two halves",
            outcome=COMPLETE,
            within=0.1,
            behaviours=[refused(200)],
            rest=[Behaviour(answer=Accept(split=0.05))],
            sdks=_no_upgrade(200),
        ),
        Row(
            fault="HTTP 200 in place of the upgrade, REST API throttled once, with Retry-After of 1 s",
            outcome=COMPLETE,
            within=1.0,
            attempts=2,
            behaviours=[refused(200)] * 2,
            rest=[refused(429, {"Retry-After": "1"})],
            sdks=_no_upgrade(200),
        ),
        Row(
            fault="HTTP 200 in place of the upgrade, REST API in trouble once (503)",
            outcome=COMPLETE,
            within=0.3,
            attempts=2,
            behaviours=[refused(200)] * 2,
            rest=[refused(503)],
            sdks=_no_upgrade(200),
        ),
        Row(
            fault="HTTP 200 in place of the upgrade, REST API refuses the key",
            outcome=CredentialsError,
            behaviours=[refused(200)],
            rest=[refused(401)],
            sdks=_no_upgrade(200),
        ),
        Row(
            fault="HTTP 200 in place of the upgrade, no REST API",
            outcome=NotASpeechEndpointError,
            behaviours=[refused(200)],
            rest=[refused(404)],
            sdks=_no_upgrade(200),
        ),
        Row(
            fault="HTTP 200 in place of the upgrade, REST API throttled",
            outcome=ThrottledError,
            behaviours=[refused(200)],
            rest=[refused(429, {"Retry-After": "30"})],
            sdks=_no_upgrade(200),
        ),
        Row(
            fault="HTTP 200 in place of the upgrade, REST API never answers",
            outcome=ServiceTimeoutError,
            within=11.0,
            behaviours=[refused(200)],
            rest=for_ever(Behaviour(delay=math.inf)),
            sdks=_no_upgrade(200),
        ),
        Row(
            fault="HTTP 200 with a web page to everything (a captive portal)",
            outcome=ProtocolError,
            within=0.3,
            attempts=2,
            behaviours=[refused(200, body="<html>")] * 2,
            rest=[refused(200, body="<html>")] * 2,
            sdks=retried("ConnectionFailure"),
        ),
        Row(
            fault="HTTP 400 to everything",
            outcome=ProtocolError,
            behaviours=[refused(400)],
            rest=[refused(400)],
            sdks=_no_upgrade(400),
        ),
        Row(
            fault="HTTP 407, a proxy that wants a password",
            outcome=ConnectionFailedError,
            within=0.3,
            attempts=2,
            behaviours=[refused(407)] * 2,
            sdks=retried("ConnectionFailure"),
        ),
    ),
)
