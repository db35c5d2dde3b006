"""A turn of the soak: what is asked in it, by a caller who may have troubles of its own, and what must come of it."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, override

from custom_components.azure_speech_live.speech import (
    AudioSourceError,
    Mode,
    RecognitionOptions,
    TranslationOptions,
    UnusableMessageError,
)
from custom_components.azure_speech_live.speech.wire.limits import LEAST_SPOKEN, SPOKEN_TIMES
from tests.speech.caller import PHRASES, SAID, Heard, Source
from tests.speech.faults.rows import Outcome, Row
from tests.speech_service.engines.scripted_translation import spoken

from .scenes import Scene

SLACK: Final = 3.0
"""Seconds that a turn may take longer than the fault table says, as the clock is that of a busy machine."""


class Trouble(StrEnum):
    """What a caller can do."""

    GOES = "the consumer is cancelled"
    RAISES = "the source raises"
    STALLS = "the source stalls for a while"
    EMPTY = "the source is empty"


@dataclass
class TroubledSource(Source):
    """Audio whose source has trouble of its own at a position in bytes."""

    trouble: Trouble | None = None
    at: int = 0
    stall: float = 0.0

    @override
    async def __aiter__(self) -> AsyncGenerator[bytes]:
        given = 0
        async for chunk in super().__aiter__():
            if given <= self.at < given + len(chunk):
                if self.trouble is Trouble.RAISES:
                    raise OSError("the microphone is gone")
                if self.trouble is Trouble.STALLS:
                    await asyncio.sleep(self.stall)
            given += len(chunk)
            yield chunk


@dataclass
class Turn:
    """A turn."""

    options: RecognitionOptions
    source: TroubledSource
    scene: Scene | None = None
    """What it meets."""
    long: bool = False
    behind: Row | None = None
    """What was met when the connection was opened that had been kept for it."""

    def __str__(self) -> str:
        """Say what it is."""
        how = [type(self.options).__name__, self.options.mode, self.source.pace and "live", self.long and "long"]
        what = [
            self.scene and self.scene.row.fault,
            self.source.trouble,
            self.behind and f"behind {self.behind.fault}",
        ]
        return f"{', '.join(str(each) for each in how if each)}: {', '.join(str(each) for each in what if each)}"

    @property
    def _outcome(self) -> Outcome | type[Exception]:
        if self.source.trouble is Trouble.RAISES:
            return AudioSourceError
        if self.source.trouble is Trouble.EMPTY:
            return Outcome.NOTHING
        return self.scene.row.outcome if self.scene else Outcome.COMPLETE

    def failed(self, heard: Heard) -> bool:
        """Return whether it had an error of ours that it should not have had, and no wrong words."""
        outcome = self._outcome
        if heard.error is None:
            # Of speech that a connection took with it, the caller is told, and of the service it is not asked again.
            return any(heard.endings) and not (self.scene and self.scene.endless)
        if not SAID[self.options.mode].startswith(heard.transcript):
            return False
        if self.scene and self.scene.endless and self.options.mode is not Mode.INTERACTIVE:
            return not isinstance(heard.error, UnusableMessageError)  # or it is complete: who comes first is open
        return isinstance(outcome, Outcome) or not isinstance(heard.error, outcome)

    def wrong(self, heard: Heard) -> bool:
        """Return whether words are wrong, or missing without an error."""
        if heard.error is not None:
            return not SAID[self.options.mode].startswith(heard.transcript)
        outcome = self._outcome
        expected = SAID[self.options.mode]  # also where it may fail: by chance, it got around the fault
        if outcome is Outcome.HEARD:
            expected = heard.hypotheses[-1].text if heard.hypotheses else ""
        elif outcome in (Outcome.NOTHING, AudioSourceError):
            expected = ""
        return heard.transcript != expected or self._speech_is_wrong(heard)

    def _speech_is_wrong(self, heard: Heard) -> bool:
        if not isinstance(self.options, TranslationOptions) or self._outcome is not Outcome.COMPLETE:
            return False
        if self.scene and self.scene.endless:
            return len(heard.spoken) > LEAST_SPOKEN + SPOKEN_TIMES * len(self.source.pcm)
        if any(heard.endings):
            return False  # it is told, which is a failure
        return heard.spoken != b"".join(spoken(f"[de] {phrase}") for phrase in PHRASES[self.options.mode])

    def late(self, heard: Heard) -> float:
        """Return by how many seconds the end came too late."""
        if self.scene and (self.scene.refusal or self.scene.endless):
            return 0.0  # it has to wait for others, or for its caller
        within = sum(row.within for row in (self.scene and self.scene.row, self.behind) if row)
        return max(0.0, heard.seconds_more - within - SLACK)
