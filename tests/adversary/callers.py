"""Callers of the soak: each speaks again and again, with a fault drawn at random, and looks at what comes of it.

What a turn must give is what its scene says, by the caller's own trouble. Nothing else is right.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
import random
from typing import Final
from weakref import WeakKeyDictionary

import aiohttp

from custom_components.azure_speech_live.speech import (
    Credentials,
    Endpoint,
    Mode,
    RecognitionOptions,
    SpeechClient,
    TranslationOptions,
)
from tests.speech.caller import AUDIO, CONVERSATION, INTERACTIVE, Heard, listen
from tests.speech.faults.rows import Row
from tests.speech_service import KEY

from .scenes import KINDS, TOGETHER, Scene
from .stage import Met, Stage
from .turns import Trouble, TroubledSource, Turn
from .watch import Watch

MODES: Final = tuple(Mode)
FRESH: Final = 0.8
"""The part of the turns with a fault whose client is new, as one that keeps a connection open would not meet it.

For speech without an end it is always new: what a connection is opened with, it has for all later turns.
"""
LIVE: Final = 0.3
"""The part of the turns whose audio comes as it is spoken."""
TROUBLESOME: Final = 0.2
"""The part of the turns in which the caller itself makes trouble."""
TRANSLATED: Final = 0.2
"""The part of the turns without a fault that are translated, and spoken."""
LONGEST_STALL: Final = 9.0
"""Seconds: less than it takes until a source is given up."""
SOONEST: Final = -4.0
"""The power of ten of the seconds after which a caller goes at the soonest: while the connection opens."""
SETTLED: Final = 3.0
"""Seconds after which nothing of a cancelled turn goes on at the stand-in, where it would count for the next one."""
RECORDED: Final = 0.5
"""The part of the times when several speak together in which one of them is a recording."""
HELD_UP: Final = 1.0
"""Seconds in which the machine did not let client or stand-in run: what has a limit of some seconds then fails."""
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


@dataclass
class Report:
    """What came of it."""

    turns: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """Turns whose words are wrong, or missing without an error."""
    failed: list[str] = field(default_factory=list)
    """Turns with an error that they should not have had, or that took too long."""
    foreign: list[str] = field(default_factory=list)
    """Exceptions that are none of the client's own, whoever heard them."""
    held_up: int = 0
    """Turns that would be among these, but the machine was too busy for anything that has a limit of seconds."""


@dataclass(kw_only=True)
class Caller:
    """One caller, with a place on the stage of its own, so that it is known which fault its turn meets."""

    session: aiohttp.ClientSession
    stage: Stage
    place: int
    chance: random.Random
    report: Report
    watch: Watch
    faultiness: float = 0.0
    opened: WeakKeyDictionary[SpeechClient, Row | None] = field(default_factory=WeakKeyDictionary)
    """What a client met when it last opened a connection, which may go on while that is kept."""

    async def run(self, going: Callable[[], bool]) -> None:
        """Speak again and again."""
        kept = self._client()
        while going():
            if self.chance.random() >= self.faultiness:
                await self._speak(kept, None)
                continue
            (kind,) = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
            scene = self.chance.choice(KINDS[kind])
            if not scene.endless and self.chance.random() >= FRESH:
                await self._speak(kept, scene)
                continue
            fresh = self._client()
            await self._speak(fresh, scene, fresh=True)
            await fresh.close()
        await kept.close()

    async def run_together(self, going: Callable[[], bool]) -> None:
        """Be several who speak to a service that takes one request at a time, again and again."""
        while going():
            client = self._client()
            await self._speak_together(client, self.chance.choice(TOGETHER))
            await client.close()

    def _client(self) -> SpeechClient:
        return SpeechClient(self.session, Endpoint.from_url(self.stage.urls[self.place]), Credentials(key=KEY))

    async def _play(self, scene: Scene | None) -> Met:
        return await asyncio.to_thread(self.stage.play, scene.row.fault if scene else None, self.place)

    # --- one turn, and where the fault is over then, another one

    async def _speak(self, client: SpeechClient, scene: Scene | None, *, fresh: bool = False) -> None:
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
        before, held_up = await self._play(scene), self.watch.held_up
        heard = await asyncio.gather(*(self._listen(client, turn) for turn in turns))
        met = await self._play(None)
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
            await asyncio.wait([listening], timeout=LONGEST_STALL * 10 ** self.chance.uniform(SOONEST, 0.0))
            listening.cancel()
        await asyncio.wait([listening])
        if turn.source.trouble is Trouble.GOES:
            await asyncio.sleep(SETTLED)
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
