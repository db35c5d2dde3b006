"""Text as people hear it, out of a stream of pieces: without markup, emojis, and the tails of addresses.

A language model writes markdown, whatever it is told. Nobody wants to hear its asterisks, a table's bars, code, or an
address to its end. What is plain text stays as it is, letter for letter. A piece may end anywhere, in a word, in a
link: what comes out is the same for any way of cutting, since nothing is decided before enough is there to decide it.
All else is passed on at once, so that a voice can begin while the text is still written.

What is decided here:
- A link is its text, a picture its description, an address its host, code in a block nothing.
- A list's line, a heading and a table's row end like sentences; a row's cells are separated by commas.
- HTML and SSML of known names is markup: it is left out, and never carried out. Other angle brackets are text.
- Entities are what they stand for: who writes "AT&amp;T" wants "AT&T" to be heard.
Source of the markup: CommonMark 0.31 and GitHub's tables, as far as it can be told without the rest of the text.
"""

from collections.abc import Callable, Mapping
import re
from typing import Final

from .characters import Heard, is_unspaced
from .markup import (
    ADDRESS_BEGINS,
    address,
    angle,
    citation,
    entity,
    escaped,
    link,
    picture,
    rest_of_address,
)
from .reading import Mode, Read, Source

_MAX_LINE: Final = 2000
"""Characters of a table's row, or of anything else that must be seen to its end."""
_DRAWN_LINE: Final = 3
"""Marks in a row that draw a line."""

# How a line begins
_INDENT: Final = r"[ \t]{0,200}"
_BULLETS: Final = "*+•‣◦▪●○■-"
_UNDECIDED: Final = re.compile(
    rf"{_INDENT}(?:#{{1,6}}[ \t]*|>[> \t]*|[{_BULLETS}][ \t]*(?:\[[ xX]?\]?[ \t]*)?|\d{{1,3}}[.)]?[ \t]*"
    r"|[-*_=~` \t]*|(?:`{3,}|~{3,})[^\n`]*|\|[^\n]*)\Z"
)
"""What more text would make another thing."""
_FENCE: Final = re.compile(rf"{_INDENT}(`{{3,}}|~{{3,}})[^\n`]*")
_RULE: Final = re.compile(rf"{_INDENT}([-*_=~])[ \t]*(?:\1[ \t]*){{2,}}")
_ROW: Final = re.compile(rf"{_INDENT}\|(.*)\|[ \t]*")
_CELLS: Final = re.compile(r"(?<!\\)\|")
_QUOTE: Final = re.compile(rf"{_INDENT}>[> \t]{{0,200}}")
_HEADING: Final = re.compile(rf"{_INDENT}#{{1,6}}(?:[ \t]{{1,200}}|(?=\n))")
_ITEM: Final = re.compile(rf"{_INDENT}[{_BULLETS}](?:[ \t]{{1,200}}(?:\[[ xX]\][ \t]{{1,200}})?|(?=\n))")
_NUMBERED: Final = re.compile(rf"{_INDENT}\d{{1,3}}[.)][ \t]")

