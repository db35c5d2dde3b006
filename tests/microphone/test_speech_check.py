"""``scripts/speech``, as a process of its own, from a recording and from a microphone, against the stand-in service."""

import asyncio
from collections.abc import AsyncIterator, Mapping
import os
from pathlib import Path
import pty
import subprocess
import sys
import wave

import pytest

from tests.end_to_end.process import ROOT
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.service import KEY, SpeechService

from .sound import SPOKEN, SoundServer, alsa, spoken

LIGHT = "Turn on the kitchen light."


@pytest.fixture
async def service() -> AsyncIterator[SpeechService]:
    """Run a stand-in Speech service."""
    async with SpeechService() as running:
        yield running


async def run(
    *arguments: str | Path, service: SpeechService | None = None, environment: Mapping[str, str] | None = None
) -> tuple[int, str, str]:
    """Run the program; return its exit status and what it wrote."""
    own = {"AZURE_SPEECH_KEY": KEY, "AZURE_SPEECH_ENDPOINT": service.url} if service else {}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "scripts.speech_check", *arguments),
        cwd=ROOT,
        env={**os.environ, **own, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_a_recording_is_recognised(service: SpeechService) -> None:
    status, out, err = await run("recognize", "--wav", SPOKEN, service=service)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[1] == LIGHT
    names = [line.split("  ")[1].strip() for line in lines[2:]]
    moments = ["connected", "first words", "end of speech", "last phrase"]
    assert [name for name in names if name != "final"] == [*moments, "delay", "hypotheses", "audio sent"]
    (turn,) = service.connections[-1].turns
    assert turn.audio == spoken()
    assert turn.options.languages == ("en-US",)


async def test_a_recording_is_translated(service: SpeechService) -> None:
    status, out, _ = await run(
        *("translate", "--wav", SPOKEN, "--language", "en-GB", "--to", "de", "--to", "fr"), service=service
    )
    assert status == 0
    assert out.splitlines()[1:4] == [LIGHT, f"  de: [de] {LIGHT}", f"  fr: [fr] {LIGHT}"]


async def test_a_recording_of_another_format(service: SpeechService, tmp_path: Path) -> None:
    stereo = tmp_path / "stereo.wav"
    with wave.open(str(stereo), "wb") as file:
        file.setparams((2, 2, 48_000, 0, "NONE", ""))
        file.writeframes(b"\1\0\2\0" * 48_000)
    assert (await run("recognize", "--wav", stereo, service=service))[0] == 0
    (turn,) = service.connections[-1].turns
    assert len(turn.audio) == pytest.approx(32_000, abs=200)


async def test_partial_texts_are_shown_live_in_a_terminal(service: SpeechService) -> None:
    terminal, end = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "scripts.speech_check", "recognize", "--wav", SPOKEN),
        cwd=ROOT,
        env={**os.environ, "AZURE_SPEECH_KEY": KEY, "AZURE_SPEECH_ENDPOINT": service.url},
        stdout=end,
    )
    os.close(end)
    assert await process.wait() == 0
    shown = os.read(terminal, 65_536).decode()
    os.close(terminal)
    steps = shown.split("\r\x1b[K")
    assert [step for step in steps if step in LIGHT.lower()][1:4] == ["turn", "turn on", "turn on the"]
    assert f"{LIGHT}\r\n" in steps


async def test_a_microphone(service: SpeechService) -> None:
    async with SoundServer.run("kitchen") as server:
        service.engine = Scripted([Utterance(text=LIGHT, end=1)])
        status, out, err = await run(
            *("recognize", "--device", "kitchen"), service=service, environment=server.environment
        )
    assert (status, err) == (0, "")
    assert LIGHT in out


async def test_the_devices_are_listed(tmp_path: Path) -> None:
    environment = alsa(tmp_path, kitchen=spoken(), bath=spoken())
    status, out, err = await run("devices", environment=environment)
    assert (status, err) == (0, "")
    assert out.splitlines()[:3] == ["  kitchen", "  bath", "* default"]


async def test_nothing_is_recognised(service: SpeechService) -> None:
    service.engine = Scripted([Utterance(status=Status.NO_MATCH)])
    status, out, _ = await run("recognize", "--wav", SPOKEN, service=service)
    assert status == 1
    assert "Nothing was recognised" in out


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        (["recognize", "--wav", SPOKEN], {"AZURE_SPEECH_KEY": "0" * 32}, (1, "refused the key. Copy AZURE_SPEECH_KEY")),
        (["recognize", "--wav", SPOKEN], {"AZURE_SPEECH_ENDPOINT": "ws://127.0.0.1:9"}, (1, "There is no connection")),
        (["recognize", "--wav", SPOKEN], {"AZURE_SPEECH_ENDPOINT": "!"}, (2, "neither a region nor an endpoint")),
        (["recognize", "--wav", SPOKEN], {"AZURE_SPEECH_KEY": ""}, (2, "set AZURE_SPEECH_KEY, and")),
        (["recognize", "--wav", SPOKEN], {"AZURE_SPEECH_KEY": "a b"}, (2, "cannot be a key")),
        (["recognize", "--wav", "nothing.wav"], {"AZURE_SPEECH_KEY": ""}, (2, "there is no file nothing.wav")),
        (["recognize", "--wav", "tests"], {}, (2, "there is no file tests")),
        (
            ["recognize", "--wav", "pyproject.toml"],
            {},
            (1, "The recording pyproject.toml cannot be read as a WAV file"),
        ),
        (["recognize", "--wav", "pyproject.toml"], {}, (1, 'Convert it, for example with "ffmpeg')),
        (["recognize", "--seconds", "0"], {}, (2, "--seconds: 0 is not a number above 0")),
        (["recognize", "--seconds", "nan"], {}, (2, "nan is not a number above 0")),
        (["recognize", "--seconds", "long"], {}, (2, "long is not a number above 0")),
        (
            ["recognize", "--device", "attic"],
            {},
            (1, "There is no microphone attic\nPlug it in, or choose"),
        ),
        (["translate", "--wav", SPOKEN], {}, (2, "required: --to")),
        (["recognize", "--language", "tlh"], {}, (2, "invalid choice")),
    ],
)
async def test_errors_say_what_to_do(
    service: SpeechService,
    tmp_path: Path,
    arguments: list[str | Path],
    environment: dict[str, str],
    expected: tuple[int, str],
) -> None:
    status, _, err = await run(*arguments, service=service, environment={**alsa(tmp_path, bath=b"\0"), **environment})
    assert status == expected[0]
    assert expected[1] in err
    assert "Traceback" not in err


async def test_without_pyaudio_recordings_are_recognised(service: SpeechService, tmp_path: Path) -> None:
    (tmp_path / "pyaudio.py").write_text("raise ImportError('libportaudio.so.2: cannot open shared object file')")
    without = {"PYTHONPATH": str(tmp_path)}
    assert (await run("recognize", "--wav", SPOKEN, service=service, environment=without))[0] == 0
    status, _, err = await run("recognize", service=service, environment=without)
    assert status == 1
    assert "A microphone needs PyAudio" in err


def test_it_needs_no_home_assistant() -> None:
    script = "import scripts.speech_check.__main__, sys; sys.exit(any('homeassistant' in name for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0
