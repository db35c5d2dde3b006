"""An utterance and its service for tests without a socket and an event loop: the clock is an argument."""

from collections.abc import Callable
from datetime import UTC, datetime
import math
from typing import Any, Never

from hypothesis import strategies as st

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    Mode,
    Phrase,
    RecognitionOptions,
    RecognitionStatus,
    ServiceTimeoutError,
    SpeechError,
)
from custom_components.azure_speech_live.speech.recognition.audio import BYTES_PER_SECOND, FRAME_SIZE
from custom_components.azure_speech_live.speech.recognition.pace import MAX_TIMES, PACE
from custom_components.azure_speech_live.speech.recognition.patience import FINAL, SOURCE_STALL
from custom_components.azure_speech_live.speech.recognition.turn import Turn
from custom_components.azure_speech_live.speech.recognition.utterance import Utterance
from custom_components.azure_speech_live.speech.wire.link import Link
from custom_components.azure_speech_live.speech.wire.messages import Message
from custom_components.azure_speech_live.speech.wire.retry import MAX_ATTEMPTS
from custom_components.azure_speech_live.speech.wire.telemetry import TurnTelemetry

from ..model import Request, Word, speak

OPTIONS = RecognitionOptions()
START = 1000.0
"""What the monotonic clock says at an utterance's start: anything."""
walls = st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 1))  # noqa: DTZ001 - hypothesis wants it naive
utterances = st.lists(
    st.builds(Word, st.integers(1, 4000), st.integers(1, 2000) | st.integers(1, 32_000)),
    max_size=12,
)


class Service:
    """An utterance, and the service's side of it; the test moves the clock, and says what happens."""

    def __init__(self, options: RecognitionOptions, words: list[Word]) -> None:
        self.utterance = Utterance(options, START)
        self.now = START
        self.wall = datetime(2026, 11, 22, tzinfo=UTC)
        self.words = words
        self.request: Request | None = None
        self.requests = 0
        self.asked = math.inf
        self.unsaid = speak(words)
        self.said: list[str] = []
        self.phrases = 0
        self.texts = 0

    # --- what the flow does

    def speak(self, size: int) -> None:
        chunk, self.unsaid = self.unsaid[:size], self.unsaid[size:]
        self.utterance.feed(chunk, self.now)

    def begin(self, *, reused: bool = False) -> Request:
        self.requests += 1
        opening = self.utterance.begin(f"{self.requests:031x}f", self.wall, reused=reused)
        self.request = Request([message for message in opening if message.path != "telemetry"], self.words)
        self.asked = math.inf
        return self.request

    def send(self, count: int = 1_000_000) -> None:
        """Send what may be sent now, but no more than so many messages."""
        assert self.request is not None
        for _ in range(count):
            message = self.utterance.next_audio(self.now)
            if message is None:
                break
            self.asked = min(self.asked, self.now)
            self.request.take(message)
        else:
            return
        # What must wait has a time to wait for, which is not over: who waits does not spin.
        assert self.utterance.send_at is None or self.utterance.send_at > self.now

    def receive(self, message: Message) -> None:
        deadline = self.utterance.deadline
        self.utterance.receive(message, self.now, self.wall)
        assert self.utterance.deadline >= deadline  # who waits until then does not miss a nearer one
        if self.utterance.ended:
            self.request = None
        self.take_events()

    def take_events(self) -> None:
        while self.utterance.events:
            event = self.utterance.events.popleft()
            if isinstance(event, Phrase):
                self.phrases += 1
                self.texts += bool(event.text)
                assert not event.text or event.status is RecognitionStatus.SUCCESS
                self.said += event.text.split()

    def pass_time(self, now: float) -> None:
        """Let the clock go on, which is checked when the utterance wants it to be."""
        assert now >= self.now
        while self.utterance.deadline <= now:
            self.now = max(self.now, self.utterance.deadline)
            ended = self.utterance.audio.ended
            self.utterance.check_time(self.now)
            if self.utterance.complete:
                return
            # Who waits does not spin: it is another time, or another state, which happens once.
            assert self.utterance.deadline > self.now or (self.utterance.audio.ended and not ended)
        self.now = now

    def fail(self, error: SpeechError) -> float | None:
        delay = self.utterance.failed(error, self.now, self.wall)
        self.request = None
        self.take_events()
        return delay

    def affords(self, requests: int) -> bool:
        """Whether so many requests more may have all the audio."""
        audio = self.utterance.audio
        sent = self.utterance.timeline.sent + requests * (audio.end - audio.start)
        return sent / BYTES_PER_SECOND + self.requests + requests <= MAX_TIMES * (audio.end / BYTES_PER_SECOND + 1)

    # --- what a service does in the end

    def conclude(self) -> None:
        """Carry the utterance to its end with a service and a line that have no faults any more."""
        utterance = self.utterance
        while not utterance.complete:
            request = self.request or self.begin()
            self.send()
            self.receive(request.hypothesis())
            while self.unsaid and not utterance.full and not utterance.complete:
                self.speak(FRAME_SIZE)
                self.send()
            if not self.unsaid:
                utterance.end_audio(self.now)
                self.send()
            if utterance.complete:
                return
            if request.ended:
                self.answer(request)
            else:
                assert utterance.send_at is not None
                self.pass_time(utterance.send_at)

    def answer(self, request: Request) -> None:
        """Say what a service says when the audio has ended."""
        interactive = self.utterance.options.mode is Mode.INTERACTIVE
        end = max((end for _, end in request.pauses()), default=request.covered)
        if end > request.covered or interactive:
            self.receive(request.phrase(end))
        if not interactive and not request.stopped:
            self.receive(request.end_of_dictation())
        self.receive(request.says("turn.end"))

    def fall_silent(self) -> None:
        """Carry the utterance to its end with a service and a source from which nothing comes any more."""
        utterance, start = self.utterance, self.now
        begun = self.requests
        while not utterance.complete:
            if self.request is None:
                self.begin()
            self.send()
            times = [utterance.deadline, utterance.send_at or math.inf]
            try:
                self.pass_time(min(time for time in times if time > self.now))
            except ServiceTimeoutError as err:
                delay = self.fail(err)
                if delay is None:
                    break
                self.now += delay
            assert self.requests - begun <= MAX_ATTEMPTS
        # All the audio that there may still be to send, and to send again.
        limit = SOURCE_STALL + FINAL + len(speak(self.words)) / BYTES_PER_SECOND / PACE
        assert self.now - start <= limit + 2


