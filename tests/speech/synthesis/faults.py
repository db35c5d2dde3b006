"""The fault table of synthesis: what goes wrong while the service speaks, and what the listener hears.

Three sentences are spoken, the first two in one turn. Times are seconds from the beginning to the end of the answer.
What Microsoft's SDKs do was recorded from them (native: the Python SDK 1.53; JavaScript: 1.52).
"""

from collections.abc import Mapping
from typing import Final

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    ServiceError,
    ServiceTimeoutError,
    UnusableMessageError,
)
from custom_components.azure_speech_live.speech.synthesis.turn import (
    BEHIND,
    FIRST_ANSWER,
    GAP,
    LAST_ANSWER,
    SLOW_ANSWER,
)
from tests.speech_service import Delivery, Fault, ScriptedSpeaker, Synthesis
from tests.speech_service.faults import (
    Action,
    After,
    AudioSent,
    Before,
    Close,
    Drop,
    Duplicate,
    Freeze,
    HangUp,
    Point,
    Raw,
    Received,
    Reset,
    Say,
    Send,
    Silence,
    Wait,
)
from tests.speech_service.manner import MANNERS

from ..faults.rows import Sdks, always, once
from .refusal_faults import ASKED, OPENING
from .rows import (
    AGAIN,
    CLEAN,
    CLEAN_IN_AUDIO,
    CUT,
    HANGS,
    STALLS,
    UNMEASURED,
    WHOLE,
    Row,
)
from .streaming_faults import STREAMING

_LOST: Final[Mapping[str, Action]] = {"closed cleanly (1000)": Close(1000), "reset": Reset(), "ended (FIN)": HangUp()}
_POINTS: Final[tuple[tuple[str, Point, Sdks, Sdks], ...]] = (
    ("before the first answer", Received("ssml"), AGAIN, CLEAN),
    ("behind turn.start", After("turn.start"), AGAIN, CLEAN),
    ("in the audio", AudioSent(20_001), CUT, CLEAN_IN_AUDIO),
    ("in the second turn's audio", AudioSent(80_001), CUT, CLEAN_IN_AUDIO),
    ("behind the audio, before turn.end", Before("turn.end"), CUT, CLEAN_IN_AUDIO),
)

LOST: Final = (
    *(
        Row(
            fault=f"{how} {when}",
            outcome=WHOLE,
            attempts=2,
            behaviours=once(Fault(at, action)),
            sdks=clean if action == Close(1000) else sdks,
        )
        for how, action in _LOST.items()
        for when, at, sdks, clean in _POINTS
    ),
    *(
        Row(
            fault=f"reset {when}, each time",
            outcome=ConnectionFailedError,
            attempts=2,
            behaviours=always(Fault(at, Reset())),
            recovers=False,
            sdks=sdks,
        )
        for when, at, sdks, _ in _POINTS[:3]
    ),
    Row(
        fault="what is no WebSocket, in the audio",
        outcome=WHOLE,
        attempts=2,
        behaviours=once(Fault(AudioSent(20_000), Raw(b"\xff" * 20))),
        sdks=UNMEASURED,
    ),
    *(
        Row(
            fault=f"closed with {code} behind turn.start",
            outcome=WHOLE,
            attempts=2,
            behaviours=once(Fault(After("turn.start"), Close(code))),
            sdks=AGAIN,
        )
        for code in (1001, 1011, 1012, 1013, 4500)
    ),
)

_HEADERS: Final = b"X-RequestId:{request_id}\r\nPath:audio\r\n"
_EMPTY_AUDIO: Final = (len(_HEADERS) - len(b"{request_id}") + 32).to_bytes(2) + _HEADERS
"""With which the service otherwise says that there is no more."""

