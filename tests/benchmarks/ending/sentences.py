"""What people say to a home: the test sentences of Home Assistant's own sentences, and the names they are said of.

All of them are in the repository OHF-Voice/intents (CC BY 4.0). Some of each language are in tests/data/sentences, so
that a short run needs no network.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
import json
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from hassil import parse_sentence
from hassil.sample import sample_expression
from hassil.util import remove_punctuation
import yaml  # type: ignore[import-untyped]  # it has no types here

from tests.benchmarks.arena import ROOT

from .clone import cloned

REPOSITORY: Final = "https://github.com/OHF-Voice/intents"
COMMIT: Final = "3e74ab7ed8d4319293f3cc24e9895d593959e701"
SAMPLES: Final = ROOT / "tests" / "data" / "sentences"
LANGUAGES: Final = ("en", "de", "fr", "es", "nl", "zh-CN", "it", "pl", "pt-BR", "sv", "ja")
END_MARKS: Final = " .!?。！？"  # noqa: RUF001 - Chinese


class Name(NamedTuple):
    """A name of an entity, and what the matcher knows of it: its domain, its device class."""

    said: str
    context: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """The sentences of a language, and a home of which all of them can be said."""

    language: str
    areas: tuple[str, ...]
    """The one that most is said of first."""
    floors: tuple[str, ...]
    names: tuple[Name, ...]
    sentences: tuple[str, ...]
    """As they are heard while somebody speaks: in lower case, without the mark at the end."""

    @classmethod
    def whole(cls, language: str) -> Self:
        """Return all that there is of a language. Blocks; needs the network the first time."""
        return cls.read(language, cloned(REPOSITORY, COMMIT) / "tests" / language)

    @classmethod
    def read(cls, language: str, folder: Path) -> Self:
        """Return what the test files of a language have."""
        files = [yaml.load(path.read_bytes(), yaml.CSafeLoader) for path in sorted(folder.rglob("*.yaml"))]
        files = [file for file in files if file.get("tests")]
        areas = Counter(said for file in files for area in file.get("areas") or () for said in _said(area["name"]))
        floors = [said for file in files for floor in file.get("floors") or () for said in _said(floor["name"])]
        names = {
            (said, tuple(sorted(_context(entity).items())))
            for file in files
            for entity in file.get("entities") or ()
            if entity.get("is_exposed", True)
            for said in _said(entity["name"])
        }
        tests = (test for file in files for test in file["tests"])
        sentences = dict.fromkeys(as_heard(sentence) for test in tests for sentence in test["sentences"])
        return cls(
            language=language,
            areas=_once(sorted(areas, key=lambda area: (-areas[area], area))),
            floors=_once(sorted(floors)),
            names=tuple(Name(said, dict(context)) for said, context in sorted(names)),
            sentences=tuple(sentences),
        )

    @classmethod
    def sample(cls, language: str) -> Self:
        """Return what is kept here of a language."""
        kept = json.loads((SAMPLES / f"{language}.json").read_text(encoding="utf-8"))
        names = tuple(Name(said, context) for said, context in kept["names"])
        parts = {part: tuple(kept[part]) for part in ("areas", "floors", "sentences")}
        return cls(language=language, names=names, **parts)

    def some(self, most: int) -> Self:
        """Return the same home with so many of its sentences, which are spread over all of them."""
        step = max(1.0, len(self.sentences) / most)
        chosen = [self.sentences[int(place * step)] for place in range(min(most, len(self.sentences)))]
        return replace(self, sentences=tuple(chosen))

    def kept(self) -> dict[str, Any]:
        """Return what `sample` reads."""
        names = [list(name) for name in self.names]
        return {"areas": self.areas, "floors": self.floors, "names": names, "sentences": self.sentences}


def as_heard(sentence: str) -> str:
    """Return a sentence as a hypothesis has it."""
    return " ".join(sentence.lower().split()).strip(END_MARKS)


def beginnings(sentence: str) -> Iterator[str]:
    """Return what was said when each word but the last was over. Chinese and Japanese have a word in each character."""
    for place in range(1, len(sentence)):
        before, after = sentence[place - 1], sentence[place]
        if after == " " or (before != " " and (_is_word(before) or _is_word(after))):
            yield sentence[:place]


def _once(names: Iterable[str]) -> tuple[str, ...]:
    """Return names without those that differ from one before only in their capitals."""
    return tuple({name.casefold(): name for name in reversed([*names])}.values())[::-1]


def _is_word(character: str) -> bool:
    return "\u3040" <= character <= "\u30ff" or "\u3400" <= character <= "\u9fff"


def _said(name: str) -> Iterable[str]:
    """Return how a name is said: here some are templates, in a home none are."""
    forms = sample_expression(parse_sentence(name).expression)
    return [said for form in forms if (said := remove_punctuation(form).strip())]


def _context(entity: Mapping[str, Any]) -> dict[str, str]:
    context = {"domain": entity["domain"] if "domain" in entity else entity["id"].partition(".")[0]}
    if device_class := (entity.get("attributes") or {}).get("device_class"):
        context["device_class"] = device_class
    return context
