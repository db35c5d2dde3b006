"""Recordings as the Speech service wants them: any media that Home Assistant can reach, read through its ffmpeg.

A recording is decoded while it is recognised, as fast as the service takes it: no more of it than what the pipes hold
is in memory at a time.
"""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator
import contextlib
from pathlib import Path
import re
from typing import Final

from homeassistant.components import ffmpeg
from homeassistant.components.media_player import async_process_play_media_url
from homeassistant.components.media_source import async_resolve_media, is_media_source_id
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .const import DOMAIN

MAX_DURATION: Final = 4 * 3600
"""Seconds of a recording: an evening's; with the service's pace of twice real time that takes two hours."""
MAX_DURATION_SPOKEN: Final = 600
"""The same where the translation is spoken: Home Assistant keeps that in memory until it was played."""

OPEN_LIMIT: Final = 30.0
"""Seconds until the first sound."""
_STALL_LIMIT: Final = 8
"""Seconds that a server may pause: less than those after which the client takes a recording to be over."""
_BYTES_PER_SECOND: Final = 32_000
_CHUNK: Final = 8192
_MAX_LOG: Final = 8192
"""Bytes that are kept of what ffmpeg says; media can make it say a lot."""
_MAX_REASON: Final = 200

# What a local file may be: sound and video of any kind, and nothing that leads to other files, as playlists do.
_FORMATS: Final = "aac,ac3,aiff,amr,ape,asf,au,avi,caf,eac3,flac,flv,matroska,mov,mp3,mpeg,mpegts,ogg,tta,w64,wav,wv"

_DURATION: Final = re.compile(rb"^  Duration: (\d+):(\d\d):(\d\d)", re.MULTILINE)
_NO_AUDIO: Final = b"matches no streams"
_ADDRESS: Final = re.compile(r"://(?:[^/?#]*@)?([^?#]*).*", re.DOTALL)
# ffmpeg takes what it got of a stream that broke for the whole, and only mentions it: versions before 6, and since.
_BROKEN_OFF: Final = re.compile(
    rb"^(?:https?://\S+|\[in#0[^\]]*\] Error during demuxing): (?!corrupt input packet).+", re.MULTILINE
)


@contextlib.asynccontextmanager
async def open_recording(hass: HomeAssistant, media: str, limit: float = MAX_DURATION) -> AsyncGenerator[Recording]:
    """Open a media source, an allowed local file or a URL, of at most ``limit`` seconds.

    Raises ServiceValidationError if it is not there, not allowed, or not something to hear.
    """
    source = await _resolve(hass, media)
    try:
        process = await asyncio.create_subprocess_exec(
            ffmpeg.get_ffmpeg_manager(hass).binary,
            *("-nostdin", "-hide_banner", "-nostats", "-loglevel", "info"),
            *source,
            # No -t here: a recording that is cut would pass for a whole one.
            *("-map", "0:a:0", "-ac", "1", "-ar", "16000", "-f", "s16le", "pipe:1"),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
        )
    except OSError as err:
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="no_ffmpeg") from err
    recording = Recording(process, media, limit)
    try:
        await recording.open()
        yield recording
    finally:
        await recording.close()


