"""Where the sound comes from: a recording, at the pace at which it was spoken, or a microphone."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
import wave

from custom_components.azure_speech_live.microphone import Resampler, open_microphone

_CHUNK_SECONDS: Final = 0.1
_SAMPLE_SIZE: Final = 2


class RecordingError(Exception):
    """A file is not a recording that this can read; the text says why."""


@dataclass(frozen=True)
class Source:
    """Something to hear: 16 kHz, 16-bit, mono PCM."""

    name: str
    audio: AsyncGenerator[bytes]


@asynccontextmanager
async def recording(path: Path, limit: float, stop: asyncio.Event) -> AsyncIterator[Source]:
    """Play a WAV file, ``limit`` seconds of it at most. Raises RecordingError."""
    try:
        file = wave.open(str(path))  # noqa: SIM115 - it is closed below
    except (OSError, EOFError, wave.Error) as err:
        raise RecordingError(
            f"The recording {path} cannot be read as a WAV file: {str(err) or 'it ends too early'}"
        ) from err
    with file:
        if file.getsampwidth() != _SAMPLE_SIZE:
            raise RecordingError(f"The recording {path} has {8 * file.getsampwidth()} bits a sample, not 16")
        yield Source(path.name, _played(file, limit, stop))


async def _played(file: wave.Wave_read, limit: float, stop: asyncio.Event) -> AsyncGenerator[bytes]:
    loop = asyncio.get_running_loop()
    start = loop.time()
    resampler = Resampler(file.getframerate(), file.getnchannels())
    chunk = round(file.getframerate() * _CHUNK_SECONDS)
    seconds = 0.0
    while seconds < limit and (frames := file.readframes(chunk)):
        seconds += len(frames) / file.getnchannels() / _SAMPLE_SIZE / file.getframerate()
        # As a microphone gives it: the timings would say little otherwise.
        try:
            async with asyncio.timeout_at(start + seconds):
                await stop.wait()
                return
        except TimeoutError:
            yield resampler.feed(frames)


@asynccontextmanager
async def microphone(name: str | None, limit: float, stop: asyncio.Event) -> AsyncIterator[Source]:
    """Listen to a microphone, for ``limit`` seconds at most. Raises MicrophoneError."""
    async with open_microphone(name) as capture:

        async def end() -> None:
            try:
                async with asyncio.timeout(limit):
                    await stop.wait()
            except TimeoutError:
                pass
            capture.stop()

        ending = asyncio.create_task(end())
        try:
            yield Source(name or "The microphone", capture.audio())
        finally:
            ending.cancel()
