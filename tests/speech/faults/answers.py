"""Rows of the fault table: a service that does not say what it should, or not in time."""

from typing import Final

from custom_components.azure_speech_live.speech import ProtocolError, ServiceTimeoutError
from tests.speech_service import Fault
from tests.speech_service.faults import Before, Drop, Duplicate, Readdress, Send, Silence, Trickle, Wait

from .rows import (
    AFTER_AUDIO,
    BEFORE_ANSWER,
    COMPLETE,
    COMPLETE_BUT_HANGS,
    HANGS,
    LIVE_TOO,
    MID_UTTERANCE,
    NEVER,
    SECOND_PHRASE,
    STREAM,
    TRANSPARENT,
    Group,
    Row,
    Sdks,
    always,
    once,
)

NO_END: Final = Sdks(
    native=f"the result after 10 s, with ServiceTimeout (continuous: {COMPLETE_BUT_HANGS})",
    javascript=COMPLETE_BUT_HANGS,
)
ENDED_EARLY: Final = Sdks(native="hangs (continuous: nothing, and no error)", javascript="nothing, and no error")

SLOW_ANSWERS: Final = Group(
    title="The service does not say what it should, or not in time",
    paces=LIVE_TOO,
    rows=(
        Row(
            fault="never answers, once",
            outcome=COMPLETE,
            within=10.0,
            attempts=2,
            behaviours=once(Fault(BEFORE_ANSWER, Silence())),
            sdks=HANGS,
        ),
        Row(
            fault="never answers",
            outcome=ServiceTimeoutError,
            within=20.0,
            attempts=2,
            behaviours=always(Fault(BEFORE_ANSWER, Silence())),
            recovers=False,
            sdks=HANGS,
        ),
        Row(
            fault="stops answering in mid-utterance, once",
            outcome=COMPLETE,
            within=10.0,
            attempts=2,
            behaviours=once(Fault(MID_UTTERANCE, Silence())),
            sdks=HANGS,
        ),
        Row(
            fault="stops answering in mid-utterance",
            outcome=ServiceTimeoutError,
            within=20.0,
            attempts=2,
            behaviours=always(Fault(MID_UTTERANCE, Silence())),
            recovers=False,
            sdks=HANGS,
        ),
        Row(
            fault="stops answering after the end of the audio, once",
            outcome=COMPLETE,
            within=10.0,
            attempts=2,
            behaviours=once(Fault(AFTER_AUDIO, Silence())),
            sdks=HANGS,
        ),
        Row(
            fault="answers 7 s late after the end of the audio",
            outcome=COMPLETE,
            within=7.0,
            not_before=7.0,
            behaviours=once(Fault(AFTER_AUDIO, Wait(7.0))),
        ),
        Row(
            fault="answers 7 s late from the beginning",
            outcome=COMPLETE,
            within=7.0,
            not_before=7.0,
            behaviours=once(Fault(Before("turn.start"), Wait(7.0))),
        ),
        Row(
            fault="trickles: 1 ms a byte",
            outcome=COMPLETE,
            within=6.0,
            behaviours=once(Fault(BEFORE_ANSWER, Trickle(0.001))),
            sdks=TRANSPARENT,
        ),
        Row(
            fault="trickles: 0.1 s a byte, once",
            outcome=COMPLETE,
            within=5.0,
            attempts=2,
            behaviours=once(Fault(BEFORE_ANSWER, Trickle(0.1))),
            sdks=NEVER,
        ),
        Row(
            fault="trickles: 0.1 s a byte",
            outcome=ServiceTimeoutError,
            within=10.0,
            attempts=2,
            behaviours=always(Fault(BEFORE_ANSWER, Trickle(0.1))),
            recovers=False,
            sdks=NEVER,
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
            sdks=NO_END,
        ),
        Row(
            fault="turn.end twice",
            outcome=COMPLETE,
            behaviours=once(Fault(Before("turn.end"), Duplicate())),
            sdks=TRANSPARENT,
        ),
        Row(
            fault="turn.end for another request",
            outcome=COMPLETE,
            behaviours=once(Fault(Before("turn.end"), Readdress("f" * 32))),
            sdks=NO_END,
        ),
        Row(
            fault="turn.end before any result, once",
            outcome=COMPLETE,
            attempts=2,
            behaviours=once(Fault(MID_UTTERANCE, Send("X-RequestId:{request_id}\r\nPath:turn.end\r\n\r\n{}"))),
            sdks=ENDED_EARLY,
        ),
        Row(
            fault="turn.end before any result, each time",
            outcome=ProtocolError,
            attempts=2,
            behaviours=always(Fault(MID_UTTERANCE, Send("X-RequestId:{request_id}\r\nPath:turn.end\r\n\r\n{}"))),
            recovers=False,
            sdks=ENDED_EARLY,
        ),
        Row(
            fault="turn.end in mid-stream",
            outcome=COMPLETE,
            behaviours=once(Fault(SECOND_PHRASE, Send("X-RequestId:{request_id}\r\nPath:turn.end\r\n\r\n{}"))),
            modes=STREAM,
            sdks=Sdks(native="transparent", javascript="the rest is lost, and no error"),
        ),
    ),
)
