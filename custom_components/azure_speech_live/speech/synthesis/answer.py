"""An answer: its way from text to sound, as a state machine without I/O.

The flow (flow.py) feeds it the text as it is written and the service's messages, and asks it what to say and until when
to wait. Each text is a sentence or a few, and what is asked for at a time is a turn of its own:

    text ──► feed(), end_text()                    receive() ◄── the service's messages
    due_at, choose() ──► when to ask, and what     take(), complete ──► what the caller hears
    begin() ──► messages that open a turn          deadline, check_time() ──► how long to wait
    failed() ──► whether to ask again

One turn at a time, on one connection: the service is several times as fast as speech, so that the next sentence is
there long before the one before has been heard. What is asked for first is short, so that it is heard soon; behind it
whatever is there is asked for together. While more text comes, and enough sound is ahead, that waits until it is
needed: the free tier takes twenty requests in a minute (see allowance.py).

With text streaming (text_stream.py), the first turn has all of the text, which comes while it speaks. Whatever becomes
of that turn, the rest of the answer is asked for by sentences.
"""

from contextlib import suppress
from dataclasses import replace
from math import inf
from typing import Final

from ..errors import RequestRefusedError, ServiceError, SpeechError
from ..synthesis_options import SynthesisOptions
from ..timeline import SynthesisTimeline
from ..wire.link import Link
from ..wire.messages import Message, json_message
from ..wire.retry import Retry
from ..wire.throttle import too_many
from .allowance import Allowance, borne
from .outlet import Outlet
from .progress import Progress
from .sound import Sound
from .ssml import Phoneme, Piece, billed, billed_text, document
from .streamed_turn import StreamedTurn
from .text_stream import TextStream
from .texts import Fragment, Text, is_speakable, pieces_of, said, without
from .turn import State, Turn, most
from .unasked import Unasked
from .untaken import is_refusal

RESERVE: Final = 2.5
"""Seconds of sound ahead with which the next turn is asked for at the latest: its first audio takes less than one, on a
slow line and in a slow region."""
FINAL: Final = 20.0
"""Seconds from when more sound is wanted to when it is not asked for any more, all attempts together. A person waits no
longer; nor does what plays it."""

_NOTHING: Final = "the service spoke nothing"


