"""All that can happen to an answer: the fault table of synthesis, sound in odd pieces, both, and hangs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from tests.speech.faults.rows import once
from tests.speech.synthesis import faults
from tests.speech.synthesis.rows import UNMEASURED, WHOLE, Outcome, Row
from tests.speech_service import Delivery, Fault, Synthesis
from tests.speech_service.faults import Action, After, AudioSent, Before, Drop, Freeze, HangUp, Reset, Silence, Stall
from tests.speech_service.per_minute import PerMinute
from tests.speech_service.service import Behaviours
from tests.speech_service.synthesis.refusals import THROTTLED

from . import spoken_floods


@dataclass(frozen=True)
class SpokenScene:
    """What happens, and what comes of it."""

    row: Row
    lists: Behaviours = ()
    """How requests for the list of voices are answered."""

    @property
    def name(self) -> str:
        """Return by what the stage knows it."""
        return f"{'streamed' if self.streamed else 'spoken'}: {self.row.fault}"

    @property
    def streamed(self) -> bool:
        """Return whether it is about text streaming."""
        return self.row.options.text_streaming

    @property
    def lasting(self) -> bool:
        """Return whether a connection that is kept behind it goes on like that, or has an error in store."""
        return self.row.synthesis != Synthesis() or self.row.outcome is not WHOLE


_USUAL: Final = Synthesis()
_PIECES: Final[Mapping[str, Delivery]] = {
    "odd pieces": Delivery(slice_size=1001),
    "tiny pieces": Delivery(slice_size=7),
    "pieces of 200 kB": Delivery(slice_size=200_000),
    "headers": Delivery(riff=True),
    "headers and chunks": Delivery(riff=True, list_chunk=True, slice_size=1001),
    "empty messages first": Delivery(empty_first=True),
    "silence at the end": Delivery(trailing_silence=0.8, slice_size=3001),
    "a pace": Delivery(first_audio=0.2, pace=8.0, slice_size=36_864, trailing_silence=0.8),
}
_AMID: Final[Mapping[str, Action]] = {"reset": Reset(), "ended": HangUp()}
_AT: Final = (1, 4_097, 33_333, 100_001)


def _row(fault: str, *happen: Fault, within: float = 0.0, delivery: Delivery | None = None) -> Row:
    synthesis = Synthesis(delivery=delivery) if delivery else _USUAL
    return Row(
        fault=fault,
        outcome=WHOLE,
        within=within,
        behaviours=once(*happen),
        synthesis=synthesis,
        sdks=UNMEASURED,
    )


PIECES: Final = (
    *(_row(f"sound in {what}", delivery=delivery) for what, delivery in _PIECES.items()),
    *(
        _row(f"sound in {what}, {how} after {size} bytes", Fault(AudioSent(size), action), delivery=delivery)
        for what, delivery in _PIECES.items()
        for how, action in _AMID.items()
        for size in _AT
    ),
)
HANGS: Final = (
    _row("stands still for 3 s in the sound", Fault(AudioSent(20_000), Stall(3.0)), within=3.0),
    _row("stands still for 9 s in the sound", Fault(AudioSent(20_000), Stall(9.0)), within=9.0),
    _row("stands still for 4 s before the second turn's end", Fault(Before("turn.end", 2), Stall(4.0)), within=4.0),
    _row("a kept connection goes silent", Fault(After("turn.end"), Silence()), within=10.0),
    _row("a kept connection freezes", Fault(After("turn.end"), Freeze()), within=10.0),
    _row("a kept connection stands still for 3 s", Fault(After("turn.end"), Stall(3.0)), within=3.0),
    _row("no end of the first two turns", *(Fault(Before("turn.end", n), Drop()) for n in (1, 2)), within=6.0),
)
TOO_MANY: Final = tuple(
    Row(
        fault=f"{requests} requests in {seconds} s are taken",
        outcome=WHOLE,
        within=15.0,
        synthesis=Synthesis(per_minute=PerMinute(close=THROTTLED, requests=requests, seconds=seconds)),
        sdks=UNMEASURED,
    )
    for requests, seconds in ((1, 0.4), (3, 1.0))
)
FLOODS: Final = [SpokenScene(row) for row in spoken_floods.ROWS]
LISTS: Final = [
    SpokenScene(_row(f"a list of voices: {name}"), spoken_floods.listed(name)) for name in spoken_floods.LISTS
]
_TABLE: Final = [SpokenScene(row) for rows in faults.TABLE.values() for row in rows]
KINDS: Final[Mapping[str, Sequence[SpokenScene]]] = {
    "the fault table": [scene for scene in _TABLE if not scene.streamed],
    "text streaming": [scene for scene in _TABLE if scene.streamed],
    "floods": FLOODS,
    "pieces": [SpokenScene(row) for row in PIECES],
    "hangs": [SpokenScene(row) for row in HANGS],
    "too many": [SpokenScene(row) for row in TOO_MANY],
}
SCENES: Final = {scene.name: scene for scene in chain(*KINDS.values(), LISTS)}
TOGETHER: Final = [
    scene
    for scene in SCENES.values()
    if isinstance(scene.row.outcome, Outcome)
    and scene.row.recovers
    and scene.row not in TOO_MANY
    and not scene.streamed
]
"""What several answers at a time meet that are of one client: one of them has the trouble."""
