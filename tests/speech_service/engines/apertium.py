"""A real translator: Apertium, with the language pairs that are installed (Debian: apertium-eng-spa and its like).

It translates by rules, word by word and phrase by phrase: statements come out fairly well, commands often wrong ("turn
on the light" as if "turn" were a noun). That is its own quality, not the protocol's. A pair that is not installed is
an error, which the client is told.

Each pair's pipeline of programs is started once and kept: to start it takes 0.3 s, a sentence then 10 ms.
"""

from __future__ import annotations

import asyncio
from asyncio import IncompleteReadError
from asyncio.subprocess import PIPE, Process
from itertools import product
from pathlib import Path
import re
from typing import Final

from ..options import base_language
from .translation import TranslationFailedError

MODES: Final = Path("/usr/share/apertium/modes")
"""Where Debian's packages put their language pairs."""

_LONG_NAMES: Final = {
    "ca": "cat", "de": "deu", "en": "eng", "es": "spa", "fr": "fra", "gl": "glg", "it": "ita", "nl": "nld",
    "pt": "por", "ro": "ron", "sv": "swe", "da": "dan",
}  # fmt: skip
"""What Apertium's newer pairs call languages; the older ones use the short names."""
_COMMAND: Final = '. <(apertium-wblank-mode -z "$0")'
"""Runs a pair's programs so that each sentence, ended by a zero byte, is answered at once."""
_SPECIAL: Final = re.compile(r"([\\^$/\[\]{}@<>])")
_ESCAPED: Final = re.compile(r"\\(.)")
_END: Final = ".[]"
"""Follows a text, so that its last word is not taken for the middle of a sentence; Apertium's own convention."""


class Apertium:
    """Translates with what is installed."""

    def __init__(self, modes: Path = MODES) -> None:
        """Look for language pairs. Raises FileNotFoundError if there are none."""
        self.pairs = {mode.stem: mode for mode in sorted(modes.glob("*-*.mode"))}
        """The installed pairs: "eng-spa" and the file that says how."""
        if not self.pairs:
            raise FileNotFoundError("Apertium has no language pair here (Debian: apertium, apertium-eng-spa)")
        self._pipelines: dict[str, _Pipeline] = {}

    async def translate(self, text: str, source: str, target: str) -> str:
        """Translate by the pair of these languages. Raises TranslationFailedError."""
        names = product(_names(source), _names(target))
        pair = next((pair for pair in map("-".join, names) if pair in self.pairs), None)
        if pair is None:
            installed = ", ".join(self.pairs)
            raise TranslationFailedError(f"Apertium cannot translate from {source} to {target}; it has {installed}")
        pipeline = self._pipelines.setdefault(pair, _Pipeline(self.pairs[pair]))
        try:
            # What was begun is finished, also for a turn that is over, or its answer would be the next one's.
            return await asyncio.shield(pipeline.translate(text))
        except (IncompleteReadError, OSError) as error:
            raise TranslationFailedError(f"Apertium failed: {type(error).__name__}") from error

    async def close(self) -> None:
        """End all programs."""
        for pipeline in self._pipelines.values():
            await pipeline.close()


class _Pipeline:
    """The programs of one pair, which translate one text after the other."""

    def __init__(self, mode: Path) -> None:
        self._mode = mode
        self._process: Process | None = None
        self._lock = asyncio.Lock()

    async def translate(self, text: str) -> str:
        """Translate. Raises IncompleteReadError or OSError if a program is missing or ended."""
        async with self._lock:
            if self._process is None or self._process.returncode is not None:
                # -n: unknown words as they are, without marks.
                self._process = await asyncio.create_subprocess_exec(
                    "bash", "-c", _COMMAND, str(self._mode), "-n", stdin=PIPE, stdout=PIPE
                )
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(_SPECIAL.sub(r"\\\1", text).encode() + _END.encode() + b"\0")
            answer = (await self._process.stdout.readuntil(b"\0"))[:-1].decode()
            return _ESCAPED.sub(r"\1", answer.removesuffix(_END)).strip()

    async def close(self) -> None:
        async with self._lock:
            if self._process is not None:
                assert self._process.stdin is not None
                self._process.stdin.close()
                await self._process.communicate()


def _names(language: str) -> list[str]:
    """Return what Apertium may call a language."""
    base = base_language(language)
    return [_LONG_NAMES.get(base, base), base]
