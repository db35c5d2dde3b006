"""What the service says of an utterance, and what the caller gets of that: each phrase once, and an end.

The service may say a thing in several ways, say it again, or leave it out; and a turn may be over before all is said.
"""

from collections.abc import Iterable
from typing import Final

from ..errors import ServiceError, SpeechError, UnusableMessageError
from ..events import Event, Hypothesis, Phrase, RecognitionStatus, SpeechEnded, SpeechStarted, Synthesis, SynthesisEnded
from ..options import Mode, RecognitionOptions, TranslationOptions
from ..wire.messages import Message
from . import results, translation
from .audio import BYTES_PER_SECOND, AudioBuffer
from .coverage import Coverage
from .event_queue import EventQueue
from .heard import Heard
from .plain_phrases import Due, PlainPhrases
from .spoken_translation import SpokenTranslations
from .turn import Theirs, Turn

SILENCE_AT_THE_END: Final = 0.5
"""Seconds for which a failure does not count: the silence by which the service knows that speech is over."""

FALSE_STARTS: Final = 4
"""How often what was said may turn out to be noise in any case. Beyond that, and beyond one each three seconds, the
command is over with the next: so much noise is no room to be understood in, and each costs a request."""
NOISE_LENGTH: Final = 3.0
"""Seconds for each of these beyond. Source of both: none; a clatter in a kitchen has one or two."""


