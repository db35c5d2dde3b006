"""What the service hears in the benchmark: when it heard what, by the clock that all processes on a machine share.

So every figure comes out of what a contender is told, whatever it is made of, and nothing needs to be put together.
"""

from __future__ import annotations

from array import array
import asyncio
from dataclasses import dataclass
import json
import sys
import time
from typing import Any, Final, Self

from tests.speech_service.engines import Finding, Hypothesis, Phrase
from tests.speech_service.options import Mode, TurnOptions
from tests.speech_service.wav import BYTES_PER_SECOND, ticks

HYPOTHESIS_INTERVAL: Final = 0.3
"""Seconds of audio between hypotheses, as the protocol page says of the service."""
SEGMENT: Final = 5 * BYTES_PER_SECOND
"""Bytes of audio after which a phrase of a recording is over."""
SILENT: Final = 500
"""Sample values below this are silence."""


def now() -> int:
    """Return nanoseconds of a clock that all processes of this machine share."""
    return time.monotonic_ns()


async def until(moment: int) -> None:
    """Wait for a moment of it, if that is still to come."""
    if (left := moment - now()) > 0:
        await asyncio.sleep(left / 1e9)


def say(value: Any) -> None:
    """Print a line of JSON, by which the processes of the benchmark answer."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class Heard:
    """What the service says that it heard in an utterance."""

    first: int
    """When the first audio of the turn came."""
    answered: int
    """When it had its answer."""
    size: int
    """Bytes of audio that the phrase is about."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read it from a transcript."""
        first, answered, size = text.split()
        return cls(int(first), int(answered), int(size))

    def __str__(self) -> str:
        return f"{self.first} {self.answered} {self.size}"


class Clock:
    """An engine that answers at once, with when it heard what; a hypothesis says when it was made.

    A phrase ends with the audio, or after the silence that the client's options name; in a recording also by itself.
    """

    def begin(self, options: TurnOptions) -> Listening:
        """Begin to listen."""
        return Listening(options)

    def close(self) -> None:
        """Nothing is held."""


class Listening:
    """One turn of it."""

    def __init__(self, options: TurnOptions) -> None:
        """Begin with no audio."""
        self._end_silence = options.end_silence
        self._longest = None if options.mode is Mode.INTERACTIVE else SEGMENT
        self._first = 0
        self._size = 0
        self._covered = 0
        """Bytes that phrases were about."""
        self._told = 0.0
        self._speech_end: int | None = None

    async def hear(self, audio: bytes) -> list[Finding]:
        """Take more audio."""
        if not audio:
            return []
        if not self._first:
            self._first = now()
        self._size += len(audio)
        if self._end_silence is not None and self._pause(audio) >= self._end_silence:
            return await self.conclude()
        if self._longest is not None and self._size - self._covered >= self._longest:
            return await self.conclude()
        if self._size / BYTES_PER_SECOND - self._told < HYPOTHESIS_INTERVAL:
            return []
        self._told += HYPOTHESIS_INTERVAL
        offset, duration = self._place()
        return [Hypothesis(text=str(now()), offset=offset, duration=duration)]

    async def conclude(self) -> list[Finding]:
        """Say what was heard."""
        if self._size == self._covered:
            return []
        offset, duration = self._place()
        heard = Heard(self._first, now(), self._size - self._covered)
        self._covered = self._size
        return [Phrase(display=str(heard), offset=offset, duration=duration)]

    async def close(self) -> None:
        """Nothing is held."""

    def _place(self) -> tuple[int, int]:
        """Return where the phrase began that has not ended yet, and how long it is so far."""
        offset = ticks(self._covered)
        return offset, ticks(self._size) - offset

    def _pause(self, audio: bytes) -> float:
        """Return the seconds of silence after the speech, up to the end of the audio that came."""
        samples = array("h", audio[: len(audio) // 2 * 2])
        loud = max((place for place, value in enumerate(samples) if abs(value) >= SILENT), default=None)
        if loud is not None:
            self._speech_end = self._size - len(audio) + 2 * loud
        return 0.0 if self._speech_end is None else (self._size - self._speech_end) / BYTES_PER_SECOND
