"""An utterance: its way through the service, as a state machine without I/O.

The flow (flow.py) feeds it audio and the service's messages, and asks it what to send and until when to wait.
When a connection breaks, or the service ends a request before the audio does, the utterance goes on in a new turn: it
keeps all audio that no phrase has covered yet, and sends that again.

    begin() ──► messages that open a request          audio ──► feed(), end_audio()
    next_audio() ──► the next frame, if it is time    receive() ◄── the service's messages
    deadline, check_time() ──► how long to wait       events, complete, ended ──► what the caller gets
    failed() ──► whether to try again                 reports() ──► telemetry
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from math import inf
from typing import Final
import uuid

from ..errors import ContinuousDetectionError, RequestRefusedError, ServiceTimeoutError, SpeechError, VoiceError
from ..events import AttemptFailed, Event, Hypothesis, Phrase, SpeechEnded, Synthesis
from ..options import Mode, RecognitionOptions, TranslationOptions
from ..timeline import Timeline
from ..wire import messages
from ..wire.link import Link
from ..wire.messages import Message
from ..wire.retry import Retry
from ..wire.telemetry import ConnectionMetric, Reports
from ..wire.throttle import too_many
from .answers import Answers
from .audio import BYTES_PER_SECOND, FRAME_SIZE, WAV_HEADER, AudioBuffer
from .long_speech import LongSpeech
from .pace import Pace, backlog
from .patience import Patience
from .turn import MAX_UNACCOUNTED, Ours, Theirs, Turn

MAX_UNSENT: Final = 30.0
"""Seconds of audio that are pulled ahead of sending; a faster source has to wait."""


class Utterance:
    """One utterance being recognised. Times are seconds by one monotonic clock unless they are datetimes."""

    def __init__(self, options: RecognitionOptions, now: float, timeline: Timeline | None = None) -> None:
        """Begin before the first audio."""
        if options.speakers and not options.audio_session:
            # So that they keep their names from turn to turn, and over connections.
            options = replace(options, audio_session=uuid.uuid4().hex)
        self.options = options
        self.timeline = timeline or Timeline()
        self.timeline.started = now
        self.audio = AudioBuffer()
        self.least_frame = FRAME_SIZE
        """Bytes of audio that are worth a message; less is sent at the end only."""
        self.send_at: float | None = None
        """When the pace allows the next frame, as ``next_audio`` found; None when only more audio changes that."""
        self.hurried = False
        """Whether the latest audio message may have moved the ``deadline`` nearer."""
        self._is_command = options.mode is Mode.INTERACTIVE
        self._turn: Turn | None = None
        """The one that is open, if there is one."""
        self._long_speech = LongSpeech(self.audio, options.longest_phrase)
        self._answers = Answers(options, self.audio)
        self.events = self._answers.events
        """What the caller has not taken yet."""
        self._words: Phrase | None = None
        """The latest phrase that says something."""
        self._retry = Retry()
        self._pace = Pace()
        self._patience = Patience(options.limit, now)
        self._reports = Reports()

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
                self._answers.complete = True  # nothing was said, and nobody need be asked about it
            elif self._turn is None:
                self._answers.source_ended()

    @property
    def full(self) -> bool:
        """Whether the source has to wait until more has been sent."""
        return self._unsent > MAX_UNSENT * BYTES_PER_SECOND

    @property
    def _unsent(self) -> int:
        """Return the bytes of audio that are there to be sent."""
        return self.audio.end - (self._turn.sent if self._turn else self.audio.start)

    # --- turns

    @property
    def ended(self) -> bool:
        """Whether no turn is open, so that the connection can serve another one."""
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
        """Begin a turn, on a connection that served another one before if ``reused``; return its first messages.

        All audio that no phrase has covered is sent in it, from ``next_audio``. Raises ProtocolError when that would be
        sent too often.
        """
        offset = self._begin(request_id, wall, link or Link(), reused=reused).start_offset
        # The header stands alone in its message, as the SDKs send it.
        return [
            *self.reports(wall),
            messages.json_message("speech.context", self.options.context(offset), request_id),
            Message("audio", WAV_HEADER, request_id, "audio/x-wav"),
        ]

    def _begin(self, request_id: str, wall: datetime, link: Link, *, reused: bool) -> Turn:
        self._pace.begin(self.audio.start, self.audio.end)
        self._patience.turn_begins(link)
        telemetry = self._reports.begin(request_id, wall)
        self._turn = Turn(request_id, self.audio.start, self.options, reused, link, telemetry)
        self._long_speech.over()
        return self._turn

    def next_audio(self, now: float) -> Message | None:
        """Return the next audio message, or None when there is none to send now (see ``send_at``)."""
        turn = self._turn
        self.send_at = None
        if turn is None or turn.ours is Ours.SENT or self.crowded or self._long_speech.waits():
            return None
        first, frame, end = turn.ours is Ours.OPENED, b"", self._long_speech.end
        if not self.speech_ended and turn.sent != end:
            frame = self.audio.frame(turn.sent, self.least_frame)
            if end is not None:
                frame = frame[: end - turn.sent]
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
            self.timeline.position = turn.sent
        else:
            turn.end_sent(now)
        return Message("audio", frame, turn.request_id)

    # --- what comes of it

    @property
    def complete(self) -> bool:
        """Whether the caller has, in ``events``, all that will come."""
        return self._answers.complete

    @property
    def crowded(self) -> bool:
        """Whether the caller has so much to take that nothing more is to be sent or received."""
        return self.events.crowded and not self.complete

    def taken(self, seconds: float, now: float) -> None:
        """Take note that it was ``crowded`` for so long, which is not the service's time."""
        self._patience.extend(seconds)
        if self._turn is not None:
            self._turn.heard(now)

    def receive(self, message: Message, now: float, wall: datetime) -> None:
        """Take a message of the service. Raises SpeechError where it means that its turn has failed."""
        turn = self._turn
        if turn is None or (message.request_id or turn.request_id).lower() != turn.request_id:
            return  # of an earlier turn
        turn.heard(now)
        turn.telemetry.note(message.headers.get("path", message.path), wall)
        if message.path == "turn.end":
            self.timeline.turn_ended = now
            self._answers.turn_ended(turn)
            self._finish(turn, wall)
            if self._is_command and not self._pace.spares(self.audio.start, self.audio.end):
                self._answers.complete = True  # it hears noise in the same audio again and again
        elif not self.complete:
            again = self._retry.again and self.audio.start == turn.start
            self._note(turn, self._answers.receive(turn, message, again=again), now)
            if turn.sent - self.audio.start > MAX_UNACCOUNTED * BYTES_PER_SECOND:
                raise ServiceTimeoutError("the service talks, but brings no phrase to its end")
        self._note_words(now)

    def _note(self, turn: Turn, event: Event | None, now: float) -> None:
        match event:
            case Phrase():
                self.timeline.phrase = now
                self._long_speech.over()
                if self._is_command and event.is_false_start and not self.complete:
                    self.timeline.speech_ended = None  # it was noise that ended
            case Hypothesis():
                self._long_speech.hear(turn, event)
                if self.timeline.first_hypothesis is None:
                    self.timeline.first_hypothesis = now
                if end := event.offset + event.duration:
                    self.timeline.lag.note((turn.sent - turn.start) / BYTES_PER_SECOND - end)
            case SpeechEnded():
                turn.speech_ended()
                self.timeline.speech_ended = now
            case Synthesis():
                self._patience.extend(len(event.audio) / BYTES_PER_SECOND)  # it may take as long as it plays

    def _note_words(self, now: float) -> None:
        if (said := self._answers.words) is not None and said is not self._words:
            self._words = said
            self.timeline.words, self.timeline.last_word = now, said.offset + said.duration

    def _finish(self, turn: Turn, wall: datetime) -> None:
        self._reports.finish(turn.telemetry, wall)
        if self.audio.start > turn.start:
            self._retry.progress()
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
            self._answers.short_audio(turn, said)
            self._note_words(now)
            self._retry.progress()

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
        """Take note of the attempts to connect that led to the next turn's connection."""
        self._reports.connected(attempts)

    def failed(self, error: SpeechError, now: float, wall: datetime) -> float | None:
        """Take note that an attempt failed; return after how many seconds to try again.

        None means not to: either the utterance is ``complete`` all the same, or the error is its outcome. Of too many
        requests at a time, how long is not for the utterance to say (see wire/throttle.py), and no attempt counts.
        """
        turn = self._turn
        if turn is not None:
            if too_many(error):
                self._pace.refused()
            self._finish(turn, wall)
            self._answers.turn_failed(error)
        if self.complete:
            return None
        if turn is not None:
            if not self._answers.can_be_asked_again:
                self.give_up()
                return None
            if isinstance(error, ContinuousDetectionError) and self.options.detects_continuously:
                return 0.0  # that says nothing about the service: the next connection's options are others
        if self._asks_for_less(error, turn):
            return 0.0
        stale = turn is not None and turn.reused and turn.theirs is Theirs.SILENT
        delay = self._retry.after(
            error,
            now,
            self.last_moment,
            # A request without an id is one of the REST API, which refuses it as others refuse to open a connection.
            opening=turn is None or not turn.request_id,
            stale=stale,
        )
        if delay is None or (too_many(error) and self._answers.is_whole):
            self.give_up()
            return None
        # A kept connection dies of having been kept, whatever the service does; who waits for a place is told so there.
        if not (stale or too_many(error)):
            self.tell_failed(error)
        return delay

    def _asks_for_less(self, error: SpeechError, turn: Turn | None) -> bool:
        """Leave out what the service refuses, if that can be done without; return whether."""
        options = self.options
        if isinstance(error, VoiceError) and isinstance(options, TranslationOptions) and options.voice:
            self.options = replace(options, voice=None)
            self._answers.refuse_voice(error)
            return True
        heard = self.audio.start > 0 or self.timeline.first_hypothesis is not None
        if not isinstance(error, RequestRefusedError) or heard or turn is None:
            return False
        # What a turn asks for beside the speech may be why: in what words it would say so, nobody knows.
        if options.longest_phrase is not None:
            self.options = replace(options, longest_phrase=None)  # nothing is lost: phrases are ended here
        elif options.speakers:
            self.options = replace(options, speakers=False)
        else:
            return False
        return True

    def lasts_one_turn(self) -> None:
        """Take note that the connection has no other turn: then no phrase can be ended by that."""
        self._long_speech.longest = None

    def tell_failed(self, error: SpeechError) -> None:
        """Tell the caller with what an attempt failed, or why there is none yet."""
        self.events.tell(AttemptFailed(error))

    def give_up(self) -> None:
        """Let the caller have what is known, since nobody is asked again; that may be all."""
        self._answers.give_up()

    def gives_way(self, wall: datetime) -> bool:
        """End the turn so that another utterance is served, if what is lost of it can be sent again; return whether."""
        turn = self._turn
        if turn is None:
            return not self.complete
        over_soon = turn.ours is Ours.SENT
        spares = self._pace.spares(self.audio.start, self.audio.end)
        if over_soon or not spares or not self._answers.can_be_left:
            return False
        self._finish(turn, wall)
        return True

    def waited(self, seconds: float, now: float) -> None:
        """Take note that it waited for others until now; the service is given the time that it needs from now."""
        self.timeline.waited += seconds
        if self.audio.ended:
            self._patience.audio_ended(now, backlog(self.audio.end - self.audio.start))

    def reports(self, wall: datetime) -> list[Message]:
        """Return the telemetry of the turns that are over, once.

        It is sent after turn.end; that of a turn which did not come so far, on the next connection.
        """
        return self._reports.take(wall)

    def last_reports(self, wall: datetime) -> list[Message]:
        """Return those of an utterance that ends as it is, also of a turn that is still open."""
        if self._turn is not None:
            self._finish(self._turn, wall)
        return self.reports(wall)
