"""What a row of the fault table is, and what the rows have in common.

Times are seconds from the end of the audio, the longest of all the ways in which a row is tried. Every row is tried in
both modes that differ (INTERACTIVE and CONVERSATION; DICTATION is like the latter on the wire); where time matters,
also with audio that comes as it is spoken.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from custom_components.azure_speech_live.speech import Mode, SpeechError
from tests.speech_service import Behaviour, Fault, Manner
from tests.speech_service.faults import AudioEnded, AudioReceived, Received, Refuse
from tests.speech_service.manner import USUAL
from tests.speech_service.service import Behaviours

from .places import MakePlace

INJECTED: Final = "Some reason"
"""The reason given with a close that a row causes."""
LIVE_TOO: Final = (0.0, 1.0)
BOTH: Final = (Mode.INTERACTIVE, Mode.CONVERSATION)
ONCE: Final = (Mode.INTERACTIVE,)
STREAM: Final = (Mode.CONVERSATION,)


class Outcome(Enum):
    """What a caller gets that is no error."""

    COMPLETE = "the complete transcript"
    NOTHING = "an empty result"
    HEARD = "the latest hypothesis"


COMPLETE, NOTHING, HEARD = Outcome.COMPLETE, Outcome.NOTHING, Outcome.HEARD


@dataclass(frozen=True, kw_only=True)
class Sdks:
    """What Microsoft's SDKs do, in a few words."""

    native: str = "not measured"
    javascript: str = "not measured"


UNKNOWN: Final = Sdks()


@dataclass(frozen=True, kw_only=True)
class Row:
    """A fault, and what comes of it."""

    fault: str
    outcome: Outcome | type[SpeechError]
    within: float = 0.0
    """Seconds from the end of the audio to the outcome, at most."""
    not_before: float = 0.0
    """Seconds from the beginning to the outcome, at least, where patience is asked for."""
    attempts: int = 1
    """Upgrade requests that it takes; those of turns that REST API requests follow are counted as well."""
    behaviours: Behaviours = ()
    rest: Behaviours = ()
    manner: Manner = USUAL
    """How the service writes its messages."""
    place: MakePlace | None = None
    """Where the client is sent to, if not to a stand-in with these behaviours."""
    modes: tuple[Mode, ...] = BOTH
    recovers: bool = True
    """Whether the fault is over, so that the next command has to succeed."""
    sdks: Sdks = UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """A fault that has a test of its own; outcome and time in words."""

    fault: str
    outcome: str
    within: str
    shown_by: str
    """The test, from this package's parent on; with a dot before it, from that one's parent on."""
    sdks: Sdks = UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Loss:
    """What the household loses where the machine or a recording misbehaves, in words."""

    fault: str
    loss: str
    shown_by: str
    """The test, from the package of all tests on."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rows that belong together."""

    title: str
    rows: tuple[Row, ...]
    paces: tuple[float, ...] = (0.0,)
    """Paces at which the audio comes, in times real time; 0: at once."""


def once(*faults: Fault) -> Behaviours:
    """Let the first connection have these faults."""
    return [Behaviour(faults=faults)]


def always(*faults: Fault) -> Behaviours:
    """Let every connection have these faults."""
    return lambda _: Behaviour(faults=faults)


def refused(status: int, headers: dict[str, str] | None = None, body: str = "No.") -> Behaviour:
    """Answer the upgrade request with a status."""
    return Behaviour(answer=Refuse(status, headers or {}, body))


def for_ever(behaviour: Behaviour) -> Callable[[int], Behaviour]:
    """Let every attempt go like this."""
    return lambda _: behaviour


RETRIED: Final = "5 attempts 250 ms apart, then {}"
AT_ONCE: Final = "5 attempts at once, then ConnectionFailure"


TRANSPARENT: Final = Sdks(native="transparent", javascript="transparent")
NEVER: Final = Sdks(native="hangs > 30 s", javascript="hangs > 30 s")
AGAIN: Final = Sdks(native="transparent, after 250 ms", javascript="transparent")
"""What goes wrong once while the connection opens."""


def retried(name: str) -> Sdks:
    return Sdks(native=RETRIED.format(name), javascript=AT_ONCE)


def if_once(name: str) -> str:
    """Return what the native SDK does where one attempt is enough for us, but it would make more."""
    return f"if once: {AGAIN.native}; else {RETRIED.format(name)}"


def once_or_always(name: str) -> Sdks:
    """Return what both do with a refusal of that kind."""
    return Sdks(native=if_once(name), javascript=f"if once: {AGAIN.javascript}; else {AT_ONCE}")


# --- points

BEFORE_ANSWER: Final = Received("speech.context")
MID_UTTERANCE: Final = AudioReceived(20_000)
SECOND_PHRASE: Final = AudioReceived(60_000)
AFTER_AUDIO: Final = AudioEnded()

CARRIED: Final = Sdks(
    native="transparent, after 250 ms", javascript="hangs (continuous: transparent while audio comes, else hangs)"
)
CARRIED_BEFORE_ANSWER: Final = Sdks(
    native="transparent, after 250 ms", javascript="hangs (continuous: RuntimeError while audio comes, else hangs)"
)
CARRIED_AFTER_AUDIO: Final = Sdks(native="transparent, after 250 ms", javascript="hangs")
COMPLETE_BUT_HANGS: Final = "hangs, with the transcript complete"
HANGS: Final = Sdks(native="hangs > 70 s (continuous: gives up after 66 s of audio)", javascript="hangs > 75 s")
