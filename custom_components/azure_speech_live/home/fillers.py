"""Words that say nothing: "uh", with which people begin, or fill a pause. Some services write them down.

Only what is no word of its language: "um" is one in Portuguese, "eh" in German, "er" everywhere but in English. A word
with a meaning is never left out, least of all one that turns a command into its contrary.
"""

from collections.abc import Mapping
from functools import cache
import re
from typing import Final

from ..languages.words import whole_words
from ..speech.language_tags import language_of

_MARKS: Final = ",.!?…،、，。！？"  # noqa: RUF001 - other languages' own

FILLERS: Final[Mapping[str, tuple[str, ...]]] = {
    "ca": ("eh", "ehm", "mmm"),
    "cs": ("ehm", "hmm", "eee"),
    "da": ("øh", "øhm", "hmm"),
    "de": ("äh", "ähm", "äähm", "ähem", "öh", "öhm", "hm", "hmm", "mhm"),
    "en": ("uh", "uhh", "um", "umm", "uhm", "er", "erm", "hm", "hmm", "mhm"),
    "es": ("eh", "ehm", "em", "mmm"),
    "fi": ("öö", "ööh", "öhm", "hmm"),
    "fr": ("euh", "euhm", "heu", "hum", "hmm"),
    "hu": ("ööö", "öhm", "hmm"),
    "it": ("eh", "ehm", "uhm", "mmm", "hmm"),
    "ja": ("えーと", "ええと", "えっと", "うーん"),
    "nb": ("eh", "ehm", "øh", "øhm", "hmm"),
    "nl": ("eh", "ehm", "uh", "uhm", "euh", "euhm", "hm", "hmm"),
    "pl": ("yyy", "eee", "hmm", "yhm"),
    "pt": ("ahn", "hã", "hmm", "uhm"),
    "ru": ("эм", "эмм", "ээ", "эээ", "хм", "ммм"),
    "sv": ("eh", "ehm", "öh", "öhm", "äh", "hmm"),
    "zh": ("嗯", "呃"),
}
"""By language."""


def without_fillers(text: str, language: str) -> str:
    """Return a text without them, and without the marks around them; empty if there is nothing else in it."""
    pattern = _pattern(language_of(language))
    if pattern is None or not pattern.search(text):
        return text
    kept = pattern.sub(lambda found: _instead(found, text), text)
    if not any(mark.isalnum() for mark in kept):
        return ""
    return kept[0].upper() + kept[1:] if text[0].isupper() else kept


@cache
def _pattern(language: str) -> re.Pattern[str] | None:
    if language not in FILLERS:
        return None
    # Not in "uh-huh", which is a word.
    filler = f"(?<![-‐])(?:{'|'.join(map(whole_words, FILLERS[language]))})(?![-‐])"  # noqa: RUF001 - a hyphen
    return re.compile(rf"[\s,،、，]*{filler}(?:[\s{_MARKS}]*{filler})*(?P<after>[\s{_MARKS}]*)", re.IGNORECASE)  # noqa: RUF001 - other languages' own


def _instead(found: re.Match[str], text: str) -> str:
    """Return what stands in place of fillers and of the marks around them."""
    if not found.start():
        return ""
    if found.end() == len(text):
        return found["after"].strip().lstrip(",،、，…")  # noqa: RUF001 - other languages' own
    return " " if " " in found[0] else ""
