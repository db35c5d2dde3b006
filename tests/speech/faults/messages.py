"""Rows of the fault table: messages that nobody should send, and bad news."""

from typing import Final

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    Mode,
    QuotaError,
    RequestRefusedError,
    ServiceError,
    UnusableMessageError,
)
from tests.speech_service import Fault
from tests.speech_service.faults import Action, Before, Drop, Huge, Raw, Reset, Send, Storm
from tests.speech_service.raw_client import binary

from ..caller import COMMAND, PHRASES
from .rows import (
    AGAIN,
    CARRIED,
    COMPLETE,
    HEARD,
    NOTHING,
    ONCE,
    RETRIED,
    SECOND_PHRASE,
    STREAM,
    TRANSPARENT,
    Group,
    Row,
    Sdks,
    always,
    if_once,
    once,
)

_PHRASE: Final = Before("speech.phrase")
_TICKS: Final = 10_000_000


def _message(path: str, body: str) -> Send:
    return Send(f"X-RequestId:{{request_id}}\r\nPath:{path}\r\n\r\n{body}")


def _instead(body: str) -> tuple[Fault, Fault]:
    """Send this in place of the first phrase."""
    return Fault(_PHRASE, Drop()), Fault(_PHRASE, _message("speech.phrase", body))


_DEAF: Final = Sdks(native="transparent", javascript="receive loop dies: hangs")
_IGNORED: Final[dict[str, tuple[Action, Sdks]]] = {
    "an unknown text message": (
        _message("speech.surprise", "[1, 2]"),
        TRANSPARENT,
    ),
    "an unknown binary message": (
        Send(binary("Path:surprise\r\n", b"\0\xff")),
        _DEAF,
    ),
    "a message without X-RequestId": (
        Send('Path:speech.hypothesis\r\n\r\n{"Text":"stray"}'),
        _DEAF,
    ),
    "a hypothesis that is not JSON": (
        _message("speech.hypothesis", '{"Text":'),
        _DEAF,
    ),
    "a hypothesis of wrong types": (_message("speech.hypothesis", '{"Text":5,"Offset":"x"}'), TRANSPARENT),
    "a turn.start that is not JSON": (_message("turn.start", "<>"), TRANSPARENT),
    "a speech.startDetected that is not JSON": (_message("speech.startDetected", "{"), _DEAF),
    "a speech.startDetected with a negative offset": (_message("speech.startDetected", '{"Offset":-1}'), TRANSPARENT),
    "a hypothesis with a negative offset": (
        _message("speech.hypothesis", '{"Text":"x","Offset":-5,"Duration":-5}'),
        TRANSPARENT,
    ),
    "a hypothesis with a huge offset": (
        _message("speech.hypothesis", '{"Text":"x","Offset":1e308,"Duration":99999999999999999999}'),
        TRANSPARENT,
    ),
    "a text of 500 kB in a hypothesis": (Huge(500_000), TRANSPARENT),
}

_UNREADABLE: Final[dict[str, tuple[Action, Sdks]]] = {
    "20 000 hypotheses at once": (
        Storm(20_000),
        Sdks(native="transparent, more than 10 s late", javascript="transparent"),
    ),
    "an empty text message": (Send(""), Sdks(native="transparent", javascript="an exception that ends the process")),
    "an empty binary message": (Send(b""), TRANSPARENT),
    "a text message without an end of the headers": (Send("Path:speech.phrase\r\n"), TRANSPARENT),
    "a header without a colon": (Send("Path speech.phrase\r\n\r\n{}"), _DEAF),
    "a message without Path": (Send("X-RequestId:{request_id}\r\n\r\n{}"), _DEAF),
    "headers of 9000 bytes": (Send(f"Path:x\r\nX:{'y' * 9000}\r\n\r\n{{}}"), _DEAF),
    "a binary message shorter than its headers": (
        Send(b"\xff\xffPath:audio"),
        Sdks(native="crashes (SIGSEGV)", javascript=_DEAF.javascript),
    ),
    "a binary message with headers that are not ASCII": (Send(b"\0\x07Path:\xe9\xe9"), _DEAF),
    "a text message where a binary one is due": (Send("\0\x0dPath:audio\r\n\0\0\0\0"), TRANSPARENT),
    "a message of 10 MB": (Huge(10_000_000), TRANSPARENT),
    "a text that is not UTF-8": (Raw(b"\x81\x04\xff\xfe\xfd\xfc"), Sdks(native="transparent", javascript="hangs")),
    "a frame that is no WebSocket frame": (
        Raw(b"\xff\xff\xff\xff"),
        Sdks(native=if_once("ConnectionFailure"), javascript="hangs"),
    ),
}

