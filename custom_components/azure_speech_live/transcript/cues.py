"""What was said, as cues of subtitles: where one ends and the next begins, and its lines.

The rules are those of broadcasters: two lines of 42 characters (16 of Chinese or Japanese), one to seven seconds, no
two at a time, none across a silence, and sentences kept together (cognitive-services-speech-sdk#2071 has what comes of
cutting by length alone). A sentence is a cue; one that is too long is parted at a clause, or else near its middle.
Where words have times, cues have them, too; else the time of a text is shared out by its length.

Home Assistant ships no library for subtitles, and those that there are (srt, pysrt, webvtt-py) write cues, but do not
make them of speech.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
import re
from typing import Final
import unicodedata

from ..languages.words import tidy, visible
from ..speech import Word
from .units import is_unspaced, units_of

SHORTEST: Final = 1000
LONGEST: Final = 7000
"""Milliseconds that a cue is shown."""
SILENCE: Final = 1000
"""Milliseconds without a word that no cue goes across."""
_LATE: Final = 500
"""Milliseconds that a cue may begin late, so that a short one before it, such as "Yes.", can be read."""
MAX_NAME: Final = 32
"""Characters of a speaker's name."""

_NARROW: Final = 8
_WIDE: Final = 21
LINE: Final = 42 * _NARROW
"""Width of a line: 42 characters, or 16 wide ones."""
_LAST: Final = 1 << 53
"""Milliseconds beyond which there are no times."""

_SENTENCE_END: Final = re.compile(r"(?:[!?…؟।॥။៕։。！？｡．]|(?<![\s.]\w)(?<!\A\w)\.)\W*\Z")  # noqa: RUF001
"""A dot behind a single letter ends none."""
_CLAUSE_END: Final = re.compile(r"[,;:–—،؛，；：、](?:\W*\Z)")  # noqa: RUF001 - other languages' own


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was said, by one speaker. Times are seconds; words may be missing, or others than in the text."""

    text: str
    offset: float
    duration: float
    speaker: str | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Cue:
    """One or two lines, shown from ``start_ms`` on until ``end_ms``."""

    start_ms: int
    end_ms: int
    lines: list[str]
    speaker: str | None


@dataclass(frozen=True, slots=True)
class _Unit:
    """A word, with the blanks before it, and when it is said."""

    text: str
    start: int
    end: int
    ends_line: bool = False


def cues(lines: Iterable[Line], *, named: bool = False) -> Iterator[Cue]:
    """Yield the cues of what was said, in order; with ``named``, who speaks is told in the text where that changes."""
    before: Cue | None = None
    for cue in sorted(_cues(lines, named=named), key=lambda cue: cue.start_ms):
        if before is not None:
            shown = max(cue.start_ms, min(before.start_ms + SHORTEST, cue.start_ms + _LATE), before.start_ms + 1)
            before = replace(before, end_ms=min(before.end_ms, shown))
            yield before
            start = max(cue.start_ms, before.end_ms)
            cue = replace(cue, start_ms=start, end_ms=max(cue.end_ms, start + 1))  # noqa: PLW2901
        before = cue
    if before is not None:
        yield before


def clean(text: str) -> str:
    """Return a text in one line, without marks that nobody sees and what UTF-8 does not have."""
    return tidy(visible(text.encode(errors="ignore").decode()))


def name_of(speaker: str | None) -> str | None:
    """Return a speaker's name as it is written; None if there is none."""
    return clean(speaker or "")[:MAX_NAME].strip() or None


def _cues(lines: Iterable[Line], *, named: bool) -> Iterator[Cue]:
    """Yield the cues, with the times of their words; each is long enough, and may reach into the next."""
    last: str | None = None
    for speaker, units in _runs(sorted(lines, key=lambda line: line.offset)):
        if named and speaker and speaker != last:
            first = units[0]
            name = [_Unit(piece, first.start, first.start) for piece in _pieces(f"{speaker}:")]
            units[:1] = [*name, replace(first, text=f" {first.text.lstrip()}")]
        last = speaker
        for sentence in _sentences(units):
            for part in _parts(sentence):
                start, end = part[0].start, part[-1].end
                end = min(max(end, start + SHORTEST), start + LONGEST)
                yield Cue(start, end, _lines(part), speaker)


def _runs(lines: Iterable[Line]) -> Iterator[tuple[str | None, list[_Unit]]]:
    """Yield what one speaker says without a silence."""
    run: list[_Unit] = []
    speaker: str | None = None
    for line in lines:
        units = _units(line)
        if not units:
            continue
        if run and name_of(line.speaker) != speaker:
            yield speaker, run
            run = []
        speaker = name_of(line.speaker)
        if run and not is_unspaced(run[-1].text[-1] + units[0].text[0]):
            units[0] = replace(units[0], text=f" {units[0].text}")
        for unit in units:
            if run and unit.start - run[-1].end >= SILENCE:
                yield speaker, run
                run = []
            run.append(unit)
    if run:
        yield speaker, run


# --- times


