"""Which of an utterance's audio is accounted for by phrases. What is not is kept, and sent again in the next turn."""

from typing import Final

from ..events import Hypothesis, Phrase
from ..riff import SAMPLE_SIZE
from .audio import BYTES_PER_SECOND, SAMPLE_RATE, AudioBuffer
from .turn import Ours, Turn

MAX_OVERRUN: Final = BYTES_PER_SECOND // 2
"""Bytes by which a phrase may seem to end behind what was sent, as times are rounded. More is a mistake."""
MAX_REST: Final = BYTES_PER_SECOND // 2
"""Bytes behind the last phrase of a turn that are not asked for again where the service ends it without a word on
them: no more than a pause. Of more, the native SDK asks again, too."""


class Coverage:
    """How far phrases cover the audio, which forgets what they do."""

    def __init__(self, audio: AudioBuffer) -> None:
        """Begin with no phrase."""
        self._audio = audio
        self.guessed = False
        """Whether the last phrase did not say what it covers."""

    def phrase(self, turn: Turn, said: Phrase) -> None:
        """Take what a phrase of a turn covers."""
        covered = turn.start + round((said.offset + said.duration) * SAMPLE_RATE) * SAMPLE_SIZE
        guessed = bool(said.text) and covered > turn.sent + MAX_OVERRUN
        if said.text and covered == turn.start:
            covered, guessed = turn.sent, True  # without times it is about all that it can be about
        turn.silent |= not said.text
        # A phrase cannot cover what was not sent, whatever its offsets say; rounding up to a millisecond is usual.
        covered = min(covered, turn.sent)
        if covered > self._audio.start:
            self._audio.discard(covered)
            self.guessed = guessed

    def has(self, turn: Turn, said: Hypothesis) -> bool:
        """Return whether a phrase has told what a hypothesis of a turn is about, as far as it says that: it is late."""
        end = turn.start + round((said.offset + said.duration) * SAMPLE_RATE) * SAMPLE_SIZE
        return turn.start < end <= self._audio.start and not self.guessed

    def silence(self, turn: Turn) -> bool:
        """Take what a turn covers that ended without a phrase; return whether it told of silence, and covers all.

        The service ends a turn behind a silence in the middle of a recording, without saying how long that was.
        """
        if not turn.silent or turn.sent == turn.start:
            return False
        self._audio.discard(turn.sent)
        return True

    def noise(self, turn: Turn) -> None:
        """Take what a turn covers that ended with noise, of which the service may not have said how long it was.

        Then it is all but the pause by which the service knew its end, since more may have been sent than was heard.
        """
        if self._audio.start == turn.start:
            heard = turn.sent - MAX_REST
            self._audio.discard(heard if heard > turn.start else turn.sent)

    def more_behind(self, turn: Turn) -> bool:
        """Return whether there is more to be heard, or may be, behind a phrase that ends a turn."""
        if not self._audio.ended:
            return True
        return self._left > MAX_REST if self._audio.start > turn.start else not self.sent_by(turn)

    def sent_by(self, turn: Turn) -> bool:
        """Return whether a turn had all of the audio, to its end."""
        return turn.ours is Ours.SENT and self._audio.ended and turn.sent == self._audio.end

    def ended_by(self, turn: Turn) -> bool:
        """Return whether nothing is left to be asked for when a turn has ended, or no more than a pause."""
        cut_short = self._audio.start > turn.start and self._left > MAX_REST
        return self.sent_by(turn) and not cut_short

    def whole(self, tail: float) -> bool:
        """Return whether phrases are known to cover all of the audio, but for so many seconds of silence at its end."""
        known = self._audio.ended and self._audio.start > 0 and not self.guessed
        return known and self._left <= tail * BYTES_PER_SECOND

    @property
    def _left(self) -> int:
        return self._audio.end - self._audio.start
