"""Partial text that does not jump: what two hypotheses in a row agree on stays as it was shown, until the final text.

The service's own setting for that has no effect for some (cognitive-services-speech-sdk#2126) and is not sent for
conversations (#2235). Here a hypothesis is shown at once and whole, so nothing is later than without; only what was
agreed on is not taken back. This is local agreement (Liu and others 2020, "Low-Latency Sequence-to-Sequence Speech
Recognition and Translation by Partial Hypothesis Selection").

A hypothesis that contradicts what stays goes on behind it: where, an alignment of the last words tells. The last word
never stays yet, since it may still be being spoken ("gar", "garage").

A translation is made anew with each hypothesis, and puts words in another order: a German verb waits for its sentence.
There the last five words never stay, which such a verb mostly moves across (a guess). Fewer words would be taken back
if those were not shown at all, but then nobody would read a short sentence while it is spoken (Arivazhagan and others
2020, "Re-translation versus Streaming for Simultaneous Translation", has both). That three hypotheses must agree
changes nothing there: a wrong order is repeated until the verb comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from .units import is_unspaced, key_of, units_of

_VOLATILE: Final = 1
_VOLATILE_TRANSLATED: Final = 5
"""Words at the end of a hypothesis that do not stay yet."""
_CHARACTERS: Final = 2
"""Characters that count as a word where words have no blanks: about as many as one of Chinese or Japanese has."""
_ALIGNED: Final = 12
"""Units at the end of what stays that a hypothesis is aligned with; those before do not say where it goes on."""
_DRIFT: Final = 12
"""Units more or fewer than the last time that a hypothesis may have before its continuation."""
_OTHER: Final = 2
_ALIKE: Final = 1
"""What it costs to take a word for another one, or for a longer form of it; one too many costs as much as another."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A partial text: its first ``stable`` characters are in all later ones of the same phrase as well."""

    text: str
    stable: int


class Stabilizer:
    """One text of one phrase: what was said, or its translation to one language."""

    def __init__(self, *, translated: bool = False) -> None:
        """Begin before the first hypothesis."""
        self._volatile = _VOLATILE_TRANSLATED if translated else _VOLATILE
        self._kept = ""
        self._kept_keys: list[str] = []
        self._tail: list[str] = []
        """The units that were shown behind it."""
        self._shift = 0
        """How many more units the last hypothesis that went on had than what stays, before it did."""

    def take(self, text: str) -> Shown:
        """Take the next hypothesis; return what to show. The time it takes is proportional to the text."""
        if units := units_of(text.strip()):
            self._hear(units)
        return Shown(self._kept + "".join(self._tail), len(self._kept))

    def _hear(self, units: Sequence[str]) -> None:
        rest = units[self._continuation([key_of(unit) for unit in units]) :]
        same = sum(1 for _ in takewhile(_is_same, zip(self._tail, rest, strict=False)))
        if same < len(rest):
            self._tail = [*self._tail[:same], *rest[same:]]
        # Of a hypothesis that only has fewer words, those behind it go on being shown: it takes nothing back.
        volatile = self._volatile * (_CHARACTERS if rest and is_unspaced(rest[-1]) else 1)
        self._keep(max(min(same, len(rest) - volatile), 0))

    def _keep(self, agreed: int) -> None:
        """Let the first units stay that were shown behind what stays."""
        self._kept += "".join(self._tail[:agreed])
        self._kept_keys += map(key_of, self._tail[:agreed])
        self._tail = self._tail[agreed:]

    def _continuation(self, keys: list[str]) -> int:
        """Return at which unit a hypothesis goes on behind what stays; never at its first, which may have no blank."""
        kept = len(self._kept_keys)
        if keys[:kept] == self._kept_keys:
            self._shift = 0
            return kept
        expected = kept + self._shift
        begin = max(expected - _ALIGNED - _DRIFT, 0)
        window = keys[begin : expected + _DRIFT]
        tail = self._kept_keys[-_ALIGNED:]
        # The costs of aligning all of the tail with the window's units before each place.
        costs = [0 if begin or kept > _ALIGNED else _OTHER * at for at in range(len(window) + 1)]
        for word in tail:
            costs = _with_word(costs, word, window)

        def cost(at: int) -> tuple[int, bool, int]:
            # Behind the very word that was last, or else where as many words are before it as stay.
            return costs[at], at == 0 or window[at - 1] != tail[-1], abs(begin + at - expected)

        found = begin + min(range(len(costs)), key=cost)
        if found < len(keys):
            self._shift = found - kept
        return found


def _with_word(costs: list[int], word: str, window: Sequence[str]) -> list[int]:
    """Return the costs of an alignment that has one word more."""
    longer = [costs[0] + _OTHER]
    for at, other in enumerate(window):
        longer.append(min(costs[at] + _cost(word, other), costs[at + 1] + _OTHER, longer[at] + _OTHER))
    return longer


def _cost(word: str, other: str) -> int:
    if word == other:
        return 0
    return _ALIKE if word.startswith(other) or other.startswith(word) else _OTHER


def _is_same(pair: tuple[str, str]) -> bool:
    return key_of(pair[0]) == key_of(pair[1])
