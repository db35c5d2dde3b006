"""Translations and spoken translations that a test knows beforehand.

The spoken text is written in the audio (see `legible`), so that a test can see whether it came whole and in order.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping

from ..wav import SAMPLE_RATE, wav_file
from .legible import speak, writable
from .translation import SLICE, SynthesisFailedError, TranslationFailedError

Answer = Mapping[str, str] | TranslationFailedError
"""What becomes of texts in one target language: their translations, or failure."""


class ScriptedTranslator:
    """Gives the translations that it was told, by target language, and "[de] text" for any other text."""

    def __init__(self, answers: Mapping[str, Answer] | None = None) -> None:
        """Keep the translations."""
        self._answers = answers or {}

    async def translate(self, text: str, source: str, target: str) -> str:  # noqa: ARG002 - as the protocol has it
        """Look the translation up."""
        answer = self._answers.get(target, {})
        if isinstance(answer, TranslationFailedError):
            raise answer
        return answer.get(text, f"[{target}] {text}")

    async def close(self) -> None:
        """Nothing is held."""


class ScriptedSynthesizer:
    """Writes the text into the audio. With `fail_after`, so many slices come, and then the synthesis fails."""

    def __init__(
        self,
        *,
        size: int = SLICE,
        fail_after: int | None = None,
        reason: str = "Synthesis timed out",
        rate: int = SAMPLE_RATE,
        channels: int = 1,
    ) -> None:
        """Set the size of slices (bytes), how it fails, and the audio's format (samples a second, channels)."""
        self._format = (rate, channels)
        self._size = size
        self._fail_after = fail_after
        self._reason = reason

    async def synthesize(self, text: str, language: str, voice: str) -> AsyncGenerator[bytes]:  # noqa: ARG002 - every voice is one
        """Yield what `spoken` returns."""
        wav = spoken(text, *self._format)
        for number, at in enumerate(range(0, len(wav), self._size)):
            if number == self._fail_after:
                raise SynthesisFailedError(self._reason)
            yield wav[at : at + self._size]


def spoken(text: str, rate: int = SAMPLE_RATE, channels: int = 1) -> bytes:
    """Return the WAV file in which a text is spoken; letters beyond Latin ones come out as question marks."""
    pcm = speak(writable(text))
    return wav_file(pcm, rate, channels)
