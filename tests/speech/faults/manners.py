"""Rows of the fault table: a service that says the same in another way."""

from typing import Final

from tests.speech_service import Fault
from tests.speech_service.faults import HangUp
from tests.speech_service.manner import MANNERS

from .rows import (
    AFTER_AUDIO,
    AGAIN,
    COMPLETE,
    MID_UTTERANCE,
    RETRIED,
    STREAM,
    TRANSPARENT,
    Group,
    Row,
    Sdks,
    once,
)

_HANGS: Final = "hangs > 25 s"
_EMPTY: Final = Sdks(native="an empty text, and no error", javascript="an empty text, and no error")

_MANNERS: Final = {
    "lf": ("headers that end in LF only", Sdks(native=_HANGS, javascript=_HANGS)),
    "lower-case-headers": ("headers in lower case", Sdks(native=_HANGS, javascript="transparent")),
    "upper-case-headers": ("headers in upper case", Sdks(native=_HANGS, javascript="transparent")),
    "no-request-ids": ("no X-RequestId but that of turn.start", Sdks(native=_HANGS, javascript=_HANGS)),
    "no-ids": ("results without Id and Channel", TRANSPARENT),
    "no-times": ("results without Offset and Duration", TRANSPARENT),
    "nulls": ("null for all that a result does not have", Sdks(native="transparent", javascript=_HANGS)),
    "numbers": (
        "numbers for statuses",
        Sdks(native=RETRIED.format("ServiceError"), javascript="transparent"),
    ),
    "alternatives": ("several alternatives", TRANSPARENT),
    "empty-best": ("an empty best of several alternatives, and no other text", _EMPTY),
    "pings": ("a ping every 50 ms", TRANSPARENT),
}

WAYS: Final = Group(
    title="The service says the same in another way",
    rows=(
        *(
            Row(fault=fault, outcome=COMPLETE, manner=MANNERS[name], sdks=sdks)
            for name, (fault, sdks) in _MANNERS.items()
        ),
        Row(
            fault="a turn that ends with its first phrase, whatever comes behind it",
            outcome=COMPLETE,
            manner=MANNERS["turn-for-each-phrase"],
            modes=STREAM,
            sdks=Sdks(native="transparent", javascript="the rest is lost, and no error"),
        ),
        *(
            Row(
                fault=f"a connection that ends (FIN) without a close, {when}",
                outcome=COMPLETE,
                attempts=2,
                behaviours=once(Fault(at, HangUp())),
                sdks=sdks,
            )
            for when, at, sdks in (
                ("in mid-utterance", MID_UTTERANCE, Sdks(native=AGAIN.native, javascript="hangs")),
                ("after the end of the audio", AFTER_AUDIO, Sdks(native=AGAIN.native, javascript="hangs")),
            )
        ),
    ),
)