class Answers:
    """The service's answers, turn by turn, and the caller's events."""

    def __init__(self, options: RecognitionOptions, audio: AudioBuffer) -> None:
        """Begin with nothing said of the audio."""
        self.events = EventQueue()
        """What the caller has not taken yet."""
        self.complete = False
        """Whether the caller has, in ``events``, all that will come."""
        self.words: Phrase | None = None
        """The last phrase that says something, as the caller gets it."""
        self._audio = audio
        self._interactive = options.mode is Mode.INTERACTIVE
        self._targets = options.targets if isinstance(options, TranslationOptions) else None
        self._speaks = isinstance(options, TranslationOptions) and options.voice is not None
        self._silence = min(SILENCE_AT_THE_END, options.segmentation_silence or SILENCE_AT_THE_END)
        self._heard = Heard()
        self._plain = PlainPhrases(interactive=self._interactive)
        self._spoken = SpokenTranslations(self.events)
        self._coverage = Coverage(audio)
        self._false_starts = 0

    # --- in a turn

    def receive(self, turn: Turn, message: Message, *, again: bool) -> Event | None:
        """Take a message of the service in a turn, but for its end; return the event that it is, if it is one.

        ``again``: what is asked in this turn was asked before, in vain. Raises SpeechError if the turn has failed.
        """
        event = self._event(message, again=again)
        match event:
            case Phrase():
                self._phrases(self._plain.again(turn, event))
                if not self.complete:
                    plain = self._targets is not None and message.path == results.PLAIN_PHRASE
                    self._phrases(self._plain.take(turn, event, plain=plain))
            case Synthesis():
                self._spoken_to_its_end(waited=self._spoken.take(event.audio, self._audio.end))
            case SynthesisEnded():
                self._spoken_to_its_end(waited=self._spoken.end(event.error))
            case Hypothesis() if not self._coverage.has(turn, event):
                self._tell(turn, self._heard.hypothesis(event, turn.options))
            case SpeechStarted() | SpeechEnded():
                self._tell(turn, event)
        self.events.check()
        return event

    def _event(self, message: Message, *, again: bool) -> Event | None:
        try:
            return results.event(message, translating=self._targets is not None)
        except ServiceError:
            # Told again, of audio in which nothing is heard, it is silence.
            if again and not (self._interactive or self._heard) and results.untimed(message):
                return Phrase(status=RecognitionStatus.NO_MATCH)
            raise

    def _tell(self, turn: Turn, event: Event) -> None:
        told = results.shifted(event, turn.start_offset)
        if isinstance(told, Phrase) and told.says_something:
            self.words = told
        self.events.tell(told)

    def _phrases(self, phrases: Iterable[Due]) -> None:
        for turn, said in phrases:
            self._phrase(turn, said)

    def _phrase(self, turn: Turn, said: Phrase) -> None:
        last = said.status is RecognitionStatus.END_OF_DICTATION and not self._interactive
        said = self._heard.phrase(said, turn.options, last=last or self._interactive)
        self._coverage.phrase(turn, said)
        if said.text or not last:
            if self._targets is not None:
                said = translation.checked(said, self._targets)
            self._tell(turn, said)
            self._spoken.waiting += self._speaks and any(said.translations.values())
        # Behind the last phrase synthesis may still come, and only turn.end says that none will.
        done = self._coverage.sent_by(turn) and not self._speaks if last else self._ends(turn, said)
        self.complete = done and not self._spoken.waiting

    def _ends(self, turn: Turn, said: Phrase) -> bool:
        """Return whether a phrase is the only one: of a command, which noise before it is not."""
        if not (self._interactive and said.is_false_start and self._coverage.more_behind(turn)):
            return self._interactive
        self._false_starts += 1
        return self._false_starts > FALSE_STARTS + self._audio.end / BYTES_PER_SECOND / NOISE_LENGTH

    def _spoken_to_its_end(self, *, waited: bool) -> None:
        if waited:
            self.complete = self._interactive

    def short_audio(self, turn: Turn, said: Phrase) -> None:
        """Take the result of a request of the REST API, which covers all audio that was sent in it, but for noise."""
        said = self._heard.phrase(said, turn.options)
        if self._interactive and said.is_false_start:
            self._coverage.phrase(turn, said)
            self._coverage.noise(turn)
        else:
            self._audio.discard(turn.sent)
        self._tell(turn, said)
        nothing_left = self._audio.ended and self._audio.start == self._audio.end
        self.complete = nothing_left or self._ends(turn, said)

    # --- behind it

    def turn_ended(self, turn: Turn) -> None:
        """Take the end of a turn. Raises UnusableMessageError if it has answered nothing, and there was a question."""
        self._phrases(self._plain.end())
        self._spoken_to_its_end(waited=self._spoken.end_all(None))
        if self.complete:
            return
        if self._interactive:
            self._false_start_ended(turn)
            return
        self.complete = not self._heard and self._coverage.ended_by(turn)
        if self.complete or self._audio.start > turn.start:
            return
        if self._heard or not self._coverage.silence(turn):
            # A service that ends each turn at once would be asked for ever.
            raise UnusableMessageError("the service ended the turn before the audio, with nothing recognised")

    def _false_start_ended(self, turn: Turn) -> None:
        if not turn.silent:
            raise UnusableMessageError("the service ended the turn without a result")
        self._coverage.noise(turn)
        # Who did not stop to listen has heard the rest: so does the service in the dialect of 2018.
        self.complete = self.is_whole or (self._coverage.sent_by(turn) and turn.theirs is not Theirs.STOPPED)

    def source_ended(self) -> None:
        """Take note that there is no more audio, while no turn is open: behind a false start, nobody need be asked."""
        self.complete |= self._interactive and self.is_whole

    def turn_failed(self, error: SpeechError) -> None:
        """Take note that a turn failed; what was to be spoken in it is not said again."""
        self._spoken_to_its_end(waited=self._spoken.end_all(f"the spoken translation was cut off: {error}"))
        self.complete |= self._whole(0.0)

    def refuse_voice(self, error: SpeechError) -> None:
        """Take note that the service does not take the voice: from here on, nothing is to be spoken."""
        self._speaks = False
        self.events.tell(SynthesisEnded(str(error)))

    @property
    def can_be_asked_again(self) -> bool:
        """Whether it is known what a turn that failed has left out."""
        return not self._coverage.guessed

    @property
    def can_be_left(self) -> bool:
        """Whether nothing is lost with a turn that is ended now, and goes on in another one."""
        waiting = self.complete or self._spoken.waiting or self._plain.waiting
        return self.can_be_asked_again and not waiting

    @property
    def is_whole(self) -> bool:
        """Whether no more than silence is left to be asked for."""
        return self._whole(self._silence)

    def _whole(self, tail: float) -> bool:
        return not self._heard and self._coverage.whole(tail)

    def give_up(self) -> None:
        """Let the caller have what is known, since nobody is asked again; that may be all."""
        self._phrases(self._plain.end())
        self.complete |= self.is_whole
