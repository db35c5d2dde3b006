"""One command that ends when all was said, by its phrases and what the home's sentences say of them.

    source ──► gate ──► who hears ──► events ──► the caller, until the command is over
                 │                      │
                 └──────► command ◄─────┴──► the home's sentences

The caller has the result before the service has ended its turn. The rest of that is awaited by nobody but a task of its
own: so the connection is kept, and whoever counts what the service does, knows that it has answered.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Callable
from contextlib import aclosing, suppress
from typing import Final

from homeassistant.core import HomeAssistant

from ..resource.resource import AzureSpeechConfigEntry
from ..speech import BYTES_PER_SECOND, AttemptFailed, Event, Hypothesis, Phrase, SpeechStarted
from .command import Command, Verdict
from .gate import Gate
from .joining import Said
from .loudness import Loudness
from .sentences import Sentences

ATTR_ENDED_SOONER: Final = "ended_sooner"
"""Commands since the recognizer was loaded that were answered before the usual silence, as they were complete."""
ATTR_WAITED_LONGER: Final = "waited_longer"
"""Those in which somebody who had not said all was waited for."""
JUDGEMENT_LIMIT: Final = 1.0
"""Seconds for which a verdict is waited for: on a slow machine; and the first one of a language takes the longest."""
REST_LIMIT: Final = 3.0
"""Seconds that the service has to end its turn when the caller has what it wants."""
END_LIMIT: Final = 1.0
"""Seconds that who hears has to end when nobody wants to know any more."""


class Ending:
    """One command on its way."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: AzureSpeechConfigEntry,
        source: AsyncIterable[bytes],
        command: Command,
        sentences: Sentences,
        *,
        read: Callable[[Phrase], Said],
    ) -> None:
        """Prepare it. ``read``: returns how a phrase is written."""
        self._hass = hass
        self._entry = entry
        self._gate = Gate(source, self._audio_came)
        self._loudness = Loudness()
        self._position = 0
        self._command = command
        self._sentences = sentences
        self._read = read
        self._events: deque[Event] = deque()
        self._news = asyncio.Event()
        self._judging: asyncio.Task[None] | None = None
        self._ended = False

    def audio(self) -> AsyncGenerator[bytes]:
        """Return the audio for who hears; to be called once."""
        return self._gate.audio()

    async def events(
        self, heard: AsyncGenerator[Event], enough: Callable[[], bool], on_end: Callable[[Command], None]
    ) -> AsyncGenerator[Event]:
        """Yield what is heard until the command is over. Raises what who hears raises, who is closed at the end.

        ``enough`` is called when it is over, so that nothing more need be heard, and returns whether that can be;
        ``on_end``, when it has ended in whatever way but a failure. To be called once.
        """
        hearing = asyncio.create_task(self._hear(heard), name="Command")
        hearing.add_done_callback(lambda _: self._news.set())
        try:
            while True:
                while self._events:
                    yield self._events.popleft()
                if hearing.done():
                    hearing.result()
                    on_end(self._command)
                    return
                if self._command.is_over and enough():
                    self._ended = True
                    on_end(self._command)
                    await self._gate.shut()
                    return
                await self._news.wait()
                self._news.clear()
        finally:
            if self._judging is not None:
                self._judging.cancel()
            if self._ended:
                rest = _end(hearing, REST_LIMIT)
                self._entry.async_create_background_task(self._hass, rest, "Azure Speech Live command")
            else:
                hearing.cancel()
                await _end(hearing, 0)

    async def _hear(self, heard: AsyncGenerator[Event]) -> None:
        async with aclosing(heard):
            async for event in heard:
                if self._ended:
                    continue
                self._events.append(event)
                match event:
                    case Hypothesis():
                        self._command.hypothesis(event)
                    case Phrase():
                        self._command.phrase(event, self._read(event))
                        self._ask()
                    case SpeechStarted():
                        self._command.speech_started()
                    case AttemptFailed():
                        self._command.attempt_failed()
                self._news.set()

    def _audio_came(self, chunk: bytes) -> None:
        self._position += len(chunk)
        self._loudness.feed(chunk)
        self._command.audio_came(self._position / BYTES_PER_SECOND, self._loudness.since, self._hass.loop.time())
        if self._command.is_over:
            self._news.set()

    def _ask(self) -> None:
        """Have what was said judged, if it can be."""
        if self._judging is not None:
            self._judging.cancel()
            self._judging = None
        if (question := self._command.question) is not None:
            self._judging = asyncio.create_task(self._judge(question), name="Judgement")

    async def _judge(self, question: str) -> None:
        verdict = Verdict.OTHER
        with suppress(TimeoutError):
            async with asyncio.timeout(JUDGEMENT_LIMIT):
                verdict = await self._sentences.judge(question)
        self._command.judged(question, verdict)
        self._news.set()


async def _end(hearing: asyncio.Task[None], limit: float) -> None:
    """Let who hears end within so many seconds, and then see to it."""
    try:
        if limit:
            await asyncio.wait([hearing], timeout=limit)
    finally:
        hearing.cancel()
        await asyncio.wait([hearing], timeout=END_LIMIT)
        if hearing.done() and not hearing.cancelled():
            hearing.exception()  # which was told where it belongs
