"""The demo as a newcomer runs it: by its command line, from the outside."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
import re
import signal
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from .microphone import recorded, spoken
from .process import ROOT, Process

pytestmark = pytest.mark.timeout(180)


@asynccontextmanager
async def demo(temporary: Path, *arguments: str | Path, env: dict[str, str] | None = None) -> AsyncIterator[Process]:
    """Run the demo until it ends. Nothing of it is left then: no file, and nobody at an address that it printed."""
    temporary.mkdir(exist_ok=True)
    command = (sys.executable, "-m", "tests.end_to_end.demo", *arguments)
    async with Process.run(*command, env={"TMPDIR": str(temporary), **(env or {})}) as process:
        yield process
        await process.status(within=120)
    assert not list(temporary.iterdir())
    for url in re.findall(r"(?:ws|http)://[\d.:]+", "\n".join(process.lines)):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", urlsplit(url).port)) != 0, url


async def test_a_light_goes_on(tmp_path: Path) -> None:
    async with demo(tmp_path / "temporary", "--once") as process:
        assert await process.status(within=120) == 0
    told = [re.sub(r"^ *[\d.]+ s  ", "", line) for line in process.lines]
    story = [
        r"house +Kitchen light: off",
        r"hears +turn",
        r"heard +Turn on the kitchen light\.",
        r"answer +Turned on the light",
        r"It worked\.",
    ]
    numbers = [next(number for number, line in enumerate(told) if re.match(part, line)) for part in story]
    assert numbers == sorted(numbers), "\n".join(told)
    assert any(re.match(r"house +Kitchen light: on", line) for line in told)


async def test_a_recording_in_another_format_is_played_until_ctrl_c(tmp_path: Path) -> None:
    recording = tmp_path / "recording.flac"
    sound = ("-f", "s16le", "-ar", "16000", "-ac", "1", "-i", "-")
    subprocess.run(
        ["ffmpeg", "-v", "error", *sound, "-ar", "44100", "-ac", "2", recording],
        input=spoken("Turn off all the lights"),
        check=True,
    )
    async with demo(tmp_path / "temporary", "--wav", recording) as process:
        await process.line(r"Ctrl-C ends it", within=120)
        assert any("Turned off all of the lights" in line for line in process.lines)
        process.interrupt()
        assert await process.status() == 0


async def test_an_announcement_is_translated(tmp_path: Path) -> None:
    save = tmp_path / "spanish.wav"
    env = {"PYTHONPATH": str(ROOT)}  # as scripts/demo has it
    async with demo(tmp_path / "temporary", "--translate", "--once", "--save", save, env=env) as process:
        assert await process.status(within=120) == 0
    told = [re.sub(r"^ *[\d.]+ s  ", "", line) for line in process.lines]
    story = [
        r"heard +Dinner is ready in the kitchen\.",
        r"Spanish +La cena está a punto en la cocina\.",
        r"Catalan +El sopar és a punt en la cuina\.",
        r"voice +http://127\.0\.0\.1:\d+/api/tts_proxy/.+\.mp3",
        r"speaker +has played it: [1-9]",
        r"saved ",
        r"It worked\.",
    ]
    numbers = [next(number for number, line in enumerate(told) if re.match(part, line)) for part in story]
    assert numbers == sorted(numbers), "\n".join(told)
    assert any(recorded(save))


async def test_ctrl_c_while_it_starts(tmp_path: Path) -> None:
    async with demo(tmp_path / "temporary") as process:
        await process.line(r"Home Assistant +starts")
        process.interrupt()
        assert await process.status() == 128 + signal.SIGINT


async def test_half_of_azures_settings(tmp_path: Path) -> None:
    async with demo(tmp_path / "temporary", env={"AZURE_SPEECH_KEY": "key"}) as process:
        assert await process.status() == 2
    assert "AZURE_SPEECH_REGION" in process.lines[-1]


async def test_a_file_that_is_no_recording(tmp_path: Path) -> None:
    async with demo(tmp_path / "temporary", "--wav", Path(__file__)) as process:
        assert await process.status() == 1
    assert not any("Traceback" in line for line in process.lines)
