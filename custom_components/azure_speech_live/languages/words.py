"""What a word is in any script, and the lines in which a household says what becomes of a word."""

from collections.abc import Iterable, Iterator
import re
from typing import Final
import unicodedata

UNSPACED: Final = "\u0e00-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f\U00020000-\U000323af"
"""Thai, Lao, Tibetan, Burmese, Khmer, kana, Chinese characters: written without blanks, so words do not end at any."""
JOINERS: Final = "\u200c\u200d"
"""They join letters or keep them apart, and so are part of words, in Persian, Kannada or Nepali, and of emojis.

Home Assistant's sentences have them as well, and compare them.
"""
APOSTROPHES: Final = "'’ʼ՚＇"  # noqa: RUF001 - they look alike
"""All the same one."""
ARROW: Final = "=>"
"""Stands between a word and what becomes of it."""

# Accents and vowel signs, which are part of a word, though no letters to Python: Hebrew's, Arabic's, those of India.
_SIGNS: Final = "\u0300-\u036f\u0591-\u05c7\u064b-\u0670\u0900-\u0dff"
_LETTER: Final = f"[^\\W{UNSPACED}]|[{_SIGNS}{JOINERS}]"
_BLANKS: Final = re.compile(r"\s+")
_STRAY_JOINERS: Final = re.compile(rf"(?<!\S)[{JOINERS}]+")
_STRAIGHT: Final = str.maketrans(dict.fromkeys(APOSTROPHES, "'"))


def tidy(text: str) -> str:
    """Return a text with single blanks, and none around it."""
    return _BLANKS.sub(" ", text).strip()


def visible(text: str) -> str:
    """Return a text without marks that nobody sees, such as those of writing from right to left.

    An accent is part of its letter, where Unicode has that: whoever typed it may have typed both.
    """
    text = unicodedata.normalize("NFC", text)
    if text.isprintable():
        return text
    seen = (
        mark for mark in text if mark in JOINERS or mark.isspace() or unicodedata.category(mark) not in ("Cc", "Cf")
    )
    return _STRAY_JOINERS.sub("", "".join(seen))


def straight(text: str) -> str:
    """Return a text with the apostrophe of a keyboard in place of each."""
    return text.translate(_STRAIGHT)


def plain(text: str) -> str:
    """Return words as they are sent and compared: with the blanks and the apostrophes of a keyboard."""
    return tidy(straight(visible(text)))


def whole_words(words: str) -> str:
    """Return a pattern of words that are not part of longer ones, with any apostrophe and any blanks."""
    pattern = r"\s+".join(map(re.escape, plain(words).split())).replace("'", f"[{APOSTROPHES}]")
    before = f"(?<!{_LETTER})" if re.match(_LETTER, words) else ""
    after = f"(?!{_LETTER})" if re.match(_LETTER, words[-1]) else ""
    return before + pattern + after


def word_pairs(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield what stands before and behind the arrow of each line that is not empty; behind it may be nothing.

    Raises ValueError, which says the line that has no arrow, or nothing before it.
    """
    for line in filter(str.strip, map(visible, lines)):
        words, arrow, instead = map(str.strip, line.partition(ARROW))
        if not arrow or not words:
            raise ValueError(line.strip())
        yield words, instead
