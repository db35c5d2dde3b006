"""In a translation, phrases without a word on their translation.

What is recognised may come for itself before it comes with its translation, or in place of that where it is the same.
So such a phrase waits for the one with the translation, and counts if that does not come; also if its turn fails, as
the next turn says the same again, or nothing of it.
"""

from ..events import Phrase, RecognitionStatus
from .turn import Turn

type Due = tuple[Turn, Phrase]
"""A phrase for the caller, and the turn that it is of."""


class PlainPhrases:
    """The plain phrase of an utterance that waits, if there is one."""

    def __init__(self, *, interactive: bool) -> None:
        """Begin with none. ``interactive``: the utterance has one phrase only."""
        self._interactive = interactive
        self._waiting: Due | None = None
        self._translated: Due | None = None
        """The latest with a word on its translation."""

    @property
    def waiting(self) -> bool:
        """Whether there is one."""
        return self._waiting is not None

    def again(self, turn: Turn, said: Phrase) -> list[Due]:
        """Hear what a turn says of audio that was sent again, of which a phrase waits; return what is due before it.

        What waits is in what is said, or it is not said again, or it is still to come.
        """
        if self._waiting is None or self._waiting[0] is turn:
            return []
        before, waiting = self._waiting
        end = before.start_offset + waiting.offset + waiting.duration
        begins = turn.start_offset + said.offset
        if said.text and (begins < end or not waiting.duration):
            self._waiting = None
            return []
        silent_to_the_end = self._interactive or said.status is RecognitionStatus.END_OF_DICTATION
        over = said.text or silent_to_the_end or begins + said.duration >= end
        return self.end() if over else []

    def take(self, turn: Turn, said: Phrase, *, plain: bool) -> list[Due]:
        """Take the next phrase; return those that are due now."""
        due = (turn, said)
        if self._waiting is not None and self._waiting[0] is not turn:
            return [due]  # silence before the one that waits
        waiting = [] if self._waiting is None or _same(self._waiting, due) else [self._waiting]
        self._waiting = None
        if plain and said.text:
            self._waiting = None if self._translated and _same(self._translated, due) else due
            return waiting
        self._translated = due
        return [*waiting, due]

    def end(self) -> list[Due]:
        """Return what waits in vain, since nobody is asked for it again."""
        waiting = [] if self._waiting is None else [self._waiting]
        self._waiting = None
        return waiting


def _same(one: Due, other: Due) -> bool:
    """Return whether two phrases are the same words."""
    (turn, said), (its_turn, it) = one, other
    if turn is not its_turn:
        return False
    if not (said.duration and it.duration):
        return said.text == it.text
    return said.offset < it.offset + it.duration and it.offset < said.offset + said.duration
