"""A text that is too long for one request, in parts that are not.

The service takes messages of so many bytes, and speaks for so long: of what is more it says nothing, or cuts it off. A
part ends behind a sentence, or else at a blank, or else between two characters as people see them. All parts together
are the text, letter by letter.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
import re
from typing import Final
from unicodedata import category, combining, east_asian_width

from ..synthesis_options import SynthesisOptions
from .ssml import Phoneme, Piece, clean, document, escape, text_of

MAX_MESSAGE: Final = 65_536
"""Bytes of a message, with its headers: "Websocket message size cannot exceed 65536 bytes"."""
MAX_SECONDS: Final = 600
"""Seconds of audio of one request: "The processed audio has exceeded the configured maximum media duration"."""
HEADERS: Final = 512
"""Bytes of it that are kept free for its headers. Ours take some 150."""

_MARKUP: Final = 200
"""Bytes of the markup of a <phoneme>, without its sounds, at most."""
SHARE: Final = 0.8
"""Of MAX_SECONDS, what an estimate may fill."""
_SECONDS: Final = 0.1
"""For a letter. Slow speakers say ten in a second."""
_WIDE_SECONDS: Final = 0.35
"""For a Chinese character, a Japanese or a Korean syllable."""
_NUMBER_SECONDS: Final = 0.6
"""For a digit, which is a word."""

_ENDS: Final = (
    re.compile(r"[.!?…؟।॥][\"'”’»)\]]*\s+|[。！？][”’」』）]*\s*|\n\s*"),  # noqa: RUF001 - these end Chinese sentences
    re.compile(r"\s+"),
)
"""Where a part may end, in the order of preference: behind these."""
_CLOSING: Final = re.compile(
    "[\u0e33\u0eb3\u1160-\u11ff\u200c\u200d\ud7b0-\ud7ff\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
)
"""What belongs to the character before it, beside marks: vowels of Thai and Lao, ends of Korean syllables, the colours
of skins, and the letters of flags."""
_OPENING: Final = re.compile("[\u1100-\u115f\u200d\ua960-\ua97c]")
"""What belongs to the character behind it: beginnings of Korean syllables, and what joins emoji."""
_FLAG: Final = re.compile("[\U0001f1e6-\U0001f1ff]")
_VIRAMA: Final = 9
"""The combining class of what ties two consonants of an Indian script together."""


def parts(
    pieces: Iterable[Piece], options: SynthesisOptions, longest: float = MAX_SECONDS * SHARE
) -> Iterator[tuple[Piece, ...]]:
    """Yield the parts of a text, each of which makes a document that the service takes. Nothing of a text of blanks.

    ``longest``: seconds of audio that a part makes, about.
    """
    cleaned = [_cleaned(piece) for piece in _merged(pieces)]
    text = "".join(map(text_of, cleaned))
    if not text.strip():
        return
    size = MAX_MESSAGE - HEADERS - len(document((), options).encode())
    most = longest * options.rate
    kept_whole: set[int] = set()
    costs: list[tuple[int, float]] = []
    for piece in cleaned:
        cost = [_cost(character) for character in text_of(piece)]
        if isinstance(piece, Phoneme):
            # It is one thing, however long: all of its cost is at its beginning, and nothing ends inside.
            kept_whole.update(range(len(costs) + 1, len(costs) + len(cost)))
            whole = sum(size for size, _ in cost) + len(escape(piece.ipa).encode()) + _MARKUP
            cost = [(whole, sum(length for _, length in cost)), *[(0, 0.0)] * (len(cost) - 1)]
        costs += cost
    start = 0
    while start < len(text):
        end = _furthest(costs, start, size, most)
        if end < len(text):
            end = _best_end(text, start, end, kept_whole)
        yield tuple(_cut(cleaned, start, end))
        start = end


def seconds(text: str) -> float:
    """Return about how long a text is spoken, in seconds."""
    return sum(length for _, length in map(_cost, text))


def _merged(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield the pieces, texts that stand one behind the other as one."""
    for is_text, group in groupby(pieces, lambda piece: isinstance(piece, str)):
        if is_text:
            yield "".join(map(text_of, group))
        else:
            yield from group


def _cleaned(piece: Piece) -> Piece:
    return clean(piece) if isinstance(piece, str) else Phoneme(clean(piece.text), clean(piece.ipa))


@lru_cache(maxsize=1024)
def _cost(character: str) -> tuple[int, float]:
    """Return the bytes that a character takes, and about how many seconds."""
    size = len(escape(character).encode())
    if character.isdigit():
        return size, _NUMBER_SECONDS
    return size, _WIDE_SECONDS if east_asian_width(character) == "W" else _SECONDS


def _furthest(costs: list[tuple[int, float]], start: int, size: int, most: float) -> int:
    """Return where a part that begins at ``start`` ends at the latest. It has a character at least."""
    for end in range(start, len(costs)):
        more, longer = costs[end]
        size, most = size - more, most - longer
        if min(size, most) < 0 and more and end > start:
            return end
    return len(costs)


def _best_end(text: str, start: int, end: int, kept_whole: set[int]) -> int:
    """Return where a part that would end at ``end`` had better end."""
    for pattern in _ENDS:
        ends = [match.end() for match in pattern.finditer(text, start, end)]
        if good := [position for position in ends if position not in kept_whole]:
            return good[-1]
    between = (position for position in range(end, start, -1) if position not in kept_whole)
    return next((position for position in between if not _joined(text[position - 1], text[position])), end)


def _joined(before: str, after: str) -> bool:
    """Return whether two characters are, or may be, one to those who read them.

    What matters of Unicode's annex 29; the standard library does not know it.
    """
    return (
        category(after).startswith("M")
        or bool(_OPENING.match(before))
        or combining(before) == _VIRAMA
        or bool(_CLOSING.match(after))
        or bool(_FLAG.match(before) and _FLAG.match(after))
    )


def _cut(pieces: Iterable[Piece], start: int, end: int) -> Iterator[Piece]:
    """Yield what of the pieces is from one position of their text to another; a pronunciation is there or not."""
    for piece in pieces:
        text = text_of(piece)
        if start < len(text) and end > 0:
            yield piece if isinstance(piece, Phoneme) else text[max(0, start) : end]
        start, end = start - len(text), end - len(text)
