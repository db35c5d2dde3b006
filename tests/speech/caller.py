"""A caller of the client: it speaks, writes down what it gets, and looks at what is left when it hangs up."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
import os
from pathlib import Path
import socket
from typing import Final

import aiohttp

from custom_components.azure_speech_live.speech import (
    Credentials,
    Endpoint,
    Event,
    Hypothesis,
    Mode,
    Phrase,
    RecognitionOptions,
    RecognitionStatus,
    SpeechClient,
    SpeechError,
    Synthesis,
    SynthesisEnded,
    TranslationOptions,
)
from tests.speech_service import KEY, Behaviour, Fault, Legible, SpeechService
from tests.speech_service.engines.legible import silence, speak

BYTES_PER_SECOND: Final = 32_000

COMMAND: Final = "Turn on the light above the kitchen table and then close the blinds."
STORY: Final = ("Once upon a time there was a house.", "It could hear all that was said.", "And it lost no word of it.")
PHRASES: Final = {Mode.INTERACTIVE: (COMMAND,), Mode.CONVERSATION: STORY, Mode.DICTATION: STORY}
"""What is said in a mode, phrase by phrase."""
WORDS: Final = {word for phrase in (COMMAND, *STORY) for word in phrase.lower().split() if len(word) > 4} - {"after"}
"""Words of it that no line of a log has a reason for."""
SAID: Final = {mode: " ".join(phrases) for mode, phrases in PHRASES.items()}

INTERACTIVE: Final = RecognitionOptions()
CONVERSATION: Final = RecognitionOptions(mode=Mode.CONVERSATION)


def audio_of(phrases: Sequence[str], pause: float = 0.6) -> bytes:
    """Return phrases as PCM that the stand-in can read, with pauses that tell them apart and a little silence last."""
    return silence(pause).join(speak(phrase) for phrase in phrases) + silence(0.2)


AUDIO: Final = {mode: audio_of(phrases) for mode, phrases in PHRASES.items()}


@dataclass
class Source:
    """Audio, all at once or paced as a microphone does; it knows when it ended and whether it was closed."""

    pcm: bytes
    pace: float = 0.0
    """Times real time; 0: as fast as it is taken."""
    chunk: int = 3200
    ended: float | None = None
    closed: bool = False

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        """Give the chunks."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for start in range(0, len(self.pcm), self.chunk):
            if self.pace:
                due = begun + (start + self.chunk) / BYTES_PER_SECOND / self.pace
                await asyncio.sleep(max(0.0, due - loop.time()))
            yield self.pcm[start : start + self.chunk]
        self.ended = loop.time()

    async def aclose(self) -> None:
        """Take note that nobody listens any more."""
        self.closed = True


@dataclass
class Heard:
    """What a caller got from one recognition."""

    events: list[Event] = field(default_factory=list)
    error: SpeechError | None = None
    seconds: float = 0.0
    """From its beginning to its end."""
    seconds_more: float = 0.0
    """From the end of the audio to its end; negative when it ended before."""

    @property
    def phrases(self) -> list[Phrase]:
        """The phrases, in order."""
        return [event for event in self.events if isinstance(event, Phrase)]

    @property
    def hypotheses(self) -> list[Hypothesis]:
        """The hypotheses, in order."""
        return [event for event in self.events if isinstance(event, Hypothesis)]

    @property
    def transcript(self) -> str:
        """All that was said."""
        return " ".join(phrase.text for phrase in self.phrases if phrase.status is RecognitionStatus.SUCCESS)

    @property
    def spoken(self) -> bytes:
        """The spoken translations, one behind the other."""
        return b"".join(event.audio for event in self.events if isinstance(event, Synthesis))

    @property
    def endings(self) -> list[str | None]:
        """What was wrong with each spoken translation (None: nothing)."""
        return [event.error for event in self.events if isinstance(event, SynthesisEnded)]


async def listen(
    client: SpeechClient,
    audio: AsyncIterable[bytes],
    options: RecognitionOptions = INTERACTIVE,
    *,
    long: bool = False,
    pause: float = 0.0,
) -> Heard:
    """Recognise, or translate, and return all that came; whatever is no SpeechError is let through.

    ``pause``: seconds before the caller takes the next event.
    """
    loop, heard = asyncio.get_running_loop(), Heard()
    listened = (
        client.translate(audio, options, long=long)
        if isinstance(options, TranslationOptions)
        else client.recognize(audio, options, long=long)
    )
    begun = loop.time()
    try:
        async with aclosing(listened) as events:
            async for event in events:
                heard.events.append(event)
                if pause:
                    await asyncio.sleep(pause)
    except SpeechError as error:
        heard.error = error
    ended = loop.time()
    heard.seconds = ended - begun
    heard.seconds_more = ended - (getattr(audio, "ended", None) or ended)
    return heard


@asynccontextmanager
async def calling(
    url: str, *, credentials: Credentials | None = None, connector: aiohttp.BaseConnector | None = None
) -> AsyncIterator[SpeechClient]:
    """Give a client of the service at a URL; afterwards nothing of it may be left, although its session goes on."""
    # Without aiohttp's own pool, which would keep the connections of REST requests.
    async with aiohttp.ClientSession(connector=connector or aiohttp.TCPConnector(force_close=True)) as session:
        client = SpeechClient(session, Endpoint.from_url(url), credentials or Credentials(key=KEY))
        try:
            yield client
        finally:
            await client.close()
        # A transport that was closed lets go of its socket in one of the loop's next rounds.
        for _ in range(5):
            await asyncio.sleep(0)
        assert tasks_left() == []
        assert sockets_left() == []


def tasks_left() -> list[str]:
    """Return the names of the client's tasks that are not over."""
    return [name for task in asyncio.all_tasks() if (name := task.get_name()).startswith("Speech ")]


def sockets_left() -> list[int]:
    """Return the local ports of the TCP connections that this process opened and has not closed."""
    ends: list[int] = []
    listening: set[int] = set()

    def note(end: socket.socket) -> None:
        if end.family in (socket.AF_INET, socket.AF_INET6) and end.type == socket.SOCK_STREAM:
            port = end.getsockname()[1]
            if end.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                listening.add(port)
            else:
                ends.append(port)

    for descriptor in list(Path("/proc/self/fd").iterdir()):
        # What is gone meanwhile is not left.
        with suppress(OSError):
            if not str(descriptor.readlink()).startswith("socket:"):
                continue
            with socket.socket(fileno=os.dup(int(descriptor.name))) as end:
                note(end)
    return [port for port in ends if port not in listening]


async def recognize(audio: AsyncIterator[bytes], options: RecognitionOptions = INTERACTIVE, *faults: Fault) -> Heard:
    """Recognise on a service whose first connection has these faults."""
    service = SpeechService(Legible(), behaviours=[Behaviour(faults=faults)])
    async with service, calling(service.url) as client:
        return await listen(client, audio, options)
