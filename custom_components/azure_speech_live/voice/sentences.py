"""Sentences out of a stream of text, each as soon as it is sure to be one.

Not by sentence-stream, which Home Assistant ships with its cloud: it waits for the next sentence's first capital, ends
one at "1. Pasta", "am 3. Oktober" and "z. B.", knows neither Thai nor a longest sentence, takes asterisks and blanks
away, and goes through all that it holds again with each piece. A test compares both.

Nothing is lost: the sentences one after the other are the text, blanks and all. Where they end does not depend on how
the text was cut into pieces. A sentence that has not ended within the limit is parted at a clause's end, or a blank.
"""

from enum import Enum, auto
from itertools import accumulate, takewhile
import re
from typing import Final
import unicodedata

from ..languages.words import JOINERS
from ..speech.language_tags import language_of
from .abbreviations import ABBREVIATIONS, ORDINAL_DOTS

_MARKS: Final = ".!?…؟‼⁇⁈⁉"
_FULL_WIDTH: Final = "。！？｡．।॥۔။៖៕።։"  # noqa: RUF001 - other languages' own
"""With or without a blank behind them they end a sentence."""
_CLOSERS: Final = "'\"’”»›)\\]}*_」』）】》〉〕"  # noqa: RUF001 - other languages' own
_OPENERS: Final = "(\"'„“«‚[*_"  # noqa: RUF001 - other languages' own
_POLITE: Final = "ครับ|ค่ะ|คะ"
"""With these words and a blank ends a Thai sentence; the language has no mark for it."""
_RUN: Final = 20
"""Marks in a row that are looked at."""
_END: Final = re.compile(
    rf"(?P<marks>[{_MARKS}]{{1,{_RUN}}})(?P<closers>[{_CLOSERS}“]{{0,{_RUN}}})(?P<blank>\s)"
    rf"|[{_FULL_WIDTH}][{_FULL_WIDTH}{_MARKS}]{{0,{_RUN}}}[{_CLOSERS}]{{0,{_RUN}}}(?=[^{_FULL_WIDTH}{_MARKS}{_CLOSERS}])"
    rf"|[:：]\n|(?<=[\u0e00-\u109f])\n|\n[ \t]{{0,{_RUN}}}\n|(?:{_POLITE})\s"  # noqa: RUF001 - a colon
)
_WHOLE: Final = re.compile(rf"(?:(?P<marks>[{_MARKS}]+)|[{_FULL_WIDTH}:：]|{_POLITE})[{_CLOSERS}“]*\s*\Z")  # noqa: RUF001
_MAY_END: Final = f"{_MARKS}{_FULL_WIDTH}:：“ \t\n" + _CLOSERS.replace("\\", "")  # noqa: RUF001
"""A text's last characters that may belong to an end which is not there yet."""
_LONGEST_END: Final = 2 * _RUN + 2
"""Characters of the longest end, with the one behind it: what begins before them and is none will be none."""
_LONGEST_WORD: Final = 4
"""Characters of the longest of the polite words."""
_LONGEST: Final = 40
"""Characters before a dot that are looked at, to tell what it belongs to."""
_WORD: Final = re.compile(r"\S*\Z")
_LAST_LETTERS: Final = re.compile(r"[^\W\d_]*\Z")
_UNIT: Final = re.compile(r"(?:\d\s?|°)[lmgthsWVAKCF]\Z")
"""A letter that is no abbreviation."""
_CLAUSE: Final = re.compile(r"[,;:–—](?=\s)|[，；：、،؛]")  # noqa: RUF001 - other languages' own
_LAST_DAY: Final = 31
_ESCAPED_SIZES: Final = {"&": 5, "<": 4, ">": 4}


class _Verdict(Enum):
    END = auto()
    NO_END = auto()
    UNDECIDED = auto()
    """The next character will tell."""