# What within a line may be markup
_SPECIAL: Final = re.compile(
    rf"[\\`*_~\[<&\n【]|(?<!\S)!|([-=+#])\1{{2,}}|([-=+#])\2?\Z|{ADDRESS_BEGINS}", re.IGNORECASE
)
_SPECIAL_IN_ITEM: Final = re.compile(rf"[ \t]+(?:\n|\Z)|{_SPECIAL.pattern}", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[ \t]+")
_RUN: Final = re.compile(r"([-=+#*_~])\1{0,63}")
_ENDS: Final = frozenset(".!?…:;,。！？：；，、।॥۔؟៕")  # noqa: RUF001 - other languages' own
_IDEOGRAPHIC: Final = "\u3000"
"""From here on, scripts that are written without blanks have a full stop of their own."""


class SpokenText:
    """One text on its way from pieces to what is heard."""

    def __init__(self, *, begins_line: bool = True) -> None:
        """Begin a text, or a part of a line."""
        self._source = Source()
        self._heard = Heard()
        self._mode = Mode.TEXT
        self._begins_line = begins_line
        self._ends_like_sentence = False
        """The line is an item, a heading or a row, which have no mark at their ends."""
        self._emphasis: set[str] = set()
        """The marks of emphasis that were opened in this line."""
        self._fence = ""
        self._brackets = 0
        """Those that are open in a link's target."""

    def add(self, piece: str) -> str:
        """Take a piece of the text, and return what can be said of it already."""
        self._source.add(piece)
        return self._read()

    def pause(self) -> str:
        """Return what waits for more, if it is the end of a sentence: no more pieces come for a while."""
        if self._source.text[self._source.at :] == "!":
            self._take(self._source.literal())
        return self._heard.taken()

    def flush(self) -> str:
        """Return the rest: the text is over."""
        self._source.is_over = True
        return self._read()

    def _read(self) -> str:
        while not self._source.is_read:
            read = self._next()
            if read is None:
                break
            self._take(read)
        return self._heard.taken()

    def _take(self, read: Read) -> None:
        self._source.at = read.end
        self._mode = read.then
        if read.is_markup:
            within = SpokenText(begins_line=False)
            self._heard.write(within.add(read.said) + within.flush())
        elif read.said == "\n":
            if self._source.before == "\n" or self._heard.last != "\n":  # a tag ends no line that has ended
                self._end_line()
        else:
            self._heard.write(read.said)

    def _next(self) -> Read | None:
        """Read on, as far as can be decided; None if nothing can."""
        source = self._source
        match self._mode:
            case Mode.CODE:
                return self._code()
            case Mode.TARGET:
                return self._target()
            case Mode.ADDRESS:
                return rest_of_address(source)
        if self._begins_line:
            return self._line()
        found = (_SPECIAL_IN_ITEM if self._ends_like_sentence else _SPECIAL).search(source.text, source.at)
        if found is None or found.start() > source.at:
            return source.literal((found.start() if found else len(source.text)) - source.at)
        return self._special()

    def _special(self) -> Read | None:
        """Read what may be markup."""
        source = self._source
        character = source.character(source.at)
        if character == "\n":
            return source.literal()
        if character == "`":
            return Read(source.at + 1)
        if character in " \t":
            blanks = source.found(_BLANKS)
            return None if source.goes_on(blanks.end()) else Read(blanks.end())
        if character in "-=+#*_~":
            return self._marks()
        return _RULES.get(character, address)(source)

    # --- lines

    def _line(self) -> Read | None:
        """Read how a line begins."""
        source = self._source
        end = source.text.find("\n", source.at)
        length = (len(source.text) if end < 0 else end) - source.at
        if source.goes_on(source.at + length) and length <= _MAX_LINE and _UNDECIDED.match(source.text, source.at):
            return None
        if quote := _QUOTE.match(source.text, source.at):
            return Read(quote.end())
        line = source.text[source.at : source.at + length] if length <= _MAX_LINE else ""
        if fence := _FENCE.fullmatch(line):
            self._fence = fence[1]
            self._begins_line = False
            return Read(source.at + length, then=Mode.CODE)
        row = _ROW.fullmatch(line)
        if row and not row[1].strip("-:| \t"):
            return Read(min(source.at + length + 1, len(source.text)))
        self._begins_line = False
        if _RULE.fullmatch(line):
            return Read(source.at + length)
        if row:
            cells = filter(None, map(str.strip, _CELLS.split(row[1])))
            source.replace(source.at + length, ", ".join(cells))
        item = _HEADING.match(source.text, source.at) or _ITEM.match(source.text, source.at)
        self._ends_like_sentence = bool(row or item or _NUMBERED.match(source.text, source.at))
        return Read(item.end() if item else source.at)

    def _end_line(self) -> None:
        heard = self._heard
        if self._ends_like_sentence and heard.mark != "\n" and heard.mark not in _ENDS:
            heard.write(_full_stop(heard.mark))
        heard.write("\n")
        self._begins_line, self._ends_like_sentence = True, False
        self._emphasis.clear()

    def _code(self) -> Read | None:
        """Read a line of code, from the end of the one before, or the fence at the end of all, as nothing."""
        source = self._source
        end = source.text.find("\n", source.at + 1)
        end = len(source.text) if end < 0 else end
        is_long = end - source.at > _MAX_LINE
        if source.goes_on(end) and not is_long:
            return None
        line = source.text[source.at : end].strip()
        is_fence = line.startswith(self._fence) and not line.strip(self._fence[0])
        if is_long or not is_fence or source.character(source.at) != "\n":
            return Read(end, then=Mode.CODE)
        self._begins_line = False
        return Read(end)

    # --- within a line

    def _marks(self) -> Read | None:
        """Read a run of marks, which emphasises, draws a line, or is text."""
        source = self._source
        run = source.found(_RUN)
        if source.goes_on(run.end()):
            return None
        mark, length = run[1], len(run[0])
        before, after = source.before, source.character(run.end()) or "\n"
        if mark in "-=+#" or (before.isspace() and after.isspace()):
            is_line = length >= _DRAWN_LINE or (length > 1 and mark in "*_~")
            if is_line:
                self._heard.leave_gap()
            return Read(run.end()) if is_line else source.literal(length)
        return Read(run.end()) if self._emphasises(mark, length, before, after) else source.literal(length)

    def _emphasises(self, mark: str, length: int, before: str, after: str) -> bool:
        """Return whether marks emphasise: "*so*", but neither "2*3" nor "snake_case" nor "5*"."""
        if mark == "~" and length == 1:
            return False
        if before.isalnum() and after.isalnum():
            if is_unspaced(before) or is_unspaced(after):
                self._emphasis.add(mark)
                return True
            return length > 1 and mark != "_" and not (before.isdigit() and after.isdigit())
        if not after.isspace() and not before.isalnum() and (after.isalnum() or before.isspace()):
            self._emphasis.add(mark)
        return length > 1 or mark in self._emphasis

    def _target(self) -> Read:
        """Read a link's target as nothing; it ends with its line at the latest."""
        source = self._source
        for index in range(source.at, len(source.text)):
            character = source.text[index]
            self._brackets += {"(": 1, ")": -1}.get(character, 0)
            if character == "\n" or self._brackets < 0:
                self._brackets = 0
                return Read(index + (character == ")"))
        return Read(len(source.text), then=Mode.TARGET)


_RULES: Final[Mapping[str, Callable[[Source], Read | None]]] = {
    "\\": escaped,
    "!": picture,
    "[": link,
    "【": citation,
    "<": angle,
    "&": entity,
}


def _full_stop(mark: str) -> str:
    """Return what ends a sentence behind a character. Thai and its neighbours have no such mark."""
    if not is_unspaced(mark):
        return "."
    return "。" if mark >= _IDEOGRAPHIC else ""
