"""An utterance: its way through the service, as a state machine without I/O.

The flow (flow.py) feeds it audio and the service's messages, and asks it what to send and until when to wait.
When a connection breaks, or the service ends a request before the audio does, the utterance goes on in a new turn: it
keeps all audio that no phrase has covered yet, and sends that again.

    begin() ──► messages that open a request          audio ──► feed(), end_audio()
    next_audio() ──► the next frame, if it is time    receive() ◄── the service's messages
    deadline, check_time() ──► how long to wait       events, complete, ended ──► what the caller gets
    failed() ──► whether to try again                 reports() ──► telemetry
"""

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from math import inf
from typing import Final

from ..errors import (
    ContinuousDetectionError,
    ServiceError,
    ServiceTimeoutError,
    SpeechError,
    UnusableMessageError,
)
from ..events import (
    Event,
    Hypothesis,
    Phrase,
    RecognitionStatus,
    SpeechEnded,
    SpeechStarted,
    Synthesis,
    SynthesisEnded,
)
from ..options import Mode, RecognitionOptions, TranslationOptions
from ..timeline import Timeline
from ..wire import messages
from ..wire.link import Link
from ..wire.messages import Message
from ..wire.retry import Retry
from ..wire.telemetry import ConnectionMetric, TurnTelemetry
from ..wire.throttle import too_many
from . import results, translation
from .audio import BYTES_PER_SECOND, FRAME_SIZE, SAMPLE_RATE, SAMPLE_SIZE, WAV_HEADER, AudioBuffer
from .pace import Pace, backlog
from .patience import Patience
from .spoken_translation import SpokenTranslations
from .turn import MAX_UNACCOUNTED, Ours, Theirs, Turn, longest_silence

MAX_UNSENT: Final = 30.0
"""Seconds of audio that are pulled ahead of sending; a faster source has to wait."""
COVERED: Final = 0.5
"""Seconds at the end for which a failure does not count: the silence by which the service knows that speech is over."""

MAX_OVERRUN: Final = BYTES_PER_SECOND // 2
"""Bytes by which a phrase may seem to end behind what was sent, as times are rounded. More is a mistake."""
MAX_REST: Final = BYTES_PER_SECOND // 2
"""Bytes behind the last phrase of a turn that are not asked for again where the service ends it without a word on
them: no more than a pause. Of more, the native SDK asks again, too."""

MAX_WAITING: Final = 16
"""Events that wait for the caller; then it is waited for. That is some two megabytes of synthesised audio at most."""
MAX_EVENTS: Final = 1000
"""Events that wait for the caller. A service gives a few a second, and of its hypotheses only the latest waits."""


