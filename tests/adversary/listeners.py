"""Listeners of the soak: each has answers spoken, again and again, with a fault drawn at random.

What is heard must be what was written, once and in order, behind one header; or else its beginning, with the error that
its scene says. Nothing else is right.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, override
from weakref import WeakKeyDictionary

from custom_components.azure_speech_live.speech import SpeechClient, SpeechError
from tests.speech.listener import Heard, hear
from tests.speech.synthesis.rows import Row

from .answers import Answer, Trouble, drawn
from .spoken_scenes import KINDS, TOGETHER, SpokenScene
from .visitor import HELD_UP, TROUBLESOME, Visitor

PREPARED: Final = 0.2
"""The part of the answers for which a connection is opened beforehand."""
STREAMED: Final = 0.3
"""The part of the answers without a fault of the service's whose text goes to it word by word."""
LONGEST_STALL: Final = 9.0
"""Seconds for which an agent may say nothing."""
WEIGHTS: Final = {"the fault table": 10, "text streaming": 5, "floods": 4, "pieces": 6, "hangs": 3, "too many": 1}
"""How often there is a fault of a kind."""


@dataclass(kw_only=True)
class Listener(Visitor[SpokenScene]):
    """One who listens."""

    opened: WeakKeyDictionary[SpeechClient, Row | None] = field(default_factory=WeakKeyDictionary)
    """What a client met when it last opened a connection, which may go on while that is kept."""

    @override
    def draw(self) -> SpokenScene:
        return self.pick(KINDS, WEIGHTS)

    @override
    async def visit(self, client: SpeechClient, scene: SpokenScene | None, *, fresh: bool = False) -> None:
        trouble = self.chance.choice(list(Trouble)) if self.chance.random() < TROUBLESOME else None
        if trouble in (Trouble.RAISES, Trouble.CANCELLED, Trouble.STALLS):
            scene = None  # which of two faults comes first is left to chance
        answer = self._drawn(trouble, streamed=scene.streamed if scene else None)
        answer.scene = scene
        met = await self._take(client, answer)
        if met and scene and fresh and scene.row.recovers and not scene.lasting and trouble is None:
            await self._take(client, self._drawn(None))

    async def run_together(self, going: Callable[[], bool]) -> None:
        """Be several who listen by the same client, again and again."""
        while going():
            client = self.client()
            answers = [self._drawn(None, streamed=False) for _ in range(self.chance.randrange(2, 6))]
            scene = self.chance.choice(TOGETHER)
            for answer in answers:
                answer.scene = scene
            if self.chance.random() < TROUBLESOME:
                answers[0].agent.trouble = Trouble.GOES
            await self._take(client, *answers)
            await client.close()

    def _drawn(self, trouble: Trouble | None, *, streamed: bool | None = None) -> Answer:
        """Return an answer; ``streamed``: whether its scene is about text streaming, if it has one."""
        if streamed is None:
            streamed = self.chance.random() < STREAMED
        return drawn(self.chance, trouble, LONGEST_STALL, streamed=streamed)

    async def _take(self, client: SpeechClient, *answers: Answer) -> bool:
        """Have answers spoken with the same scene, at the same time; return whether it was met."""
        scene = answers[0].scene
        before, held_up = await self.play(scene), self.watch.held_up
        if self.chance.random() < PREPARED:
            with suppress(SpeechError):
                await client.prepare(answers[0].options)
        begun = asyncio.get_running_loop().time()
        heard = await asyncio.gather(*(self._listen(client, answer) for answer in answers))
        met = await self.play(None)
        held_up = self.watch.held_up - held_up + met.late - before.late
        for answer, what in zip(answers, heard, strict=True):
            answer.behind = self.opened.get(client)
            if not met.upgrades:
                answer.scene = None  # a connection that was kept open has served it
            self._judge(answer, what, begun, held_up)
        if met.upgrades:
            self.opened[client] = scene.row if scene else None
        return met.upgrades > 0

    async def _listen(self, client: SpeechClient, answer: Answer) -> Heard | None:
        """Return what was heard; None if the listener was cancelled before the end."""
        listening = asyncio.create_task(
            hear(
                client,
                answer.agent,
                answer.options,
                long=answer.long,
                pause=answer.pause,
                leave_after=answer.leave_after,
            )
        )
        if answer.agent.trouble is Trouble.GOES:
            await self.go(listening, LONGEST_STALL)
        await asyncio.wait([listening])
        taken = answer.agent.taken
        if answer.leave_after is not None:
            await asyncio.sleep(0.5)
        if answer.agent.taken != taken:
            self.report.wrong.append(f"{answer}: text was taken for nobody")
        if listening.cancelled():
            return None
        if error := listening.exception():
            self.report.foreign.append(f"{answer}: {error!r}")
            return None
        return listening.result()

    def _judge(self, answer: Answer, heard: Heard | None, begun: float, held_up: float) -> None:
        report, scene, trouble = self.report, answer.scene, answer.agent.trouble
        report.turns += 1
        report.faults.update([str(fault) for fault in (scene and scene.name, trouble) if fault] or ["none"])
        report.outcomes[_name(heard)] += 1
        if not answer.agent.closed:
            report.wrong.append(f"{answer}: the agent was not closed")
        if heard is None:
            return
        said = f"{answer}: {heard.error!r}, {len(heard.stream)} bytes of sound, {heard.seconds:.1f} s"
        if answer.wrong(heard):
            report.wrong.append(f"{said}: {answer.difference(heard)}")
        elif (answer.failed(heard) or answer.late(heard, begun)) and held_up < HELD_UP:
            report.failed.append(said)
        elif answer.failed(heard) or answer.late(heard, begun) > held_up:
            report.held_up += 1


def _name(heard: Heard | None) -> str:
    if heard is None:
        return "answer cancelled"
    return type(heard.error).__name__ if heard.error else "answer"
