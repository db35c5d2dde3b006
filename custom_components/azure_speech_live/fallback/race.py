"""Who hears one command, and whose answer counts, as a state machine without tasks and without a clock.

hearing.py tells it what the Speech service and the second engine say, and asks it who is to be asked and until when to
wait. It decides by decision.py, and has memory.py remember how the service did.

    begin() ──► service_asked, second_asked           who is to hear
    service_said(), second_said() ──► events          what the caller gets
    wake_at, wake() ──► second_asked                  how long to wait
    service_answered(), second_failed(), ... ──► finished, error, won_by_second
"""

from collections import deque
from collections.abc import Callable
from math import inf
from typing import Final

from ..resource.cost_guard import UsageLimitError
from ..speech import (
    AttemptFailed,
    Event,
    Hypothesis,
    Mode,
    Phrase,
    RecognitionOptions,
    RecognitionStatus,
    SpeechEnded,
    SpeechError,
    SpeechStarted,
    Timeline,
    TranslationOptions,
    backlog,
)
from .decision import OUTAGES, Then, Trouble, When, then, trouble_of
from .memory import Memory

OPENING: Final = 1.0
"""Seconds that a connection may take to open before the second engine is asked as well: a command takes longer."""
SECOND_LIMIT: Final = 30.0
"""Seconds that the second engine has after the end of speech. A small machine thinks for some of them."""


