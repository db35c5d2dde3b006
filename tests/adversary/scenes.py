"""All that can happen to a turn, by kind: the fault table, floods, throttling, hangs, and speech without an end.

Each is a scene, and has a name, by which the stand-in that plays it knows it in another process (see stage.py).
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from itertools import chain, cycle
from typing import Final

from custom_components.azure_speech_live.speech import Mode
from tests.speech.faults.rows import BEFORE_ANSWER, BOTH, COMPLETE, MID_UTTERANCE, ONCE, STREAM, Outcome, Row, once
from tests.speech.faults.table import TABLE
from tests.speech_service import AtOnce, Behaviour, Fault
from tests.speech_service.at_once import CLOSE, INVALID, PHRASE, UPGRADE, Phrase
from tests.speech_service.engines.translation import SLICE
from tests.speech_service.faults import (
    After,
    AudioEnded,
    AudioReceived,
    Before,
    Close,
    Freeze,
    Refuse,
    Silence,
    Stall,
    Wait,
)
from tests.speech_service.wav import wav_file

from . import floods


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What happens, and what comes of it."""

    row: Row
    refusal: Refuse | Close | Phrase | None = None
    """How one request too many is refused, where the service takes one at a time, from several callers."""
    connections: bool = False
    """Whether connections count for that."""
    endless: bool = False
    """Whether translations are spoken without an end."""

    @property
    def name(self) -> str:
        """Return by what the stage knows it."""
        return self.row.fault

    @property
    def lasting(self) -> bool:
        """Return whether a connection that is kept behind it goes on like that."""
        return self.endless

    @property
    def at_once(self) -> AtOnce | None:
        """Return the limit of the service, with its record empty."""
        return AtOnce(refusal=self.refusal, connections=self.connections) if self.refusal else None


class EndlessSynthesizer:
    """Speaks noise and never ends."""

    async def synthesize(self, text: str, language: str, voice: str) -> AsyncGenerator[bytes]:  # noqa: ARG002 - as the protocol has it
        """Yield slices."""
        noise = bytes(range(1, 255)) * 200
        yield wav_file(noise[:SLICE])
        for at in cycle(range(0, len(noise) - SLICE, 254)):
            yield noise[at : at + SLICE]


_KEPT: Final = After("turn.end")
"""From here on a connection serves no turn and is kept for the next one."""
_REFUSALS: Final[dict[str, Refuse | Close | Phrase]] = {
    "429": UPGRADE,
    "4429": CLOSE,
    "1007": INVALID,
    "a phrase": PHRASE,
}


def _hang(
    fault: str, *faults: Fault, within: float = 0.0, modes: tuple[Mode, ...] = BOTH, outcome: Outcome = COMPLETE
) -> Row:
    return Row(fault=fault, outcome=outcome, within=within, behaviours=once(*faults), modes=modes)


HANGS: Final = (
    _hang("goes silent before the turn starts", Fault(Before("turn.start"), Silence()), within=10.0),
    _hang("freezes before the turn starts", Fault(Before("turn.start"), Freeze()), within=10.0),
    _hang("goes silent behind the speech", Fault(After("speech.endDetected"), Silence()), within=10.0, modes=ONCE),
    _hang("freezes behind the speech", Fault(After("speech.endDetected"), Freeze()), within=10.0, modes=ONCE),
    _hang("freezes in dictation", Fault(AudioReceived(60_000), Freeze()), within=20.0, modes=STREAM),
    _hang("freezes in dictation, behind a phrase", Fault(After("speech.phrase"), Freeze()), within=20.0, modes=STREAM),
    _hang("starts the turn 4 s late", Fault(Before("turn.start"), Wait(4.0)), within=4.0),
    _hang("brings the result 6 s late", Fault(Before("speech.phrase"), Wait(6.0)), within=6.0),
    _hang("ends the turn 1.5 s late", Fault(Before("turn.end"), Wait(1.5)), within=1.5),
    _hang("ends the turn 5 s late", Fault(Before("turn.end"), Wait(5.0)), within=5.0),
    _hang("the link stands still for 3 s before the answer", Fault(BEFORE_ANSWER, Stall(3.0)), within=3.0),
    _hang("the link stands still for 3 s in mid-utterance", Fault(MID_UTTERANCE, Stall(3.0)), within=3.0),
    _hang("the link stands still for 7 s in mid-utterance", Fault(MID_UTTERANCE, Stall(7.0)), within=10.0),
    _hang("the link stands still for 12 s in mid-utterance", Fault(MID_UTTERANCE, Stall(12.0)), within=10.0),
    _hang("the link stands still for 3 s behind the audio", Fault(AudioEnded(), Stall(3.0)), within=3.0),
    _hang("the link stands still for 9 s behind the audio", Fault(AudioEnded(), Stall(9.0)), within=10.0),
    _hang("a kept connection goes silent", Fault(_KEPT, Silence()), within=5.0),
    _hang("a kept connection freezes", Fault(_KEPT, Freeze()), within=2.0),
    _hang("a kept connection stands still for 3 s", Fault(_KEPT, Stall(3.0)), within=3.0),
    _hang("a kept connection starts the turn 3 s late", Fault(Before("turn.start", 2), Wait(3.0)), within=3.0),
)


def _refused_once(how: str, refusal: Refuse | Close) -> Row:
    first = (
        Behaviour(answer=refusal) if isinstance(refusal, Refuse) else Behaviour(faults=(Fault(BEFORE_ANSWER, refusal),))
    )
    return Row(fault=f"one request too many, once: {how}", outcome=COMPLETE, within=1.0, behaviours=[first])


def _one_at_a_time(how: str, refusal: Refuse | Close | Phrase, *, connections: bool) -> Scene:
    what = "connection" if connections else "request"
    row = Row(fault=f"several speak where one {what} is taken at a time: {how}", outcome=COMPLETE)
    return Scene(row=row, refusal=refusal, connections=connections)


TOGETHER: Final = [
    _one_at_a_time(how, said, connections=connections)
    for how, said in _REFUSALS.items()
    for connections in (False, True)
]
"""What several callers meet who speak to the same service."""
# The connection that is kept behind it would go on like that.
SPEECH_WITHOUT_END: Final = [
    Scene(row=Row(fault=f"{what} without an end", outcome=COMPLETE, modes=modes, recovers=False), endless=True)
    for what, modes in {"a spoken translation": ONCE, "spoken translations": STREAM}.items()
]
KINDS: Final = {
    "the fault table": [Scene(row=row) for group in TABLE for row in group.rows if row.place is None],
    "floods": [Scene(row=row) for row in floods.ROWS],
    "hangs": [Scene(row=row) for row in HANGS],
    "throttling": [
        Scene(row=_refused_once(how, said)) for how, said in _REFUSALS.items() if not isinstance(said, Phrase)
    ],
    "speech without an end": SPEECH_WITHOUT_END,
}
OF_2018: Final = [Scene(row=row) for row in floods.ROWS_OF_2018]
SCENES: Final = {scene.row.fault: scene for scene in chain(*KINDS.values(), TOGETHER, OF_2018)}
