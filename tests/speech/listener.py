"""A listener of the client: it gives texts, writes down what it hears, and reads what the stand-in wrote into it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

from custom_components.azure_speech_live.speech import (
    OutputFormat,
    SpeechClient,
    SpeechError,
    SynthesisOptions,
    SynthesisTimeline,
)
from custom_components.azure_speech_live.speech.synthesis.texts import Text
from tests.speech_service import ScriptedSpeaker

from .caller import STORY

VOICE: Final = "en-US-AvaMultilingualNeural"
OPTIONS: Final = SynthesisOptions(voice=VOICE, mixed=True)
WAV_HEADER_SIZE: Final = 44
TOLD: Final = "".join(STORY)
"""What is read in the sound where nothing is lost and nothing is said twice: pauses are not read."""


@dataclass
class Texts:
    """Texts, all at once or as an agent writes them; it knows which were taken and whether it was closed."""

    texts: Sequence[Text] = STORY
    pause: float = 0.0
    """Seconds before each but the first."""
    taken: int = 0
    closed: bool = False

    async def __aiter__(self) -> AsyncGenerator[Text]:
        """Give the texts."""
        for index, text in enumerate(self.texts):
            if self.pause and index:
                await asyncio.sleep(self.pause)
            self.taken += 1
            yield text

    async def aclose(self) -> None:
        """Take note that nobody listens any more."""
        self.closed = True


@dataclass
class Heard:
    """What a listener got of one answer."""

    output_format: OutputFormat
    pieces: list[bytes] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    """When each came, in seconds from the beginning."""
    error: SpeechError | None = None
    seconds: float = 0.0
    """From its beginning to its end."""
    timeline: SynthesisTimeline = field(default_factory=SynthesisTimeline)

    @property
    def stream(self) -> bytes:
        """All that came."""
        return b"".join(self.pieces)

    @property
    def pcm(self) -> bytes:
        """The same without the header."""
        assert not self.stream or self.stream.startswith(b"RIFF\xff\xff\xff\xffWAVE")
        return self.stream[WAV_HEADER_SIZE:]

    @property
    def text(self) -> str:
        """What is read in it."""
        return ScriptedSpeaker().heard(self.pcm, self.output_format.rate)

    @property
    def heard_from(self) -> float | None:
        """When the first sound came behind the header."""
        return self.times[1] if len(self.times) > 1 else None


async def hear(
    client: SpeechClient,
    texts: AsyncIterable[Text] | None = None,
    options: SynthesisOptions = OPTIONS,
    *,
    long: bool = False,
    pause: float = 0.0,
    leave_after: int | None = None,
) -> Heard:
    """Have texts spoken and return what came; whatever is no SpeechError is let through.

    ``pause``: seconds before the listener takes the next piece; ``leave_after``: bytes after which it goes.
    """
    loop, heard = asyncio.get_running_loop(), Heard(options.output_format)
    begun, size = loop.time(), 0
    speaking = client.speak(texts if texts is not None else Texts(), options, heard.timeline, long=long)
    try:
        async with aclosing(speaking) as sound:
            async for piece in sound:
                heard.pieces.append(piece)
                heard.times.append(loop.time() - begun)
                size += len(piece)
                if leave_after is not None and size >= leave_after:
                    break
                if pause:
                    await asyncio.sleep(pause)
    except SpeechError as error:
        heard.error = error
    heard.seconds = loop.time() - begun
    return heard