class Sentences:
    """The sentences of one text."""

    def __init__(self, language: str, limit: int) -> None:
        """Begin a text in a language, a BCP-47 tag. No sentence has more than ``limit`` bytes of UTF-8 in SSML."""
        self._language = language_of(language)
        self._abbreviations = ABBREVIATIONS.get(self._language, frozenset())
        self._limit = limit
        self._text = ""
        self._begin = 0
        """Where the first sentence begins that has not ended."""
        self._searched = 0
        """Before this place it does not end."""

    def add(self, text: str) -> list[str]:
        """Take more of the text; return the sentences that have ended."""
        self._text += text
        sentences: list[str] = []
        while end := self._end():
            sentences.append(self._text[self._begin : end])
            self._begin = self._searched = end
        self._text = self._text[self._begin :]
        self._searched -= self._begin
        self._begin = 0
        return sentences

    @property
    def unfinished(self) -> str:
        """What is there of the sentence that has not ended."""
        return self._text

    def pause(self) -> list[str]:
        """Return what is there, if it is a whole sentence: no more text comes for a while, such as a tool's call."""
        found = _WHOLE.search(self._text)
        if found is None or not self._text[: found.start()].strip():
            return []
        if found["marks"] == "." and self._is_abbreviated(found.start()):
            return []
        return self.flush()

    def flush(self) -> list[str]:
        """Return the rest: the text is over."""
        rest, self._text, self._searched = self._text, "", 0
        return [rest] if rest else []

    def _end(self) -> int:
        """Return where the first sentence ends, or is parted; 0 if that is not known yet."""
        end = self._found()
        if end and size(self._text[self._begin : end]) <= self._limit:
            return end
        # What is longer has the same place to be parted at, however much longer it is.
        most = self._begin + _fitting(self._text[self._begin : self._begin + self._limit + 1], self._limit)
        return self._parted(most) if most < len(self._text) else 0

    def _found(self) -> int:
        # Behind so many characters no sentence ends in time, and one more tells of some whether they do.
        last = self._begin + self._limit + 2
        while found := _END.search(self._text, self._searched, last):
            verdict = self._verdict(found)
            if verdict is _Verdict.END:
                return found.end()
            if verdict is _Verdict.UNDECIDED:
                return 0
            self._searched = found.end()
        seen = min(len(self._text), last)
        self._searched = max(self._searched, seen - _LONGEST_END)
        decided = len(self._text[self._searched : seen].rstrip(_MAY_END))
        self._searched += max(decided - _LONGEST_WORD, 0)
        return 0

    def _verdict(self, found: re.Match[str]) -> _Verdict:
        """Return whether a sentence ends where a mark and a blank are."""
        if not self._text[self._begin : found.start()].strip():
            return _Verdict.NO_END
        marks, blank = found["marks"], found["blank"]
        if marks is None or blank == "\n":
            is_number = marks == "." and self._is_number_of_item(found.start())
            return _Verdict.NO_END if is_number else _Verdict.END
        if marks == "." and self._is_abbreviated(found.start()):
            return _Verdict.NO_END
        if not self._needs_next(marks, found["closers"]):
            return _Verdict.END
        following = self._text[found.end() : found.end() + 1]
        if not following:
            return _Verdict.UNDECIDED
        return _Verdict.NO_END if following.islower() or following in _CLOSERS else _Verdict.END

    def _needs_next(self, marks: str, closers: str) -> bool:
        """Return whether only what follows tells: an ellipsis, "Really?" he said; « Vraiment ? »."""
        return len(marks) > 1 or marks == "…" or bool(closers) or (self._language == "fr" and marks in "!?")

    def _is_abbreviated(self, dot: int) -> bool:
        """Return whether a dot belongs to the word before it: to a letter, an abbreviation, a number that counts."""
        word = self._word_before(dot)
        if word.isdecimal():
            counts = self._language in ORDINAL_DOTS and len(word) <= len(str(_LAST_DAY)) and int(word) <= _LAST_DAY
            return counts or self._is_number_of_item(dot)
        last = _LAST_LETTERS.search(word)
        letters = last[0] if last else ""
        is_letter = len(letters) == 1 and not _UNIT.search(self._text[max(dot - _LONGEST, self._begin) : dot])
        return is_letter or word.lower() in self._abbreviations or letters.lower() in self._abbreviations

    def _is_number_of_item(self, dot: int) -> bool:
        """Return whether a number is all that stands before a dot, in its line or in its sentence."""
        before = self._text[max(self._begin, dot - _LONGEST) : dot]
        begins = dot - len(before) == self._begin or "\n" in before
        return begins and before.rpartition("\n")[2].strip().isdecimal()

    def _word_before(self, end: int) -> str:
        found = _WORD.search(self._text[max(end - _LONGEST, self._begin) : end])
        return found[0].lstrip(_OPENERS) if found else ""

    def _parted(self, most: int) -> int:
        """Return where to part a sentence that is too long: behind a clause, or a blank, or else a character."""
        begin = self._begin
        clauses = [found.end() for found in _CLAUSE.finditer(self._text, max((begin + most) // 2 - 1, begin), most)]
        if clauses:
            return clauses[-1]
        blank = max(self._text.rfind(mark, begin, most) for mark in " \t\n")
        if self._text[begin : blank + 1].strip():
            return blank + 1
        end = most
        while end > begin and _joins(self._text[end - 1 : end + 1]):
            end -= 1
        return end if end > begin else most


def size(text: str) -> int:
    """Return the bytes that a text has in SSML, where three characters are escaped."""
    return len(text.encode(errors="surrogatepass")) + sum(
        text.count(mark) * (escaped - 1) for mark, escaped in _ESCAPED_SIZES.items()
    )


def _fitting(text: str, limit: int) -> int:
    """Return how many characters fit into so many bytes, at least one."""
    if size(text) <= limit:
        return len(text)
    sizes = accumulate(map(size, text))
    return max(sum(1 for _ in takewhile(limit.__ge__, sizes)), 1)


def _joins(pair: str) -> bool:
    """Return whether two characters are parts of one that is read."""
    return pair[-1] in JOINERS or pair[0] in JOINERS or unicodedata.category(pair[-1]).startswith("M")
