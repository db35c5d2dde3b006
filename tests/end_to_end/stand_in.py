"""The stand-in Speech service as a process of its own, with real engines in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
import sys

from .process import ROOT, Process

_DATA = ROOT / "tests" / "data"
RECOGNIZER = (
    *("--engine", "pocketsphinx", "--phrases", _DATA / "home_commands.txt"),
    *("--voice", "espeak-ng"),
)
"""PocketSphinx, which hears commands for the house; espeak-ng, which says the answers."""
TRANSLATOR = (
    *("--engine", "pocketsphinx", "--phrases", _DATA / "announcements.txt"),
    *("--translator", "apertium", "--voice", "espeak-ng"),
)
"""PocketSphinx, which hears announcements; Apertium and espeak-ng, which say them in Spanish and Catalan."""

CONVERSATION = _DATA / "conversation.jsonl"
CONVERSATION_ENGINES = (
    *("--engine", "known", "--translator", "dictionary", "--conversation", CONVERSATION),
    *("--voice", "espeak-ng"),
)
"""What knows the conversation by its sound, and translates it; espeak-ng, which says that."""


@asynccontextmanager
async def stand_in(
    *, key: str, port: int = 0, engines: tuple[str | Path, ...] = RECOGNIZER
) -> AsyncIterator[tuple[str, Process]]:
    """Run the stand-in on loopback (port 0: a free one). Yield its URL, and the process."""
    async with Process.run(
        sys.executable,
        *("-m", "tests.speech_service"),
        *("--host", "127.0.0.1", "--port", str(port), "--key", key),
        *engines,
    ) as process:
        ready = await process.line(r"Listening on (ws://\S+)")
        yield ready[1], process