_NOT_JSON: Final = Sdks(native=if_once("ServiceError"), javascript=_DEAF.javascript)
_NO_PHRASE: Final = Sdks(native=if_once("ServiceError"), javascript="Canceled at once")
_LISTED: Final = Sdks(native="an empty text, and no error", javascript="a list in place of a text")
_BAD_PHRASES: Final[dict[str, tuple[str, Sdks]]] = {
    "a phrase that is not JSON": ("{", _NOT_JSON),
    "a phrase nested 100 000 levels deep": ("[" * 100_000, _NOT_JSON),
    "a phrase that is a list": ("[]", _NO_PHRASE),
    "a phrase with a list for its text": ('{"RecognitionStatus":"Success","DisplayText":[5]}', _LISTED),
    "a phrase with an unknown number for its status": ('{"RecognitionStatus":99,"DisplayText":"?"}', _NO_PHRASE),
    "a phrase without a status": ('{"DisplayText":"None."}', _NO_PHRASE),
    "a phrase with an unknown status": (
        '{"RecognitionStatus":"Perhaps","DisplayText":"Perhaps."}',
        _NO_PHRASE,
    ),
}


_TWICE: Final = "the phrase twice, and no error"


def _timed(offset: str, duration: str, text: str = COMMAND) -> str:
    """Return a phrase, of the command or another, with other times."""
    return f'{{"RecognitionStatus":"Success","DisplayText":"{text}","Offset":{offset},"Duration":{duration}}}'


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
        Row(
            fault="a phrase with a number for its status",
            outcome=COMPLETE,
            behaviours=once(*_instead(_timed("0", str(2 * _TICKS)).replace('"Success"', "0"))),
            modes=ONCE,
            sdks=Sdks(native=if_once("ServiceError"), javascript="transparent"),
        ),
        *(
            Row(
                fault=f"a phrase with {what} for its times, then the connection breaks",
                outcome=ConnectionFailedError,
                behaviours=once(
                    *_instead(_timed(times, times, PHRASES[Mode.CONVERSATION][0])), Fault(SECOND_PHRASE, Reset())
                ),
                modes=STREAM,
                sdks=Sdks(native=native, javascript=CARRIED.javascript),
            )
            for what, times, native in (
                ("negative numbers", "-10000000", _TWICE),
                ("huge numbers", "1e15", "hangs, without the rest"),
                ("nothing", "null", _TWICE),
            )
        ),
        *(
            Row(
                fault=f"a phrase with {what} for its times",
                outcome=COMPLETE,
                behaviours=once(*_instead(_timed(times, times))),
                modes=ONCE,
                sdks=sdks,
            )
            for what, (times, sdks) in {
                "negative numbers": ("-10000000", TRANSPARENT),
                "huge numbers": ("1e300", TRANSPARENT),
                "infinite numbers": ("Infinity", Sdks(native=AGAIN.native, javascript=_DEAF.javascript)),
                "NaN": ("NaN", Sdks(native=AGAIN.native, javascript=_DEAF.javascript)),
                "texts": ('"soon"', TRANSPARENT),
                "booleans": ("true", TRANSPARENT),
                "nothing": ("null", Sdks(native="takes a missing one for 0", javascript="NaN")),
                "lists": ("[]", TRANSPARENT),
            }.items()
        ),
    ),
)

# --- what the service says about the phrase itself


def _status(status: str) -> str:
    return f'{{"RecognitionStatus":"{status}","Offset":0,"Duration":{2 * _TICKS}}}'


_NO_HYPOTHESES: Final = tuple(Fault(Before("speech.hypothesis", nth), Drop()) for nth in range(1, 5))


STATUSES: Final = Group(
    title="What the service says of a phrase",
    rows=(
        *(
            Row(
                fault=f"status {status}{when}",
                outcome=outcome,
                behaviours=once(*faults, *_instead(_status(status))),
                modes=ONCE,
                sdks=sdks,
            )
            for when, outcome, faults in (
                (", with no word before", NOTHING, _NO_HYPOTHESES),
                (" behind hypotheses", HEARD, ()),
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
                sdks=Sdks(native=AGAIN.native, javascript="Canceled at once"),
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
                within=within,
                attempts=attempts,
                behaviours=once(*_instead(_status(status))),
                sdks=Sdks(native=if_once(status), javascript="Canceled at once"),
            )
            for status, outcome, within, attempts in (
                ("TooManyRequests", COMPLETE, 1.0, 2),
                ("BadRequest", RequestRefusedError, 0.0, 1),
                ("Forbidden", QuotaError, 0.0, 1),
            )
        ),
    ),
)