class Race:
    """One command, and who hears it. Moments are seconds by any one clock."""

    def __init__(
        self, options: RecognitionOptions, memory: Memory, now: float, *, on_nothing: bool, on_miss: Callable[[], None]
    ) -> None:
        """Begin before the first audio.

        ``on_nothing``: an empty text is no answer to speech; ``on_miss`` is called when the service did not answer in
        time, though it has not failed.
        """
        self._options = options
        self._memory = memory
        self._begun = now
        self._on_nothing = on_nothing
        self._on_miss = on_miss
        self.timeline = Timeline()
        """What the service's client notes."""
        self.events: deque[Event] = deque()
        """What the caller has not taken yet."""
        self.covered = 0.0
        """Seconds of audio that nobody wants to hear any more: what the caller was told covers them."""
        self.service_asked = self.second_asked = False
        self._service_over = self._second_over = False
        self.speech_ended = False
        """Whether the service has heard the speech end."""
        self.only_noise = False
        """Whether all that the service has heard so far was noise."""
        self.finished = False
        self.error: Exception | None = None
        """With what the service failed; with what the command did, when it is finished."""
        self.won_by_second = False
        self._phrases: list[Phrase] = []
        """What the service has said, and what counts only if nobody is quicker."""
        self._told = 0
        """How many of these the caller was told nevertheless: where nothing was understood, nothing is taken back."""
        self._understood = False
        """Whether the caller was told words of the service's."""
        self._empty: Phrase | None = None
        """The second engine's answer, if it heard nothing."""
        self._trouble: Trouble | None = None
        """What is amiss with the service just now."""
        self._missed = False
        self._speech = False
        self._over_at: float | None = None
        self._may_go_on = False
        """Whether the service may hear more words, though the command is over."""
        self.waits_from = inf
        """When the service has had all audio, as far as can be known."""

    @property
    def service_hears(self) -> bool:
        """Whether the service may still answer."""
        return self.service_asked and not self._service_over

    @property
    def second_hears(self) -> bool:
        """Whether the second engine may."""
        return self.second_asked and not self._second_over

    # --- when

    def begin(self, how: Then) -> None:
        """Begin as decision.begins says."""
        self.service_asked = how is not Then.SECOND
        self.second_asked = how is not Then.WAIT

    def over(self, now: float, size: int, pause: float | None = None) -> None:
        """Take note that the command is over, after so many bytes of audio. They may have come faster than speech.

        ``pause``: only somebody else has heard that, and the service waits for so many seconds of silence, or for more
        words; None: it knows.
        """
        self._over_at = now
        self._may_go_on = pause is not None
        self.waits_from = max(now + (pause or 0.0), self._begun + backlog(size))
        if self._trouble is not None and self.service_hears:
            self._amiss(self._trouble)

    @property
    def is_over(self) -> bool:
        """Whether the command is; it may go on nevertheless, if the service hears more words."""
        return self._over_at is not None

    @property
    def patience_ends(self) -> float:
        """When the service has had as much time for its answer as a person gives it."""
        return self.waits_from + self._memory.patience

    @property
    def wake_at(self) -> float:
        """When to ``wake`` it, if nothing comes until then."""
        moments = [inf]
        if self.service_hears and not self.second_asked:
            moments += [self.patience_ends, self._begun + OPENING if self.timeline.connected is None else inf]
        if self.service_hears and self._empty is not None:
            moments.append(min(self.patience_ends, self._begun + SECOND_LIMIT))
        if self.second_hears and self._over_at is not None:
            moments.append(self._over_at + SECOND_LIMIT)
        return min(moments)

    def wake(self, now: float) -> bool:
        """Do what is due. Return whether the second engine is to be given up."""
        opens_slowly = self.timeline.connected is None and now >= self._begun + OPENING
        if self.service_hears and (opens_slowly or now >= self.patience_ends):
            self._amiss(Trouble.SLOW)
        if self._empty is not None and now >= min(self.patience_ends, self._begun + SECOND_LIMIT):
            self._second_won(self._empty, now)
        return self.second_hears and self._over_at is not None and now >= self._over_at + SECOND_LIMIT

    def _amiss(self, trouble: Trouble) -> None:
        """Do what follows from a trouble that is noticed now."""
        when = When.AFTER if self._over_at is not None else When.WHILE if self._speech else When.BEFORE
        if then(trouble, when) in (Then.SECOND, Then.BOTH):
            self.second_asked = True

    # --- the service

    def service_said(self, event: Event, *, more: bool = False) -> None:
        """Take what the service's client tells; ``more``: audio still comes, so that a false start is no end."""
        if self.finished:
            return
        match event:
            case AttemptFailed():
                self._trouble = trouble_of(event.error)
                self._amiss(self._trouble)
                return
            case SpeechEnded():
                # Where Home Assistant alone hears the end, the service hears the ends of sentences. And it may be that
                # of noise: who hears it with the service would answer that, before the command is spoken.
                self.speech_ended = self._options.mode is Mode.INTERACTIVE and not self.second_asked
                self.only_noise = False
                self._may_go_on = self._may_go_on and not self.speech_ended
            case SpeechStarted() | Hypothesis():
                self._speech, self._trouble, self.only_noise = True, None, False
                if self._may_go_on and not self.second_asked:
                    self._over_at, self.waits_from = None, inf
            case Phrase():
                self._phrases.append(event)
                if more and event.is_false_start and self._options.mode is Mode.INTERACTIVE:
                    self._start_anew()
                if not self.second_asked and self._options.mode is not Mode.INTERACTIVE:
                    self._tell_in_time(event)
                return
        if not any(phrase.says_something for phrase in self._phrases):  # else it would be told without these
            self.events.append(event)

    def _start_anew(self) -> None:
        """Take note that what was heard was noise, so that the command is still to come."""
        self.speech_ended, self.only_noise = False, True
        if not self.second_asked:
            self._over_at, self.waits_from = None, inf

    def service_answered(self, now: float) -> None:
        """Take note that the service has said all. It does so also when it is no longer waited for."""
        self._service_over = True
        if self.timeline.phrase is not None:
            self._memory.answered(now, max(0.0, now - self.waits_from) if self.waits_from < inf else None)
        if self.finished:
            return
        lack = self._lack
        if lack is not None and then(lack, When.GIVEN_UP) is Then.SECOND and not self._second_over:
            self.second_asked = True
        else:
            self._service_won()

    def service_failed(self, error: SpeechError | UsageLimitError, now: float, *, closed: bool = False) -> None:
        """Take note that the service failed for good; ``closed``: we have ended it ourselves, so it is not away."""
        self._service_over = True
        self._trouble = trouble_of(error)
        if self._trouble in OUTAGES and not closed:
            self._memory.failed(now, self._begun)
        if self.finished:
            return
        self.error = error
        if then(self._trouble, When.GIVEN_UP) is Then.ERROR:
            self.fail(error)
        elif self._empty is not None:
            self._second_won(self._empty, now)
        elif self._second_over:
            self.fail(error)
        else:
            self._forget_phrases()
            self.second_asked = True

    @property
    def _lack(self) -> Trouble | None:
        """What is amiss with the service's answer, if anything is."""
        if any(phrase.translation_error and not phrase.translations for phrase in self._phrases):
            return Trouble.NOTHING
        if self._understood or not self._phrases or any(phrase.says_something for phrase in self._phrases):
            return None
        heard = self._speech or any(phrase.status is RecognitionStatus.NO_MATCH for phrase in self._phrases)
        return Trouble.NOTHING if heard and self._on_nothing else Trouble.SILENCE

    def _service_won(self) -> None:
        self._tell_phrases()
        self._finish()

    def _tell_in_time(self, phrase: Phrase) -> None:
        """Tell a phrase behind which others may come: whoever ends the command waits for it."""
        if phrase.says_something:
            self._tell_phrases()
        else:
            self.events.append(phrase)
            self._told = len(self._phrases)

    def _tell_phrases(self) -> None:
        for phrase in self._phrases:
            self.covered = phrase.offset + phrase.duration
            self._understood |= phrase.says_something
        self.events.extend(self._phrases[self._told :])
        self._forget_phrases()

    def _forget_phrases(self) -> None:
        self._phrases.clear()
        self._told = 0

    # --- the second engine

    def second_said(self, text: str, language: str) -> None:
        """Take what the second engine hears so far. Where the service hears as well, its own is told."""
        if not (self.finished or self.service_hears):
            said = self._as_phrase(text, language)
            self.events.append(Hypothesis(said.text, said.offset, said.duration, language, said.translations))

    def second_answered(self, text: str, language: str, now: float) -> None:
        """Take what it has heard."""
        self._second_over = True
        phrase = self._as_phrase(text, language)
        if phrase.text:
            self._second_won(phrase, now)
        elif self.service_hears:
            self._empty = phrase  # the service may have heard more
        elif self.error is None and self.service_asked:
            self._service_won()
        else:
            self._second_won(phrase, now)

    def second_failed(self) -> None:
        """Take note that it did not hear."""
        self._second_over = True
        if self.finished or self.service_hears:
            return
        if not self.service_asked:
            self.service_asked = True  # away or not, there is nobody else
        elif self.error is not None:
            self.fail(self.error)
        else:
            self._service_won()

    def _as_phrase(self, text: str, language: str) -> Phrase:
        """Return a text as the service would tell it."""
        text = text.strip()
        targets = self._options.targets if isinstance(self._options, TranslationOptions) else ()
        return Phrase(
            status=RecognitionStatus.SUCCESS if text else RecognitionStatus.NO_MATCH,
            text=text,
            language=language,
            translations=dict.fromkeys(targets, text) if text else {},
        )

    def _second_won(self, phrase: Phrase, now: float) -> None:
        if self.finished:
            return
        if now >= self.patience_ends:
            self.miss(now)
        self._forget_phrases()
        self.events.append(phrase)
        self.won_by_second = True
        self._finish()

    # --- the end

    @property
    def is_throttled(self) -> bool:
        """Whether the service does not answer for there are too many requests: it is not away."""
        return self._trouble is Trouble.THROTTLED

    def miss(self, now: float) -> None:
        """Take note that the service did not answer in time, if it still hears: another way of being away."""
        if self.service_hears and not self._missed:
            self._missed = True
            self._memory.failed(now, self._begun)
            self._on_miss()

    @property
    def is_served(self) -> bool:
        """Whether it is the service that hears, as it should, and nobody else is to be asked."""
        alone = self.service_hears and not self.second_asked
        return alone and self._trouble is None and self._lack is not Trouble.NOTHING

    def enough(self, now: float) -> None:
        """Take note that the caller needs no more than the service has told: that was its answer."""
        self._memory.answered(now, None)
        self.timeline.enough()
        self._finish()

    def fail(self, error: Exception) -> None:
        """End it with an error: nobody can hear it."""
        if not self.finished:
            self.error, self.finished = error, True

    def close(self) -> None:
        """Take note that nobody wants to know any more."""
        self.finished = True

    def _finish(self) -> None:
        self.error, self.finished = None, True
