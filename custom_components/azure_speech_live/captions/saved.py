"""Live captions as a file: what a dashboard keeps of them, as subtitles, when somebody saves it."""

from typing import Any, Final

import voluptuous as vol

from ..speech import Word
from ..transcript.cues import Line
from ..transcript.subtitles import Format, write

MAX_SEGMENTS: Final = 20_000
MAX_TEXT: Final = 1_000_000
"""Characters in all: four hours of fast speech are a third of it."""
_LONGEST: Final = 1e6
"""Seconds: eleven days."""

_SECONDS: Final = vol.All(vol.Any(int, float), vol.Range(min=0, max=_LONGEST))
_WORD: Final = {vol.Required("text"): str, vol.Required("offset"): _SECONDS, vol.Required("duration"): _SECONDS}
_SEGMENTS: Final = vol.Schema(
    [
        {
            **_WORD,
            vol.Optional("speaker", default=None): vol.Any(str, None),
            vol.Optional("words", default=[]): [_WORD],
        }
    ]
)


def saved(segments: list[Any], form: Format) -> str:
    """Return segments as the text of a file; of long ones that takes seconds. Raises vol.Invalid."""
    checked = _SEGMENTS(segments)
    if sum(len(segment["text"]) for segment in checked) > MAX_TEXT:
        raise vol.Invalid(f"more than {MAX_TEXT} characters of text")
    lines = [segment | {"words": tuple(Word(**word) for word in segment["words"])} for segment in checked]
    return write((Line(**line) for line in lines), form)
