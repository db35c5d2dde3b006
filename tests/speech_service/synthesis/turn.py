"""One turn of synthesis: text comes in, audio goes out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
import re
from typing import Any, Final
from uuid import uuid4

from .context import Asked
from .delivery import Listens

_SENTENCE_END: Final = re.compile(r"[.!?\u2026][\"'\u201d\u2019)]*\s+|[\u3002\uff01\uff1f]|\n")


@dataclass(eq=False)
class SynthesisTurn:
    """One turn, and the record of it. Times are those of the event loop's clock."""

    request_id: str
    context: Any
    """The JSON of synthesis.context."""
    asked: Asked
    asked_at: float
    """When the SSML came, or the context of text that comes in pieces."""
    ssml: str = ""
    pieces: list[str] = field(default_factory=list)
    piece_times: list[float] = field(default_factory=list)
    text_ended: bool = False
    """Whether text.end came."""
    audio: bytearray = field(default_factory=bytearray)
    """What was sent, with all that is in it, or was about to be when the connection broke."""
    first_audio_at: float | None = None
    ended: bool = False
    """turn.end was reached (whether or not a fault let it be sent)."""
    ended_at: float | None = None
    replaced: bool = False
    """Another turn took its place."""
    refusal: str | None = None
    """The reason with which it was refused, or broken off."""
    telemetry: list[Any] = field(default_factory=list)
    service_tag: str = field(default_factory=lambda: uuid4().hex)
    stream_id: str = field(default_factory=lambda: uuid4().hex)

    def __post_init__(self) -> None:
        """Prepare to take text."""
        self._incoming: asyncio.Queue[str | None] = asyncio.Queue()
        self._text_begun = asyncio.Event()

    @property
    def over(self) -> bool:
        """Whether what still comes for it means nothing."""
        return self.ended or self.replaced or self.refusal is not None

    def take_piece(self, text: str) -> None:
        """Take text that came."""
        self.pieces.append(text)
        self.piece_times.append(asyncio.get_running_loop().time())
        self._incoming.put_nowait(text)
        self._text_begun.set()

    def end_text(self) -> None:
        """Take the end of the text."""
        self.text_ended = True
        self._incoming.put_nowait(None)
        self._text_begun.set()

    def note_audio(self, data: bytes) -> None:
        """Note that audio is sent."""
        if data and self.first_audio_at is None:
            self.first_audio_at = asyncio.get_running_loop().time()
        self.audio += data

    async def text_begun(self) -> None:
        """Wait until there is text, or its end."""
        await self._text_begun.wait()

    async def texts(self, listens: Listens) -> AsyncGenerator[str]:
        """Yield what is to be spoken at a time, as it comes."""
        pending = ""
        while (piece := await self._incoming.get()) is not None:
            pending += piece
            while end := _end_of_text(pending, listens):
                text, pending = pending[:end], pending[end:]
                yield text
        if pending:
            yield pending


def _end_of_text(text: str, listens: Listens) -> int:
    """Return how many characters are to be spoken now; 0: more is to come first."""
    if listens is Listens.PIECE:
        return len(text)
    found = _SENTENCE_END.search(text) if listens is Listens.SENTENCE else None
    return found.end() if found else 0