class Recording:
    """A recording that ffmpeg decodes."""

    def __init__(self, process: Process, media: str, limit: float) -> None:
        """Use ``open_recording`` instead."""
        self._process = process
        self._media = media
        self._limit = limit
        self._size = 0
        self._stated = 0
        self._log = b""
        self._first = b""
        self._listener = asyncio.create_task(self._listen(), name=f"{DOMAIN} ffmpeg log")
        self.ended = False
        """Whether all of it was read."""

    @property
    def duration(self) -> float:
        """Seconds that were read so far."""
        return self._size / _BYTES_PER_SECOND

    async def open(self) -> None:
        """Wait for the first sound. Raises ServiceValidationError."""
        try:
            async with asyncio.timeout(OPEN_LIMIT):
                self._first = await self._read()
                if not self._first:
                    await self._finish()
        except TimeoutError:
            raise self._error("media_unreadable", reason="no sound came in time") from None
        self._check_length()

    async def audio(self) -> AsyncGenerator[bytes]:
        """Yield 16 kHz, 16-bit, mono PCM. Raises ServiceValidationError."""
        chunk = self._first
        while chunk:
            self._size += len(chunk)
            self._check_length()
            yield chunk
            chunk = await self._read()
        await self._finish()
        self.ended = True

    def heard(self) -> None:
        """Take note of nothing: what is recorded does not go on by itself."""

    async def close(self) -> None:
        """End ffmpeg, and leave nothing of it, also where whoever waits for that is cancelled once more."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._listener.cancel()
        await asyncio.shield(asyncio.create_task(self._clear_away(), name=f"{DOMAIN} ffmpeg end"))

    async def _clear_away(self) -> None:
        await asyncio.wait([self._listener])
        await self._process.communicate()  # the pipes close when they are empty

    async def _read(self) -> bytes:
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        return await self._process.stdout.read(_CHUNK)

    async def _listen(self) -> None:
        """Keep the end of what ffmpeg says, and how long it says the recording is."""
        assert self._process.stderr is not None  # noqa: S101 - it is a pipe
        while said := await self._process.stderr.read(_MAX_LOG):
            self._log += said
            if not self._stated and (found := _DURATION.search(self._log)):
                hours, minutes, seconds = (int(part) for part in found.groups())
                self._stated = hours * 3600 + minutes * 60 + seconds
            self._log = self._log[-_MAX_LOG:]

    async def _finish(self) -> None:
        """Look at how ffmpeg ended. Raises ServiceValidationError."""
        await asyncio.wait([self._listener])
        if _NO_AUDIO in self._log:
            raise self._error("media_without_audio")
        broken_off = _BROKEN_OFF.search(self._log)
        if await self._process.wait() or broken_off:
            raise self._error("media_unreadable", reason=_reason(broken_off[0] if broken_off else self._log))
        if not (self._size or self._first):
            raise self._error("media_without_audio")

    def _check_length(self) -> None:
        if max(self._stated, self.duration) > self._limit:
            raise self._error("media_too_long", minutes=str(round(self._limit / 60)))

    def _error(self, key: str, **placeholders: str) -> ServiceValidationError:
        return media_error(key, self._media, **placeholders)


def _reason(log: bytes) -> str:
    """Return ffmpeg's last words, without the address before them."""
    lines = log.decode(errors="replace").strip().splitlines()
    reason = without_secrets(lines[-1].rpartition(": ")[2]) if lines else ""
    return "".join(char for char in reason if char.isprintable())[:_MAX_REASON] or "unknown"


async def _resolve(hass: HomeAssistant, media: str) -> list[str]:
    """Return ffmpeg's arguments for its input. Raises ServiceValidationError."""
    if is_media_source_id(media):
        try:
            found = await async_resolve_media(hass, media, None)
        except Exception as err:  # a media source is anybody's, and raises what it likes
            raise media_error("media_not_found", media) from err
        if found.path is not None:
            return await _file(hass, found.path, media)
        return _url(async_process_play_media_url(hass, found.url))
    if media.startswith(("http://", "https://")):
        return _url(media)
    if not media.startswith("/"):
        raise media_error("media_not_understood", media)
    if not await hass.async_add_executor_job(hass.config.is_allowed_path, media):
        raise media_error("media_not_allowed", media)
    return await _file(hass, Path(media), media)


async def _file(hass: HomeAssistant, path: Path, media: str) -> list[str]:
    if not await hass.async_add_executor_job(path.is_file):
        raise media_error("media_not_found", media)
    # Neither its name nor what is in it leads anywhere else.
    return ["-protocol_whitelist", "file", "-format_whitelist", _FORMATS, "-i", f"file:{path}"]


def _url(url: str) -> list[str]:
    # A playlist on the network leads to no file of ours, and has us listen at no port.
    protocols = "http,https,tcp,tls,crypto,httpproxy"
    return ["-protocol_whitelist", protocols, "-rw_timeout", str(_STALL_LIMIT * 1_000_000), "-i", url]


def media_error(key: str, media: str, **placeholders: str) -> ServiceValidationError:
    """Return an error that names a recording."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"media": without_secrets(media)[:_MAX_REASON], **placeholders},
    )


def without_secrets(text: str) -> str:
    """Return a text with an address in it without what may be a password or a signature there, and what follows."""
    return _ADDRESS.sub(r"://\1", text)
