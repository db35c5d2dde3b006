"""The rows of the fault table that are about text streaming: the rest of the answer is spoken by sentences.

What Microsoft's SDKs do with it is from the recordings: neither asks again, nor sends a piece of the text again.
"""

from dataclasses import replace
from typing import Final

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    CredentialsError,
    QuotaError,
    ServiceError,
    VoiceError,
)
from custom_components.azure_speech_live.speech.synthesis.streamed_turn import FIRST_SOUND
from custom_components.azure_speech_live.speech.synthesis.turn import GAP, LAST_ANSWER
from custom_components.azure_speech_live.speech.wire.retry import RETRY_DELAY
from custom_components.azure_speech_live.speech.wire.throttle import STEP
from tests.speech_service import Behaviour, Delivery, Fault, Synthesis
from tests.speech_service.faults import (
    Action,
    After,
    AudioSent,
    Before,
    Close,
    Drop,
    Freeze,
    HangUp,
    Point,
    Received,
    Reset,
    Say,
    Silence,
)
from tests.speech_service.synthesis.delivery import Listens
from tests.speech_service.synthesis.refusals import QUOTA, THROTTLED

from ..faults.rows import Sdks, always, for_ever, once, refused
from ..listener import OPTIONS, VOICE
from .rows import CLEAN, HANGS, REFUSED, STALLS, UNMEASURED, WHOLE, Row

STREAMED: Final = replace(OPTIONS, text_streaming=True)

_ENDS: Final = Sdks(native="the error", javascript="ConnectionFailure")
_EMPTY: Final = Sdks(native="an empty result", javascript="an empty result")
_LOST: Final[tuple[tuple[str, Action, Sdks], ...]] = (
    ("closed cleanly (1000)", Close(1000), CLEAN),
    ("reset", Reset(), _ENDS),
    ("ended (FIN)", HangUp(), _ENDS),
)
_POINTS: Final[tuple[tuple[str, Point], ...]] = (
    ("before the first answer", Received("text.piece")),
    ("behind turn.start", After("turn.start")),
    ("in the audio", AudioSent(20_001)),
    ("in the last sentence's audio", AudioSent(80_001)),
    ("behind the audio, before turn.end", Before("turn.end")),
)

STREAMING: Final = tuple(
    replace(row, options=STREAMED)
    for row in (
        Row(
            fault="silence in place of the first audio, each time",
            outcome=WHOLE,
            within=FIRST_SOUND,
            attempts=2,
            synthesis=Synthesis(delivery=Delivery(listens=Listens.NEVER)),
            sdks=HANGS,
        ),
        Row(
            fault="frozen before the first answer",
            outcome=WHOLE,
            within=FIRST_SOUND,
            attempts=2,
            behaviours=once(Fault(Received("text.piece"), Freeze())),
            sdks=HANGS,
        ),
        *(
            Row(
                fault=f"{what} in the audio",
                outcome=WHOLE,
                within=GAP,
                attempts=2,
                behaviours=once(Fault(AudioSent(20_000), action)),
                sdks=STALLS,
            )
            for what, action in (("silent", Silence()), ("frozen", Freeze()))
        ),
        Row(
            fault="all of the audio without turn.end",
            outcome=WHOLE,
            within=LAST_ANSWER,
            behaviours=once(Fault(Before("turn.end"), Silence())),
            sdks=STALLS,
        ),
        *(
            Row(
                fault=f"{how} {when}",
                outcome=WHOLE,
                attempts=1 if at == Before("turn.end") else 2,
                behaviours=once(Fault(at, action)),
                sdks=sdks,
            )
            for how, action, sdks in _LOST
            for when, at in _POINTS
        ),
        Row(
            fault="reset in the audio, of which the words are not told",
            outcome=WHOLE,
            attempts=2,
            behaviours=[
                Behaviour(
                    faults=(
                        *(Fault(Before("audio.metadata", number + 1), Drop()) for number in range(5)),
                        Fault(AudioSent(20_001), Reset()),
                    )
                )
            ],
            sdks=_ENDS,
        ),
        Row(
            fault="reset in the audio, also by sentences",
            outcome=ConnectionFailedError,
            attempts=3,
            behaviours=always(Fault(AudioSent(20_001), Reset())),
            recovers=False,
            sdks=_ENDS,
        ),
        Row(
            fault="a turn that ends without audio",
            outcome=WHOLE,
            attempts=2,
            behaviours=once(Fault(After("response"), Say("turn.end", "{}"))),
            sdks=_EMPTY,
        ),
        Row(
            fault="a turn that ends in the first sentence's audio",
            outcome=WHOLE,
            attempts=2,
            behaviours=once(Fault(AudioSent(10_000), Say("turn.end", "{}"))),
            sdks=Sdks(native="what there was", javascript="what there was"),
        ),
        *(
            Row(
                fault=f"closed with {close.code}: {close.reason or 'no reason'}, once",
                outcome=WHOLE,
                attempts=2,
                within=within,
                behaviours=once(Fault(After("turn.start"), close)),
                sdks=REFUSED,
            )
            for close, within in (
                (Close(1007), 0.0),
                (Close(1007, f"Unsupported voice {VOICE}."), 0.0),
                (Close(1011), 0.0),
                (THROTTLED, STEP),
            )
        ),
        Row(
            fault="a voice that is gone",
            outcome=VoiceError,
            attempts=2,
            synthesis=Synthesis(withdrawn={VOICE}),
            recovers=False,
            sdks=REFUSED,
        ),
        Row(
            fault=f"closed with {QUOTA.code}: {QUOTA.reason}, also by sentences",
            outcome=QuotaError,
            attempts=2,
            behaviours=always(Fault(After("turn.start"), QUOTA)),
            recovers=False,
            sdks=REFUSED,
        ),
        *(
            Row(
                fault=f"HTTP {status} of its path",
                outcome=WHOLE,
                attempts=2,
                behaviours=[refused(status)],
                sdks=_ENDS,
            )
            for status in (400, 401, 403, 404, 503)
        ),
        *(
            Row(
                fault=f"HTTP {status} of all paths",
                outcome=error,
                attempts=attempts,
                within=within,
                behaviours=for_ever(refused(status)),
                recovers=False,
                sdks=_ENDS,
            )
            for status, error, attempts, within in (
                (401, CredentialsError, 2, 0.0),
                (503, ServiceError, 3, RETRY_DELAY),
            )
        ),
        Row(
            fault="no WebSocket can be opened (HTTP 200): the REST API speaks",
            outcome=WHOLE,
            attempts=2,
            behaviours=[refused(200)] * 2,
            sdks=UNMEASURED,
        ),
    )
)
