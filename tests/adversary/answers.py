"""An answer of the soak: what is written by an agent with troubles of its own, who listens, and what must be heard."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum
from itertools import count, takewhile
import random
from typing import Final, override

from custom_components.azure_speech_live.speech import OutputFormat, SynthesisOptions, TextSourceError
from custom_components.azure_speech_live.speech.synthesis.texts import Fragment, Text
from tests.speech.listener import VOICE, Heard, Texts
from tests.speech.synthesis.rows import Outcome, Row
from tests.speech_service import ScriptedSpeaker

from .spoken_scenes import SpokenScene

SLACK: Final = 3.0
"""Seconds that an answer may take longer than its scene says, as the clock is that of a busy machine."""
SOUND_PER_SECOND: Final = 1 << 20
"""Bytes of sound that are made and heard in a second while all callers are busy."""
FORMATS: Final = tuple(each for each in OutputFormat if each.is_raw)
"""Those in which a text can be read."""
LONGEST: Final = 12
"""Texts in an answer."""
_TORN: Final = "\N{REPLACEMENT CHARACTER}"
_WORDS: Final = ("the", "light", "kitchen", "is", "off", "again", "and", "tomorrow", "it", "rains", "nothing", "else")


class Trouble(StrEnum):
    """What an agent, or who listens, can do."""

    GOES = "the listener is cancelled"
    LEAVES = "the listener leaves"
    READS_SLOWLY = "the listener takes its time"
    RAISES = "the agent raises"
    CANCELLED = "the agent is cancelled"
    STALLS = "the agent stalls for a while"
    ENDLESS = "the agent never ends"
    SILENT = "the agent writes nothing"


@dataclass
class Agent(Texts):
    """Who writes, with trouble of its own at a text."""

    trouble: Trouble | None = None
    at: int = 0
    stall: float = 0.0
    in_words: bool = False
    """Whether each text is written word by word."""
    ended: float | None = None
    """When it had no more to say."""

    @override
    async def __aiter__(self) -> AsyncGenerator[Text]:
        loop = asyncio.get_running_loop()
        for index in count():
            if index == len(self.texts) and self.trouble is not Trouble.ENDLESS:
                break
            if index == self.at:
                await self._have_trouble()
            if self.pause and index:
                await asyncio.sleep(self.pause)
            self.taken += 1
            text = self.texts[index % len(self.texts)]
            assert isinstance(text, str)
            if self.in_words:
                *words, text = text.split(" ")
                for word in words:
                    yield Fragment((f"{word} ",))
            yield text
        self.ended = loop.time()

    async def _have_trouble(self) -> None:
        match self.trouble:
            case Trouble.RAISES:
                raise OSError("the agent is gone")
            case Trouble.CANCELLED:
                raise asyncio.CancelledError
            case Trouble.STALLS:
                await asyncio.sleep(self.stall)


def written(chance: random.Random) -> list[str]:
    """Return the texts of an answer: each is another, so that what is lost, repeated or displaced shows."""
    texts = []
    for number in range(chance.randrange(1, LONGEST)):
        words = chance.choices(_WORDS, k=chance.choice((0, 1, 5, 12, 150)))
        texts.append(" ".join([f"Number {number}", *words]) + chance.choice(".!?"))
    return texts


@dataclass
class Answer:
    """An answer."""

    agent: Agent
    options: SynthesisOptions
    scene: SpokenScene | None = None
    """What it meets."""
    long: bool = False
    behind: Row | None = None
    """What was met when the connection was opened that had been kept for it."""
    leave_after: int | None = None
    """Bytes after which its listener leaves."""
    pause: float = 0.0
    """Seconds after which the listener takes the next piece."""

    def __str__(self) -> str:
        """Say what it is."""
        trouble = self.agent.trouble
        what = [self.scene and self.scene.row.fault, trouble, self.behind and f"behind {self.behind.fault}"]
        streamed = ", streamed" * self.options.text_streaming
        form = f"{self.options.output_format}{streamed}"
        how = f"an answer of {len(self.agent.texts)} texts, {form}, {self.agent.pause} s each"
        return f"{how}: {', '.join(str(each) for each in what if each)}"

    @property
    def _outcome(self) -> Outcome | type[Exception]:
        if self.agent.trouble in (Trouble.RAISES, Trouble.CANCELLED):
            return TextSourceError
        return self.scene.row.outcome if self.scene else Outcome.WHOLE

    def failed(self, heard: Heard) -> bool:
        """Return whether it had an error of ours that it should not have had."""
        outcome = self._outcome
        return heard.error is not None and (isinstance(outcome, Outcome) or not isinstance(heard.error, outcome))

    def wrong(self, heard: Heard) -> bool:
        """Return whether words are wrong, or missing without an error."""
        whole = heard.error is None and self.leave_after is None
        if whole and self._outcome is TextSourceError:
            return True
        if heard.stream and (not heard.stream.startswith(b"RIFF") or heard.stream.count(b"WAVE") != 1):
            return True
        said = _bare(self._said)
        listened_to = _bare(self._read(heard)) if heard.stream else ""
        if whole:
            return not heard.stream or listened_to != said
        return not said.startswith(listened_to.removesuffix(_TORN))

    def difference(self, heard: Heard) -> str:
        """Return where what is heard is not what was said."""
        said, listened_to = _bare(self._said), _bare(self._read(heard)) if heard.stream else ""
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(said, listened_to, strict=False)))
        return f"at {same} of {len(said)}: {listened_to[same : same + 60]!r} for {said[same : same + 60]!r}"

    @property
    def _said(self) -> str:
        texts = self.agent.texts
        return "".join(str(texts[index % len(texts)]) for index in range(self.agent.taken))

    def _read(self, heard: Heard) -> str:
        # A listener who leaves has its last sample whole, but not its last letter.
        speaker = self.scene.row.synthesis.speaker if self.scene else ScriptedSpeaker()
        assert isinstance(speaker, ScriptedSpeaker)
        return speaker.heard(heard.pcm, self.options.output_format.rate)

    def late(self, heard: Heard, begun: float) -> float:
        """Return by how many seconds the end came too late."""
        if self.pause or self.leave_after is not None or (self.scene and self.scene.lasting):
            return 0.0  # it waited for its listener; or what comes is slow for each turn
        written = (self.agent.ended or begun) - begun
        within = sum(row.within for row in (self.scene and self.scene.row, self.behind) if row)
        return max(0.0, heard.seconds - written - within - SLACK - len(heard.stream) / SOUND_PER_SECOND)


def drawn(chance: random.Random, trouble: Trouble | None, stall: float, *, streamed: bool) -> Answer:
    """Return an answer of any kind; ``streamed``: by text streaming."""
    texts = [] if trouble is Trouble.SILENT else written(chance)
    output_format = chance.choice(FORMATS)
    agent = Agent(texts, chance.choice((0.0, 0.0, 0.02, 0.3)), trouble=trouble, stall=chance.uniform(0.0, stall))
    agent.at = chance.randrange(len(texts)) if texts else 0
    agent.in_words = streamed and chance.random() < 0.5
    options = SynthesisOptions(voice=VOICE, mixed=True, output_format=output_format, text_streaming=streamed)
    answer = Answer(agent, options)
    if trouble in (Trouble.LEAVES, Trouble.ENDLESS):
        answer.leave_after = chance.randrange(1, 1 << 20)
    if trouble is Trouble.READS_SLOWLY:
        answer.pause = chance.uniform(0.0, 0.05)
    answer.long = chance.random() < 0.3
    return answer


def _bare(text: str) -> str:
    return text.replace(" ", "")
