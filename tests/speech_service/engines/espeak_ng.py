"""A real synthesizer: espeak-ng (Debian: espeak-ng), which speaks 130 languages clearly and like a robot.

A voice of the Speech service stands for espeak-ng's voice of its language. Both programs run as processes of their
own: espeak-ng speaks at 22 050 Hz, ffmpeg makes of it what was asked for.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final

from ..options import base_language, voice_language
from ..wav import SAMPLE_RATE, wav_file
from .processes import run_process
from .translation import SLICE

_QUIETLY_IN: Final = ("-loglevel", "error", "-i", "pipe:")


class EspeakNg:
    """Speaks with the voice of the language: as a Synthesizer of translations, and as a Speaker."""

    async def synthesize(self, text: str, language: str, voice: str) -> AsyncGenerator[bytes]:
        """Speak a whole text, and yield it in slices. Raises SynthesisFailedError."""
        wav = wav_file(await self.speak(text, voice_language(voice) or language, voice, SAMPLE_RATE))
        for at in range(0, len(wav), SLICE):
            yield wav[at : at + SLICE]

    async def speak(self, text: str, language: str, voice: str, rate: int) -> bytes:  # noqa: ARG002 - see above
        """Return the speech. Raises SynthesisFailedError."""
        return await spoken(text, base_language(language), rate)


async def spoken(text: str, voice: str, rate: int) -> bytes:
    """Return what a voice of espeak-ng says, as PCM. Raises SynthesisFailedError."""
    native = await run_process(text.encode(), "espeak-ng", "-v", voice, "--stdin", "--stdout")
    pcm_out = ("-f", "s16le", "-ac", "1", "-ar", str(rate), "pipe:")
    return await run_process(native, "ffmpeg", *_QUIETLY_IN, *pcm_out)
