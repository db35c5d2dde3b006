"""Another engine's sound in the format of ours, so that both are one stream: without a header, and of the same samples.

What is PCM of that rate already is passed on. The rest Home Assistant's ffmpeg converts, while it comes.
"""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Final

from homeassistant.components.ffmpeg import get_ffmpeg_manager
from homeassistant.core import HomeAssistant

from ..speech import BadAudioError, OutputFormat, RiffStripper

_RATES: Final = range(4000, 192_001)
_CHANNELS: Final = range(1, 9)
_CHUNK: Final = 4096
"""Bytes that are read at a time."""
# Frames as the service's are: of one size, none of which needs what stood in the one before, and no table of them.
_FRAMES: Final = ("-reservoir", "0", "-write_xing", "0", "-id3v2_version", "0", "-fflags", "+bitexact")


class ConversionError(Exception):
    """A sound of which ffmpeg can make nothing."""


async def converted(
    hass: HomeAssistant, extension: str, data: AsyncGenerator[bytes], form: OutputFormat
) -> AsyncGenerator[bytes]:
    """Yield a sound in a format, raw, or in frames of MP3. ``extension``: what its engine calls the format that it has.

    Raises ConversionError, OSError if there is no ffmpeg, and what ``data`` raises.
    """
    given: tuple[str, ...] = ("-f", extension)
    if extension == "wav":
        stripper = RiffStripper(_RATES, _CHANNELS)
        samples, data = await _unwrapped(stripper, data)
        if samples and form.is_raw and (stripper.rate, stripper.channels) == (form.rate, 1):
            async for piece in data:
                yield piece
            return
        if samples:
            # Of these ffmpeg makes sound at once; in a WAV file it looks around for more than a second of it first.
            given = ("-f", "s16le", "-ar", str(stripper.rate), "-ac", str(stripper.channels), "-probesize", "32")
    if form.is_raw:
        wanted: tuple[str, ...] = ("-f", "s16le")
    else:
        wanted = ("-f", "mp3", "-b:a", str(8 * form.bytes_per_second), *_FRAMES)
    process = await asyncio.create_subprocess_exec(
        get_ffmpeg_manager(hass).binary,
        *("-hide_banner", "-loglevel", "error"),
        *given,
        *("-i", "pipe:0"),
        *wanted,
        *("-ar", str(form.rate), "-ac", "1", "pipe:1"),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
    )
    assert process.stdin is not None  # noqa: S101 - they are pipes
    assert process.stdout is not None  # noqa: S101
    writing = asyncio.create_task(_write(process.stdin, data), name="Azure Speech Live conversion")
    try:
        while piece := await process.stdout.read(_CHUNK):
            yield piece
        await writing
        if await process.wait():
            raise ConversionError(f"ffmpeg makes nothing of this {extension}")
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        writing.cancel()
        await asyncio.wait({writing})
        await process.communicate()  # the pipes close when they are empty


async def _unwrapped(stripper: RiffStripper, data: AsyncGenerator[bytes]) -> tuple[bool, AsyncGenerator[bytes]]:
    """Return whether a WAV stream has 16-bit PCM in it, and that; or all of it, if it has another kind of samples."""
    begin = b""
    async for chunk in data:
        begin += chunk
        try:
            samples = stripper.feed(chunk)
        except BadAudioError:
            return False, _whole(begin, data)
        if samples:
            return True, _whole(samples, _stripped(stripper, data))
    return True, data


async def _stripped(stripper: RiffStripper, data: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    async for chunk in data:
        if samples := stripper.feed(chunk):
            yield samples


async def _whole(begin: bytes, rest: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    yield begin
    async for chunk in rest:
        yield chunk


async def _write(pipe: asyncio.StreamWriter, data: AsyncGenerator[bytes]) -> None:
    """Give a process what it reads. One that has ended says itself how."""
    try:
        async for chunk in data:
            pipe.write(chunk)
            await pipe.drain()
    except ConnectionError:
        pass
    finally:
        pipe.close()
