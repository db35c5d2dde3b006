"""The rows of the fault table of synthesis in which the service refuses: a connection, or what it is asked to say."""

from typing import Final

from custom_components.azure_speech_live.speech import (
    CredentialsError,
    NotASpeechEndpointError,
    QuotaError,
    RequestRefusedError,
    ServiceError,
    ThrottledError,
    VoiceError,
)
from custom_components.azure_speech_live.speech.synthesis.allowance import LISTENER
from custom_components.azure_speech_live.speech.wire.retry import RETRY_DELAY
from tests.speech_service import Behaviour, Fault, Synthesis
from tests.speech_service.faults import After, Close, Refuse, Reset
from tests.speech_service.per_minute import PerMinute
from tests.speech_service.service import Behaviours
from tests.speech_service.synthesis.refusals import EXHAUSTED, QUOTA, THROTTLED, TOO_MANY_AT_ONCE

from ..faults.rows import Sdks, always, for_ever, refused
from ..listener import VOICE
from .rows import REFUSED, WHOLE, Row

_MANY: Final = "once more, then TooManyRequests"

OPENING: Final = (
    *(
        Row(
            fault=f"HTTP {status}",
            outcome=error,
            attempts=attempts,
            within=within,
            behaviours=for_ever(refused(status)),
            recovers=False,
            sdks=Sdks(native=native, javascript="ConnectionFailure"),
        )
        for status, error, attempts, within, native in (
            (401, CredentialsError, 1, 0.0, "AuthenticationFailure"),
            (403, CredentialsError, 1, 0.0, "AuthenticationFailure"),
            (429, ThrottledError, 2, LISTENER, _MANY),
            (503, ServiceError, 2, RETRY_DELAY, "once more, then ServiceUnavailable"),
        )
    ),
    Row(
        fault="HTTP 503, once",
        outcome=WHOLE,
        attempts=2,
        within=RETRY_DELAY,
        behaviours=[refused(503)],
        sdks=Sdks(native="once more, unheard", javascript="ConnectionFailure"),
    ),
    Row(
        fault="HTTP 404 of the likelier path",
        outcome=WHOLE,
        attempts=2,
        behaviours=[refused(404)],
        sdks=Sdks(native="once more, then ServiceError", javascript="ConnectionFailure"),
    ),
    Row(
        fault="reset before an answer",
        outcome=WHOLE,
        attempts=2,
        within=RETRY_DELAY,
        behaviours=[Behaviour(answer=Reset())],
        sdks=Sdks(native="once more, unheard", javascript="ConnectionFailure"),
    ),
    *(
        Row(
            fault=f"no WebSocket can be opened (HTTP {status}): the REST API speaks",
            outcome=WHOLE,
            attempts=attempts,
            behaviours=for_ever(refused(status)),
            sdks=Sdks(native=native, javascript="ConnectionFailure"),
        )
        for status, attempts, native in (
            (200, 1, "ConnectionFailure"),
            (400, 1, "BadRequest"),
            (404, 2, "once more, then ServiceError"),
            (405, 1, "not measured"),
        )
    ),
    Row(
        fault="HTTP 404, of the REST API too",
        outcome=NotASpeechEndpointError,
        attempts=2,
        behaviours=for_ever(refused(404)),
        rest=for_ever(refused(404)),
        recovers=False,
        sdks=Sdks(native="once more, then ServiceError", javascript="ConnectionFailure"),
    ),
    Row(
        fault="this, and HTTP 503 of the REST API, once",
        outcome=WHOLE,
        behaviours=for_ever(refused(200)),
        rest=[refused(503)],
        sdks=Sdks(native="ConnectionFailure", javascript="ConnectionFailure"),
    ),
    Row(
        fault="this, and the REST API has moved",
        outcome=WHOLE,
        behaviours=for_ever(refused(200)),
        rest=[Behaviour(answer=Refuse.redirect("/tts/cognitiveservices/v1"))],
        sdks=Sdks(native="ConnectionFailure", javascript="ConnectionFailure"),
    ),
)


def _refusing(close: Close) -> Behaviours:
    return always(Fault(After("turn.start"), close))


ASKED: Final = (
    Row(
        fault="a voice that is gone",
        outcome=VoiceError,
        synthesis=Synthesis(withdrawn={VOICE}),
        recovers=False,
        sdks=REFUSED,
    ),
    *(
        Row(
            fault=f"closed with {close.code}: {close.reason or 'no reason'}",
            outcome=error,
            attempts=attempts,
            within=within,
            behaviours=_refusing(close),
            recovers=False,
            sdks=REFUSED,
        )
        for close, error, attempts, within in (
            (QUOTA, QuotaError, 1, 0.0),
            (THROTTLED, ThrottledError, 2, LISTENER),
            (TOO_MANY_AT_ONCE, ThrottledError, 2, LISTENER),
            (EXHAUSTED, ThrottledError, 2, LISTENER),
            (Close(1007, "SSML is invalid"), RequestRefusedError, 1, 0.0),
            (Close(1007, "Ssml should only contain one language."), RequestRefusedError, 1, 0.0),
            (Close(1007), RequestRefusedError, 1, 0.0),
        )
    ),
    Row(
        fault="one request too many for a second",
        outcome=WHOLE,
        attempts=2,
        within=1.0,
        synthesis=Synthesis(per_minute=PerMinute(close=THROTTLED, requests=1, seconds=0.5)),
        sdks=REFUSED,
    ),
)
