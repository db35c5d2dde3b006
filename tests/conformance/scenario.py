"""What an SDK is to do, and what it reported."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from dataclasses import asdict, dataclass, field
from enum import StrEnum
import json
import os
from pathlib import Path
import sys
from typing import Any

from tests.speech_service import KEY, ScriptedSpeaker

_HERE = Path(__file__).parent
_LIMIT = 40.0
"""Seconds in which a scenario must end; an SDK that hangs is a failure."""


class Sdk(StrEnum):
    """An SDK, and what runs a scenario with it: a program each for recognition and synthesis."""

    PYTHON = "python"
    JAVASCRIPT = "javascript"

    def command(self, program: str) -> list[str]:
        """Return the command line of a program, "recognize" or "synthesize"."""
        if self is Sdk.PYTHON:
            return [sys.executable, str(_HERE / f"{program}.py")]
        return ["node", str(_HERE / f"{program}.mjs")]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One run of an SDK. `host` alone gives the v1 paths, as for a container; `endpoint` is a whole address."""

    host: str = ""
    endpoint: str = ""
    key: str = KEY
    token: str = ""
    mode: str = "once"
    """"once" or "continuous"."""
    times: int = 1
    """How often to recognise once, on the same connection."""
    paced: bool = False
    """Whether the audio comes as a microphone's would."""
    dictation: bool = False
    detailed: bool = False
    profanity: str = ""
    """An SDK's name for it: "Raw", "Masked" or "Removed"."""
    model: str = ""
    language: str = "en-US"
    candidates: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    targets: list[str] = field(default_factory=list)
    """Languages to translate to; none: it is only recognised."""
    voice: str = ""
    """A voice that speaks the translation."""
    speakers: bool = False
    """Whether it is told apart who speaks, in "continuous" mode."""


@dataclass(frozen=True, kw_only=True)
class Speaking:
    """One run of an SDK that synthesises. `host` gives the v1 paths, as for a container; `endpoint` is an address."""

    host: str = ""
    endpoint: str = ""
    key: str = KEY
    token: str = ""
    voice: str = ""
    language: str = ""
    format: str = ""
    """An SDK's name for it; its default is 16 kHz PCM with a RIFF header, which the SDK makes."""
    detect: bool = False
    """Whether the language of the text is to be found out."""
    boundaries: bool = False
    """Whether words, bookmarks and visemes are listened to."""
    properties: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    """What to do, in order: "text", "ssml", "start", "pieces", "stop", "voices" or "pause", each with what it takes."""


class Events(list[dict[str, Any]]):
    """The events that an SDK reported."""

    def of(self, event: str) -> list[dict[str, Any]]:
        """Return the events of a kind."""
        return [found for found in self if found["event"] == event]

    @property
    def texts(self) -> list[str]:
        """What was recognised, without what had no text."""
        return [found["text"] for found in self.of("recognized") if found["text"]]

    @property
    def translations(self) -> list[dict[str, str]]:
        """The translations of what was recognised, by target."""
        return [found["translations"] for found in self.of("recognized") if found["text"]]

    @property
    def spoken(self) -> bytes:
        """The spoken translations, one behind the other."""
        return b"".join(b64decode(found["audio"]) for found in self.of("synthesizing"))

    @property
    def heard(self) -> list[str]:
        """What each result of a synthesis says, read from its audio (24 kHz, PCM)."""
        speaker = ScriptedSpeaker()
        return [speaker.heard(b64decode(found["audio"]), 24_000) for found in self.of("result")]

    @property
    def error_codes(self) -> set[str]:
        """Why recognition was cancelled, where that was an error."""
        return {found["code"] for found in self.of("canceled") if found["reason"] == "Error"}


async def run(sdk: Sdk, scenario: Scenario, pcm: bytes, folder: Path, **environment: str) -> Events:
    """Run a scenario in a process of its own."""
    audio = folder / "audio.pcm"
    audio.write_bytes(pcm)
    return await _run(sdk.command("recognize"), asdict(scenario) | {"audio": str(audio)}, environment)


async def speak(sdk: Sdk, scenario: Speaking, **environment: str) -> Events:
    """Run a scenario of synthesis in a process of its own."""
    return await _run(sdk.command("synthesize"), asdict(scenario), environment)


async def _run(command: list[str], scenario: dict[str, Any], environment: dict[str, str]) -> Events:
    process = await asyncio.create_subprocess_exec(
        *command,
        json.dumps(scenario),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | environment,
    )
    try:
        async with asyncio.timeout(_LIMIT):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    events = Events(json.loads(line) for line in out.decode().splitlines())
    # Node.js ends with 13 when a promise is never kept: the JavaScript SDK's way to hang.
    assert (process.returncode, events[-1:]) == (0, [{"event": "done"}]), (events, err.decode())
    return events
