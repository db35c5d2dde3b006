"""What can be said in this home, in hassil's terms, and whether a command can go on.

Only who knows that Home Assistant's conversation component is there imports this: hassil comes with it. Nothing here
knows Home Assistant itself; it takes processor time, and belongs in a thread.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final
from weakref import ref

from hassil.intents import Intents, SlotList
from hassil.recognize import RecognizeResult
from hassil.util import check_excluded_context, check_required_context

from .command import LONGEST, Verdict
from .patterns import Patterns, Template
from .sense import Sense, sense_of
from .values import Lists
from .walk import Beyond, TooMuchError, Walk
from .wording import Wording, wordings

ONE_AT_A_TIME: Final = Lock()
"""What is found out of a home is kept for the next command, and is not to be looked at half done."""


@dataclass(frozen=True, slots=True, eq=False)
class Grammar:
    """All that Home Assistant matches a command with."""

    intents: Intents
    """The sentences of a language, with the household's own."""
    slot_lists: Mapping[str, SlotList]
    """The home's names, areas and floors, which come before the lists of `intents`."""
    context: Mapping[str, Any] | None
    """What is known before a word is said: the satellite's area."""
    language: str
    """The language that numbers are said in, as Home Assistant tells hassil."""
    triggers: Intents | None
    """The sentences that start automations."""


def judge(text: str, grammar: Grammar, match: RecognizeResult | None, *, triggered: bool) -> Verdict:
    """Return whether `text` can go on, given what Home Assistant makes of it: `match`, and `triggered` an automation.

    The text is as hassil gets it. Does not raise for whatever text. Takes milliseconds, and some tenths of a second
    for the first text of a language.
    """
    if len(text) > LONGEST:
        return Verdict.OTHER
    try:
        with ONE_AT_A_TIME:
            return judged(text, grammar, match, triggered=triggered)
    except TooMuchError, RecursionError:
        return Verdict.OTHER


def judged(text: str, grammar: Grammar, match: RecognizeResult | None, *, triggered: bool) -> Verdict:
    """Return whether `text` can go on. Raises TooMuchError, RecursionError."""
    sentences = ready(grammar.intents, grammar.slot_lists, grammar.language)
    triggers = None if grammar.triggers is None else ready(grammar.triggers, {}, grammar.triggers.language)
    if triggered and triggers is not None:
        sense = triggers.said(text)
    elif match is not None:
        sense = sense_of(match, sentences.lists)
    else:
        sense = Sense()
    goes_on = sentences.goes_on(text, sense, grammar.context or {}) or (
        triggers is not None and triggers.goes_on(text, sense, {})
    )
    if match is None and not triggered:
        return Verdict.BEGUN if goes_on else Verdict.OTHER
    return Verdict.OPEN if goes_on else Verdict.FINAL


class Ready:
    """The sentences of a language, with the lists of a home, ready for any text."""

    def __init__(self, patterns: Patterns, slot_lists: Mapping[str, SlotList], language: str) -> None:
        """Join them."""
        self.lists = Lists(patterns, slot_lists, language)
        self._patterns = patterns
        self._beyond = Beyond(self.lists)

    def goes_on(self, text: str, sense: Sense, context: Mapping[str, Any]) -> bool:
        """Return whether a sentence begins with `text` and goes on to something that does not mean the same."""
        for wording in self._wordings(text):
            walk = Walk(self.lists, self._beyond, wording, sense)
            for scope, branch in self._patterns.branches.items():
                for template, bits in walk.continuations(scope, branch):
                    if not sense.is_of(template, bits) and self._can_be_said(template, context):
                        return True
        return False

    def said(self, text: str) -> Sense:
        """Return what a sentence means that is whole: which automation it starts, if it is one and has no free text."""
        started = set()
        understood = Sense("")
        for wording in self._wordings(text):
            walk = Walk(self.lists, self._beyond, wording, understood)
            for scope, branch in self._patterns.branches.items():
                started |= {template.intent for template in walk.said(scope, branch)}
        return Sense(started.pop() if len(started) == 1 else "") if started else Sense()

    def _wordings(self, text: str) -> list[Wording]:
        return wordings(text, self._patterns.skip_words, tight=self._patterns.tight)

    def _can_be_said(self, template: Template, context: Mapping[str, Any]) -> bool:
        """Return whether a template is of use with what is known before a word is said."""
        required = template.data.requires_context
        excluded = template.data.excludes_context
        return (
            required.keys() <= context.keys() | self.lists.context_keys
            and (not required or check_required_context(required, dict(context), allow_missing_keys=True))
            and (not excluded or check_excluded_context(excluded, dict(context)))
        )


@dataclass(slots=True)
class Kept:
    """What was made of a language's sentences, as long as they are there."""

    intents: ref[Intents]
    patterns: Patterns
    ready: Ready


KEPT: Final[dict[int, Kept]] = {}


def ready(intents: Intents, slot_lists: Mapping[str, SlotList], language: str) -> Ready:
    """Return the sentences of a language for a home, made anew only for other sentences, or after a change of names."""
    key = id(intents)
    kept = KEPT.get(key)
    if kept is None or kept.intents() is not intents:
        patterns = Patterns(intents)
        kept = Kept(ref(intents, lambda _: KEPT.pop(key, None)), patterns, Ready(patterns, slot_lists, language))
        KEPT[key] = kept
    elif not kept.ready.lists.are_of(slot_lists, language):
        kept.ready = Ready(kept.patterns, slot_lists, language)
    return kept.ready