def _units(line: Line) -> list[_Unit]:
    """Return a line's words with their times."""
    pieces = _pieces(clean(line.text))
    if not pieces:
        return []
    words = [word for word in line.words if word.text.strip()] or [Word(line.text, line.offset, line.duration)]
    # A clock of the text, by how many of its letters were said: the words may be spelled otherwise ("22 degrees").
    letters = [0, *accumulate(_letters(word.text) for word in words)]
    # No word begins before the one before it, and each ends where the next one begins, at the latest.
    starts = list(accumulate((_milliseconds(word.offset) for word in words), max))
    ends = [
        min(max(_milliseconds(word.offset + word.duration), start), following)
        for word, start, following in zip(words, starts, [*starts[1:], _LAST], strict=True)
    ]
    marks = [0, *accumulate(map(_letters, pieces))]
    scale = letters[-1] / marks[-1]
    units: list[_Unit] = []
    for piece, (before, after) in zip(pieces, pairwise(marks), strict=True):
        begin = min(bisect_right(letters, before * scale + 1e-6) - 1, len(words) - 1)
        finish = min(max(bisect_right(letters, after * scale - 1e-6) - 1, begin), len(words) - 1)
        units.append(
            _Unit(
                piece,
                _at(starts[begin], ends[begin], before * scale - letters[begin], letters[begin + 1] - letters[begin]),
                _at(
                    starts[finish], ends[finish], after * scale - letters[finish], letters[finish + 1] - letters[finish]
                ),
            )
        )
    units[-1] = replace(units[-1], ends_line=True)
    return units


def _at(start: int, end: int, said: float, letters: int) -> int:
    return start + round((end - start) * min(max(said / letters, 0), 1))


def _letters(text: str) -> int:
    """Return how long it takes to say a word, beside others: its letters, those of the Chinese for two."""
    return max(sum(1 + is_unspaced(mark) for mark in text if mark.isalnum()), 1)


def _milliseconds(seconds: float) -> int:
    return min(max(round(seconds * 1000), 0), _LAST)


def _pieces(text: str) -> list[str]:
    """Return a text's words; one that is longer than a line, in pieces."""
    pieces: list[str] = []
    for unit in units_of(text):
        begin, widths = 0, _widths(unit)
        while widths[-1] - widths[begin] > LINE:
            end = bisect_right(widths, widths[begin] + LINE) - 1
            pieces.append(unit[begin:end])
            begin = end
        pieces.append(unit[begin:])
    return pieces


# --- where cues end


def _sentences(units: Sequence[_Unit]) -> Iterator[Sequence[_Unit]]:
    """Yield sentences; short ones together, as long as they have no second."""
    begin = 0
    for at, (unit, following) in enumerate(pairwise(units), 1):
        ends = _SENTENCE_END.search(unit.text) and not following.text.lstrip()[0].islower()
        if (ends or unit.ends_line) and unit.end - units[begin].start >= SHORTEST:
            yield units[begin:at]
            begin = at
    yield units[begin:]


def _parts(sentence: Sequence[_Unit]) -> Iterator[Sequence[_Unit]]:
    """Yield a sentence in parts that fit into two lines and seven seconds."""
    widths = _widths(unit.text for unit in sentence)
    begin = 0
    while begin < len(sentence):
        most = _fitting(sentence, widths, begin)
        end = most
        if most < len(sentence):
            # Two parts are about as long as each other; of more, each is as long as it can be.
            middle = (begin + len(sentence)) // 2 if _fitting(sentence, widths, most) == len(sentence) else most
            wanted = min(middle, most)
            end = _best(sentence, (begin + wanted + 1) // 2, most, wanted)
        yield sentence[begin:end]
        begin = end


def _fitting(sentence: Sequence[_Unit], widths: Sequence[int], begin: int) -> int:
    """Return the end of the longest part from a word on; it has one word at least."""
    most = _filled(sentence, widths, _filled(sentence, widths, begin))
    latest = sentence[begin].start + LONGEST
    while most > begin + 1 and sentence[most - 1].end > latest:
        most -= 1
    return most


def _filled(sentence: Sequence[_Unit], widths: Sequence[int], begin: int) -> int:
    """Return where a line ends that begins with a word and takes as many as it can."""
    if begin == len(sentence):
        return begin
    return max(bisect_right(widths, widths[begin] + _blank(sentence[begin].text) + LINE) - 1, begin + 1)


def _best(units: Sequence[_Unit], first: int, last: int, wanted: int) -> int:
    """Return before which unit to part them: where somebody pauses, or at a clause, and near to what is wanted."""

    def cost(at: int) -> float:
        before, behind = units[at - 1], units[at]
        marks = 6 if _CLAUSE_END.search(before.text) or _SENTENCE_END.search(before.text) else 0
        inside = 0 if _blank(behind.text) else 2
        return abs(at - wanted) + inside - marks - min((behind.start - before.end) / 100, 4)

    return min(range(first, last + 1), key=cost)


def _lines(part: Sequence[_Unit]) -> list[str]:
    """Return the one or two lines of a part."""
    texts = [unit.text for unit in part]
    widths = _widths(texts)
    most = LINE + _blank(texts[0])
    if widths[-1] <= most:
        return ["".join(texts).strip()]

    def cost(at: int) -> float:
        uneven = abs(2 * widths[at] - widths[-1]) / _NARROW
        clause = 8 if _CLAUSE_END.search(texts[at - 1]) else 0
        return uneven - clause + (0 if _blank(texts[at]) else 4)

    last = bisect_right(widths, most) - 1
    first = next(at for at in range(1, last + 1) if widths[-1] - widths[at] - _blank(texts[at]) <= LINE)
    best = min(range(first, last + 1), key=cost)
    return ["".join(texts[:best]).strip(), "".join(texts[best:]).strip()]


def _width(text: str) -> int:
    return _NARROW * len(text) if text.isascii() else sum(map(_width_of, text))


def _blank(unit: str) -> int:
    """Return the width of the blank before a word, which is not seen where a line begins."""
    return _NARROW if unit[0].isspace() else 0


def _widths(texts: Iterable[str]) -> list[int]:
    """Return the width before each of the texts, and that of all."""
    return [0, *accumulate(map(_width, texts))]


def _width_of(mark: str) -> int:
    if unicodedata.combining(mark):
        return 0
    return _WIDE if unicodedata.east_asian_width(mark) in "WF" else _NARROW
