"""What a voice is to say, while it is still written: an agent's text in, sentences out, or fragments of them.

The text is taken as it comes, whether or not the voice is ready for it: who writes it neither waits nor is cut off when
the voice has to begin again. Home Assistant ends neither a text that has no end nor one that nobody hears, so that what
is longer than any answer ends here.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable
from contextlib import aclosing, suppress
import logging
from typing import Final

from homeassistant.exceptions import HomeAssistantError

from ..resource.errors import worded
from ..speech import Fragment, Text, pieces_of, said
from .pronunciation import Pronunciations
from .silence import ended
from .spoken_answer import SpokenAnswer

_LOGGER = logging.getLogger(__name__)

MAX_TEXT: Final = 50_000
"""Characters of a text: an hour of speech."""
TEXT_LIMIT: Final = 60.0
"""Seconds without more of a text, after which it is over: longer than that nobody waits for the rest of an answer."""
PAUSE: Final = 0.5
"""Seconds without more of a text, after which a whole sentence is not kept back: there may be a tool at work."""
MAX_SENTENCE: Final = 3000
"""Bytes of a sentence. What is longer is parted."""
AT_A_TIME: Final = 500
"""Characters of a piece that are read before others have their turn: some ten milliseconds of work."""


class Script:
    """One text. It is read from the moment on that it is made, until it is closed."""

    def __init__(
        self,
        message: AsyncIterable[str],
        language: str,
        pronunciations: Pronunciations,
        *,
        in_fragments: bool = False,
    ) -> None:
        """Begin to read; must be called in a running loop. ``language``: a BCP-47 tag.

        ``in_fragments``: give what is sure of a sentence before its end.
        """
        self._answer = SpokenAnswer(language, pronunciations, MAX_SENTENCE)
        self._in_fragments = in_fragments
        self._written: list[Text] = []
        self._left = MAX_TEXT
        self._news = asyncio.Event()
        self._reading = asyncio.create_task(self._read(message), name="Azure Speech Live text")
        self._reading.add_done_callback(lambda _: self._news.set())

    @property
    def is_written(self) -> bool:
        """Return whether all of the text has come."""
        return self._reading.done()

    async def texts(self) -> AsyncGenerator[Text]:
        """Yield what is to be said, from its beginning. Raises HomeAssistantError, and what the source raises."""
        given = 0
        while True:
            self._news.clear()
            while given < len(self._written):
                given += 1
                yield self._written[given - 1]
            if self._reading.done():
                self._reading.result()
                return
            await self._news.wait()

    async def words(self, begin: int) -> AsyncGenerator[str]:
        """Yield what is to be said behind so many sentences, in letters alone: for any other engine.

        Raises what ``texts`` does.
        """
        passed = 0
        async with aclosing(self.texts()) as texts:
            async for text in texts:
                words = said(pieces_of(text))
                if isinstance(text, Fragment):
                    if passed >= begin:
                        yield words
                    continue
                passed += 1
                if passed > begin:
                    yield f"{words} "

    async def aclose(self) -> None:
        """Read no more."""
        self._reading.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await self._reading

    async def _read(self, message: AsyncIterable[str]) -> None:
        pieces = aiter(message)
        while True:
            coming = asyncio.ensure_future(_text(pieces))
            try:
                piece = await self._next(coming)
            finally:
                await ended(coming)
            if piece is None:
                break
            self._left -= len(piece)
            if self._left < 0:
                raise worded(HomeAssistantError, "text_too_long", limit=str(MAX_TEXT))
            for begin in range(0, len(piece), AT_A_TIME):
                self._write(self._answer.add(piece[begin : begin + AT_A_TIME]))
                await asyncio.sleep(0)
            if self._in_fragments and (fragment := self._answer.fragment()):
                self._write([fragment])
        self._write(self._answer.flush())

    async def _next(self, coming: asyncio.Future[str | None]) -> str | None:
        """Return the next piece; None if there is none."""
        if not (await asyncio.wait({coming}, timeout=PAUSE))[0]:
            self._write(self._answer.pause())
            if not (await asyncio.wait({coming}, timeout=TEXT_LIMIT))[0]:
                _LOGGER.warning("No more text has come for %g seconds: what there is has been spoken", TEXT_LIMIT)
                return None
        return coming.result()

    def _write(self, texts: Iterable[Text]) -> None:
        self._written += texts
        self._news.set()


async def _text(pieces: AsyncIterator[str]) -> str | None:
    """Return the next piece that has text in it, however many have none; None if there is none."""
    async for piece in pieces:
        if piece:
            return piece
        await asyncio.sleep(0)
    return None
