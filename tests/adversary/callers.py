"""Callers of the soak: each speaks again and again, with a fault drawn at random, and looks at what comes of it.

What a turn must give is what its scene says, by the caller's own trouble. Nothing else is right.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, override
from weakref import WeakKeyDictionary

from custom_components.azure_speech_live.speech import Mode, RecognitionOptions, SpeechClient, TranslationOptions
from tests.speech.caller import AUDIO, CONVERSATION, INTERACTIVE, Heard, listen
from tests.speech.faults.rows import Row

from .scenes import KINDS, TOGETHER, Scene
from .turns import Trouble, TroubledSource, Turn
from .visitor import HELD_UP, TROUBLESOME, Visitor

MODES: Final = tuple(Mode)
LIVE: Final = 0.3
"""The part of the turns whose audio comes as it is spoken."""
TRANSLATED: Final = 0.2
"""The part of the turns without a fault that are translated, and spoken."""
LONGEST_STALL: Final = 9.0
"""Seconds: less than it takes until a source is given up."""
RECORDED: Final = 0.5
"""The part of the times when several speak together in which one of them is a recording."""
SLOW: Final = 0.05
"""Seconds for which a caller who reads slowly puts off the next event."""
WEIGHTS: Final = {
    "the fault table": 10,
    "floods": 5,
    "hangs": 3,
    "throttling": 2,
    "speech without an end": 2,
}
"""How often there is a fault of a kind."""


@dataclass(kw_only=True)
class Caller(Visitor[Scene]):
    """One who speaks."""

    opened: WeakKeyDictionary[SpeechClient, Row | None] = field(default_factory=WeakKeyDictionary)
    """What a client met when it last opened a connection, which may go on while that is kept."""

    @override
    def draw(self) -> Scene:
        return self.pick(KINDS, WEIGHTS)

    async def run_together(self, going: Callable[[], bool]) -> None:
        """Be several who speak to a service that takes one request at a time, again and again."""
        while going():
            client = self.client()
            await self._speak_together(client, self.chance.choice(TOGETHER))
            await client.close()

    # --- one turn, and where the fault is over then, another one

    @override
    async def visit(self, client: SpeechClient, scene: Scene | None, *, fresh: bool = False) -> None:
        modes = [mode for mode in MODES if scene is None or _alike(mode) in scene.row.modes]
        trouble = self.chance.choice(list(Trouble)) if self.chance.random() < TROUBLESOME else None
        if trouble in (Trouble.RAISES, Trouble.STALLS):
            scene = None  # which of two faults comes first is left to chance
        turn = self._turn(self._options(self.chance.choice(modes), scene), trouble)
        turn.scene = scene
        met = await self._take(client, turn)
        if met and scene and fresh and scene.row.recovers and trouble is None:
            await self._take(client, self._turn(self._options(turn.options.mode, None)))

    def _options(self, mode: Mode, scene: Scene | None) -> RecognitionOptions:
        if scene.endless if scene else self.chance.random() < TRANSLATED:
            return TranslationOptions(mode=mode, targets=("de",), voice="de-DE-KatjaNeural")
        return RecognitionOptions(mode=mode)

    def _turn(self, options: RecognitionOptions, trouble: Trouble | None = None) -> Turn:
        pcm = AUDIO[options.mode]
        source = TroubledSource(
            b"" if trouble is Trouble.EMPTY else pcm,
            pace=1.0 if self.chance.random() < LIVE else 0.0,
            chunk=self.chance.choice((1001, 3200, 8192)),
            trouble=trouble,
            at=self.chance.randrange(len(pcm)),
            stall=self.chance.uniform(0.0, LONGEST_STALL),
        )
        return Turn(options, source)

    async def _take(self, client: SpeechClient, *turns: Turn) -> bool:
        """Take turns with the same scene, at the same time; return whether it was met."""
        scene = turns[0].scene
        before, held_up = await self.play(scene), self.watch.held_up
        heard = await asyncio.gather(*(self._listen(client, turn) for turn in turns))
        met = await self.play(None)
        held_up = self.watch.held_up - held_up + met.late - before.late
        for turn, what in zip(turns, heard, strict=True):
            turn.behind = self.opened.get(client)
            if not met.upgrades:
                turn.scene = None  # a connection that was kept open has served it
            self._judge(turn, what, held_up)
        if met.upgrades:
            self.opened[client] = scene.row if scene else None
        return met.upgrades > 0

    async def _listen(self, client: SpeechClient, turn: Turn) -> Heard | None:
        """Return what was heard; None if the caller went before the end."""
        slow = SLOW * self.chance.randrange(3) if turn.scene and turn.scene.endless else 0.0
        listening = asyncio.create_task(listen(client, turn.source, turn.options, long=turn.long, pause=slow))
        if turn.source.trouble is Trouble.GOES:
            await self.go(listening, LONGEST_STALL)
        await asyncio.wait([listening])
        if listening.cancelled():
            return None
        if error := listening.exception():
            self.report.foreign.append(f"{turn}: {error!r}")
            return None
        return listening.result()

    async def _speak_together(self, client: SpeechClient, scene: Scene) -> None:
        turns = [self._turn(INTERACTIVE) for _ in range(self.chance.randrange(2, 5))]
        if self.chance.random() < RECORDED:
            turns.append(self._turn(CONVERSATION))
            turns[-1].long = True
        if self.chance.random() < TROUBLESOME:
            turns[0].source.trouble = Trouble.GOES
        for turn in turns:
            turn.scene = scene
        await self._take(client, *turns)

    def _judge(self, turn: Turn, heard: Heard | None, held_up: float) -> None:
        report, scene, trouble = self.report, turn.scene, turn.source.trouble
        report.turns += 1
        report.faults.update([str(fault) for fault in (scene and scene.row.fault, trouble) if fault] or ["none"])
        report.outcomes[_name(heard)] += 1
        if not turn.source.closed:
            report.wrong.append(f"{turn}: the source was not closed")
        if heard is None:
            return
        said = (
            f"{turn}: {heard.error!r}, {heard.transcript!r}, {len(heard.spoken)} bytes of speech {heard.endings}, "
            f"{heard.seconds_more:.1f} s after the end of the audio"
        )
        if turn.wrong(heard):
            report.wrong.append(said)
        elif (turn.failed(heard) or turn.late(heard)) and held_up < HELD_UP:
            report.failed.append(said)
        elif turn.failed(heard) or turn.late(heard) > held_up:
            report.held_up += 1


def _alike(mode: Mode) -> Mode:
    """Return the mode for which rows say what holds for this one."""
    return Mode.CONVERSATION if mode is Mode.DICTATION else mode


def _name(heard: Heard | None) -> str:
    if heard is None:
        return "cancelled"
    return type(heard.error).__name__ if heard.error else "transcript"
