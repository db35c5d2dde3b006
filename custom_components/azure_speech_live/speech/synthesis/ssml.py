"""What is spoken, as SSML: built of text and pronunciations, so that it is well-formed whatever the text is.

    <speak><voice>[<lang>][<mstts:express-as>][<prosody>] text, <phoneme> … </voice></speak>

All in <voice> is billed, so what changes nothing is not said: where nothing is set, nothing but the text is in it. A
document has one voice and names one language: with two the service may refuse it ("Ssml should only contain one
language."). Sources: Microsoft's "Customize voice and sound with SSML" for the elements and their order; what its SDKs
send for <speak> and <voice>; its "Text to speech", billable characters.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
import re
from typing import Final

from ..synthesis_options import SynthesisOptions
from .capabilities import DEFAULT_LOCALE, capabilities, locale_of

MAX_PHONEME: Final = 1000
"""Characters of one pronunciation, and of the text that it stands for: what cannot be split must fit somewhere."""

_NAMESPACES: Final = {
    "version": "1.0",
    "xmlns": "http://www.w3.org/2001/10/synthesis",
    "xmlns:mstts": "http://www.w3.org/2001/mstts",
}
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document can have in it, not even by a reference. Source: XML 1.0, production 2."""
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})
_IDEOGRAPH: Final = re.compile("[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
"""Chinese characters, wherever they are written."""

type _Element = tuple[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Phoneme:
    """A text that is pronounced in a certain way. Raises ValueError if one of both is empty or longer than MAX_PHONEME.

    ``ipa``: in the International Phonetic Alphabet, as the service knows it for the language: it refuses a document
    with a sound that is not among those.
    """

    text: str
    ipa: str

    def __post_init__(self) -> None:
        """Check that it can be sent."""
        for part in (self.text, self.ipa):
            if not 0 < len(clean(part).strip()) <= len(part) <= MAX_PHONEME:
                raise ValueError("a pronunciation has a text and sounds, and not too many")


type Piece = str | Phoneme
"""What a text is made of."""


def text_of(piece: Piece) -> str:
    """Return the text of a piece."""
    return piece if isinstance(piece, str) else piece.text


def clean(text: str) -> str:
    """Return a text as an XML parser gives it back: without what XML forbids, and with its ends of lines."""
    return _NOT_XML.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def escape(text: str) -> str:
    """Return a clean text as it is written in XML, in an element or in an attribute."""
    return text.translate(_ESCAPES)


def spoken_language(options: SynthesisOptions) -> str:
    """Return the language that a text is spoken in: what is asked for, or the voice's own."""
    return options.language or locale_of(options.voice) or DEFAULT_LOCALE


def document(pieces: Iterable[Piece], options: SynthesisOptions) -> str:
    """Return the SSML document for a text."""
    opening, closing, phonemes = _around(options)
    return "".join([opening, *(_written(piece, phonemes=phonemes) for piece in pieces), closing])


def billed(pieces: Iterable[Piece], options: SynthesisOptions) -> int:
    """Return for how many characters the service asks to be paid: an estimate.

    All in <voice> counts, and Chinese characters count twice. That "&amp;" is one character is a guess, and of markup
    less is reported than the rule gives (Azure-Samples/cognitive-services-speech-sdk#2969: 38 in place of 46).
    """
    count = sum(len(_start(element)) + len(_end(element)) for element in _inside(options))
    phonemes = _takes_phonemes(options)
    for piece in pieces:
        text = clean(text_of(piece))
        count += billed_text(text)
        if phonemes and isinstance(piece, Phoneme):
            count += len(_written(piece, phonemes=True)) - len(escape(text))
    return count


def billed_text(text: str) -> int:
    """Return the same for a clean text without any markup."""
    return len(text) + len(_IDEOGRAPH.findall(text))


@lru_cache(maxsize=64)
def _around(options: SynthesisOptions) -> tuple[str, str, bool]:
    """Return what stands before and behind a text, and whether pronunciations are in it: it is asked for often."""
    elements: list[_Element] = [
        ("speak", {**_NAMESPACES, "xml:lang": spoken_language(options)}),
        ("voice", {"name": options.voice}),
        *_inside(options),
    ]
    return "".join(map(_start, elements)), "".join(map(_end, reversed(elements))), _takes_phonemes(options)


def _inside(options: SynthesisOptions) -> Iterable[_Element]:
    """Yield the elements between <voice> and the text, from outside."""
    language, own = spoken_language(options), locale_of(options.voice)
    takes = capabilities(options.voice, language)
    elsewhere = own is not None and language.lower() != own.lower()
    if not options.mixed and (takes.switches or elsewhere):
        yield "lang", {"xml:lang": language}
    if options.style or options.role:
        degree = "" if options.degree is None else f"{options.degree:g}"
        expression = {"style": options.style, "styledegree": degree, "role": options.role}
        yield "mstts:express-as", {name: value for name, value in expression.items() if value}
    factors = {"rate": options.rate, "pitch": options.pitch, "volume": options.volume}
    changes = {name: round((factor - 1) * 100) for name, factor in factors.items()}
    if takes.prosody and any(changes.values()):
        yield "prosody", {name: f"{change:+}%" for name, change in changes.items() if change}


def _takes_phonemes(options: SynthesisOptions) -> bool:
    return capabilities(options.voice, spoken_language(options)).phonemes


def _written(piece: Piece, *, phonemes: bool) -> str:
    text = escape(clean(text_of(piece)))
    if isinstance(piece, str) or not phonemes:
        return text
    element = "phoneme", {"alphabet": "ipa", "ph": piece.ipa}
    return f"{_start(element)}{text}{_end(element)}"


def _start(element: _Element) -> str:
    name, attributes = element
    return f"<{name}{''.join(f" {key}='{escape(clean(value))}'" for key, value in attributes.items())}>"


def _end(element: _Element) -> str:
    return f"</{element[0]}>"
