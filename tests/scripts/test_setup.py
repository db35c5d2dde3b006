"""scripts/setup: once, twice at the same time, killed, moved; and what it says when it cannot."""

import asyncio
from contextlib import suppress
import os
from pathlib import Path
import pty
import shutil
import signal
import subprocess
import tempfile

import pytest

from tests.end_to_end.process import ROOT

from .conftest import Clone

MADE = ["python3.14 -m venv .venv", "python -m pip install", "uv pip install", "uv pip install", *2 * ["npm install"]]


def made(calls: list[str]) -> list[str]:
    """Return which steps made something, as MADE has them."""
    return [step for call in calls for step in dict.fromkeys(MADE) if call.startswith(step)]


async def test_it_makes_everything_once(clone: Clone) -> None:
    status, said = await clone.run("scripts/setup")
    assert status == 0, said
    assert made(clone.calls()) == MADE
    assert await clone.run("scripts/setup") == (0, [])
    assert made(clone.calls()) == []


async def test_what_is_made_for_the_tests_is_enough_for_the_demo(clone: Clone) -> None:
    assert (await clone.run("scripts/setup", "speech"))[0] == 0
    assert (await clone.run("scripts/setup", "demo"))[0] == 0
    assert (await clone.run("scripts/setup", "test"))[0] == 0
    assert made(clone.calls()).count("python3.14 -m venv .venv") == 1
    for group in ("speech", "demo", "translate", "test"):
        assert await clone.run("scripts/setup", group) == (0, [])


async def test_other_packages_are_installed_into_the_same_environment(clone: Clone) -> None:
    await clone.run("scripts/setup")
    clone.calls()
    (clone.root / "constraints.txt").write_text("")
    assert (await clone.run("scripts/setup"))[0] == 0
    assert made(clone.calls()) == MADE[2:]


async def test_of_two_at_the_same_time_one_waits(clone: Clone) -> None:
    clone.tell(hold="uv pip install")
    async with clone.start("scripts/setup") as first:
        await clone.held()
        async with clone.start("scripts/setup") as second:
            await second.line("Another set-up is at work in this folder. Waiting for it")
            clone.tell()
            await clone.go()
            assert (await first.status(), await second.status()) == (0, 0)
    assert len(second.lines) == 1
    assert made(clone.calls()) == MADE


@pytest.mark.parametrize("step", dict.fromkeys(MADE))
async def test_one_that_was_killed_is_made_again(clone: Clone, step: str) -> None:
    clone.tell(hold=step)
    async with clone.start("scripts/setup") as killed:
        await clone.held()
        killed.kill_all()
    assert clone.halves()
    clone.tell()
    status, said = await clone.run("scripts/setup")
    assert status == 0, said
    assert made(clone.calls())[-len(MADE) :] == MADE
    assert not clone.halves()


async def test_killed_while_it_changes_a_whole_environment(clone: Clone) -> None:
    await clone.run("scripts/setup", "demo")
    clone.tell(hold="uv pip install")
    async with clone.start("scripts/setup", "test") as killed:
        await clone.held()
        killed.kill_all()
    clone.tell()
    assert (await clone.run("scripts/setup", "demo"))[0] == 0
    assert not clone.halves()


async def test_what_a_killed_one_started_is_waited_for(clone: Clone) -> None:
    """Only the script itself is killed; the installer, which nobody told, goes on writing into .venv."""
    clone.tell(hold="uv pip install")
    async with clone.start("scripts/setup") as killed:
        await clone.held()
        killed.kill()
        async with clone.start("scripts/setup") as second:
            await second.line("Another set-up is at work")
            clone.tell()
            await clone.go()
            assert await second.status() == 0
    assert not clone.halves()


async def test_a_service_that_a_package_started_does_not_have_the_lock(clone: Clone) -> None:
    (clone.fakes / "bin" / "flite").unlink()
    for program in ("apt-get", "sudo"):
        clone.add(program)
    (clone.fakes / "bin" / "sudo").write_text('#!/usr/bin/env bash\n[ "$1" != -n ] || shift\nexec "$@"\n')
    clone.tell(hold="uv pip install")
    async with clone.start("scripts/setup", "demo") as killed:
        await clone.held()
        killed.kill_all()
    service = int((clone.fakes / "service").read_text())
    try:
        clone.tell()
        status, said = await clone.run("scripts/setup", "demo")
        os.kill(service, 0)
    finally:
        with suppress(ProcessLookupError):
            os.kill(service, signal.SIGTERM)
    assert status == 0
    assert not any("Another set-up" in line for line in said)


@pytest.mark.parametrize("way", [shutil.move, shutil.copytree])
async def test_elsewhere_it_is_made_anew(clone: Clone, way: object) -> None:
    await clone.run("scripts/setup")
    clone.calls()
    assert callable(way)
    clone.root = Path(way(clone.root, clone.root.with_name("elsewhere")))
    assert (await clone.run("scripts/setup"))[0] == 0
    assert made(clone.calls()) == MADE
    assert (clone.root / ".venv" / "azure-speech-live").read_text().splitlines()[1] == str(clone.root)


