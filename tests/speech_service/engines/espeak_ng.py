"""A real synthesizer: espeak-ng (Debian: espeak-ng), which speaks 130 languages clearly and like a robot.

A voice of the Speech service stands for espeak-ng's voice of its language. Both programs run as processes of their
own: espeak-ng speaks at 22 050 Hz, ffmpeg makes 16 kHz of it.
"""

from __future__ import annotations

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator
from typing import Final

from ..options import base_language, voice_language
from ..wav import SAMPLE_RATE, wav_file
from .translation import SLICE, SynthesisFailedError

_QUIETLY_IN: Final = ("-loglevel", "error", "-i", "pipe:")
_PCM_OUT: Final = ("-f", "s16le", "-ac", "1", "-ar", str(SAMPLE_RATE), "pipe:")


class EspeakNg:
    """Speaks with the voice of the language."""

    async def synthesize(self, text: str, language: str, voice: str) -> AsyncGenerator[bytes]:
        """Speak a whole text, and yield it in slices. Raises SynthesisFailedError."""
        name = voice_language(voice) or base_language(language)
        try:
            native = await _run(text.encode(), "espeak-ng", "-v", name, "--stdin", "--stdout")
            pcm = await _run(native, "ffmpeg", *_QUIETLY_IN, *_PCM_OUT)
        except OSError as error:
            raise SynthesisFailedError(f"espeak-ng or ffmpeg is not installed: {error.strerror}") from error
        wav = wav_file(pcm)
        for at in range(0, len(wav), SLICE):
            yield wav[at : at + SLICE]


async def _run(data: bytes, *command: str) -> bytes:
    """Return what a program makes of its input. Raises OSError and SynthesisFailedError."""
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    try:
        out, err = await process.communicate(data)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise SynthesisFailedError(f"{command[0]} failed: {err.decode(errors='replace').strip()}"[:200])
    return out
