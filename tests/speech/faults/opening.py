"""Rows of the fault table: the opening of the connection, and what stands in its way."""

import math
from typing import Final

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    CredentialsError,
    LanguageError,
    NotASpeechEndpointError,
    QuotaError,
    RequestRefusedError,
    ServiceError,
    ServiceTimeoutError,
    ThrottledError,
    WebPageError,
)
from tests.speech_service import Behaviour
from tests.speech_service.faults import Accept, Reset

from .rows import (
    AGAIN,
    AT_ONCE,
    COMPLETE,
    LIVE_TOO,
    NEVER,
    TRANSPARENT,
    Group,
    Row,
    Sdks,
    for_ever,
    once_or_always,
    refused,
    retried,
)

OUT_OF_QUOTA: Final = (
    '{ "statusCode": 403, "message": "Out of call volume quota. Quota will be replenished in 2.12 days." }'
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
                fault=f"HTTP {status} that speaks of a quota",
                outcome=QuotaError,
                behaviours=[refused(status, body=OUT_OF_QUOTA)],
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
            within=25.0,
            attempts=7,
            behaviours=for_ever(refused(429)),
            recovers=False,
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
        Row(
            fault="HTTP 503 with Retry-After of 2 s, once",
            outcome=COMPLETE,
            within=2.0,
            not_before=2.0,
            attempts=2,
            behaviours=[refused(503, {"Retry-After": "2"})],
            sdks=IMPATIENT,
        ),
        Row(
            fault="HTTP 503 with Retry-After of 30 s",
            outcome=ServiceError,
            behaviours=[refused(503, {"Retry-After": "30"})],
            sdks=IMPATIENT,
        ),
        *(
            Row(
                fault=f"HTTP 429 with a Retry-After that cannot be used ({value})",
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
            outcome=RequestRefusedError,
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
            fault="HTTP 200 in place of the upgrade, REST API in trouble once (503), with Retry-After of 1 s",
            outcome=COMPLETE,
            within=1.0,
            not_before=1.0,
            attempts=2,
            behaviours=[refused(200)] * 2,
            rest=[refused(503, {"Retry-After": "1"})],
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
            outcome=WebPageError,
            within=0.3,
            attempts=2,
            behaviours=[refused(200, body="<html>")] * 2,
            rest=[refused(200, body="<html>")] * 2,
            sdks=retried("ConnectionFailure"),
        ),
        Row(
            fault="HTTP 200 with the service's own page in an outage, each time",
            outcome=ServiceError,
            within=0.3,
            attempts=2,
            behaviours=[refused(200, body="<h2>Our services aren't available right now</h2>")] * 2,
            sdks=retried("ConnectionFailure"),
        ),
        Row(
            fault="HTTP 400 that speaks of the language or the custom model",
            outcome=LanguageError,
            behaviours=[refused(400, body="Invalid CID or language")],
            sdks=_no_upgrade(400),
        ),
        Row(
            fault="HTTP 400 that says something else in JSON",
            outcome=RequestRefusedError,
            behaviours=[refused(400, body='{"error": {"message": "Out of range"}}')],
            sdks=_no_upgrade(400),
        ),
        Row(
            fault="HTTP 400 to everything",
            outcome=RequestRefusedError,
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
