"""Finds where words are in a recording of which it is known what may be said in it: for `known`, by pocketsphinx."""

from __future__ import annotations

import re

from pocketsphinx import Decoder  # type: ignore[import-untyped]  # it has no types

from ..wav import SAMPLE_RATE
from .known import Recording, Said

_FRAMES_PER_SECOND = 100
"""The decoder's own frames, in which it gives the positions of words."""


class Aligner:
    """Aligns English recordings, one after the other."""

    def __init__(self) -> None:
        """Load the model."""
        self._decoder = Decoder(samprate=SAMPLE_RATE, loglevel="FATAL", lm=None, bestpath=False)

    def align(self, pcm: bytes, sentences: str) -> Recording | None:
        """Return a recording with its words; None if none of the sentences is heard in it, or nothing of it is loud.

        The sentences are what may stand on the right of a rule in a JSpeech grammar: words that pocketsphinx's
        dictionary has, in lower case, and ``(one | other)`` and ``[optional]``.
        """
        self._decoder.add_jsgf_string("said", f"#JSGF V1.0;\ngrammar said;\npublic <said> = {sentences};\n")
        self._decoder.activate_search("said")
        self._decoder.start_utt()
        self._decoder.process_raw(pcm, full_utt=True)
        self._decoder.end_utt()
        heard = self._decoder.hyp()
        if heard is None or not heard.hypstr:
            return None
        words = tuple(
            Said(
                re.sub(r"\(\d+\)$", "", segment.word),
                segment.start_frame / _FRAMES_PER_SECOND,
                (segment.end_frame + 1) / _FRAMES_PER_SECOND,
            )
            for segment in self._decoder.seg()
            if not segment.word.startswith(("<", "[", "("))  # silence, noise, and what ties the grammar together
        )
        return Recording(pcm, words)
