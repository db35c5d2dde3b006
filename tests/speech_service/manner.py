"""The ways in which a service may say the same: how its messages are written, and when its turns end.

All of them were seen of Microsoft's service (`real` has such messages), or are allowed by what its page of 2017/18 and
the standards of HTTP and WebSocket say. A manner is data; `Line` writes messages by it, turns and connections look at
the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from .engines import Status

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_NUMBERS: Final = [*Status]
"""Statuses by the numbers of the JavaScript SDK."""
_TIMES: Final = ("Offset", "Duration")


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a service says what it says; the default is that of the stand-in, which both SDKs take."""

    # messages
    newline: str = "\r\n"
    """What ends a line of the headers."""
    header: Callable[[str], str] = str
    """How a header's name is written: str.lower, str.upper."""
    names_turns: bool = True
    """Whether all messages of a turn have its X-RequestId, or its turn.start only."""

    # results
    identified: bool = True
    """Whether results have an Id and a Channel."""
    timed: bool = True
    """Whether results have an Offset and a Duration."""
    nulls: bool = False
    """Whether what a result does not have is there, as null."""
    numbers: bool = False
    """Whether a status is a number."""
    lower: bool = False
    """Whether languages are written in lower case."""
    alternatives: tuple[str, ...] = ()
    """What else may have been said, from the second best on."""
    display_words: bool = False
    """Whether words with times are told as they are displayed, too."""
    unknown_phrases: int = 0
    """Phrases at a session's start of which it cannot tell who said them, where it is asked to."""
    empty_best: bool = False
    """Whether the best of several alternatives is empty, and so is the text."""
    translation_status: bool = True
    """Whether the newer dialect says that a translation succeeded."""

    # turns
    ends_each_phrase: bool = False
    """Whether a turn ends with its first phrase, whatever its mode."""
    endless: bool = False
    """Whether a phrase does not end while somebody talks, however long, and whatever is asked."""
    untimed_silence: bool = False
    """Whether silence in a conversation has no times, and ends the turn."""

    # voices
    every_target: bool = False
    """Whether all targets are spoken, if one is asked for."""

    # the connection
    pings: float | None = None
    """Seconds between pings."""
    deflate: bool = True
    """Whether it takes permessage-deflate, if that is offered."""

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return a message's headers as they are written."""
        named = self.names_turns or headers["Path"] == "turn.start"
        return {self.header(name): value for name, value in headers.items() if named or name != "X-RequestId"}

    def body(self, body: Any) -> Any:
        """Return a message's JSON as it is written."""
        if isinstance(body, list):
            return [self.body(each) for each in body]
        if not isinstance(body, dict):
            return body
        told = {key: self.body(value) for key, value in body.items()}
        if "RecognitionStatus" in told:
            self._rephrase(told)
        if self.display_words and "Words" in told:
            told["DisplayWords"] = list(_display_words(told))
        if not self.identified:
            told = {key: value for key, value in told.items() if key not in {"Id", "Channel"}}
        if not self.timed:
            told = {key: value for key, value in told.items() if key not in _TIMES}
        if not self.translation_status and told.get("TranslationStatus") == "Success":
            del told["TranslationStatus"]
        if self.lower and "Language" in told:
            told["Language"] = told["Language"].lower()
        if self.nulls and ("Text" in told or "RecognitionStatus" in told):
            told = dict.fromkeys(("DisplayText", "Text", "NBest", "PrimaryLanguage", "Translations")) | told
        return told

    def _rephrase(self, told: dict[str, Any]) -> None:
        status = told["RecognitionStatus"]
        name = "DisplayText" if "DisplayText" in told else "Text"
        if self.numbers:
            told["RecognitionStatus"] = _NUMBERS.index(Status(status))
        if status != Status.SUCCESS or not (self.alternatives or self.empty_best):
            return
        best = told.get("NBest") or [_alternative(told[name], 0.9)]
        if self.empty_best:
            told[name] = ""
            best = [_alternative("", 0), *best]
        told["NBest"] = [*best, *(_alternative(other, 0.1) for other in self.alternatives)]


USUAL: Final = Manner()


def _display_words(alternative: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the words of an alternative as they are displayed, which are those that were spoken with their marks."""
    for text, word in zip(alternative["Display"].split(), alternative["Words"], strict=False):
        yield {"DisplayText": text, "Offset": word["Offset"], "Duration": word["Duration"]}


def _alternative(text: str, confidence: float) -> dict[str, Any]:
    return {"Confidence": confidence, **dict.fromkeys(("Lexical", "ITN", "MaskedITN", "Display"), text)}


MANNERS: Final = {
    "lf": Manner(newline="\n"),
    "lower-case-headers": Manner(header=str.lower),
    "upper-case-headers": Manner(header=str.upper),
    "no-request-ids": Manner(names_turns=False),
    "no-ids": Manner(identified=False),
    "no-times": Manner(timed=False),
    "nulls": Manner(nulls=True),
    "numbers": Manner(numbers=True),
    "lower-case-languages": Manner(lower=True),
    "alternatives": Manner(alternatives=("Turn off the light.", "")),
    "empty-best": Manner(empty_best=True),
    "no-translation-status": Manner(translation_status=False),
    "display-words": Manner(display_words=True),
    "unknown-speakers": Manner(unknown_phrases=2),
    "endless-phrases": Manner(endless=True),
    "turn-for-each-phrase": Manner(ends_each_phrase=True),
    "untimed-silence": Manner(untimed_silence=True),
    "every-target": Manner(every_target=True),
    "pings": Manner(pings=0.05),
    "no-deflate": Manner(deflate=False),
}
"""Each by itself, as the command line names them."""


def combined[WayT: DataclassInstance](names: Iterable[str], ways: Mapping[str, WayT], usual: WayT) -> WayT:
    """Return several named ways in one: of each, what is not usual."""
    unusual = {name: value for way in names for name, value in vars(ways[way]).items() if value != getattr(usual, name)}
    return replace(usual, **unusual)
