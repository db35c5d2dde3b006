"""Recordings of many kinds, made by the machine's ffmpeg from a spoken command, and a web server that has some."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
import os
from pathlib import Path
import subprocess
import wave

from aiohttp import web

from custom_components.azure_speech_live.audio.media import Recording

SPOKEN = Path(__file__).parent.parent / "data" / "turn_on_the_kitchen_light.wav"
"""16 kHz, 16-bit, mono, with a plain header."""


def spoken_pcm() -> bytes:
    """Return the samples of the spoken command."""
    with wave.open(str(SPOKEN)) as file:
        pcm: bytes = file.readframes(file.getnframes())
    return pcm


def convert(target: Path, *arguments: str, source: Path = SPOKEN) -> Path:
    """Make a file of another; its name says the format."""
    return _ffmpeg(target, "-i", str(source), *arguments)


def invent(target: Path, source: str, *arguments: str) -> Path:
    """Make a file of what one of ffmpeg's virtual devices gives: a tone, a picture, silence."""
    return _ffmpeg(target, "-f", "lavfi", "-i", source, *arguments)


def formats() -> set[str]:
    """Return what ffmpeg can write, by its names."""
    return {line.split()[1] for line in _ask("-muxers").partition(" --\n")[2].splitlines()}


def has_sound(name: str) -> bool:
    """Return whether a format is one of sound, or has sound in it."""
    return "Default audio codec" in _ask("-h", f"muxer={name}")


def _ask(*arguments: str) -> str:
    return subprocess.run(["ffmpeg", "-v", "quiet", *arguments], check=True, capture_output=True, text=True).stdout


def _ffmpeg(target: Path, *arguments: str) -> Path:
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments, str(target)], check=True)
    return target


def process_of(recording: Recording) -> asyncio.subprocess.Process:
    """Return a recording's ffmpeg."""
    assert recording._decoder is not None  # noqa: SLF001 - there is no other way to know which of all processes it is
    return recording._decoder._process  # noqa: SLF001


def processes() -> list[str]:
    """Return the ffmpegs that we have started and that are not over."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    return [child for child in children if _name(child) == "ffmpeg"]


def _name(process: str) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text(encoding="utf-8").strip()
    except OSError:  # it is over
        return ""


@asynccontextmanager
async def web_server(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncGenerator[str]:
    """Serve every path on loopback by one handler; the address has no path."""
    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(application, shutdown_timeout=1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


class EndlessRadio:
    """Answers with a WAV stream of unknown length that never ends, as fast as it is taken."""

    def __init__(self) -> None:
        """Begin before the first listener."""
        self.sent = 0
        """Bytes."""
        self.left = asyncio.Event()
        """Set when a listener has gone."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Send until the listener goes."""
        response = web.StreamResponse(headers={"Content-Type": "audio/wav"})
        await response.prepare(request)
        try:
            await response.write(SPOKEN.read_bytes()[:40] + b"\xff\xff\xff\xff")
            while True:
                await response.write(bytes(65536))
                self.sent += 65536
        except ConnectionError, asyncio.CancelledError:
            self.left.set()
            raise