async def test_without_its_python_it_is_made_anew(clone: Clone) -> None:
    """As after an upgrade of the system."""
    await clone.run("scripts/setup")
    clone.calls()
    (clone.root / ".venv" / "bin" / "python").unlink()
    assert (await clone.run("scripts/setup"))[0] == 0
    assert made(clone.calls()) == MADE


async def test_a_terminal_shows_how_long_it_takes_meanwhile(clone: Clone) -> None:
    terminal, other = pty.openpty()
    clone.tell(hold="uv pip install")
    process = await asyncio.create_subprocess_exec(
        clone.root / "scripts" / "setup", env={**os.environ, **clone.environment}, stdout=other
    )
    os.close(other)
    await clone.held()
    shown = b""
    while b"Python packages" not in shown or b" 1 s" not in shown.rpartition(b"Python packages")[2]:
        shown += await asyncio.to_thread(os.read, terminal, 1024)
    clone.tell()
    await clone.go()
    assert await process.wait() == 0
    os.close(terminal)


DISK = "The disk is full: make room"
NETWORK = "The packages cannot be reached: connect this machine to the internet"
CERTIFICATE = "Somebody between this machine and the packages"


@pytest.mark.parametrize(
    ("call", "said", "expected"),
    [
        ("python3.14 -m venv", "Error: [Errno 28] No space left on device: '.venv/lib'", DISK),
        ("uv pip", "error: Failed to extract archive\n  Caused by: No space left on device (os error 28)", DISK),
        ("npm", "npm error code ENOSPC\nnpm error nospc There appears to be insufficient space", DISK),
        (
            "python -m pip",
            "Failed to resolve 'x' ([Errno -3] Temporary failure in name resolution)\nERROR: uv",
            NETWORK,
        ),
        (
            "uv pip",
            "error: Failed to fetch\n  Caused by: error sending request for url\n  Caused by: dns error",
            NETWORK,
        ),
        ("npm", "npm error code EAI_AGAIN\nnpm error syscall getaddrinfo", NETWORK),
        (
            "uv pip",
            "Caused by: error sending request for url\n  Caused by: invalid peer certificate: UnknownIssuer",
            CERTIFICATE,
        ),
        ("npm", "npm error code SELF_SIGNED_CERT_IN_CHAIN", CERTIFICATE),
        ("uv pip", "Traceback (most recent call last):\nOSError: it is broken\n\n", "It said: OSError: it is broken"),
        ("npm", "", "It said: "),
    ],
)
async def test_it_says_in_a_sentence_what_to_do(clone: Clone, call: str, said: str, expected: str) -> None:
    clone.environment = {**clone.environment, "CI": ""}
    clone.tell(fail=call, said=said)
    status, lines = await clone.run("scripts/setup")
    assert status == 1
    assert lines[-1].startswith(expected)
    log = Path(lines[-1].partition("(All of it: ")[2].removesuffix(")"))
    assert log.read_text() == said
    log.unlink()
    assert not any("Traceback" in line for line in lines)
    clone.tell()
    assert (await clone.run("scripts/setup"))[0] == 0


@pytest.mark.parametrize("may", [[], ["apt-get"], ["apt-get", "sudo"]])
async def test_whoever_may_not_install_is_told_what_to_have_installed(clone: Clone, may: list[str]) -> None:
    if os.getuid() == 0:
        (clone.fakes / "bin" / "id").unlink()
        (clone.fakes / "bin" / "id").write_text("#!/bin/sh\necho 1000\n")
        (clone.fakes / "bin" / "id").chmod(0o755)
    for program in may:
        clone.add(program)
    (clone.fakes / "bin" / "flite").unlink()
    (clone.fakes / "bin" / "ffmpeg").unlink()
    clone.tell(fail="sudo", said="sudo: a password is required\n")
    status, lines = await clone.run("scripts/setup", "demo")
    assert status == 1
    assert lines[-1].startswith("Please install them, or have them installed (as root: apt-get install ffmpeg flite)")


async def test_without_a_python(clone: Clone) -> None:
    (clone.fakes / "bin" / "python3.14").unlink()
    status, lines = await clone.run("scripts/setup")
    assert status == 1
    assert "needs Python 3.14.2 or later" in lines[-1]


def test_a_folder_of_somebody_else() -> None:
    """Of root's, if the tests are root's, and else of nobody who may write."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:  # where another user can look, too
        Path(name).chmod(0o755)
        shutil.copytree(ROOT / "scripts", Path(name) / "scripts")
        (locked := Path(name) / ".venv").mkdir(mode=0o555)
        (Path(name) / "scripts").chmod(0o755)
        somebody_else = ("setpriv", "--reuid=65534", "--clear-groups", "--") if os.getuid() == 0 else ()
        done = subprocess.run([*somebody_else, f"{name}/scripts/setup"], capture_output=True, text=True, check=False)
        locked.chmod(0o755)
    assert done.returncode == 1
    assert done.stderr.startswith(f"You may not write in {name}")
    assert len(done.stderr.splitlines()) == 1
