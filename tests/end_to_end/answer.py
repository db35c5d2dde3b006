"""A command and its answer, which is heard as a browser does: fetched while it is spoken, from before it is known."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
import subprocess
from typing import Any
import wave

from .home_assistant import HomeAssistant
from .microphone import end_of_speech, microphone, recorded
from .screen import Screen


class Answer:
    """What a voice assistant says to a command, and when it begins."""

    def __init__(self, screen: Screen, home: HomeAssistant, command: bytes) -> None:
        """Take the command's sound."""
        self._screen = screen
        self._home = home
        self._command = command
        self._command_end = 0.0
        self._fetching: asyncio.Task[bytes] | None = None

    async def command(self) -> AsyncGenerator[bytes]:
        """Yield the command at the pace of a microphone, then silence for ever."""
        self._command_end = asyncio.get_running_loop().time() + end_of_speech(self._command)
        async for chunk in microphone(self._command):
            yield chunk

    def take(self, event: dict[str, Any]) -> None:
        """Take an event of the pipeline's run: the first one says where the answer will be."""
        if event["type"] == "run-start":
            self._fetching = asyncio.create_task(self._fetch(event["data"]["tts_output"]["url"]))
        elif event["type"] == "error" and self._fetching:
            self._fetching.cancel()
            self._fetching = None

    async def save(self, file: Path) -> bool:
        """Write the answer to a WAV file, when it is over. Return whether it can be heard.

        Raises HomeAssistantError if it failed.
        """
        if self._fetching is None:
            return False
        sound = await self._fetching
        subprocess.run(["ffmpeg", "-v", "error", "-i", "-", "-y", "-f", "wav", file], input=sound, check=True)
        with wave.open(str(file)) as wav:
            self._screen.line("voice", f"the answer, {wav.getnframes() / wav.getframerate():.1f} s: {file}")
        return bool(end_of_speech(recorded(file)))

    async def _fetch(self, url: str) -> bytes:
        sound = b""
        async for piece in self._home.fetch(url):
            if not sound:
                delay = asyncio.get_running_loop().time() - self._command_end
                self._screen.line("voice", f"begins to answer, {delay:.2f} s after the command")
            sound += piece
        return sound
