"""Language tags, compared as BCP 47 says: in any case, with "_" for "-", and a shorter one with a longer.

The service takes "de-DE" and "zh-Hans" and answers with "de-de", "de" or "zh-hans"; people and programs write "de" and
"en_GB". Source: RFC 5646, sections 2.1.1 (case does not matter) and 4.5 (extended languages), and RFC 4647, sections
3.3.1 (filtering: the tags that begin with another) and 3.4 (lookup: the most specific tag that another begins with).
"""

from collections.abc import Generator, Iterable
import re
from typing import Final

_TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_RENAMED: Final = {"cmn": "zh", "in": "id", "iw": "he", "jw": "jv", "no": "nb", "tl": "fil"}
"""Codes of languages, withdrawn or wider, by which others know what the service names otherwise."""
_SCRIPT: Final = 4
"""Letters of a script's subtag, such as "Hans"; no other that stands before a region has as many."""
_EXTENDED: Final = 3
"""Letters of a language's subtag that stands after a wider one's: "zh-yue" is "yue". No other has as many there."""


def is_tag(text: str) -> bool:
    """Return whether a text is a language tag as the service takes it: "de-DE", but neither "de_DE" nor "German"."""
    return _TAG.fullmatch(text) is not None


def language_of(tag: str) -> str:
    """Return a tag's language alone: "zh" of "zh_Hans-CN"."""
    return next(_forms(tag)).partition("-")[0]


def lookup(tag: str, known: Iterable[str]) -> str | None:
    """Return the known tag that a tag is, or is a more specific one of: "fr" of "fr-FR". None if there is none."""
    forms = {next(_forms(other)): other for other in known}
    for form in _forms(tag):
        found = max((other for other in forms if f"{form}-".startswith(f"{other}-")), key=len, default=None)
        if found:
            return forms[found]
    return None


def match(tag: str, known: Iterable[str]) -> str | None:
    """Return what ``lookup`` finds, or else the first known tag that is more specific: "de-DE" of "de"."""
    known = tuple(known)
    prefix = f"{next(_forms(tag))}-"
    return lookup(tag, known) or next((other for other in known if next(_forms(other)).startswith(prefix)), None)


def without_script(tag: str) -> str:
    """Return a tag as it is compared, without its script, which nobody hears: "sr" of "sr-Latn"."""
    language, *subtags = next(_forms(tag)).split("-")
    if subtags and len(subtags[0]) == _SCRIPT and subtags[0].isalpha():
        del subtags[0]
    return "-".join([language, *subtags])


def _forms(tag: str) -> Generator[str]:
    """Yield a tag as it is compared, and then without its script, which a region implies: "zh-cn" of "zh-Hans-CN"."""
    language, *subtags = tag.strip().lower().replace("_", "-").split("-")
    if subtags and len(subtags[0]) == _EXTENDED and subtags[0].isalpha():
        language, *subtags = subtags
    language = _RENAMED.get(language, language)
    yield "-".join([language, *subtags])
    if len(subtags) > 1 and len(subtags[0]) == _SCRIPT:
        yield "-".join([language, *subtags[1:]])
