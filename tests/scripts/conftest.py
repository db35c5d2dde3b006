"""A clone in which the scripts run as they are, and of all that they call of other people's is a stand-in (`fake`)."""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
import os
from pathlib import Path
import shutil

import pytest

from tests.end_to_end.process import ROOT, Process

# What belongs to every Linux, and to Git.
TOOLS = (
    *(
        "awk",
        "basename",
        "bash",
        "cat",
        "chmod",
        "cksum",
        "cp",
        "cut",
        "dirname",
        "echo",
        "env",
        "find",
        "flock",
        "git",
        "grep",
    ),
    *(
        "id",
        "kill",
        "ldconfig",
        "mkdir",
        "mktemp",
        "mv",
        "nproc",
        "rm",
        "sed",
        "setpriv",
        "setsid",
        "sh",
        "sleep",
        "stat",
        "tail",
    ),
    *("touch", "tr", "true", "uname"),
)
# What is installed of other people's.
PROGRAMS = (
    "apertium",
    "c++",
    "chromium",
    "espeak-ng",
    "ffmpeg",
    "flite",
    "node",
    "npm",
    "pactl",
    "pulseaudio",
    "python3.14",
)


class Clone:
    """A clone on a machine of its own."""

    def __init__(self, folder: Path) -> None:
        """Make it, in a folder whose name has a blank and an apostrophe."""
        self.root = folder / "somebody's clone"
        self.fakes = folder / "fakes"
        self.environment: Mapping[str, str] = {"FAKES": str(self.fakes), "PATH": str(self.fakes / "bin")}
        packages = ("tests/conformance/package.json", "tests/frontend/package.json")
        for name in ("pyproject.toml", "constraints.txt", "tests/conformance/setup", "tests/node/install", *packages):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.root / name)
        for name in (".ci", "scripts"):
            shutil.copytree(ROOT / name, self.root / name)
        (self.fakes / "bin").mkdir(parents=True)
        for tool in TOOLS:
            if where := shutil.which(tool, path=f"{os.environ['PATH']}:/sbin:/usr/sbin"):
                (self.fakes / "bin" / tool).symlink_to(where)
        for program in ("fake", *PROGRAMS):
            self.add(program)
        for fifo in ("held", "go"):
            os.mkfifo(self.fakes / fifo)

    def add(self, program: str) -> None:
        """Install another program."""
        shutil.copy(Path(__file__).with_name("fake"), self.fakes / "bin" / program)

    def tell(self, **what: str) -> None:
        """Tell the stand-ins what to do: hold, fail, said."""
        for name in ("hold", "fail"):
            (self.fakes / name).unlink(missing_ok=True)
        for name, value in what.items():
            (self.fakes / name).write_text(value)

    async def held(self) -> None:
        """Wait until a call is held."""
        await asyncio.to_thread((self.fakes / "held").read_text)

    async def go(self) -> None:
        """Let the call go on that is held."""
        await asyncio.to_thread((self.fakes / "go").write_text, "\n")

    def start(self, script: str, *arguments: str) -> AbstractAsyncContextManager[Process]:
        """Run a script until the block is left."""
        return Process.run(self.root / script, *arguments, env=self.environment)

    async def run(self, script: str, *arguments: str) -> tuple[int, list[str]]:
        """Run a script to its end. Return its exit status, and what it said."""
        async with self.start(script, *arguments) as process:
            status = await process.status()
        return status, process.lines

    def calls(self, beginning: str = "") -> list[str]:
        """Return how the stand-ins were called since this was last asked."""
        calls = self.fakes / "calls"
        called = calls.read_text().splitlines() if calls.exists() else []
        calls.unlink(missing_ok=True)
        return [call for call in called if call.startswith(beginning)]

    def halves(self) -> list[Path]:
        """Return what is half done."""
        return list(self.root.rglob("half"))


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """Make a clone."""
    return Clone(tmp_path)
