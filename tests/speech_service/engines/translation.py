"""What translates, and what speaks: two small protocols between a turn and an engine, beside that of recognition.

Both know nothing of messages and phrases: text goes in, text or the bytes of a WAV file come out, or a reason why not.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final, Protocol

SLICE: Final = 4096
"""Bytes of synthesised audio in a message."""


class TranslationFailedError(Exception):
    """A text cannot be translated; the reason is told to the client."""


class SynthesisFailedError(Exception):
    """A text cannot be spoken, or not to its end; the reason is told to the client."""


class Translator(Protocol):
    """Translates texts, any number at a time."""

    async def translate(self, text: str, source: str, target: str) -> str:
        """Translate from one language (BCP-47) to another. Raises TranslationFailedError."""

    async def close(self) -> None:
        """Give up what the translator holds; called when the service ends."""


class Synthesizer(Protocol):
    """Speaks texts, any number at a time."""

    def synthesize(self, text: str, language: str, voice: str) -> AsyncGenerator[bytes]:
        """Yield one WAV file (16 kHz, 16 bit, mono) in slices, as they are to be sent.

        An empty `voice` is any of the language. Raises SynthesisFailedError.
        """
