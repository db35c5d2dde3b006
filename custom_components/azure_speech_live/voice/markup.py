"""What stands within a line and is not said as it stands: links, tags, entities, escapes, addresses.

Each function reads what begins at a place of the source, and returns what it is; or None, if more text could make it
another thing. Each looks so far and no further: what is longer is text, so that nobody waits for a bracket that never
closes. Source of the markup: CommonMark 0.31.
"""

from html.entities import html5
import re
from typing import Final

from ..languages.words import UNSPACED
from .reading import Mode, Read, Source

_MAX_LINK: Final = 300
"""Characters of a link's text, or of a tag."""
_MAX_COMMENT: Final = 2000
_MAX_HOST: Final = 255

ADDRESS_BEGINS: Final = (
    r"(?<![a-zA-Z0-9])(?:https?://|www\.|(?:h|ht|htt|https?|https?:|https?:/|w|ww|www)\Z)"  # or may begin
)
_LINK: Final = re.compile(rf"\[((?:[^\[\]\n\\]|\\(?:[^\n]|\Z)){{0,{_MAX_LINK}}})(?:(\])(\()?)?")
_CITATION: Final = re.compile(r"【[^】\n]{0,60}(】)?")
_ENTITY: Final = re.compile(r"&(#?\w{0,10})")
_ANGLE: Final = re.compile(rf"<([^\s<>]{{0,{_MAX_LINK}}})")
_NAME: Final = re.compile(r"/?([a-zA-Z][a-zA-Z0-9:-]*)/?\Z")
_TAG: Final = re.compile(r"""<[^\s<>]+(?:[ \t]+[\w:-]+=(?:"[^"\n<>]*"|'[^'\n<>]*'|[^\s"'=<>]+))*[ \t]*/?>""")
_TAGS: Final = frozenset(
    """
    a abbr b big blockquote body br center cite code dd del details div dl dt em font h1 h2 h3 h4 h5 h6 hr html i img
    ins kbd li mark ol p pre q s samp small span strike strong sub summary sup table tbody td th thead tr u ul
    audio break emphasis lang lexicon mstts:backgroundaudio mstts:express-as mstts:silence phoneme prosody say-as
    sentence speak voice
    """.split()  # noqa: SIM905 - a list would be as many lines
)
"""Of HTML and SSML. "<name>" is text: somebody tells what to fill in."""
_LINES: Final = frozenset(("blockquote", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "p", "tr"))
_ESCAPED: Final = frozenset("\\`*_{}[]()#+-.!|>~<&")
_SCHEME: Final = re.compile(r"https?://|www\.", re.IGNORECASE)
_IN_ADDRESS: Final = rf"""[^\s<>()\[\]"'“”„»«*`，。、；：！？）】》」』{UNSPACED}]"""  # noqa: RUF001 - other languages' own
_HOST: Final = re.compile(rf"(?:(?![/?#]){_IN_ADDRESS}){{0,{_MAX_HOST}}}")
_MAX_BRACKETED: Final = 100
"""Characters between the brackets of an address, of which an encyclopedia's has some: "Mercury_(planet)"."""
_PATH: Final = re.compile(rf"(?:{_IN_ADDRESS}|\((?:{_IN_ADDRESS}){{0,{_MAX_BRACKETED}}}\))*")
_OPEN_BRACKET: Final = re.compile(rf"\((?:{_IN_ADDRESS}){{0,{_MAX_BRACKETED}}}\Z")
_AFTER_ADDRESS: Final = ".,;:!?…_~"
"""At the end of an address they are the sentence's that it stands in."""


def escaped(source: Source) -> Read | None:
    r"""Read "\\*" as "*"."""
    if source.goes_on(source.at + 1):
        return None
    character = source.character(source.at + 1)
    if character == "\n":
        return Read(source.at + 1)
    return Read(source.at + 2, character) if character in _ESCAPED else source.literal()


def picture(source: Source) -> Read | None:
    """Read the mark before a picture's description, which is a link's text."""
    if source.goes_on(source.at + 1):
        return None
    found = _LINK.match(source.text, source.at + 1)
    if found and _is_cut(source, found, 3):
        return None
    return Read(source.at + 1) if found and found[3] else source.literal()


