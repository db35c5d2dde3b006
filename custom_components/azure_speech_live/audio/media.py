"""Recordings as the Speech service wants them: any media that Home Assistant can reach, read through its ffmpeg.

A recording is decoded while it is recognised, as fast as the service takes it. Only what was decoded counts as its
length: what is written in it, or guessed from its size, may be wrong.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
import contextlib
from typing import Final

import audioop
from homeassistant.components import ffmpeg
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..resource.errors import worded
from .address import MediaInput, async_resolve, media_error
from .decoder import (
    BYTES_PER_SECOND,
    CHUNK,
    SAMPLE_SIZE,
    Decoder,
    DecodingError,
    Description,
    NoAudioError,
    RedirectedError,
)
from .hosts import HostNotAllowedError, reason_of
from .proxy import Way
from .way import open_way

MAX_DURATION: Final = 4 * 3600
"""Seconds of a recording: an evening's; with the service's pace of twice real time that takes two hours."""
MAX_DURATION_SPOKEN: Final = 600
"""The same where the translation is spoken: Home Assistant keeps that in memory until it was played."""

OPEN_LIMIT: Final = 30.0
"""Seconds until the first sound."""
_STALL_LIMIT: Final = 8
"""Seconds that a server may pause: less than those after which the client takes a recording to be over."""
_AHEAD: Final = 60 * BYTES_PER_SECOND // CHUNK
"""Chunks that are read of a stream without a length to see whether it ends: a message does, a radio does not."""
_AHEAD_LIMIT: Final = 3.0
"""Seconds for that."""
_SILENT: Final = 16
"""The highest sample of a track on which nothing was recorded; some encoders do not leave it at 0."""


@contextlib.asynccontextmanager
async def open_recording(
    hass: HomeAssistant, media: str, limit: float = MAX_DURATION, duration: float | None = None
) -> AsyncGenerator[Recording]:
    """Open a media source, an allowed local file or an address, of at most ``limit`` seconds.

    With a ``duration`` it is over after that many seconds. Raises ServiceValidationError if it is not there, not
    allowed, not something to hear, or if nothing but a duration would end it.
    """
    found = await async_resolve(hass, media)
    async with contextlib.AsyncExitStack() as stack:
        try:
            way = await stack.enter_async_context(open_way(hass, found.location, trusted=found.trusted))
        except HostNotAllowedError:
            raise media_error("media_of_this_machine", media) from None
        except OSError as err:
            raise media_error("media_unreadable", media, reason=reason_of(err)) from None
        recording = Recording(ffmpeg.get_ffmpeg_manager(hass).binary, way, found, media, limit, duration)
        stack.push_async_callback(recording.close)
        await recording.open()
        yield recording


class Recording:
    """A recording that ffmpeg decodes."""

    def __init__(  # noqa: PLR0917 - what there is to know
        self, binary: str, way: Way, found: MediaInput, media: str, limit: float, duration: float | None
    ) -> None:
        """Use ``open_recording`` instead."""
        self._binary = binary
        self._way = way
        self._input = found
        self._media = media
        self._limit = limit
        self._longest = None if duration is None else round(duration * BYTES_PER_SECOND / SAMPLE_SIZE) * SAMPLE_SIZE
        self._size = 0
        self._decoder: Decoder | None = None
        self._silence = 0
        """Bytes of silence before what was read ahead."""
        self._ahead: deque[bytes] = deque()
        self.ended = False
        """Whether all of it was read."""

    @property
    def duration(self) -> float:
        """Seconds that were read so far."""
        return self._size / BYTES_PER_SECOND

    async def open(self) -> None:
        """Wait for the first sound. Raises ServiceValidationError, or HomeAssistantError if there is no ffmpeg."""
        try:
            async with asyncio.timeout(OPEN_LIMIT):
                self._decoder = await self._start()
                self._ahead.append(await self._read())
                description = await self._decoder.description()
                if description.tracks > 1:
                    await self._find_sound(description.tracks)
        except TimeoutError:
            raise self._error("media_unreadable", reason="no sound came in time") from None
        if self._longest is None:
            await self._check_end(description)

    async def audio(self) -> AsyncGenerator[bytes]:
        """Yield 16 kHz, 16-bit, mono PCM. Raises ServiceValidationError."""
        while chunk := await self._next():
            self._size += len(chunk)
            if self.duration > self._limit:
                raise self._too_long()
            yield chunk
        self.ended = True

    def heard(self) -> None:
        """Take note of nothing: what is recorded does not go on by itself."""

    async def close(self) -> None:
        """End what decodes it."""
        if self._decoder:
            await self._decoder.close()

    async def _start(self, track: int = 0, position: float = 0) -> Decoder:
        source = self._way.source
        try:
            return await Decoder.start(self._binary, source.at(position) if position else source, track)
        except OSError as err:
            raise worded(HomeAssistantError, "no_ffmpeg") from err

    async def _read(self) -> bytes:
        """Return what is decoded next, nothing at the end."""
        assert self._decoder is not None  # noqa: S101 - it is open
        failure: DecodingError | None = None
        chunk = b""
        try:
            chunk = await self._decoder.read()
        except DecodingError as err:
            failure = err
        if self._way.refused or isinstance(failure, RedirectedError):
            # The same whatever else is known: it would tell what is there.
            raise self._error("media_of_this_machine")
        if isinstance(failure, NoAudioError):
            raise self._error("media_without_audio")
        if failure is not None:
            raise self._error("media_unreadable", reason=self._way.reason or str(failure))
        return chunk

    async def _next(self) -> bytes:
        """Return what is heard next, nothing at the end."""
        left = CHUNK if self._longest is None else self._longest - self._size
        if left <= 0:
            return b""
        if self._silence:
            chunk = bytes(min(self._silence, CHUNK))
            self._silence -= len(chunk)
        elif self._ahead:
            chunk = self._ahead.popleft()
        else:
            chunk = await self._read_in_time()
        return chunk[:left]

    async def _read_in_time(self) -> bytes:
        try:
            async with asyncio.timeout(_STALL_LIMIT):
                return await self._read()
        except TimeoutError:
            raise self._error("media_unreadable", reason="no more of it came in time") from None

    async def _find_sound(self, tracks: int) -> None:
        """Go on with the first track that has any; where none has, its silence is what is heard."""
        silences = []
        for track in range(tracks):
            if track:
                await self.close()
                self._decoder = await self._start(track)
            silences.append(await self._skip_silence())
            if self._ahead:
                break
        self._silence = silences[-1 if self._ahead else 0]

    async def _skip_silence(self) -> int:
        """Read on to a track's first sound, and keep that. Return how many bytes of silence were before it."""
        silence = 0
        while chunk := self._ahead.popleft() if self._ahead else await self._read():
            if audioop.max(chunk, SAMPLE_SIZE) > _SILENT:
                self._ahead.append(chunk)
                break
            silence += len(chunk)
            if self._longest is not None and silence >= self._longest:
                break
        return silence

    async def _check_end(self, description: Description) -> None:
        """Raise ServiceValidationError for a recording that is too long, or that only a duration would end."""
        stated = description.duration
        too_long = stated is not None and stated > self._limit
        if self._input.maybe_endless and (stated is None or (too_long and description.estimated)):
            if not await self._ends_soon():
                raise self._error("media_endless")
        elif too_long and await self._goes_on_after_limit():
            raise self._too_long()

    async def _ends_soon(self) -> bool:
        """Read ahead. Return whether the end was reached."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_AHEAD_LIMIT):
                for _ in range(_AHEAD):
                    if not (chunk := await self._read()):
                        return True
                    self._ahead.append(chunk)
        return False

    async def _goes_on_after_limit(self) -> bool:
        """Return whether there is something to decode where the limit is."""
        decoder = await self._start(position=self._limit)
        try:
            async with asyncio.timeout(OPEN_LIMIT):
                return bool(await decoder.read())
        except DecodingError:
            return False
        except TimeoutError:
            return True
        finally:
            await decoder.close()

    def _too_long(self) -> ServiceValidationError:
        return self._error("media_too_long", minutes=str(round(self._limit / 60)))

    def _error(self, key: str, **placeholders: str) -> ServiceValidationError:
        return media_error(key, self._media, **placeholders)
