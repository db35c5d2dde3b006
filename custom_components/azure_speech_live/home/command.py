"""One command as it is spoken, as a state machine without I/O: what was said, and whether that was all.

The service cuts phrases at short silences. What the home's sentences say of them decides how long a silence ends the
command:

    verdict │ over when, behind the last word, so much audio came without a new one
    ────────┼──────────────────────────────────────────────────────────────────────
    FINAL   │ none: at once
    OPEN    │ the usual silence: nearly all who have said a command have said all
    BEGUN   │ BEGUN_SILENCE
    OTHER   │ the usual silence, as without any verdict

Where no words came yet, or words that say nothing, it is not over; nor is it while a phrase is awaited. In any case it
is over when its audio ends, which is not for this to say.
"""

from enum import Enum
from math import inf
from typing import Final

from ..speech import Hypothesis, Phrase, RecognitionStatus
from .fillers import without_fillers
from .joining import Said, one_text

USUAL_SILENCE: Final = 0.5
"""Seconds of silence by which the service ends a command where the household sets nothing else."""
BEGUN_SILENCE: Final = 0.9
"""Seconds for which somebody who has not said all is waited for."""
SOUND: Final = 0.8
"""Seconds for which a word is waited for where a sound has begun behind the last one: so much later the service, which
hears the word to its end, tells of it."""
FASTEST: Final = 2.0
"""So many times faster than the clock the audio may go, to count as silence: what comes at once, or after a gap in the
network, the service cannot have heard yet."""
LONGEST: Final = 300
"""Characters of the longest text that is judged: no sentence of a home is longer."""


class Verdict(Enum):
    """What the home's sentences say of what was heard so far of a command."""

    FINAL = "final"
    """A command, and whatever can follow means the same."""
    OPEN = "open"
    """A command, and what can follow means more, or something else."""
    BEGUN = "begun"
    """No command, but something that can be said here begins with it."""
    OTHER = "other"
    """Neither: free speech, nothing that this home knows, or a command of which nothing more can be told."""


class Command:
    """One command. Positions are seconds of its audio; moments are seconds by any one clock."""

    def __init__(self, language: str, now: float, *, cut: float, usual: float | None) -> None:
        """Begin before the first audio.

        ``language``: that of the home's sentences. ``cut``: the silence, in seconds, at which the service cuts phrases;
        ``usual``: the one that ends a command of which nothing is known; None: USUAL_SILENCE.
        """
        self._language = language
        self._cut = cut
        self._usual = usual or USUAL_SILENCE
        self._said: list[Said] = []
        """Its phrases."""
        self.question: str | None = None
        """What is to be judged, as it would be executed; another one takes the place of the one before."""
        self._verdict: Verdict | None = None
        """Of what was said so far; None while there is none, or nothing that could have one."""
        self._heard_at = now
        self._came = self._counted = self._sound_since = 0.0
        """Up to where the audio came, as much of it as may count, and where its latest sound began."""
        self._last_word = 0.0
        self._phrase_at = inf
        """Where the audio was when the last phrase came."""
        self._awaits_phrase = self._nothing = self._troubled = False
        self.waited = False
        """Whether it went on, or was waited for, where it would have been over without a verdict."""

    def audio_came(self, position: float, sound_since: float, now: float) -> None:
        """Take note that audio came up to a position, and where its latest sound began."""
        self._counted = min(position, self._counted + FASTEST * (now - self._heard_at))
        self._came, self._sound_since, self._heard_at = position, sound_since, now
        self.waited |= self._verdict is Verdict.BEGUN and self._quiet_for(self._usual)

    def hypothesis(self, said: Hypothesis) -> None:
        """Take words of which a phrase will come."""
        if said.text.strip():
            self._awaits_phrase = True
            self._last_word = max(self._last_word, min(said.offset + said.duration, self._came))

    def phrase(self, phrase: Phrase, said: Said) -> None:
        """Take a phrase, and how it is written."""
        self._awaits_phrase = self._troubled = False
        if not said.text.strip():
            self._nothing |= phrase.status is RecognitionStatus.INITIAL_SILENCE_TIMEOUT
            return
        self._said.append(said)
        end = phrase.offset + phrase.duration
        self._last_word = max(self._last_word, min(end, self._came)) if end else self._counted - self._cut
        self._phrase_at = self._counted
        self._verdict, self.question = None, None
        meant = without_fillers(one_text(self._said, self._language), self._language)
        if len(meant) > LONGEST or any(phrase.foreign for phrase in self._said):
            self._verdict = Verdict.OTHER
        elif meant:
            self.question = meant

    def speech_started(self) -> None:
        """Take note that the service hears somebody speak."""
        self._troubled = False

    def attempt_failed(self) -> None:
        """Take note that the service does not hear for now: what it does not tell is no silence."""
        self._troubled = True

    def judged(self, question: str, verdict: Verdict) -> None:
        """Take what the home's sentences say; of an earlier text it does not count any more."""
        if question == self.question:
            self._verdict = verdict

    @property
    def is_over(self) -> bool:
        """Whether all was said, or nothing will be."""
        if self._awaits_phrase:
            return False
        match self._verdict:
            case None:
                return self._nothing and not self._said
            case Verdict.FINAL:
                return True
            case Verdict.BEGUN:
                return self._quiet_for(max(BEGUN_SILENCE, self._usual))
            case _:
                return self._quiet_for(self._usual)

    @property
    def is_sooner(self) -> bool:
        """Whether, if it is over, it would not have been without a verdict."""
        return self.is_over and self._verdict is Verdict.FINAL and not self._quiet_for(self._usual)

    def _quiet_for(self, seconds: float) -> bool:
        """Return whether no word came for so long, as far as the service can have told.

        A phrase comes when the silence has lasted for ``cut``, and later by what the network takes.
        """
        if self._troubled:
            return False
        end = max(self._last_word, self._phrase_at - self._cut) + seconds
        if self._sound_since > self._last_word:
            end = max(end, min(self._sound_since, end) + SOUND)
        return self._counted >= end - 1e-6