def link(source: Source) -> Read | None:
    """Read "[text](target)" as the text. A footnote's number is nothing."""
    found = source.found(_LINK)
    if _is_cut(source, found, 3):
        return None
    if found[2] and found[1].startswith("^"):
        return Read(found.end(2))
    return Read(found.end(), found[1], Mode.TARGET, is_markup=True) if found[3] else source.literal()


def citation(source: Source) -> Read | None:
    """Read what some models cite, 【4:0†source】, as nothing."""
    found = source.found(_CITATION)
    if _is_cut(source, found, 1):
        return None
    return Read(found.end()) if found[1] and "†" in found[0] else source.literal()


def entity(source: Source) -> Read | None:
    """Read "&amp;" as "&"."""
    found = source.found(_ENTITY)
    if source.goes_on(found.end()):
        return None
    character = _character(found[1]) if source.character(found.end()) == ";" else ""
    return Read(found.end() + 1, character) if character else source.literal()


def angle(source: Source) -> Read | None:  # noqa: PLR0911 - each is something else that brackets may be
    """Read a tag as nothing, or as the end of a line, a comment as nothing, and "<address>" as the address."""
    found = source.found(_ANGLE)
    if source.goes_on(found.end()):
        return None
    if found[0].startswith("<!--"):
        return _up_to("-->", source, _MAX_COMMENT)
    if source.character(found.end()) == ">" and ("@" in found[1] or "://" in found[1]):
        return Read(found.end() + 1, found[1], is_markup=True)
    name = _NAME.match(found[1])
    if name is None or name[1].lower() not in _TAGS:
        return source.literal()
    read = _up_to(">", source, _MAX_LINK)
    if read is None:
        seen = source.text[source.at + 1 :]
        return source.literal() if "<" in seen or "\n" in seen else None
    if not _TAG.fullmatch(source.text, source.at, read.end):
        return source.literal()
    return Read(read.end, "\n") if name[1].lower() in _LINES else read


def address(source: Source) -> Read | None:
    """Read an address as its host: "example.com" of "https://user@www.example.com/page"."""
    scheme = _SCHEME.match(source.text, source.at)
    if scheme is None:
        return source.literal() if source.is_over else None
    host = _HOST.match(source.text, scheme.end())
    if host is None or (source.goes_on(host.end()) and len(host[0]) < _MAX_HOST):
        return None
    has_path = source.character(host.end()) in ("/", "?", "#")
    name = host[0] if has_path else host[0].rstrip(_AFTER_ADDRESS)
    said = name.rpartition("@")[2].removeprefix("www.")
    return Read(scheme.end() + len(name), said, Mode.ADDRESS) if said else source.literal(len(scheme[0]))


def rest_of_address(source: Source) -> Read | None:
    """Read the rest of an address, as far as it is there, as nothing; what may be the sentence's is left."""
    path = source.found(_PATH)
    end = source.at + len(path[0].rstrip(_AFTER_ADDRESS))
    bracket = _OPEN_BRACKET.match(source.text, path.end())
    if not source.goes_on(bracket.end() if bracket else path.end()):
        return Read(end)
    return Read(end, then=Mode.ADDRESS) if end > source.at else None


def _up_to(ending: str, source: Source, limit: int) -> Read | None:
    """Read what ends like this as nothing; what does not end within the limit is text."""
    end = source.text.find(ending, source.at, source.at + limit)
    if end >= 0:
        return Read(end + len(ending))
    return None if source.goes_on(len(source.text)) and len(source.text) < source.at + limit else source.literal()


def _is_cut(source: Source, found: re.Match[str], last: int) -> bool:
    """Return whether more text could give a match its last group."""
    return source.goes_on(found.end()) and not found[last]


def _character(name: str) -> str:
    """Return what stands between "&" and ";" for; nothing if it stands for nothing."""
    if not name.startswith("#"):
        return html5.get(f"{name};", "")
    digits, base = (name[2:], 16) if name[1:2] in ("x", "X") else (name[1:], 10)
    try:
        return chr(int(digits, base))
    except ValueError, OverflowError:
        return ""
