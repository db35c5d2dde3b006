"""What is on the machine of whoever runs the tests is not seen by them."""

import asyncio
import os
from pathlib import Path
import subprocess
import sys
import tempfile

# What people have set, and what could be made of it.
THEIRS = {
    "ALSA_CONFIG_PATH": "/etc/none",
    "AZURE_SPEECH_KEY": "f" * 32,
    "AZURE_SPEECH_REGION": "westeurope",
    "HOME": "/proc/none",
    "LC_ALL": "tr_TR.ISO-8859-9",
    "NODE_OPTIONS": "--none",
    "PIP_USER": "1",
    "PULSE_SERVER": "tcp:192.0.2.1",
    "PYTHONSAFEPATH": "1",
    "TZ": "Asia/Kathmandu",
    "UV_OFFLINE": "1",
    "XDG_CONFIG_HOME": "/proc/none",
    "XDG_RUNTIME_DIR": "/proc/none",
    "http_proxy": "http://192.0.2.1:3128",
}
SPEAK = ("espeak-ng", "-v", "es", "--stdout", "La cena")


def test_tests_are_on_a_machine_of_their_own() -> None:
    home, temporary = Path(os.environ["HOME"]), Path(tempfile.gettempdir())
    assert home.parent == temporary.parent
    assert not {value for name, value in THEIRS.items() if os.environ.get(name) == value}
    assert len(str(temporary / "org.chromium.Chromium.abcdef" / "SingletonSocket")) <= 107


async def test_nothing_is_left_by_what_uses_the_sound_system() -> None:
    """Programs that may play a sound make themselves known to PulseAudio, whether or not they play any."""
    before = set(Path(tempfile.gettempdir()).glob("pulse-*"))
    process = await asyncio.create_subprocess_exec(*SPEAK, stdout=asyncio.subprocess.PIPE)
    sound, _ = await process.communicate()
    assert sound
    assert set(Path(tempfile.gettempdir()).glob("pulse-*")) == before


def test_whoever_runs_them_may_have_set_anything() -> None:
    """Runs the tests before this one, with a folder for temporary files in which no socket can be."""
    # That run is its own, and no worker of this one, whose machine it would share.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ours = (test_tests_are_on_a_machine_of_their_own, test_nothing_is_left_by_what_uses_the_sound_system)
    with tempfile.TemporaryDirectory(prefix="somebody's ") as theirs:
        done = subprocess.run(
            [
                sys.executable,
                "-E",
                "-m",
                "pytest",
                "-p",
                "no:cacheprovider",
                *(f"{__file__}::{our.__name__}" for our in ours),
            ],
            env={**environment, **THEIRS, "TMPDIR": theirs},
            capture_output=True,
            text=True,
            check=False,
        )
    assert "2 passed" in done.stdout, done.stdout + done.stderr
