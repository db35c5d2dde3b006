"""A text as hassil's matcher compares it: the forms of what was said so far which the templates are laid against."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
import re
from typing import Final

from hassil.string_matcher import BREAK_WORDS_TABLE
from hassil.util import normalize_for_matching, remove_skip_words

FOLDED: Final = {"\u0130": "i", "\u0131": "i"}
"""Two letters of Turkish that a comparison without case takes for another, and that no method of a string does."""


def fold(text: str) -> str:
    """Return `text` for comparisons without case; each character stays one."""
    if text.isascii():
        return text.lower()
    return "".join(map(fold_character, text))


def fold_character(character: str) -> str:
    """Return a character without case. What would become two stays as near as one can be."""
    if character in FOLDED:
        return FOLDED[character]
    for folded in (character.casefold(), character.lower()):
        if len(folded) == 1:
            return folded
    return character


NO_SPACE: Final = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]$")
"""The end of a text, in Thai, Japanese or Chinese: whatever comes next, there is no space before it."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One form of a text."""

    texts: tuple[str, ...]
    """The text folded, and with its joined words apart if it has any: characters have the same places in both."""
    end: int
    """Where what comes next begins: behind a space, in most languages."""
    tight: bool
    """In a language without spaces: whitespace is left out, here and in the templates."""
    unfinished: bool
    """A word that can be skipped has begun at the end: it is left out, and that its rest comes is something more."""

    @property
    def text(self) -> str:
        """The text folded."""
        return self.texts[0]


def wordings(text: str, skip_words: Iterable[str], *, tight: bool) -> list[Wording]:
    """Return the forms that hassil would match of `text`, with and without the words that can be skipped."""
    whole = normalize_for_matching(text).text
    forms = dict.fromkeys(((whole, False), *skipped(whole, skip_words, tight=tight)))
    return [formed(form, tight=tight, unfinished=unfinished) for form, unfinished in forms]


def formed(text: str, *, tight: bool, unfinished: bool = False) -> Wording:
    """Return the form of a text in which nothing is left to be skipped."""
    folded = pressed(fold(text)) if tight else f"{fold(text)} "
    broken = folded.translate(BREAK_WORDS_TABLE)
    if tight:
        return Wording((folded,), len(folded), tight, unfinished)
    end = len(text) if NO_SPACE.search(text) else len(folded)
    return Wording((folded,) if broken == folded else (folded, broken), end, tight, unfinished)


def pressed(text: str) -> str:
    """Return `text` without whitespace. Joined words lose what joins them too: apart, that would be a space."""
    return "".join(text.translate(BREAK_WORDS_TABLE).split())


def skipped(text: str, words: Iterable[str], *, tight: bool) -> Iterator[tuple[str, bool]]:
    """Yield `text` without the words that can be skipped: anywhere, at an end only, or begun at its end."""
    for start, end in ((True, True), (True, False), (False, True)):
        yield remove_skip_words(text, words, tight, start=start, end=end), False
    for rest in without_a_begun_one(text, words, tight=tight):
        yield remove_skip_words(rest, words, tight), True


def without_a_begun_one(text: str, words: Iterable[str], *, tight: bool) -> Iterator[str]:
    """Yield what comes before a beginning of one of `words` at the end of `text`."""
    folded = fold(text)
    for word in map(fold, words):
        ends = range(1, len(word)) if tight else [place for place, letter in enumerate(word) if letter == " "]
        for end in ends:
            begun = word[:end]
            if folded.endswith(begun) and (tight or folded[: -len(begun)][-1:] in ("", " ")):
                yield text[: -len(begun)].rstrip()
