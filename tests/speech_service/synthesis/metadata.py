"""What a turn tells of its audio beside it (audio.metadata): words, sentences, visemes, bookmarks.

Where a word is in a part follows from where it is in the text; the engine does not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import re
from typing import Any, Final

from .context import Asked
from .rendering import Span

Entry = dict[str, Any]

_TOKEN: Final = re.compile(r"(?P<word>\w[\w'\u2019-]*)|[^\w\s]")
_SENTENCE: Final = re.compile(r"\S.*?(?:[.!?\u2026\u3002\uff01\uff1f]+(?=\s|$)|$)", re.DOTALL)
_VISEMES: Final = 21
"""The highest viseme id."""


def entries(spans: Iterable[Span], asked: Asked) -> list[Entry]:
    """Return what is to be told of the spans, of what was asked for, in the order of the audio."""
    found = [entry for span in spans for entry in _of_span(span, asked)]
    return sorted(found, key=lambda entry: entry["Data"]["Offset"])


def session_end(offset: int) -> Entry:
    """Return the last entry: how long the audio is, in ticks."""
    return {"Type": "SessionEnd", "Data": {"Offset": offset}}


def _of_span(span: Span, asked: Asked) -> Iterator[Entry]:
    if span.part.bookmark and asked.bookmarks:
        yield {"Type": "Bookmark", "Data": {"Offset": span.offset, "Bookmark": span.part.bookmark}}
    if asked.sentences:
        for found in _SENTENCE.finditer(span.part.text):
            yield _boundary("SentenceBoundary", span, found)
    for found in _TOKEN.finditer(span.part.text):
        if asked.visemes and found["word"]:
            viseme = ord(found[0][0].lower()) % _VISEMES + 1
            offset = _boundary("", span, found)["Data"]["Offset"]
            yield {"Type": "Viseme", "Data": {"Offset": offset, "VisemeId": viseme, "IsLastAnimation": True}}
        if found["word"] and asked.words:
            yield _boundary("WordBoundary", span, found)
        if not found["word"] and asked.punctuation:
            yield _boundary("PunctuationBoundary", span, found)


def _boundary(kind: str, span: Span, found: re.Match[str]) -> Entry:
    """Return the entry for a piece of a span's text. Punctuation is told as a word is."""
    offset, end = (span.offset + span.duration * place // len(span.part.text) for place in found.span())
    text = {"Text": found[0], "Length": len(found[0]), "BoundaryType": kind}
    name = "SentenceBoundary" if kind == "SentenceBoundary" else "WordBoundary"
    return {"Type": name, "Data": {"Offset": offset, "Duration": end - offset, "text": text}}
