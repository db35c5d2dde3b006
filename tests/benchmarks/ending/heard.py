"""What the judgement makes of sentences, word by word: what is counted, and what it cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
import time
from typing import Final, NamedTuple

from hassil.recognize import RecognizeResult

from custom_components.azure_speech_live.home.command import Verdict
from custom_components.azure_speech_live.home.grammar import judge

from .home import Home
from .sentences import beginnings

PLACES: Final = {"area", "floor"}
COMMAND: Final = "conversation_command"
"""What of a sentence is done later: "turn off the light *in ten minutes*"."""


class Goes(Enum):
    """What a command becomes that goes on."""

    SAME = "the same"
    PLACE = "the same, with its place"
    DELAYED = "the same, later"
    OTHER = "another"


class Find(NamedTuple):
    """A beginning of a sentence that was judged wrongly."""

    begun: str
    sentence: str
    verdict: Verdict


@dataclass
class Heard:
    """What was counted of some sentences."""

    sentences: int = 0
    """That Home Assistant understands; what it does not is not counted at all."""
    final: int = 0
    """Of them, of which it is told at their end that they are complete."""
    complete: int = 0
    """Of them, that have a command within them."""
    dangerous: int = 0
    """Of them, whose first words are a command that means something else."""
    wrong: list[Find] = field(default_factory=list)
    """Of them, that are ended within: the first place of each."""
    delayed: int = 0
    """Of them, that are ended before one hears that they are for later."""
    missed: list[Find] = field(default_factory=list)
    """Beginnings that are commands, become others, and are said to be no beginnings."""
    beginnings: int = 0
    """That are no commands yet."""
    lost: list[Find] = field(default_factory=list)
    """Of them, that are said to be none."""
    match: list[float] = field(default_factory=list)
    """Seconds of processor time for each text."""
    judge: list[float] = field(default_factory=list)


class Listener:
    """Hears sentences in a home. What is heard twice is judged once."""

    def __init__(self, home: Home, heard: Heard) -> None:
        """Hear nothing yet; count in `heard`."""
        self._home: Final = home
        self._judged: Final[dict[str, tuple[RecognizeResult | None, Verdict]]] = {}
        self.heard: Final = heard

    def hear(self, sentences: Iterable[str]) -> None:
        """Hear sentences."""
        for sentence in sentences:
            match, verdict = self._judge(sentence)
            if match is not None:
                self.heard.sentences += 1
                self.heard.final += verdict is Verdict.FINAL
                self._begin(sentence, match)

    def _begin(self, sentence: str, whole: RecognizeResult) -> None:
        heard = self.heard
        goes: list[Goes] = []
        wrong: list[Find] = []
        delayed = False
        for begun in beginnings(sentence):
            match, verdict = self._judge(begun)
            find = Find(begun, sentence, verdict)
            if match is None:
                heard.beginnings += 1
                if verdict is not Verdict.BEGUN:
                    heard.lost.append(find)
                continue
            goes.append(kind := self._kind(match, whole))
            if kind is Goes.OTHER and verdict is Verdict.FINAL:
                wrong.append(find)
            elif kind is Goes.OTHER and verdict is Verdict.OTHER:
                heard.missed.append(find)
            delayed |= kind is Goes.DELAYED and verdict is Verdict.FINAL
        heard.complete += bool(goes)
        heard.dangerous += Goes.OTHER in goes or Goes.DELAYED in goes
        heard.wrong += wrong[:1]
        heard.delayed += delayed and not wrong

    def _judge(self, text: str) -> tuple[RecognizeResult | None, Verdict]:
        if text not in self._judged:
            begun = time.thread_time()
            match = self._home.match(text)
            matched = time.thread_time()
            verdict = judge(text, self._home.grammar, match, triggered=False)
            self.heard.match.append(matched - begun)
            self.heard.judge.append(time.thread_time() - matched)
            self._judged[text] = match, verdict
        return self._judged[text]

    def _kind(self, begun: RecognizeResult, whole: RecognizeResult) -> Goes:
        (intent, slots), (whole_intent, whole_slots) = meaning(begun), meaning(whole)
        if COMMAND in whole_slots and COMMAND not in slots:
            return Goes.DELAYED
        if (intent, slots) == (whole_intent, whole_slots):
            return Goes.SAME
        more = dict(whole_slots.items() - slots.items())
        if intent == whole_intent and slots.items() <= whole_slots.items() and more.keys() <= PLACES:
            name = begun.entities.get("name")
            return Goes.PLACE if name and self._home.has_once(str(name.value)) else Goes.OTHER
        return Goes.OTHER


def meaning(match: RecognizeResult) -> tuple[str, dict[str, str]]:
    """Return what is done: the intent, and its values."""
    return match.intent.name, {key: str(slot.value).strip().casefold() for key, slot in match.entities.items()}