class Utterance:
    """One utterance being recognised. Times are seconds by one monotonic clock unless they are datetimes."""

    def __init__(self, options: RecognitionOptions, now: float, timeline: Timeline | None = None) -> None:
        """Begin before the first audio."""
        self.options = options
        self.timeline = timeline or Timeline()
        self.timeline.started = now
        self.events: deque[Event] = deque()
        """What the caller has not taken yet. A hypothesis that a newer one has replaced is not in it."""
        self.complete = False
        """Whether the caller has, in ``events``, all that will come."""
        self.audio = AudioBuffer()
        self.least_frame = FRAME_SIZE
        """Bytes of audio that are worth a message; less is sent at the end only."""
        self.send_at: float | None = None
        """When the pace allows the next frame, as ``next_audio`` found; None when only more audio changes that."""
        self.hurried = False
        """Whether the latest audio message may have moved the ``deadline`` nearer."""
        self._turn: Turn | None = None
        self._translating = isinstance(options, TranslationOptions)
        self._speaks = isinstance(options, TranslationOptions) and options.voice is not None
        self._spoken = SpokenTranslations(self.events)
        self._plain = translation.PlainPhrases()
        self._cut_off: Turn | None = None
        """The request whose plain phrase waits, though it has failed: no phrase has come since."""
        self._retry = Retry()
        self._heard: Hypothesis | None = None
        """The latest hypothesis that no phrase has followed yet, the latest with words if there is one."""
        self._guessed = False
        """Whether the last phrase did not say what it covers."""
        self._pace = Pace()
        self._patience = Patience(options.limit, now)
        self._connections: list[ConnectionMetric] = []
        self._finished: list[TurnTelemetry] = []

    # --- audio

    def feed(self, chunk: bytes, now: float) -> bool:
        """Take audio from the source, in chunks of any size; return whether a message is due. Raises BadAudioError."""
        self._patience.fed = now
        if not self.audio.ended:
            self.audio.feed(chunk)
            self.timeline.audio = self.audio.end
        return self._unsent >= self.least_frame

    def end_audio(self, now: float) -> None:
        """Take note that the source has no more; what it gave is still recognised."""
        if not self.audio.ended:
            self.audio.close()
            self.timeline.audio_ended = now
            # What is left to be sent, or may have to be sent again, goes at the pace, and is answered after that.
            self._patience.audio_ended(now, backlog(self.audio.end - self.audio.start))
            if self.audio.end == 0:
                self.complete = True  # nothing was said, and nobody need be asked about it

    @property
    def full(self) -> bool:
        """Whether the source has to wait until more has been sent."""
        return self._unsent > MAX_UNSENT * BYTES_PER_SECOND

    @property
    def _unsent(self) -> int:
        """Return the bytes of audio that are there to be sent."""
        return self.audio.end - (self._turn.sent if self._turn else self.audio.start)

    @property
    def _unaccounted(self) -> float:
        return (self.audio.end - self.audio.start) / BYTES_PER_SECOND

    # --- requests

    @property
    def ended(self) -> bool:
        """Whether no request is open, so that the connection can serve another one."""
        return self._turn is None

    @property
    def stopped(self) -> bool:
        """Whether no more audio is wanted, so that its end is to be sent."""
        return self._turn is None or self.speech_ended

    @property
    def speech_ended(self) -> bool:
        """Whether the service has heard the speech end, so that the source can be spared."""
        return self.complete or (self._turn is not None and self._turn.theirs is Theirs.STOPPED)

    def begin(
        self, request_id: str, wall: datetime, *, reused: bool = False, link: Link | None = None
    ) -> list[Message]:
        """Open a request, on a connection that served another one before if ``reused``; return its first messages.

        All audio that no phrase has covered is sent in it, from ``next_audio``. Raises ProtocolError when that would be
        sent too often.
        """
        self._begin(request_id, wall, link or Link(), reused=reused)
        # The header stands alone in its message, as the SDKs send it.
        return [
            *self.reports(wall),
            messages.json_message("speech.context", self.options.context(), request_id),
            Message("audio", WAV_HEADER, request_id, "audio/x-wav"),
        ]

    def _begin(self, request_id: str, wall: datetime, link: Link, *, reused: bool) -> Turn:
        self._pace.begin(self.audio.start, self.audio.end)
        self._patience.turn_begins(link)
        telemetry = TurnTelemetry(request_id, wall, self._connections)
        self._connections = []
        if self._cut_off is None:
            self._plain = translation.PlainPhrases()
        self._turn = Turn(request_id, self.audio.start, reused, link, longest_silence(self.options), telemetry)
        return self._turn

    def next_audio(self, now: float) -> Message | None:
        """Return the next audio message, or None when there is none to send now (see ``send_at``)."""
        turn = self._turn
        self.send_at = None
        if turn is None or turn.ours is Ours.SENT or self.crowded:
            return None
        first, frame = turn.ours is Ours.OPENED, b""
        if not self.speech_ended:
            frame = self.audio.frame(turn.sent, self.least_frame)
            if not frame and not self.audio.ended:
                return None
            if frame and not first and (allowed_at := self._pace.allows_at(turn)) > now:
                self.send_at = allowed_at
                return None
        full = self.full
        if full:
            self._patience.fed = now  # the source had to wait for us
        self.hurried = first or full or not frame
        self.timeline.sent += len(frame)
        self._pace.sent(len(frame), now)
        if frame:
            turn.audio_sent(len(frame), now)
        else:
            turn.end_sent(now)
        return Message("audio", frame, turn.request_id)

    # --- the service's messages

    @property
    def crowded(self) -> bool:
        """Whether the caller has so much to take that nothing more is to be sent or received."""
        return len(self.events) > MAX_WAITING and not self.complete

    def taken(self, seconds: float, now: float) -> None:
        """Take note that it was ``crowded`` for so long, which is not the service's time."""
        self._patience.extend(seconds)
        if self._turn is not None:
            self._turn.heard(now)

    def receive(self, message: Message, now: float, wall: datetime) -> None:
        """Take a message of the service. Raises SpeechError where it means that this request has failed."""
        turn = self._turn
        if turn is None or (message.request_id or turn.request_id).lower() != turn.request_id:
            return  # of an earlier turn
        turn.heard(now)
        turn.telemetry.note(message.headers.get("path", message.path), wall)
        if message.path == "turn.end":
            self.timeline.turn_ended = now
            self._turn_ended(turn, wall)
        elif not self.complete:
            self._result(turn, message, now)
            if len(self.events) > MAX_EVENTS:
                raise UnusableMessageError("the service says more than anybody can take")
            if self._unaccounted - self._unsent / BYTES_PER_SECOND > MAX_UNACCOUNTED:
                raise ServiceTimeoutError("the service talks, but brings no phrase to its end")

    def _result(self, turn: Turn, message: Message, now: float) -> None:
        event = self._event(message)
        if event is None:
            return
        match event:
            case Phrase():
                self.timeline.phrase = now
                self._said_again(turn, event)
                if self.complete:
                    return
                plain = self._translating and message.path == results.PLAIN_PHRASE
                due = self._plain.take(event, plain=plain) if self._cut_off is None else [event]
                self._phrases(turn, due)
            case Synthesis():
                self._synthesis(event.audio)
            case SynthesisEnded():
                self._spoken_to_its_end(waited=self._spoken.end(event.error))
            case Hypothesis():
                self._hypothesis(turn, results.as_asked(event, self.options), now)
            case SpeechEnded():
                turn.speech_ended()
                self.timeline.speech_ended = now
                self.events.append(results.shifted(event, turn.start_offset))
            case SpeechStarted():
                self.events.append(results.shifted(event, turn.start_offset))

    def _event(self, message: Message) -> Event | None:
        try:
            return results.event(message, translating=self._translating)
        except ServiceError:
            # Told again, of audio in which nothing is heard, it is silence.
            again = self._retry.again and self.options.mode is not Mode.INTERACTIVE
            if again and self._heard is None and results.untimed(message):
                return Phrase(status=RecognitionStatus.NO_MATCH)
            raise

    def _hypothesis(self, turn: Turn, said: Hypothesis, now: float) -> None:
        if said.text or self._heard is None:
            self._heard = said
        if self.timeline.first_hypothesis is None:
            self.timeline.first_hypothesis = now
        if self.events and isinstance(self.events[-1], Hypothesis):
            self.events.pop()
        self.events.append(results.shifted(said, turn.start_offset))

    def _known(self, said: Phrase, *, last: bool = True) -> Phrase:
        """Return a phrase with all that is known of it; ``last``: no other one will have the words that were heard."""
        said, heard = results.as_asked(said, self.options), self._heard
        if heard is not None and not (said.text or last or results.within(heard, said)):
            return said
        self._heard = None
        return results.known(said, heard, self.options)

    def _said_again(self, turn: Turn, said: Phrase) -> None:
        """Take what is said of audio that was sent again, of which a phrase waits: it is in that, or not said again."""
        waiting = self._plain.waiting
        if self._cut_off is None or waiting is None:
            return
        end = self._cut_off.start_offset + waiting.offset + waiting.duration
        begins = turn.start_offset + said.offset
        if said.text and (begins < end or not waiting.duration):
            self._plain, self._cut_off = translation.PlainPhrases(), None
        elif said.text or self._silent_to_the_end(said) or begins + said.duration >= end:
            self.give_up()

    def _silent_to_the_end(self, said: Phrase) -> bool:
        return said.status is RecognitionStatus.END_OF_DICTATION or self.options.mode is Mode.INTERACTIVE

    def give_up(self) -> None:
        """Let the caller have the words of a request that failed, since nobody is asked for them again."""
        if self._cut_off is not None:
            self._phrases(self._cut_off, self._plain.end())
            self._cut_off = None

    def _phrases(self, turn: Turn, phrases: Iterable[Phrase]) -> None:
        for said in phrases:
            self._phrase(turn, said)

    def _phrase(self, turn: Turn, said: Phrase) -> None:
        interactive = self.options.mode is Mode.INTERACTIVE
        last = said.status is RecognitionStatus.END_OF_DICTATION and not interactive
        said = self._known(said, last=last or interactive)
        covered = turn.start + round((said.offset + said.duration) * SAMPLE_RATE) * SAMPLE_SIZE
        guessed = bool(said.text) and covered > turn.sent + MAX_OVERRUN
        if said.text and covered == turn.start:
            covered, guessed = turn.sent, True  # without times it is about all that it can be about
        turn.silent |= not said.text and covered == turn.start
        # A phrase cannot cover what was not sent, whatever its offsets say; rounding up to a millisecond is usual.
        covered = min(covered, turn.sent)
        if covered > self.audio.start:
            self.audio.discard(covered)
            self._guessed = guessed
            self._retry.progress()
        if said.text or not last:
            if isinstance(self.options, TranslationOptions):
                said = translation.checked(said, self.options.targets)
            self.events.append(results.shifted(said, turn.start_offset))
            self._spoken.waiting += self._speaks and any(said.translations.values())
        # Behind the last phrase synthesis may still come, and only turn.end says that none will.
        done = self._all_sent(turn) and not self._speaks if last else interactive
        self.complete = done and not self._spoken.waiting

    def _synthesis(self, audio: bytes) -> None:
        self._patience.extend(len(audio) / BYTES_PER_SECOND)  # what is spoken may take as long as it plays
        self._spoken_to_its_end(waited=self._spoken.take(audio, self.audio.end))

    def _spoken_to_its_end(self, *, waited: bool) -> None:
        if waited:
            self.complete = self.options.mode is Mode.INTERACTIVE

    def _turn_ended(self, turn: Turn, wall: datetime) -> None:
        self._phrases(self._cut_off or turn, self._plain.end())
        self._spoken_to_its_end(waited=self._spoken.end_all(None))
        if not self.complete:
            if self.options.mode is Mode.INTERACTIVE:
                raise UnusableMessageError("the service ended the turn without a result")
            self.complete = self._all_sent(turn) and self._heard is None and not self._cut_short(turn)
            if not self.complete and self.audio.start == turn.start:
                self._pass_silence(turn)
        self._finish(turn, wall)

    def _cut_short(self, turn: Turn) -> bool:
        """Return whether a turn ended with a phrase that leaves a part of what was sent unheard."""
        return self.audio.start > turn.start and self.audio.end - self.audio.start > MAX_REST

    def _pass_silence(self, turn: Turn) -> None:
        """Go on behind what was sent, if the service told of silence. Raises UnusableMessageError if it did not.

        It ends the turn behind a silence in the middle of a recording, without saying how long that was.
        """
        if not turn.silent or self._heard is not None or turn.sent == turn.start:
            # A service that ends each request at once would be asked for ever.
            raise UnusableMessageError("the service ended the turn before the audio, with nothing recognised")
        self.audio.discard(turn.sent)
        self._retry.progress()

    def _all_sent(self, turn: Turn) -> bool:
        return turn.ours is Ours.SENT and self.audio.ended and turn.sent == self.audio.end

    def _finish(self, turn: Turn, wall: datetime) -> None:
        turn.telemetry.audio_end = wall
        if turn.request_id:
            self._finished.append(turn.telemetry)
        self._turn = None

    # --- the REST API for short recordings, in place of the service's messages

    def begin_short_audio(self, wall: datetime) -> None:
        """Open a request that says nothing before its end. Raises ProtocolError as ``begin`` does."""
        self._begin("", wall, Link(), reused=False).heard(inf)

    def finish_short_audio(self, said: Phrase, now: float) -> None:
        """Take the result of such a request, which covers all audio that was sent in it."""
        turn, self._turn = self._turn, None
        if turn is not None:
            self.timeline.phrase = now
            self.audio.discard(turn.sent)
            self.events.append(results.shifted(self._known(said), turn.start_offset))
            nothing_left = self.audio.ended and self.audio.start == self.audio.end
            self.complete = nothing_left or self.options.mode is Mode.INTERACTIVE

    # --- time

    @property
    def deadline(self) -> float:
        """When to call ``check_time`` at the latest.

        It may move later meanwhile. What comes from the service may move it nearer, be it a pong, and so may
        ``end_audio`` and ``next_audio`` (see ``hurried``).
        """
        return self._patience.deadline(self.audio, self._turn, full=self.full)

    @property
    def last_moment(self) -> float:
        """When the utterance fails, whatever was tried."""
        return self._patience.last_moment

    @property
    def limit(self) -> float:
        """The same, however long it has to wait for others."""
        return self.timeline.started + self.options.limit

    def check_time(self, now: float) -> None:
        """Act on a limit that is over: end the audio of a source that stalls, or raise ServiceTimeoutError."""
        if self._patience.check(now, self.audio, self._turn, full=self.full):
            self.end_audio(now)

    @property
    def ping_at(self) -> float:
        """When to ping the connection; it moves as ``deadline`` does."""
        return inf if self._turn is None else self._turn.ping_at

    # --- failures and reports

    def connected(self, attempts: Iterable[ConnectionMetric]) -> None:
        """Take note of the attempts to connect that led to the next request's connection."""
        self._connections += attempts

    def failed(self, error: SpeechError, now: float, wall: datetime) -> float | None:
        """Take note that an attempt failed; return after how many seconds to try again.

        None means not to: either the utterance is ``complete`` all the same, or the error is its outcome. Of too many
        requests at a time, how long is not for the utterance to say (see throttle.py), and no attempt counts.
        """
        turn = self._turn
        if turn is not None:
            if too_many(error):
                self._pace.refused()
            self._finish(turn, wall)
            if self._plain.waiting:
                self._cut_off = self._cut_off or turn
            # Its phrase is not said again.
            self._spoken_to_its_end(waited=self._spoken.end_all(f"the spoken translation was cut off: {error}"))
            if self.complete or self._accounted_for(0.0):
                self.complete = True
                return None
            if self._guessed:
                self.give_up()
                return None  # nobody knows what is still to be said again
            if isinstance(error, ContinuousDetectionError) and self.options.detects_continuously:
                return 0.0  # that says nothing about the service: the next connection's options are others
        delay = self._retry.after(
            error,
            now,
            self.last_moment,
            # A request without an id is one of the REST API, which refuses it as others refuse to open a connection.
            opening=turn is None or not turn.request_id,
            stale=turn is not None and turn.reused and turn.theirs is Theirs.SILENT,
        )
        if delay is None or (too_many(error) and self._accounted_for(self._tail)):
            self.give_up()
            self.complete |= self._accounted_for(self._tail)
            return None
        return delay

    @property
    def _tail(self) -> float:
        return min(COVERED, self.options.segmentation_silence or COVERED)

    def _accounted_for(self, tail: float) -> bool:
        """Return whether phrases are known to cover all of the audio, but for so many seconds of silence at its end."""
        known = self.audio.ended and self.audio.start > 0 and self._heard is None and not self._guessed
        return known and self._unaccounted <= tail

    def gives_way(self, wall: datetime) -> bool:
        """End the turn so that another utterance is served, if what is lost of it can be sent again; return whether."""
        turn = self._turn
        if turn is None:
            return not self.complete
        if (
            self.complete
            or turn.ours is Ours.SENT  # it is over soon
            or self._guessed
            or self._spoken.waiting
            or self._plain.waiting
            or not self._pace.spares(self.audio.start, self.audio.end)
        ):
            return False
        self._finish(turn, wall)
        return True

    def waited(self, seconds: float, now: float) -> None:
        """Take note that it waited for others until now; the service is given the time that it needs from now."""
        self.timeline.waited += seconds
        if self.audio.ended:
            self._patience.audio_ended(now, backlog(self.audio.end - self.audio.start))

    def reports(self, wall: datetime) -> list[Message]:
        """Return the telemetry of the requests that are over, once.

        It is sent after turn.end; that of a request which did not come so far, on the next connection.
        """
        finished, self._finished = self._finished, []
        return [telemetry.report(wall) for telemetry in finished]

    def last_reports(self, wall: datetime) -> list[Message]:
        """Return those of an utterance that ends as it is, also of a turn that is still open."""
        if self._turn is not None:
            self._finish(self._turn, wall)
        return self.reports(wall)
