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
"""

from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from typing import Final
from unicodedata import category

from ..errors import RequestRefusedError, ServiceError, SpeechError
from ..options import SynthesisOptions
from ..timeline import SynthesisTimeline
from ..wire.limits import LEAST_SPEECH, SPEECH_PER_CHARACTER
from ..wire.link import Link
from ..wire.messages import Message, json_message
from ..wire.retry import Retry
from ..wire.throttle import too_many
from .allowance import Allowance
from .sound import Sound
from .splitting import HEADERS, MAX_MESSAGE, MAX_SECONDS, parts
from .ssml import Phoneme, Piece, billed, document, text_of
from .turn import State, Turn

LONGEST_TURN: Final = 60.0
"""Seconds of sound that one turn makes, about: what is asked for again, at most, when a connection breaks."""
FIRST: Final = 40
"""Characters beyond which the first turn takes no other text: some three seconds, in which the second has its first
audio. Shorter ones are asked for together with what is there, or else alone."""
TOGETHER: Final = 600
"""Characters up to which the later ones take all that is there."""
RESERVE: Final = 2.5
"""Seconds of sound ahead with which the next turn is asked for at the latest: its first audio takes less than one, on a
slow line and in a slow region."""
MAX_TEXT: Final = 10_000
"""Characters of text that are pulled ahead; a faster source has to wait."""
MAX_SOUND: Final = 4 << 20
"""Bytes of sound that wait for the caller: 45 s at 48 kHz. Then nothing more is received."""
FINAL: Final = 20.0
"""Seconds from when more sound is wanted to when it is not asked for any more, all attempts together. A person waits no
longer; nor does what plays it."""
LISTENER: Final = 3.0
"""Seconds without sound for which it waits, where the service takes no more requests: then somebody else should speak.
Half of it is what satellites wait for."""
AMID: Final = 25.0
"""The same where some of the answer was heard: whoever hears an end takes it for that of the whole, and nobody else can
speak the rest."""
PATIENT_LISTENER: Final = 90.0
"""The same where nobody stands and waits: a minute, after which the free tier takes requests again, and time for the
others that have waited, too."""

_NOTHING: Final = "the service spoke nothing"

type Text = str | Sequence[Piece]
"""A sentence or a few, perhaps with pronunciations in it."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What of a text one turn can have."""

    pieces: tuple[Piece, ...]
    begins: bool
    """Whether it is the beginning of a text."""


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
        self.timeline = timeline or SynthesisTimeline()
        self.timeline.started = now
        self._allowance = allowance or Allowance()
        self._unpronounced = set[Phoneme]() if unpronounced is None else unpronounced
        self._suspected: set[Phoneme] = set()
        """Those without which the text is asked for again, since it was refused with them."""
        self.complete = False
        """Whether the caller has, or can ``take``, all that there will be."""
        self._parts: deque[_Part] = deque()
        """Text that was not asked for yet."""
        self._ahead = 0
        """Characters of it."""
        self._text_ended = False
        self._chosen: tuple[Piece, ...] = ()
        """Text that is being asked for; it is kept until all of its sound has come."""
        self._wanted_since = now
        """When more of its sound is wanted; before the first text, the connection is."""
        self._waited = 0.0
        """Seconds that it waited for others since."""
        self._turn: Turn | None = None
        self._retry = Retry()
        self._sound = Sound(options)
        self._waiting: deque[bytes] = deque()
        """Sound that the caller has not taken yet."""
        self._size = 0
        """Bytes of it."""
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
        """Take a text, the next sentence or a few; return whether there is anything to say in it."""
        pieces = (text,) if isinstance(text, str) else tuple(text)
        if not any(_speakable(text_of(piece)) for piece in pieces):
            return False
        if self.timeline.text is None:
            self.timeline.text = now
        for index, part in enumerate(parts(pieces, self.options, LONGEST_TURN)):
            self._parts.append(_Part(part, begins=index == 0))
            self._ahead += _length(part)
        return True

    def end_text(self, now: float) -> None:
        """Take note that there is no more. Raises ServiceError if nothing was spoken of what there was."""
        self._text_ended = True
        self.timeline.text_ended = now
        self._complete_if_all_is_spoken()

    @property
    def full(self) -> bool:
        """Whether the source has to wait until more has been asked for."""
        return self._ahead > MAX_TEXT

    # --- what is asked for, and when

    @property
    def due_at(self) -> float:
        """When the next turn is to begin; it moves with ``feed``, ``end_text`` and ``take``."""
        if self._turn is not None or self.crowded:
            return inf
        if self._chosen:
            return -inf
        if not self._parts:
            return inf
        if self._text_ended or self._ahead >= TOGETHER:
            return -inf
        until = self._plays_until - RESERVE
        return until if self.timeline.requests == 0 else max(until, self._allowance.next_at)

    def choose(self, now: float) -> None:
        """Choose what is asked for next; nothing changes while that is still to be spoken."""
        if self._chosen or not self._parts:
            return
        first = self.timeline.requests == 0
        chosen = self._parts.popleft().pieces
        while self._parts:
            joined = _joined(chosen, self._parts[0])
            enough = _length(chosen) >= FIRST if first else _length(joined) > TOGETHER
            if enough or len(document(joined, self.options).encode()) > MAX_MESSAGE - HEADERS:
                break
            chosen = joined
            self._parts.popleft()
        self._ahead = sum(_length(part.pieces) for part in self._parts)
        self._chosen = _without(self._unpronounced, chosen)
        self._wanted_since, self._waited = max(now, self._plays_until), 0.0
        self._give(self._sound.begin())

    def begin(self, request_id: str, now: float, *, reused: bool, link: Link | None = None) -> list[Message]:
        """Begin a turn for what was chosen, on a connection that served another one before if ``reused``.

        Return its messages.
        """
        most = min(LEAST_SPEECH + SPEECH_PER_CHARACTER * _length(self._chosen), MAX_SECONDS + LEAST_SPEECH)
        rate = self.options.output_format.bytes_per_second
        self._turn = Turn(request_id, reused, link or Link(), now, int(most * rate), rate, began=now)
        self._sound.begin_again()
        self._allowance.asked(now)
        self.timeline.request_began(billed(self._chosen, self.options), reused=reused)
        return [
            json_message("synthesis.context", self.options.context(), request_id),
            Message("ssml", self.ssml, request_id, "application/ssml+xml"),
        ]

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
            self._put(self._sound.header())

    def receive(self, message: Message, now: float) -> None:
        """Take a message of the service. Raises SpeechError where it means that its turn has failed."""
        if (turn := self._turn) is None:
            return
        if audio := turn.receive(message, now):
            self.timeline.audio_came()
            self._hear(self._sound.feed(audio), now)
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
        self._give(audio)

    def _give(self, audio: bytes) -> None:
        self.timeline.audio += len(audio)
        self._put(audio)

    def _put(self, audio: bytes) -> None:
        if audio:
            self._waiting.append(audio)
            self._size += len(audio)

    def take(self) -> bytes:
        """Return the next of the sound; empty when there is none."""
        audio = self._waiting.popleft() if self._waiting else b""
        self._size -= len(audio)
        return audio

    @property
    def crowded(self) -> bool:
        """Whether the caller has so much to take that nothing more is to be asked for or received."""
        return self._size > MAX_SOUND

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
        audio = self._sound.end()
        if not self._sound.is_silent:
            self._spoken = True
            self._unpronounced |= self._suspected
        elif letters := list(filter(str.isalnum, _text(self._chosen))):
            is_all = not (self._spoken or self._parts) and self._text_ended
            if not self._retry.again or is_all or any(map(str.isascii, letters)):
                raise ServiceError(_NOTHING)
            self._unspoken = True
        self._hear(audio, now)
        self._turn, self._chosen, self._suspected = None, (), set()
        self._retry.progress()
        self._complete_if_all_is_spoken()

    def _complete_if_all_is_spoken(self) -> None:
        if self._text_ended and not (self._parts or self._chosen):
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
        if long:
            return self._wanted_since + PATIENT_LISTENER
        return self._wanted_since + (LISTENER if self.timeline.first_audio is None else AMID)

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
        self._chosen = _without(self._suspected, self._chosen)
        return self.ssml != ssml

    def waited(self, seconds: float) -> None:
        """Take note that it waited for others; the service is given the time that it needs from now."""
        self._waited += seconds
        self.timeline.waited += seconds


def _speakable(text: str) -> bool:
    """Return whether there is anything to say: a letter, a digit, or a sign that has a name."""
    return any(character.isalnum() or category(character).startswith("S") for character in text)


def _text(pieces: Sequence[Piece]) -> str:
    return "".join(map(text_of, pieces))


def _length(pieces: Sequence[Piece]) -> int:
    return sum(len(text_of(piece)) for piece in pieces)


def _without(phonemes: set[Phoneme], pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return a text in which the words are written, not pronounced, that these are for."""
    return tuple(piece.text if isinstance(piece, Phoneme) and piece in phonemes else piece for piece in pieces)


def _joined(pieces: tuple[Piece, ...], part: _Part) -> tuple[Piece, ...]:
    """Return a text and the one behind it as one; those that are not of one text are kept apart."""
    together = not part.begins or _text(pieces)[-1:].isspace() or _text(part.pieces)[:1].isspace()
    return (*pieces, *part.pieces) if together else (*pieces, " ", *part.pieces)
