"""Home Assistant's ffmpeg as a decoder: one audio track of any input, as 16 kHz, 16-bit, mono PCM.

Decoding goes on as fast as the samples are taken: no more of them than what the pipes hold is in memory.
"""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
import contextlib
from dataclasses import dataclass, replace
import re
import resource
from typing import Final

import audioop

from ..const import DOMAIN

SAMPLE_SIZE: Final = 2
BYTES_PER_SECOND: Final = 32_000
CHUNK: Final = 8192
"""Bytes that are read at a time."""
_MAX_LOG: Final = 8192
"""Bytes that are kept of what ffmpeg says; media can make it say a lot."""
_MAX_DESCRIPTION: Final = 131_072
"""The same for what it says before the first sound: lyrics and chapters are among it."""

# Sound alone is decoded: not even while ffmpeg looks at what there is has a picture, a cover say, more than one pixel.
_SOUND_ALONE: Final = ("-vn", "-sn", "-dn", "-max_pixels", "1")
# One thread is enough; a block is larger only where a header or a cover lies about its size.
_SMALL: Final = ("-max_alloc", str(64 << 20), "-filter_threads", "1")
_LIMITS: Final = {resource.RLIMIT_DATA: 256 << 20, resource.RLIMIT_CPU: 3600, resource.RLIMIT_CORE: 0}
"""What the system lets ffmpeg have: bytes of memory, of which it needs some 50 MB; seconds of a processor, of which the
longest recording needs minutes; and no file of its memory, in which addresses are."""

_MONO: Final = "aformat=sample_fmts=s16:sample_rates=16000:channel_layouts=mono"
_MIXED_AND_FIRST: Final = f"asplit[a][b];[a]{_MONO}[m];[b]pan=mono|c0=c0,{_MONO}[f];[m][f]join=channel_layout=stereo"
"""All channels mixed, and beside them the first one alone."""
_CANCELLED: Final = 1 / 8
"""The level of the mix to that of the first channel below which they cancel each other out, as inverted ones do.

A voice in one channel of eight alone is at 1/6.
"""

_DESCRIBED: Final = b"\nStream mapping:"
_DURATION: Final = re.compile(rb"^  Duration: (\d+):(\d\d):(\d\d)", re.MULTILINE)
_ESTIMATED: Final = b"Estimating duration from bitrate"
_TRACK: Final = re.compile(rb"^ +Stream #0:\d.*: Audio: ", re.MULTILINE)
_NO_AUDIO: Final = re.compile(rb"^(?:\[[^\]\n]*\] )?Stream map '[^'\n]*' matches no streams", re.MULTILINE)
# ffmpeg takes what it got of a stream that broke for the whole, and only mentions it: versions before 6, and since.
_BROKEN_OFF: Final = re.compile(
    rb"^(?:(?:https?|rtsps?)://\S+|\[in#0[^\]]*\] Error during demuxing): (?!corrupt input packet).+", re.MULTILINE
)
_REDIRECTED: Final = re.compile(rb"^\[rtsp @ [^\]\n]*\] Status \d+: Redirecting to ", re.MULTILINE)
_NOT_LISTED: Final = b"Format not on whitelist"


class DecodingError(Exception):
    """An input that cannot be decoded to its end; the text is ffmpeg's reason."""


class NoAudioError(DecodingError):
    """An input without such a track, or without a single sample in it."""


class RedirectedError(DecodingError):
    """A camera that sends us to another address, which nobody has looked at."""


@dataclass(frozen=True)
class Source:
    """An input, as ffmpeg is told of it. What everybody on this machine may see is in the arguments alone."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str] | None = None
    """In the place of ours."""
    given: bytes = b""
    """What it reads from its standard input."""

    def at(self, position: float) -> Source:
        """Return the input from that many seconds on."""
        return replace(self, arguments=("-ss", str(position), *self.arguments))


@dataclass(frozen=True)
class Description:
    """What ffmpeg says about an input before it decodes it: a claim of its header, if not a guess."""

    duration: int | None
    """Seconds."""
    estimated: bool
    """Whether that is a guess from the file's size."""
    tracks: int
    """Tracks with audio."""


