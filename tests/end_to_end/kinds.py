"""What each kind of satellite asks Home Assistant for, and what becomes of it: ``python -m tests.end_to_end.kinds``.

It has a real Home Assistant speak to each of them, and prints whether that started ffmpeg, and when the first sound
came, with a stand-in that takes 0.2 s to the first audio, which is a guess of Azure's time.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
import os
from pathlib import Path
import secrets
import shutil
import statistics
import tempfile
import time
from typing import Any, Final

from tests.machine import new_machine

from .home_assistant import HomeAssistant
from .stand_in import stand_in

_TIMES: Final = 7
_HEADER: Final = 44  # bytes of a WAV, which come before there is any sound
_SERVICE: Final = ("--first-audio", "0.2", "--pace", "8")
_MONO: Final = {"preferred_sample_channels": 1, "preferred_sample_bytes": 2}


@dataclass(frozen=True)
class Kind:
    """A kind of satellite."""

    name: str
    """What docs/voice.md calls it."""
    options: Mapping[str, Any]
    """What it asks for, by Home Assistant 2026.11's own source."""
    is_converted: bool
    """Whether Home Assistant has to start ffmpeg for it."""
    begin: bytes
    """How its sound begins."""


KINDS: Final = (
    Kind(
        "Home Assistant Voice PE",
        {"preferred_format": "flac", "preferred_sample_rate": 48000, **_MONO},
        is_converted=True,
        begin=b"fLaC",
    ),
    Kind(
        "Other ESPHome satellites, telephones (VoIP)",
        {"preferred_format": "wav", "preferred_sample_rate": 16000, **_MONO},
        is_converted=False,
        begin=b"RIFF",
    ),
    Kind(
        "Wyoming satellites",
        {"preferred_format": "wav", "preferred_sample_rate": 22050, **_MONO},
        is_converted=False,
        begin=b"RIFF",
    ),
    Kind("Browser, apps, media players, Music Assistant", {}, is_converted=False, begin=b"\xff"),
)


class Ffmpeg:
    """An ffmpeg that writes down that it was started, and is ffmpeg."""

    def __init__(self, folder: Path) -> None:
        """Make it in an empty folder."""
        self._log = folder / "log"
        self._log.touch()
        program = folder / "ffmpeg"
        program.write_text(f'#!/bin/sh\necho "$*" >>{self._log}\nexec {shutil.which("ffmpeg")} "$@"\n')
        program.chmod(0o700)
        self.environment = {"PATH": f"{folder}:{os.environ['PATH']}"}

    @property
    def starts(self) -> int:
        """How often it was started."""
        return len(self._log.read_text().splitlines())


async def hear(home: HomeAssistant, engine: str, kind: Kind, message: str) -> tuple[float, bytes]:
    """Have something said as a kind of satellite asks for it. Return the seconds to the first sound, and all of it."""
    request = {"engine_id": engine, "language": "en-US", "message": message, "options": dict(kind.options)}
    start = time.perf_counter()
    first, sound = 0.0, b""
    async for piece in home.fetch((await home.post("/api/tts_get_url", json=request))["path"]):
        sound += piece
        if not first and len(sound) > _HEADER:
            first = time.perf_counter() - start
    return first, sound


async def _measure(folder: Path) -> None:
    (folder / "ffmpeg").mkdir()
    (config := folder / "config").mkdir()
    ffmpeg = Ffmpeg(folder / "ffmpeg")
    key = secrets.token_hex(16)
    async with stand_in(key=key, engines=_SERVICE) as (url, _), HomeAssistant.run(config, ffmpeg.environment) as home:
        entry_id = (await home.add_integration(url, key))["result"]["entry_id"]
        async with home.connect() as connection:
            engine = await connection.entity(entry_id, "tts")
        print("| Kind | ffmpeg | First sound, median of 7 | Least to most |\n|---|---|---|---|")
        await hear(home, engine, KINDS[0], "This one opens the connection.")
        for kind in KINDS:
            before = ffmpeg.starts
            times = [(await hear(home, engine, kind, f"This is text {n} of some."))[0] for n in range(_TIMES)]
            ran = (ffmpeg.starts - before) / _TIMES
            print(
                f"| {kind.name} | {ran:g} | {statistics.median(times):.3f} s | {min(times):.3f} to {max(times):.3f} |"
            )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="kinds-") as name, new_machine(Path(name)):
        asyncio.run(_measure(Path(name)))
