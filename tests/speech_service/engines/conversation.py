"""A conversation of people who speak different languages, as a file has it: who says what, and what that is in others.

Its lines are spoken by espeak-ng, each by its own voice, and so are the translations, which somebody may play in the
same room: an engine that knows all of these hears them as any service would. Where words are within a line is a guess,
by their letters, between the first and the last sound of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
import json
from pathlib import Path
from typing import Final

import numpy as np

from ..options import base_language
from ..text import Written
from ..wav import SAMPLE_RATE
from .espeak_ng import spoken
from .known import FRAME, LOUD, Recording, Said, loudness
from .translation import TranslationFailedError

_AT_ONCE: Final = 4
"""Programs that speak at the same time."""


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody says: as displayed, in a language (BCP-47), by a voice of espeak-ng."""

    speaker: str
    language: str
    voice: str
    text: str
    translations: dict[str, str]
    """By language, without its region."""


def read(file: Path) -> list[Line]:
    """Read a file that has such a line as a JSON object on each of its lines."""
    return [Line(**json.loads(line)) for line in file.read_text("utf-8").splitlines()]


async def speak(line: Line) -> Recording:
    """Have a line spoken. Raises SynthesisFailedError."""
    return _recording(await spoken(line.text, line.voice, SAMPLE_RATE), line.text, line.language, line.speaker)


async def recordings(lines: Iterable[Line]) -> list[Recording]:
    """Have all lines spoken, and their translations as `EspeakNg` speaks them. Raises SynthesisFailedError."""
    spoken_by: dict[tuple[str, str], Line] = {}
    for line in lines:
        spoken_by[line.text, line.voice] = line
        for language, text in line.translations.items():
            spoken_by[text, language] = Line("", language, language, text, {})
    few = asyncio.Semaphore(_AT_ONCE)

    async def one(line: Line) -> Recording:
        async with few:
            return await speak(line)

    return await asyncio.gather(*(one(line) for line in spoken_by.values()))


class Dictionary:
    """Translates what is said in a conversation, there and back; also the beginnings of lines: as much of the other."""

    def __init__(self, lines: Sequence[Line]) -> None:
        """Learn the lines."""
        self._texts = [{base_language(line.language): line.text, **line.translations} for line in lines]
        """Each line by the languages that it is known in."""

    async def translate(self, text: str, source: str, target: str) -> str:
        """Translate from one language (BCP-47) to another. Raises TranslationFailedError where nobody says that."""
        if base_language(source) == base_language(target):
            return text
        words = _words(text)
        for texts in self._texts:
            known = _words(texts.get(base_language(source), ""))
            if known[: len(words)] == words and (found := texts.get(base_language(target))):
                if len(words) == len(known):
                    return found
                parts = found.split()
                return " ".join(parts[: round(len(parts) * len(words) / len(known))])
        raise TranslationFailedError(f"Nobody says that: {text}"[:100])

    async def close(self) -> None:
        """Nothing is held."""


def _words(text: str) -> list[str]:
    return Written.from_display(text).lexical.split()


def _recording(pcm: bytes, text: str, language: str, speaker: str) -> Recording:
    """Say where the words are."""
    loud = np.flatnonzero(loudness(np.frombuffer(pcm, np.int16)) >= LOUD) * FRAME
    start, end = (float(loud[0]), float(loud[-1]) + FRAME) if len(loud) else (0.0, 0.0)
    words = text.split()
    letters = list(accumulate((len(word) for word in words), initial=0))
    places = [start + (end - start) * count / letters[-1] for count in letters]
    return Recording(
        pcm,
        tuple(
            Said(word, begin, over, speaker, language)
            for word, (begin, over) in zip(words, pairwise(places), strict=True)
        ),
    )