# --- words for the examples


LIGHT = [Word(8000, 4000), Word(4000, 8000)]
"""Two words: 0.5 s and a pause of 0.25 s, 0.25 s and a pause of 0.5 s."""


FIRST_WORD, BOTH_WORDS, ALL = (size * 2 for size in (8000, 16_000, 24_000))
"""Where they end, in bytes, and where all audio does."""
LONG = [Word(8000, 8000)] * 50
"""An utterance of 50 s."""
LOST = ConnectionFailedError("the connection was lost")


def interactive(words: list[Word] = LIGHT, **options: Any) -> Service:
    return Service(RecognitionOptions(mode=Mode.INTERACTIVE, **options), words)


def conversation(words: list[Word] = LIGHT) -> Service:
    return Service(RecognitionOptions(mode=Mode.CONVERSATION), words)


def asked(service: Service, *, ended: bool = False, reused: bool = False) -> Request:
    """Begin a request, and send it all that is said; `ended` says that the source has no more."""
    service.speak(len(service.unsaid))
    if ended:
        service.utterance.end_audio(service.now)
    request = service.begin(reused=reused)
    service.send()
    return request


def new_turn(start: int = 0, options: RecognitionOptions = OPTIONS, *, reused: bool = False) -> Turn:
    """Return a turn by itself, so many bytes into the utterance."""
    telemetry = TurnTelemetry("1" * 32, datetime(2026, 11, 29, tzinfo=UTC), [])
    return Turn("1" * 32, start, options, reused, Link(), telemetry)


# --- steps


def repeat(step: Callable[[], None]) -> Never:
    """Do something until it raises."""
    while True:
        step()


def say_a_tenth(service: Service) -> None:
    """Let a tenth of a second of what is said go by."""
    service.speak(FRAME_SIZE)
    service.send()
    service.pass_time(service.now + 0.1)
