"""Speech in which nobody pauses, and that the service does not end: where to end its turn, so that it must.

The service is asked to end a phrase after ``longest_phrase``. Where it has heard more than that and says no phrase all
the same, the turn's audio ends at the quietest moment of the next two seconds, which are held back until then; so its
phrase comes, and what is behind goes on in the next turn. That costs a request, and nothing of what is said.

That a service may not do as it is asked is a guess: of some endpoints it is not known that they read it at all. One may
even refuse it; then it is asked no more, and its turns are ended here all the same.
"""

from array import array
import sys
from typing import Final

from ..events import Hypothesis
from ..riff import SAMPLE_SIZE
from .audio import BYTES_PER_SECOND, AudioBuffer
from .turn import MAX_UNACCOUNTED, Turn

GRACE: Final = 3.0
"""Seconds beyond the longest phrase that the service is given, by its own hypotheses: however far it is behind."""
LAST_MOMENT: Final = MAX_UNACCOUNTED - 10.0
"""Seconds sent without a phrase, after which it is not asked how much of that it has heard: it may not say so."""
SOUGHT: Final = 2.0
"""Seconds of audio in which the quietest moment is looked for. In so much speech there is a pause between two words."""
FRAME: Final = BYTES_PER_SECOND // 100
"""Bytes of which one loudness is taken: 10 ms."""
PAUSE: Final = 10
"""Frames on each side that count, the nearer the more: so a pause between words is quieter than the stop in a "t"."""


class LongSpeech:
    """Whether, and where, a turn's audio is to end before the source does. Positions are bytes of the utterance's."""

    def __init__(self, audio: AudioBuffer, longest: float | None) -> None:
        """Begin with nothing heard. ``longest``: seconds of speech in a phrase; None: as many as there are."""
        self._audio = audio
        self.longest = longest
        self._from: int | None = None
        """Up to where audio was sent when too much had been heard."""
        self.end: int | None = None
        """Where the turn's audio ends, if that is decided."""

    def hear(self, turn: Turn, said: Hypothesis) -> None:
        """Take what is heard so far of a phrase."""
        longest = self.longest
        if longest is None or self._from is not None or not said.text:
            return
        begun = max(turn.start + _bytes(said.offset), self._audio.start)
        heard = min(turn.start + _bytes(said.offset + said.duration), turn.sent) - begun
        unaccounted = turn.sent - self._audio.start
        if heard >= _bytes(longest + GRACE) or unaccounted >= _bytes(LAST_MOMENT):
            self._from = turn.sent

    def over(self) -> None:
        """Take note that what was heard is told in a phrase, or asked for in another turn."""
        self._from = self.end = None

    def waits(self) -> bool:
        """Return whether no more is to be sent before more audio has come; decide where to end if there is enough."""
        if self._from is None or self.end is not None:
            return False
        sought = self._audio.span(self._from, self._from + _bytes(SOUGHT))
        if len(sought) == _bytes(SOUGHT):
            self.end = self._from + quietest(sought)
        return self.end is None and not self._audio.ended  # of less, the end of the audio is the end of the phrase


def quietest(audio: bytes) -> int:
    """Return where in some audio it is quietest: amid the longest and quietest pause between two sounds."""
    samples = array("h", audio)
    if sys.byteorder == "big":
        samples.byteswap()
    size = FRAME // SAMPLE_SIZE
    levels = [sum(map(abs, samples[at : at + size])) for at in range(0, len(samples) - size + 1, size)]
    weights = [PAUSE + 1 - abs(distance) for distance in range(-PAUSE, PAUSE + 1)]
    around = [
        sum(weight * level for weight, level in zip(weights, levels[at : at + len(weights)], strict=True))
        for at in range(len(levels) - len(weights) + 1)
    ]
    return (around.index(min(around)) + PAUSE) * FRAME + FRAME // 2


def _bytes(seconds: float) -> int:
    return round(seconds * BYTES_PER_SECOND / SAMPLE_SIZE) * SAMPLE_SIZE
