"""Rows of the fault table: connections that end, in all ways and at all points."""

from typing import Final

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    Mode,
    QuotaError,
    RequestRefusedError,
    ServiceError,
    ServiceTimeoutError,
    SpeechError,
    ThrottledError,
)
from tests.speech_service import Fault
from tests.speech_service.faults import Action, After, Close, Freeze, Point, Received, Reset

from ..caller import PHRASES
from .rows import (
    AFTER_AUDIO,
    AGAIN,
    BEFORE_ANSWER,
    BOTH,
    CARRIED,
    CARRIED_AFTER_AUDIO,
    CARRIED_BEFORE_ANSWER,
    COMPLETE,
    COMPLETE_BUT_HANGS,
    HANGS,
    INJECTED,
    LIVE_TOO,
    MID_UTTERANCE,
    RETRIED,
    SECOND_PHRASE,
    STREAM,
    Group,
    Row,
    Sdks,
    always,
    once,
)

# --- the connection ends

LOST: Final[dict[str, Action]] = {
    "closed cleanly": Close(1000),
    "reset": Reset(),
}
LAST_PHRASE: Final = {mode: After("speech.phrase", len(PHRASES[mode])) for mode in BOTH}

_POINTS: Final[tuple[tuple[str, Point, tuple[Mode, ...], Sdks], ...]] = (
    ("before the first answer", BEFORE_ANSWER, BOTH, CARRIED_BEFORE_ANSWER),
    ("in mid-utterance", MID_UTTERANCE, BOTH, CARRIED),
    ("in the second phrase", SECOND_PHRASE, STREAM, CARRIED),
    ("between two phrases", After("speech.phrase", 1), STREAM, CARRIED),
    ("after the end of the audio", AFTER_AUDIO, BOTH, CARRIED_AFTER_AUDIO),
)

_GIVES_UP: Final = RETRIED.format("ConnectionFailure")
_GIVES_UP_AND_HANGS: Final = "5 attempts 250 ms apart, then hangs"
_LOST_FOR_GOOD: Final = "hangs (continuous: 5 attempts, then ConnectionFailure, while audio comes)"
_NO_END: Final = {
    (Mode.INTERACTIVE, False): Sdks(
        native="the result after 10 s", javascript="recognizeOnce fails, after an event with the result"
    ),
    (Mode.INTERACTIVE, True): Sdks(native="the result after 10 s, with ServiceTimeout", javascript=COMPLETE_BUT_HANGS),
    (Mode.CONVERSATION, False): Sdks(native=AGAIN.native, javascript=COMPLETE_BUT_HANGS),
    (Mode.CONVERSATION, True): Sdks(native=COMPLETE_BUT_HANGS, javascript=COMPLETE_BUT_HANGS),
}
"""By mode, and whether the link is silent: the result is there, its end is not."""

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
                sdks=Sdks(
                    native=_GIVES_UP if how == "reset" else _GIVES_UP_AND_HANGS,
                    javascript=_LOST_FOR_GOOD if at is MID_UTTERANCE else sdks.javascript,
                ),
            )
            for how, action in LOST.items()
            for when, at, modes, sdks in _POINTS
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
                sdks=Sdks(
                    native=COMPLETE_BUT_HANGS, javascript=f"{COMPLETE_BUT_HANGS} only if audio comes as it is spoken"
                ),
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
                sdks=_NO_END[mode, isinstance(action, Freeze)],
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
                sdks=HANGS,
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
            sdks=_NO_END[Mode.CONVERSATION, True],
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
                sdks=HANGS,
            )
            for when, at, modes, _ in _POINTS
            if not (isinstance(at, After) or at is SECOND_PHRASE)
        ),
    ),
)

# --- close codes

_BAD_REQUEST: Final = Sdks(native="BadRequest at once", javascript="BadRequestParameters at once")
_SAME_AGAIN: Final = Sdks(native="ConnectionFailure at once", javascript="ConnectionFailure at once")


def _closes(
    code: int, meaning: str, outcome: type[SpeechError], sdks: Sdks = CARRIED, native: str = _GIVES_UP
) -> tuple[Row, ...]:
    """Return the rows of a close code that is worth one more attempt; with what the SDKs do if it comes each time."""
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
            sdks=Sdks(native=native, javascript=_LOST_FOR_GOOD if sdks is CARRIED else sdks.javascript),
        ),
    )


CLOSE_CODES: Final = Group(
    title="Close codes, in mid-utterance",
    rows=(
        *_closes(1000, "normal", ConnectionFailedError, native=_GIVES_UP_AND_HANGS),
        *_closes(1001, "going away", ConnectionFailedError),
        *_closes(
            1003,
            "unsupported data",
            ConnectionFailedError,
            Sdks(native=CARRIED.native, javascript="ConnectionFailure at once"),
        ),
        *(
            Row(
                fault=f"close code {code} ({meaning})",
                outcome=RequestRefusedError,
                behaviours=once(Fault(MID_UTTERANCE, Close(code, INJECTED))),
                sdks=sdks,
            )
            for code, meaning, sdks in (
                (1002, "protocol error", _SAME_AGAIN),
                (1007, "invalid data", _BAD_REQUEST),
                (4000, "bad request", _SAME_AGAIN),
            )
        ),
        *(
            Row(
                fault=f'close code 1007 ("{reason}")',
                outcome=outcome,
                within=within,
                attempts=attempts,
                behaviours=once(Fault(MID_UTTERANCE, Close(1007, reason))),
                sdks=_BAD_REQUEST,
            )
            for reason, outcome, within, attempts in (
                ("Quota exceeded", QuotaError, 0.0, 1),
                ("Throttled due to too many requests", COMPLETE, 1.0, 2),
            )
        ),
        *_closes(1008, "policy", ConnectionFailedError),
        *_closes(1009, "too big", ConnectionFailedError),
        *_closes(1010, "extension needed", ConnectionFailedError),
        *_closes(1011, "internal error", ServiceError, native=RETRIED.format("ServiceError")),
        *_closes(1012, "restart", ServiceError),
        *_closes(1013, "try again later", ServiceError, native=RETRIED.format("ServiceError")),
        *_closes(4401, "token expired", ConnectionFailedError),
        Row(
            fault="close code 4429 (too many requests)",
            outcome=COMPLETE,
            within=1.0,
            attempts=2,
            behaviours=once(Fault(MID_UTTERANCE, Close(4429, "Too many requests"))),
            sdks=Sdks(native="TooManyRequests at once", javascript=CARRIED.javascript),
        ),
        *_closes(4500, "internal error", ServiceError),
        *_closes(4503, "unavailable", ServiceError),
        Row(
            fault="close code 4429 as soon as the connection is open",
            outcome=COMPLETE,
            within=1.0,
            attempts=2,
            behaviours=once(Fault(Received("speech.config"), Close(4429))),
            sdks=Sdks(native="TooManyRequests at once", javascript=CARRIED_BEFORE_ANSWER.javascript),
        ),
        Row(
            fault="close code 4429 in mid-utterance, each time",
            outcome=ThrottledError,
            within=25.0,
            attempts=7,
            behaviours=always(Fault(MID_UTTERANCE, Close(4429))),
            recovers=False,
            sdks=Sdks(native="TooManyRequests at once"),
        ),
    ),
)
