"""Rows of the fault table: addresses where the service is not, or not any more."""

from typing import Final

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    HostNotFoundError,
    Mode,
    NotASpeechEndpointError,
)
from tests.speech_service import Behaviour
from tests.speech_service.faults import Babble

from .places import (
    UNIVERSAL,
    closed_port,
    no_name_server,
    nobody_speaks,
    plain_in_place_of_tls,
    redirected,
    redirected_to,
    rest_redirected,
    tls_in_place_of_plain,
    unknown_name,
    untrusted,
)
from .rows import AT_ONCE, COMPLETE, NEVER, RETRIED, Group, Row, Sdks, for_ever, once_or_always, refused, retried


def _redirect(status: int, scheme: str, *, secure: bool = False) -> Sdks:
    native = "follows it" if status != 302 and scheme in ("ws", "wss") else "an error"
    if not secure:
        return Sdks(native=native, javascript="an error")
    encrypted = scheme in ("wss", "https")
    return Sdks(native=native, javascript="follows it" if encrypted else "an exception that ends the process")


NO_SUCH: Final = Sdks(native=RETRIED.format("ConnectionFailure"), javascript=AT_ONCE)

CONTINUE: Final = Babble(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

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
            fault="the name server does not answer",
            outcome=ConnectionFailedError,
            within=10.0,
            attempts=0,
            place=no_name_server,
            recovers=False,
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
            fault="HTTP 100 again and again in place of an answer",
            outcome=NotASpeechEndpointError,
            attempts=2,
            behaviours=for_ever(Behaviour(answer=CONTINUE)),
            recovers=False,
        ),
        Row(
            fault="HTTP 200 in place of the upgrade, HTTP 100 again and again from the REST API",
            outcome=NotASpeechEndpointError,
            behaviours=[refused(200)],
            rest=[Behaviour(answer=CONTINUE)],
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
            fault="HTTP 200 in place of the upgrade, HTTP 307 of the REST API from https: to https:",
            outcome=COMPLETE,
            within=0.3,
            attempts=2,
            modes=(Mode.INTERACTIVE,),
            place=rest_redirected("https"),
            sdks=once_or_always("ConnectionFailure"),
        ),
        Row(
            fault="HTTP 200 in place of the upgrade, HTTP 307 of the REST API from https: to http:",
            outcome=NotASpeechEndpointError,
            within=0.3,
            attempts=2,
            modes=(Mode.INTERACTIVE,),
            place=rest_redirected("http"),
            recovers=False,
            sdks=once_or_always("ConnectionFailure"),
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
