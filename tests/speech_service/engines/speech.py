"""What speaks for text to speech: a small protocol between a turn and an engine.

It knows nothing of messages, SSML and formats: plain text goes in, 16-bit mono PCM comes out.
"""

from __future__ import annotations

from typing import Protocol

from .legible import CHARACTER, read, speak, writable


class Speaker(Protocol):
    """Speaks texts, any number at a time."""

    async def speak(self, text: str, language: str, voice: str, rate: int) -> bytes:
        """Return PCM of `rate` samples a second. Raises SynthesisFailedError."""


class ScriptedSpeaker:
    """Writes the text into the audio (see `legible`), so that a test can see whether it came whole and in order.

    Every voice is one. `heard` reads it back.
    """

    def __init__(self, character: float = CHARACTER) -> None:
        """Set how long a character is, in seconds."""
        self._character = character

    async def speak(self, text: str, language: str, voice: str, rate: int) -> bytes:  # noqa: ARG002 - every voice is one
        """Write the text; letters beyond Latin ones come out as question marks."""
        return speak(writable(text), character=self._character, rate=rate)

    def heard(self, pcm: bytes, rate: int) -> str:
        """Read what is written in audio. Silence is left out; what is torn comes out as replacement characters."""
        return read(pcm, character=self._character, rate=rate)
