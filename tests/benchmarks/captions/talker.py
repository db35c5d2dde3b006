"""An engine that hears somebody talk without an end, whose words are the moments at which it heard them.

So a page that shows a word shows how old it is. Nothing is listened to: only how much audio came counts. At a higher
`pace`, so many seconds of talk come with each second of audio.
"""

from __future__ import annotations

from typing import Final

from tests.benchmarks.clock import HYPOTHESIS_INTERVAL, now
from tests.speech_service.engines import Finding, Hypothesis, Phrase
from tests.speech_service.options import TurnOptions
from tests.speech_service.wav import BYTES_PER_SECOND, ticks

WORDS: Final = 9
"""Of a phrase, which so takes three seconds."""


class Talker:
    """Hears a word every 0.3 s, as often as the service tells a hypothesis."""

    pace = 1

    def begin(self, _options: TurnOptions) -> Talk:
        """Begin to listen."""
        return Talk(self)

    def close(self) -> None:
        """Nothing is held."""


class Talk:
    """One turn."""

    def __init__(self, talker: Talker) -> None:
        """Begin with no audio."""
        self._talker = talker
        self._size = 0
        self._covered = 0
        self._left = 0.0
        """Seconds of talk since the last word."""
        self._words: list[str] = []

    async def hear(self, audio: bytes) -> list[Finding]:
        """Take more audio."""
        found: list[Finding] = []
        self._size += len(audio)
        self._left += self._talker.pace * len(audio) / BYTES_PER_SECOND
        while self._left >= HYPOTHESIS_INTERVAL:
            self._left -= HYPOTHESIS_INTERVAL
            if len(self._words) == WORDS:
                found += await self.conclude()
            else:
                self._words.append(str(now()))
                offset = ticks(self._covered)
                found.append(Hypothesis(text=" ".join(self._words), offset=offset, duration=ticks(self._size) - offset))
        return found

    async def conclude(self) -> list[Finding]:
        """End the phrase, if there is one."""
        if not self._words:
            return []
        offset, text = ticks(self._covered), " ".join(self._words)
        self._covered, self._words = self._size, []
        return [Phrase(display=text, offset=offset, duration=ticks(self._size) - offset)]

    async def close(self) -> None:
        """Nothing is held."""
