"""The phrases into which pauses have cut a command: one text, as if there had been none.

The service writes each phrase as a sentence: "Turn on the." and "Kitchen light." are "Turn on the kitchen light."
together. Home Assistant understands no command with a full stop in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
import re
from typing import Final

from ..languages.translation import joined
from ..speech.language_tags import language_of

_MARKS: Final = re.compile(r"[\s.,;:!?…。！？、，；：؟،۔।]+$")  # noqa: RUF001 - other languages' own
_CAPITAL_NOUNS: Final = frozenset({"de", "lb"})
"""Languages in which a word that begins with a capital need not be a name."""


@dataclass(frozen=True, slots=True)
class Said:
    """A phrase of a command."""

    text: str
    others: tuple[str, ...] = ()
    """What it may have been instead, the likeliest first."""
    spoken: str = ""
    """Its words as they were spoken, which begin small where they do so amid a sentence."""
    foreign: bool = False
    """Whether it is of another language than the home's sentences."""


def one_text(said: Sequence[Said], language: str) -> str:
    """Return phrases of a language as one text: without the full stops, and without the capitals, of the cuts."""
    texts: list[str] = []
    for phrase in said:
        if not phrase.text.strip():
            continue
        if texts:
            texts[-1] = unmarked(texts[-1])
        texts.append(_amid(phrase, language) if any(texts) else phrase.text)
    return joined([text for text in texts if text], language)


def unmarked(text: str) -> str:
    """Return a text without the marks at its end."""
    return _MARKS.sub("", text)


def _amid(phrase: Said, language: str) -> str:
    """Return a phrase as it is written amid a sentence, by how its first word was spoken."""
    text, spoken = phrase.text, phrase.spoken
    first, heard = (unmarked(words.partition(" ")[0]) for words in (text, spoken))
    if first == heard or first.lower() != heard or first.startswith(("I'", "I ")) or first == "I":
        return text
    if len(first) > 1 and not first[1:].islower():  # "TV"
        return text
    # Where all is small, nothing is known of nouns.
    if language_of(language) in _CAPITAL_NOUNS and spoken.islower():
        return text
    return text[0].lower() + text[1:]