class Decoder:
    """An ffmpeg that runs."""

    def __init__(self, process: Process) -> None:
        """Use ``start`` instead."""
        self._process = process
        self._empty = True
        self._said = b""
        self._log = b""
        self._redirected = False
        self._described = asyncio.Event()
        self._listener = asyncio.create_task(self._listen(), name=f"{DOMAIN} ffmpeg log")

    @classmethod
    async def start(cls, binary: str, source: Source, track: int = 0) -> Decoder:
        """Decode an input. Raises OSError if there is no such ffmpeg."""
        process = await asyncio.create_subprocess_exec(
            binary,
            *("-nostdin", "-hide_banner", "-nostats", "-loglevel", "info"),
            *_SMALL,
            *_SOUND_ALONE,
            *("-threads", "1"),
            *source.arguments,
            # No -t here: a recording that is cut would pass for a whole one.
            *("-map", f"0:a:{track}", "-af", _MIXED_AND_FIRST, "-f", "s16le", "pipe:1"),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=source.environment,
        )
        _limit(process.pid)
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        process.stdin.write(source.given)
        process.stdin.close()
        return cls(process)

    async def description(self) -> Description:
        """Wait for what ffmpeg says about the input; that comes before the first sound."""
        await self._described.wait()
        said = self._said.partition(_DESCRIBED)[0]
        found = _DURATION.search(said)
        hours, minutes, seconds = (int(part) for part in found.groups()) if found else (0, 0, 0)
        return Description(
            duration=hours * 3600 + minutes * 60 + seconds if found else None,
            estimated=_ESTIMATED in said,
            tracks=len(_TRACK.findall(said)),
        )

    async def read(self) -> bytes:
        """Return CHUNK bytes, fewer at the end, and none after it. Raises DecodingError if that was not the end."""
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        try:
            both = await self._process.stdout.readexactly(2 * CHUNK)
        except asyncio.IncompleteReadError as err:
            both = err.partial[: len(err.partial) // (2 * SAMPLE_SIZE) * (2 * SAMPLE_SIZE)]
        if not both:
            await self._finish()
        self._empty = False
        return _audible(both)

    async def close(self) -> None:
        """End ffmpeg, and leave nothing of it, also where whoever waits for that is cancelled once more."""
        self._kill()
        self._listener.cancel()
        await asyncio.shield(asyncio.create_task(self._clear_away(), name=f"{DOMAIN} ffmpeg end"))

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def _clear_away(self) -> None:
        await asyncio.wait([self._listener])
        await self._process.communicate()  # the pipes close when they are empty

    async def _listen(self) -> None:
        """Keep what ffmpeg says about the input, and the end of all that it says."""
        assert self._process.stderr is not None  # noqa: S101 - it is a pipe
        while said := await self._process.stderr.read(_MAX_LOG):
            self._log = (self._log + said)[-_MAX_LOG:]
            if _REDIRECTED.search(self._log) and not self._redirected:
                self._redirected = True
                self._kill()  # before it shows what is there, or that nothing is
            if not self._described.is_set():
                self._said += said
                if _DESCRIBED in self._said or len(self._said) > _MAX_DESCRIPTION:
                    self._described.set()
        self._described.set()

    async def _finish(self) -> None:
        """Look at how ffmpeg ended."""
        await asyncio.wait([self._listener])
        if self._redirected:
            raise RedirectedError("a redirect")
        if _NO_AUDIO.search(self._log):
            raise NoAudioError("no such track")
        broken_off = _BROKEN_OFF.search(self._log)
        if await self._process.wait() or broken_off:
            raise DecodingError(_reason(broken_off[0] if broken_off else self._log))
        if self._empty:
            raise NoAudioError("no sample")


def _limit(pid: int) -> None:
    """Have the system limit a process. Only Linux can; elsewhere, ffmpeg's own limits have to do."""
    if hasattr(resource, "prlimit"):
        with contextlib.suppress(OSError):  # it has ended, or lower limits hold already
            for kind, limit in _LIMITS.items():
                resource.prlimit(pid, kind, (limit, limit))


def _audible(both: bytes) -> bytes:
    """Return the mix or, where that is silent although the first channel is not, that channel."""
    mixed, first = audioop.tomono(both, SAMPLE_SIZE, 1, 0), audioop.tomono(both, SAMPLE_SIZE, 0, 1)
    return first if audioop.rms(mixed, SAMPLE_SIZE) < audioop.rms(first, SAMPLE_SIZE) * _CANCELLED else mixed


def _reason(log: bytes) -> str:
    """Return ffmpeg's last words, without the address before them."""
    if _NOT_LISTED in log:
        return "such formats are not read from files"
    lines = log.decode(errors="replace").strip().splitlines()
    return lines[-1].rpartition(": ")[2] if lines else "unknown"