SILENT: Final = (
    Row(
        fault="frozen before the first answer",
        outcome=WHOLE,
        within=FIRST_ANSWER,
        attempts=2,
        behaviours=once(Fault(Received("ssml"), Freeze())),
        sdks=HANGS,
    ),
    Row(
        fault="silent before the first answer, and pings are answered",
        outcome=WHOLE,
        within=SLOW_ANSWER,
        attempts=2,
        behaviours=once(Fault(Received("ssml"), Silence())),
        sdks=HANGS,
    ),
    Row(
        fault="7 s before the first answer, and pings are answered",
        outcome=WHOLE,
        within=7.0,
        behaviours=once(Fault(Received("ssml"), Wait(7.0))),
        sdks=Sdks(native="waits 40 s", javascript="waits"),
    ),
    Row(
        fault="silent behind turn.start",
        outcome=WHOLE,
        within=SLOW_ANSWER,
        attempts=2,
        behaviours=once(Fault(After("turn.start"), Silence())),
        sdks=HANGS,
    ),
    Row(
        fault="silent behind turn.start, each time",
        outcome=ServiceTimeoutError,
        within=2 * SLOW_ANSWER,
        attempts=2,
        behaviours=always(Fault(After("turn.start"), Silence())),
        recovers=False,
        sdks=HANGS,
    ),
    Row(
        fault="a word about the audio every 4 s, and none of it",
        outcome=WHOLE,
        within=SLOW_ANSWER,
        attempts=2,
        behaviours=once(*[Fault(After("response"), each) for each in (Wait(4.0), Say("audio.metadata", "{}")) * 5]),
        sdks=UNMEASURED,
    ),
    Row(
        fault="a sample of audio every 10 s",
        outcome=ServiceTimeoutError,
        within=2 * BEHIND,
        attempts=2,
        synthesis=Synthesis(delivery=Delivery(slice_size=2, pace=1 / 480_000)),
        recovers=False,
        sdks=UNMEASURED,
    ),
    Row(
        fault="silent in the audio",
        outcome=WHOLE,
        within=GAP,
        attempts=2,
        behaviours=once(Fault(AudioSent(20_000), Silence())),
        sdks=STALLS,
    ),
    Row(
        fault="frozen in the audio",
        outcome=WHOLE,
        within=GAP,
        attempts=2,
        behaviours=once(Fault(AudioSent(20_000), Freeze())),
        sdks=STALLS,
    ),
    Row(
        fault="10 s without audio, as on the free tier",
        outcome=WHOLE,
        within=10.0,
        behaviours=once(Fault(AudioSent(20_000), Wait(10.0))),
        sdks=STALLS,
    ),
    Row(
        fault="no audio for 4 s in each turn",
        outcome=WHOLE,
        within=8.0,
        synthesis=Synthesis(delivery=Delivery(first_audio=4.0)),
        sdks=Sdks(native="waits 40 s", javascript="waits"),
    ),
    Row(
        fault="an empty message amid the audio, and no more for 4 s",
        outcome=WHOLE,
        within=4.0,
        behaviours=once(
            Fault(Before("audio", 2), Send(_EMPTY_AUDIO)),
            Fault(Before("audio", 2), Wait(4.0)),
        ),
        sdks=STALLS,
    ),
    Row(
        fault="the audio without turn.end",
        outcome=WHOLE,
        within=2 * LAST_ANSWER,
        attempts=2,
        behaviours=once(Fault(Before("turn.end"), Silence())),
        sdks=CLEAN_IN_AUDIO,
    ),
)

SAID: Final = (
    *(
        Row(
            fault=f"without {path}",
            outcome=WHOLE,
            behaviours=once(Fault(Before(path), Drop())),
            sdks=sdks,
        )
        for path, sdks in (
            ("turn.start", Sdks(native="hangs", javascript="transparent")),
            ("response", Sdks(native="transparent", javascript="hangs")),
            ("audio.metadata", Sdks(native="transparent", javascript="transparent")),
        )
    ),
    *(
        Row(
            fault=f"{path} twice",
            outcome=WHOLE,
            behaviours=once(Fault(Before(path), Duplicate())),
            sdks=UNMEASURED,
        )
        for path in ("turn.start", "response", "audio.metadata", "turn.end")
    ),
    Row(
        fault="no X-RequestId but that of turn.start",
        outcome=WHOLE,
        manner=MANNERS["no-request-ids"],
        sdks=Sdks(native="hangs", javascript="hangs"),
    ),
    Row(
        fault="audio.metadata that is not JSON",
        outcome=WHOLE,
        behaviours=once(Fault(After("response"), Say("audio.metadata", "{"))),
        sdks=Sdks(native="transparent", javascript="hangs"),
    ),
    Row(
        fault="a turn that ends without audio",
        outcome=WHOLE,
        attempts=2,
        behaviours=once(Fault(After("response"), Say("turn.end", "{}"))),
        sdks=Sdks(native="an empty result", javascript="an empty result"),
    ),
    Row(
        fault="turns that end without audio, each time",
        outcome=ServiceError,
        attempts=2,
        behaviours=always(Fault(After("response"), Say("turn.end", "{}"))),
        recovers=False,
        sdks=Sdks(native="an empty result", javascript="an empty result"),
    ),
    Row(
        fault="more audio than the text can have",
        outcome=UnusableMessageError,
        attempts=2,
        synthesis=Synthesis(speaker=ScriptedSpeaker(3.0)),
        recovers=False,
        sdks=Sdks(native="all of it", javascript="all of it"),
    ),
)

TABLE: Final[Mapping[str, tuple[Row, ...]]] = {
    "The connection ends while the service speaks": LOST,
    "The service is silent where it should speak": SILENT,
    "The service says something else": SAID,
    "The connection to speak does not open": OPENING,
    "The service refuses what it is asked to say": ASKED,
    "Text is sent while it is written (text streaming)": STREAMING,
}
"""By title."""
