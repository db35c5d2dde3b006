"""Recordings are played to Home Assistant, at the pace of a microphone, and what comes of it is written down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from enum import Enum
from typing import Final

from tests.end_to_end.connection import Connection
from tests.speech_service.engines.known import Recording
from tests.speech_service.text import Written
from tests.speech_service.wav import BYTES_PER_SECOND

CHUNK: Final = 0.02
"""Seconds of audio that a satellite sends at a time."""


class Outcome(Enum):
    """What became of a command."""

    WHOLE = "whole"
    CUT = "cut in the middle"
    LOST = "lost, or changed"


@dataclass(frozen=True)
class Heard:
    """A command that was played, and its text."""

    text: str
    delay: float
    """Seconds from the end of its last word to its text."""
    outcome: Outcome
    understood: bool
    """Whether Home Assistant has done something."""
    late: float
    """Seconds by which a chunk of its audio was sent too late, at the most: so late were we ourselves."""


class Playing:
    """A recording that is played."""

    def __init__(self, recording: Recording) -> None:
        """Do not begin yet."""
        self._recording = recording
        self._begun = 0.0
        self._late = 0.0

    async def through(self, connection: Connection, pipeline: str) -> Heard:
        """Play it to a pipeline."""
        loop = asyncio.get_running_loop()
        text, delay, understood = "", 0.0, False
        async with aclosing(connection.run_pipeline(pipeline, self._microphone())) as events:
            async for event in events:
                if event["type"] in ("stt-end", "error") and not delay:
                    delay = loop.time() - self._begun - self._recording.last_sound
                if event["type"] == "stt-end":
                    text = event["data"]["stt_output"]["text"]
                elif event["type"] == "intent-end":
                    understood = event["data"]["intent_output"]["response"]["response_type"] != "error"
        return Heard(text, delay, self._outcome(text), understood, self._late)

    async def _microphone(self) -> AsyncGenerator[bytes]:
        """Yield its sound, then silence for ever."""
        loop = asyncio.get_running_loop()
        size = round(CHUNK * BYTES_PER_SECOND)
        self._begun = loop.time()
        number = 0
        while True:
            number += 1
            due = self._begun + number * CHUNK
            await asyncio.sleep(due - loop.time())
            self._late = max(self._late, loop.time() - due)
            yield self._recording.pcm[(number - 1) * size : number * size].ljust(size, b"\0")

    def _outcome(self, text: str) -> Outcome:
        said = _plain(Written.from_lexical(" ".join(word.text for word in self._recording.words)).itn)
        heard = _plain(text)
        if heard == said:
            return Outcome.WHOLE
        return Outcome.CUT if said.startswith(heard) else Outcome.LOST


def _plain(text: str) -> str:
    return " ".join(text.lower().translate(str.maketrans("", "", ".,?!")).split())
