"""The service run by itself, as its own process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
import signal
import sys

import pytest

from .raw_client import bodies, connected
from .synthesis.asking import V1, ask, audio, heard, spoken, ssml
from .test_pocketsphinx import recording

_ROOT = Path(__file__).parents[2]
_PHRASES = _ROOT / "tests/data/home_commands.txt"


@asynccontextmanager
async def running(*arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Run the service; yield its process and its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.speech_service",
        *arguments,
        cwd=_ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        assert line.startswith("Listening on ws://127.0.0.1:")
        yield process, line.split()[-1]
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_ends_cleanly(number: signal.Signals) -> None:
    async with running("--say", "Hello there.") as (process, url), connected(url) as client:
        phrase = bodies(await client.recognize(bytes(32000)), "speech.phrase")[0]
        assert phrase["DisplayText"] == "Hello there."
        process.send_signal(number)
        assert (await client.closed())[0] == 1001
        assert await process.communicate() == (b"", b"")
        assert process.returncode == 0


async def test_key() -> None:
    headers = {"Ocp-Apim-Subscription-Key": "one", "X-ConnectionId": "0" * 32}
    async with running("--key", "one", "--key", "two") as (_, url), connected(url, headers=headers) as client:
        assert await client.recognize(bytes(32000))


async def test_logs_neither_keys_nor_words() -> None:
    async with running("--log-level", "INFO", "--key", "s3cret") as (process, url):
        headers = {"Ocp-Apim-Subscription-Key": "s3cret", "X-ConnectionId": "0" * 32}
        target = "/stt/speech/universal/v2?language=en-US&Ocp-Apim-Subscription-Key=s3cret"
        async with connected(url, target, headers) as client:
            assert await client.recognize(bytes(32000))
        process.terminate()
        _, log = await process.communicate()
    assert b"GET /stt/speech/universal/v2: 101" in log
    assert b"s3cret" not in log
    assert b"kitchen" not in log.lower()


async def test_pocketsphinx() -> None:
    async with (
        running("--engine", "pocketsphinx", "--phrases", str(_PHRASES)) as (_, url),
        connected(url) as client,
    ):
        received = await client.recognize(recording("turn_on_the_kitchen_light"))
        assert bodies(received, "speech.phrase")[0]["DisplayText"] == "Turn on the kitchen light."


async def test_speaks() -> None:
    arguments = ("--delivery", "riff", "--delivery", "odd-slices", "--first-audio", "0.2", "--pace", "50")
    async with running(*arguments, "--per-minute", "1") as (_, url), connected(url, V1) as client:
        begin = asyncio.get_running_loop().time()
        said = audio(await spoken(client, ssml("Hello.")))
        assert asyncio.get_running_loop().time() - begin >= 0.2
        assert said.startswith(b"RIFF")
        assert heard(said[44:]) == "Hello."
        await ask(client, ssml("Hello."))
        assert await client.closed() == (1007, "Throttled due to too many requests")


async def test_speaks_really() -> None:
    async with running("--voice", "espeak-ng") as (_, url), connected(url, V1) as client:
        assert len(audio(await spoken(client, ssml("Hello.")))) > 0.2 * 48_000


async def test_help() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.speech_service",
        "--help",
        cwd=_ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    assert b"--phrases FILE" in out
    assert b"It recognises, translates and speaks" in out
