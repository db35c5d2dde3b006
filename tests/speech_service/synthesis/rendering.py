"""One turn's audio: made of what is to be said, and handed out in slices when they are ready."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Final

from ..engines.legible import silence
from ..wav import TICKS_PER_SECOND, riff_header
from .delivery import Delivery
from .formats import AudioFormat
from .refusals import too_long
from .ssml import Part
from .synthesis import Synthesis

LONGEST: Final = 600
"""Seconds of audio in a turn."""

_LIST: Final = b"LIST" + (1832).to_bytes(4, "little") + b"INFOISFT" + (1820).to_bytes(4, "little") + b"~" * 1820
"""1840 bytes, as a public report has them: they click for 38 ms."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """Where a part is in the turn's audio, in ticks."""

    part: Part
    offset: int
    duration: int


class Rendering:
    """The audio of one turn, text by text."""

    def __init__(self, synthesis: Synthesis, audio_format: AudioFormat) -> None:
        """Begin with nothing said."""
        self.delivery = synthesis.delivery
        self._speaker = synthesis.speaker
        self._format = audio_format
        self._samples = 0
        self._pace = _Pace(self.delivery)
        self._begun = False

    @property
    def position(self) -> int:
        """Ticks of audio so far."""
        return self._ticks(self._samples)

    async def render(self, parts: Sequence[Part], tail: float = 0.0) -> tuple[list[Span], bytes]:
        """Return where the parts are, and their PCM with `tail` seconds of silence behind it."""
        self._pace.begin()
        pcm = b""
        spans = []
        for part in parts:
            begin = len(pcm)
            pcm += await self._say(part)
            offset, end = (self._ticks(self._samples + size // 2) for size in (begin, len(pcm)))
            spans.append(Span(part=part, offset=offset, duration=end - offset))
        return spans, pcm + silence(tail, self._format.rate)

    async def slices(self, pcm: bytes) -> AsyncGenerator[bytes]:
        """Yield PCM in the turn's format, each slice when it is ready. Raises NotSpokenError after ten minutes."""
        most = 2 * (LONGEST * self._format.rate - self._samples)
        whole, pcm = len(pcm), pcm[:most]
        self._samples += len(pcm) // 2
        data = await self._format.encode(pcm) if pcm else b""
        if not self._begun:
            self._begun = True
            data = self._head() + data
        seconds = len(pcm) / 2 / self._format.rate / max(len(data), 1)
        for at in range(0, len(data), self.delivery.slice_size):
            piece = data[at : at + self.delivery.slice_size]
            await self._pace.wait_for(seconds * len(piece))
            yield piece
        if whole > most:
            raise too_long()

    @property
    def end(self) -> bytes:
        """What comes after the last sample."""
        return _LIST if self.delivery.list_chunk and not self._format.encoder else b""

    def _head(self) -> bytes:
        if self.delivery.riff and not self._format.encoder:
            return riff_header(0, self._format.rate)
        return self._format.header

    async def _say(self, part: Part) -> bytes:
        if part.pause:
            return silence(part.pause, self._format.rate)
        if not part.text.strip():
            return b""
        return await self._speaker.speak(part.text, part.language, part.voice, self._format.rate)

    def _ticks(self, samples: int) -> int:
        return samples * TICKS_PER_SECOND // self._format.rate


class _Pace:
    """When the next slice is ready."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._ready: float | None = None

    def begin(self) -> None:
        """Begin with a text that is there now."""
        now = asyncio.get_running_loop().time()
        self._ready = now + self._delivery.first_audio if self._ready is None else max(self._ready, now)

    async def wait_for(self, seconds: float) -> None:
        """Wait until a slice of some seconds of speech is ready."""
        assert self._ready is not None
        await asyncio.sleep(max(0.0, self._ready - asyncio.get_running_loop().time()))
        if self._delivery.pace is not None:
            self._ready += seconds / self._delivery.pace
