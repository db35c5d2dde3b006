"""Subtitles, as files have them: SubRip and WebVTT, and a plain text with the turns of the speakers.

SubRip has no standard and no way to escape: players take `<i>` and `{b}` for styles, so such brackets become others
there. WebVTT: https://www.w3.org/TR/webvtt1/, sections 4.1 and 4.2, where a speaker is a voice span.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from html import escape
from typing import Final

from .cues import Cue, Line, clean, cues, name_of
from .units import is_unspaced

_UNSTYLED: Final = str.maketrans("<>{}", "‹›()")  # noqa: RUF001 - others, by intention
_PAUSE: Final = 2.0
"""Seconds of silence behind which a text has another paragraph, though the same speaker goes on."""
_PARAGRAPH: Final = 60.0
"""Seconds after which it has another with the next phrase, so that one finds one's place."""


class Format(StrEnum):
    """A kind of file; its value is the end of the file's name."""

    SRT = "srt"
    VTT = "vtt"
    TEXT = "txt"


def write(lines: Iterable[Line], form: Format) -> str:
    """Return what was said as the content of a file, to be written as UTF-8 with line ends as they are."""
    match form:
        case Format.SRT:
            return "".join(_srt(lines))
        case Format.VTT:
            return "".join(_vtt(lines))
        case Format.TEXT:
            return "\n".join(_turns(lines))


def _srt(lines: Iterable[Line]) -> Iterator[str]:
    for number, cue in enumerate(cues(lines, named=True), 1):
        text = "\r\n".join(cue.lines).translate(_UNSTYLED)
        yield f"{number}\r\n{_times(cue, ',')}\r\n{text}\r\n\r\n"


def _vtt(lines: Iterable[Line]) -> Iterator[str]:
    yield "WEBVTT\n\n"
    for cue in cues(lines):
        text = escape("\n".join(cue.lines), quote=False)
        voice = f"<v {escape(cue.speaker, quote=False)}>" if cue.speaker else ""
        yield f"{_times(cue, '.')}\n{voice}{text}\n\n"


def _turns(lines: Iterable[Line]) -> Iterator[str]:
    """Yield paragraphs: a time, who speaks, and what they say."""
    begin = end = 0.0
    speaker: str | None = None
    text = ""
    for line in sorted(lines, key=lambda line: line.offset):
        said = clean(line.text)
        if not said:
            continue
        name = name_of(line.speaker)
        if text and (name != speaker or line.offset - end > _PAUSE or line.offset - begin > _PARAGRAPH):
            yield _turn(begin, speaker, text)
            text = ""
        if not text:
            begin, speaker = line.offset, name
        text += said if not text or is_unspaced(text[-1] + said[0]) else f" {said}"
        end = line.offset + line.duration
    if text:
        yield _turn(begin, speaker, text)


def _turn(begin: float, speaker: str | None, text: str) -> str:
    who = f"{speaker}: " if speaker else ""
    return f"[{_time(round(begin * 1000), '.')[:-4]}] {who}{text}\n"


def _times(cue: Cue, mark: str) -> str:
    return f"{_time(cue.start_ms, mark)} --> {_time(cue.end_ms, mark)}"


def _time(milliseconds: int, mark: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}{rest:03}"