class Answer:
    """One answer being spoken. Times are seconds by one monotonic clock."""

    def __init__(
        self,
        options: SynthesisOptions,
        now: float,
        timeline: SynthesisTimeline | None = None,
        allowance: Allowance | None = None,
        unpronounced: set[Phoneme] | None = None,
    ) -> None:
        """Begin before the first text. ``allowance`` and ``unpronounced`` are the client's, for all of its answers.

        Of what is ``unpronounced`` only the text is sent; what is found out to belong there is added.
        """
        self.options = options
        """How to ask for what is next."""
        self.is_untaken = False
        """Whether the service was found not to take text piece by piece."""
        self.timeline = timeline or SynthesisTimeline()
        self.timeline.started = now
        self._allowance = allowance or Allowance()
        self._unpronounced = set[Phoneme]() if unpronounced is None else unpronounced
        self._suspected: set[Phoneme] = set()
        """Those without which the text is asked for again, since it was refused with them."""
        self.complete = False
        """Whether the caller has, or can ``take``, all that there will be."""
        self._unasked = Unasked(options)
        self._stream = TextStream(options) if options.text_streaming else None
        """The text that goes to the service while it comes; None where it goes by sentences."""
        self._resumes = False
        """Whether what is asked for next was heard in part."""
        self._text_ended = False
        self._texts = 0
        """Texts that are whole."""
        self._chosen: tuple[Piece, ...] = ()
        """Text that is being asked for; it is kept until all of its sound has come."""
        self._progress = Progress() if self._stream is None else self._stream.progress
        self._wanted_since = now
        """When more of its sound is wanted; before the first text, the connection is."""
        self._waited = 0.0
        """Seconds that it waited for others since."""
        self._turn: Turn | None = None
        self._retry = Retry()
        self._sound = Sound(options)
        self._outlet = Outlet()
        self._begun = False
        """Whether the stream has."""
        self._spoken = False
        """Whether any text was."""
        self._unspoken = False
        """Whether one was not, although it was asked for again."""
        self._plays_until = -inf
        """When all sound so far has been heard, if it is played as it comes."""

    # --- text

    def feed(self, text: Text, now: float) -> bool:
        """Take a text; return whether the next one can be asked for together with it."""
        pieces, whole, stream = pieces_of(text), not isinstance(text, Fragment), self._stream
        speakable, number = is_speakable(said(pieces)), self._texts
        self._texts += whole
        self.timeline.text_came(now, speakable=speakable, whole=whole)
        if stream is None or stream.ended:
            self._unasked.feed(pieces, number, whole=whole)
        elif stream.is_amid_sentence or speakable:
            stream.feed(pieces, number, whole=whole)
            if whole:
                self.timeline.want(max(now, self._plays_until))
        return speakable and whole and not self._unasked.is_much

    def end_text(self, now: float) -> None:
        """Take note that there is no more. Raises ServiceError if nothing was spoken of what there was."""
        self._text_ended = True
        self.timeline.text_ended = now
        if self._stream is not None:
            self._stream.end()
            self.timeline.want(max(now, self._plays_until))
        self._unasked.feed((), self._texts)
        self._complete_if_all_is_spoken()

    @property
    def full(self) -> bool:
        """Whether the source has to wait until more has been asked for."""
        return self._unasked.is_full

    # --- what is asked for, and when

    @property
    def due_at(self) -> float:
        """When the next turn is to begin; it moves with ``feed``, ``end_text`` and ``take``."""
        if self._turn is not None or self.crowded:
            return inf
        if self.has_request:
            return -inf
        if not self._unasked:
            return inf
        if self._text_ended or self._unasked.is_much:
            return -inf
        until = self._plays_until - RESERVE
        return until if self.timeline.requests == 0 else max(until, self._allowance.next_at)

    def choose(self, now: float) -> None:
        """Choose what is asked for next; nothing changes while that is still to be spoken."""
        stream = self._stream
        if stream is not None and stream.text and not stream.begun:
            stream.begun = True
            self._want(now)
        elif stream is None and self._unasked and not self._chosen:
            amid_text = self._unasked.is_amid_text
            chosen, self._progress = self._unasked.take(first=self.timeline.requests == 0)
            self._chosen = without(self._unpronounced, chosen)
            self._want(now, amid_text=amid_text)
            self.timeline.want(self._wanted_since)

    def _want(self, now: float, *, amid_text: bool = False) -> None:
        """Want the sound of another text from now on, or the rest of one that was heard in part."""
        self._wanted_since, self._waited = max(now, self._plays_until), 0.0
        if not self._resumes:
            self._give(self._sound.begin(amid_text=amid_text))
        self._resumes = False

    @property
    def has_request(self) -> bool:
        """Whether there is something to ask for that was chosen, or that goes to the service as it comes."""
        return bool(self._chosen if self._stream is None else self._stream.text)

    def begin(self, request_id: str, now: float, *, reused: bool, link: Link | None = None) -> list[Message]:
        """Begin a turn for what was chosen, on a connection that served another one before if ``reused``.

        Return its messages. Where the text comes while it speaks, ``unsent`` has the next ones.
        """
        stream, rate = self._stream, self.options.output_format.bytes_per_second
        about = (request_id, reused, link or Link(), now, most(len(said(self._chosen)), rate), rate)
        self._sound.begin_again()
        self._progress.ask_again()
        self._allowance.asked(now)
        if stream is not None:
            self._turn = StreamedTurn(*about, progress=self._progress, stream=stream)
            self.timeline.request_began(0, reused=reused)
            return [json_message("synthesis.context", stream.context(), request_id), *self.unsent(now)]
        self._turn = Turn(*about, progress=self._progress, began=now)
        self.timeline.request_began(billed(self._chosen, self.options), reused=reused)
        return [
            json_message("synthesis.context", self.options.context(), request_id),
            Message("ssml", self.ssml, request_id, "application/ssml+xml"),
        ]

    def unsent(self, now: float) -> list[Message]:
        """Return what of the text is to be sent now in the turn that is open."""
        if not isinstance(turn := self._turn, StreamedTurn):
            return []
        owes, messages = turn.owes, turn.messages(now)
        if turn.owes > owes and turn.state is not State.ASKED:
            self._wanted_since = max(self._wanted_since, now)
        turn.most = most(len(turn.stream.text), turn.bytes_per_second)
        self.timeline.asked += sum(billed_text(str(message.body)) for message in messages)
        return messages

    @property
    def ssml(self) -> str:
        """The document that was chosen; empty where none is."""
        return document(self._chosen, self.options) if self._chosen else ""

    @property
    def ended(self) -> bool:
        """Whether no turn is open, so that the connection can serve another one."""
        return self._turn is None

    # --- sound

    def opened(self, now: float) -> None:
        """Take note that the service can be asked: from here on, the stream has begun."""
        if self.timeline.connected is None:
            self.timeline.connected = now
        self._begin_stream()

    def _begin_stream(self) -> None:
        if not self._begun:
            self._begun = True
            self._outlet.put(self._sound.header())

    def receive(self, message: Message, now: float) -> None:
        """Take a message of the service. Raises SpeechError where it means that its turn has failed."""
        if (turn := self._turn) is None:
            return
        if audio := turn.receive(message, now):
            self.timeline.audio_came()
            self._hear(self._sound.feed(audio), now)
        self.timeline.spoken = self._progress.spoken(self._sound.heard)
        if turn.state is State.ENDED:
            self._finish(now)

    def _hear(self, audio: bytes, now: float) -> None:
        if not audio:
            return
        timeline = self.timeline
        if timeline.first_audio is None:
            timeline.first_audio = now
            audio = self._sound.lead_in() + audio
        else:
            timeline.gap = max(timeline.gap, now - max(self._plays_until, self._wanted_since))
        timeline.last_audio = now
        self._plays_until = max(self._plays_until, now) + self._sound.seconds(len(audio))
        self._wanted_since = self._plays_until
        timeline.wanted = inf if self._stream is not None and not self._stream.ended else self._plays_until
        self._give(audio)

    def _give(self, audio: bytes) -> None:
        self.timeline.audio += len(audio)
        self._outlet.put(audio)

    def take(self) -> bytes:
        """Return the next of the sound; empty when there is none."""
        return self._outlet.take()

    @property
    def crowded(self) -> bool:
        """Whether the caller has so much to take that nothing more is to be asked for or received."""
        return self._outlet.is_full

    def resume(self, now: float) -> None:
        """Take note that it was ``crowded`` until now, which is not the service's time."""
        if self._turn is not None:
            self._turn.resume(now)
            self._wanted_since = max(self._wanted_since, now)

    def _finish(self, now: float) -> None:
        """Take note that all sound of the text has come.

        Raises SpeechError if there is none. That is trouble of the service, so that it is asked for once more; but a
        voice may not know the letters. That all know Latin ones and digits is a guess. Others are passed over, if
        anything is spoken at all.
        """
        audio, stream = self._sound.end(), self._stream
        text = said(self._chosen) if stream is None else stream.text
        if not self._sound.is_silent:
            self._spoken = True
            self._unpronounced |= self._suspected
        elif letters := list(filter(str.isalnum, text)):
            is_all = not (self._spoken or self._unasked) and self._text_ended
            if stream is not None or not self._retry.again or is_all or any(map(str.isascii, letters)):
                raise ServiceError(_NOTHING)
            self._unspoken = True
        self._hear(audio, now)
        if stream is not None:
            if not stream.may_be_spoken:
                raise ServiceError("the turn ended before its text")
            self._leave_stream()
        self._turn, self._chosen, self._suspected = None, (), set()
        self._retry.progress()
        self.timeline.spoken, self.timeline.wanted = self._progress.end, inf
        self._complete_if_all_is_spoken()

    def _complete_if_all_is_spoken(self) -> None:
        if self._text_ended and not (self._unasked or self.has_request):
            if self._unspoken and not self._spoken:
                raise ServiceError(_NOTHING)
            self._begin_stream()  # also where nothing is said in it
            self._give(self._sound.close())
            self.complete = True

    # --- time

    @property
    def deadline(self) -> float:
        """When to call ``check_time`` at the latest; it may move with what the service says."""
        return inf if self._turn is None else self._turn.answer_by

    @property
    def ping_at(self) -> float:
        """When to ping the connection; it moves as ``deadline`` does."""
        return inf if self._turn is None else self._turn.ping_at

    @property
    def last_moment(self) -> float:
        """When what is wanted now fails, whatever was tried."""
        return self._wanted_since + self._waited + FINAL

    def bears_until(self, *, long: bool) -> float:
        """Return until when its listener bears to wait for others. ``long``: nobody stands and waits."""
        return self._wanted_since + borne(heard=self.timeline.first_audio is not None, long=long)

    def check_time(self, now: float) -> None:
        """Act on a limit that is over: raise ServiceTimeoutError, unless only the end of a turn is missing."""
        if self._turn is not None:
            self._turn.check(now)

    def failed(self, error: SpeechError, now: float) -> float | None:
        """Take note that an attempt failed; return after how many seconds to go on; None: not at all.

        A turn of which only the end is missing has not failed. Of too many requests at a time, how long is not said
        here (see wire/throttle.py), and no attempt counts.
        """
        turn, self._turn = self._turn, None
        if turn is not None and turn.state is State.SPOKEN:
            with suppress(SpeechError):
                self._finish(now)
                return 0.0
        if too_many(error):
            self._allowance.refused()
        if self._stream is not None:
            if too_many(error) and self._sound.is_silent:
                self._stream.rewind()
            else:
                self.is_untaken = self._sound.is_silent and is_refusal(error, turn)
                self._go_on_by_sentences(self._stream)
            return 0.0
        if isinstance(error, RequestRefusedError) and not (turn and turn.received) and self._can_go_without_sounds():
            return 0.0
        return self._retry.after(
            error,
            now,
            self.last_moment,
            opening=turn is None,
            stale=turn is not None and turn.reused and turn.state is State.ASKED,
        )

    def _can_go_without_sounds(self) -> bool:
        """Return whether the text is another one without its pronunciations, which are taken from it.

        One sound that the service does not know for the language makes it refuse the whole document (Microsoft's
        "SSML phonetic alphabets"); with which reason is not known, and which sound it is, is not said.
        """
        ssml = self.ssml
        self._suspected = {piece for piece in self._chosen if isinstance(piece, Phoneme)}
        self._chosen = without(self._suspected, self._chosen)
        return self.ssml != ssml

    def _go_on_by_sentences(self, stream: TextStream) -> None:
        """Ask by sentences for what was not heard of a text that was streamed."""
        self._leave_stream()
        sentences, begin = stream.rest(self._sound.position)
        self._resumes = not self._sound.is_silent
        if self._resumes:
            self._spoken = True
            self._sound.resume(begin)
        if sentences:
            self._unasked.feed_before(sentences, whole=not stream.is_amid_sentence)

    def _leave_stream(self) -> None:
        self._stream, self.options = None, replace(self.options, text_streaming=False)

    def waited(self, seconds: float) -> None:
        """Take note that it waited for others; the service is given the time that it needs from now."""
        self._waited += seconds
        self.timeline.waited += seconds
