"""SSML as the service reads it: what is to be said, by which voice, in which language.

Read as XML, and refused for what is known to be refused. Markup that changes how something is said (prosody, styles) is
checked for its place only; tests look at the text of the SSML itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
import re
from typing import Final
from xml.etree import ElementTree as ET

from .refusals import invalid_ssml, several_languages, too_many_voices

MOST_VOICES: Final = 50
"""How many <voice> there may be."""

_SSML: Final = {"http://www.w3.org/2001/10/synthesis", ""}
"""Without one, as in Microsoft's own example for REST, it is taken as well."""
_MSTTS: Final = {"http://www.w3.org/2001/mstts", "https://www.w3.org/2001/mstts"}
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_NAMES: Final = {
    *("speak", "voice", "lang", "p", "s", "prosody", "emphasis", "break", "say-as", "sub", "phoneme", "bookmark"),
    *("lexicon", "audio", "math"),
}
_MSTTS_NAMES: Final = {
    *("express-as", "silence", "backgroundaudio", "viseme", "audioduration", "ttsembedding", "voiceconversion"),
}
_TIME: Final = re.compile(r"\+?(\d+(?:\.\d+)?)(ms|s)")
_STRENGTHS: Final = {"none": 0.0, "x-weak": 0.25, "weak": 0.5, "medium": 0.75, "strong": 1.0, "x-strong": 1.25}


@dataclass(frozen=True, kw_only=True)
class Part:
    """A piece of what is to be said, in order."""

    text: str = ""
    voice: str = ""
    """Empty: the service chooses one by the language."""
    language: str = ""
    """That of the innermost xml:lang below <speak>; empty: the voice's own."""
    pause: float = 0.0
    """Seconds of silence, instead of a text."""
    bookmark: str = ""
    """The name of a place, instead of a text."""

    def in_language(self, language: str) -> Part:
        """Return the same in a language."""
        return replace(self, language=language)


@dataclass(frozen=True, kw_only=True)
class Speech:
    """What an SSML says."""

    parts: tuple[Part, ...]
    language: str
    """That of the whole (xml:lang of <speak>)."""
    voices: tuple[str, ...]
    """The names of its voices, in order."""
    tail: float | None = None
    """Seconds of silence at the end, if it asks for some (mstts:silence, Tailing-exact)."""

    @property
    def text(self) -> str:
        """All that is said."""
        return "".join(part.text for part in self.parts)


def read_ssml(ssml: str, *, detects_language: bool = False) -> Speech:
    """Read SSML. Raises NotSpokenError.

    Without a voice, only what has its language found out (`detects_language`) is spoken.
    """
    if "<![CDATA[" in ssml:  # REST was seen to refuse it
        raise invalid_ssml()
    try:
        # The limit of a message keeps it small, and whoever sends it is a test.
        root = ET.fromstring(ssml)  # noqa: S314
    except (ET.ParseError, ValueError) as error:
        raise invalid_ssml() from error
    if _name(root) != "speak":
        raise invalid_ssml()
    language = root.get(_LANGUAGE, "")
    if not language and not detects_language:
        raise several_languages()
    reader = _Reader()
    parts = tuple(reader.read(root, Part()))
    if len(reader.voices) > MOST_VOICES:
        raise too_many_voices()
    if not detects_language and any(part.text.strip() and not part.voice for part in parts):
        raise several_languages()
    return Speech(parts=parts, language=language, voices=tuple(reader.voices), tail=reader.tail)


class _Reader:
    """Walks through the elements, and notes what concerns the whole."""

    def __init__(self) -> None:
        self.voices: list[str] = []
        self.tail: float | None = None

    def read(self, element: ET.Element, around: Part) -> Iterator[Part]:
        name = _name(element)
        here = around
        if name != "speak":
            here = replace(around, language=element.get(_LANGUAGE, around.language))
        match name:
            case "voice":
                here = self._enter_voice(element, here)
            case "break":
                yield Part(pause=_pause(element))
            case "bookmark":
                yield Part(bookmark=element.get("mark", ""))
            case "silence":
                self._note_silence(element)
            case "sub":
                yield replace(here, text=element.get("alias", ""))
                return
        if element.text:
            yield replace(here, text=element.text)
        for child in element:
            yield from self.read(child, here)
            if child.tail:
                yield replace(here, text=child.tail)

    def _enter_voice(self, element: ET.Element, around: Part) -> Part:
        name = element.get("name", "")
        if around.voice or not name:
            raise invalid_ssml()
        self.voices.append(name)
        return replace(around, voice=name)

    def _note_silence(self, element: ET.Element) -> None:
        if element.get("type") == "Tailing-exact":
            self.tail = _seconds(element.get("value", ""))


def _name(element: ET.Element) -> str:
    """Return an element's name. Raises NotSpokenError where there is none such."""
    namespace, _, name = element.tag.removeprefix("{").rpartition("}")
    if namespace in _SSML and name in _NAMES:
        return name
    if namespace in _MSTTS and name in _MSTTS_NAMES:
        return name
    raise invalid_ssml()


def _pause(element: ET.Element) -> float:
    if time := element.get("time"):
        return min(_seconds(time), 20.0)
    strength = element.get("strength", "medium")
    if strength not in _STRENGTHS:
        raise invalid_ssml()
    return _STRENGTHS[strength]


def _seconds(time: str) -> float:
    found = _TIME.fullmatch(time)
    if found is None:
        raise invalid_ssml()
    return float(found[1]) / (1000 if found[2] == "ms" else 1)
