"""The utterance: nothing spoken is lost or said twice, and it ends, whatever the service and the line do.

All without a socket and an event loop: the clock is an argument.
"""

from collections.abc import Callable
from datetime import UTC, datetime
import json
import math
from typing import Any, Never

from hypothesis import example, given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
import pytest

from custom_components.azure_speech_live.speech import (
    BadAudioError,
    ConnectionFailedError,
    Hypothesis,
    Mode,
    Phrase,
    Profanity,
    QuotaError,
    RecognitionOptions,
    RecognitionStatus,
    ServiceError,
    ServiceTimeoutError,
    SpeechEnded,
    SpeechError,
    SpeechStarted,
    ThrottledError,
    UnusableMessageError,
)
from custom_components.azure_speech_live.speech.recognition.answers import SILENCE_AT_THE_END as COVERED
from custom_components.azure_speech_live.speech.recognition.audio import (
    BYTES_PER_SECOND,
    FRAME_SIZE,
    WAV_HEADER,
)
from custom_components.azure_speech_live.speech.recognition.pace import FAST_LANE, MAX_TIMES, PACE
from custom_components.azure_speech_live.speech.recognition.patience import FINAL, SOURCE_STALL
from custom_components.azure_speech_live.speech.recognition.turn import (
    ANSWER_MARGIN,
    FIRST_ANSWER,
    FIRST_ANSWER_REUSED,
    LAST_ANSWER,
    MAX_UNACCOUNTED,
)
from custom_components.azure_speech_live.speech.recognition.utterance import (
    MAX_UNSENT,
    Utterance,
)
from custom_components.azure_speech_live.speech.wire.limits import MAX_EVENTS
from custom_components.azure_speech_live.speech.wire.messages import Message
from custom_components.azure_speech_live.speech.wire.retry import MAX_ATTEMPTS, RETRY_DELAY
from custom_components.azure_speech_live.speech.wire.telemetry import ConnectionMetric

from ..model import TICKS_PER_SAMPLE, Request, Word, speak, transcript

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

    @property
    def affordable(self) -> bool:
        """Whether two requests more may have all the audio."""
        audio = self.utterance.audio
        sent = self.utterance.timeline.sent + 2 * (audio.end - audio.start)
        return sent / BYTES_PER_SECOND + self.requests + 2 <= MAX_TIMES * (audio.end / BYTES_PER_SECOND + 1)

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


class AnyOrder(RuleBasedStateMachine):
    """Random orders of all that can happen in a utterance."""

    @initialize(
        words=utterances,
        mode=st.sampled_from(Mode),
        fate=st.sampled_from(["service", "silence"]),
    )
    def start(self, words: list[Word], mode: Mode, fate: str) -> None:
        self.service = Service(RecognitionOptions(mode=mode), words)
        self.utterance = self.service.utterance
        self.fate = fate
        self.failures = 0
        self.reused = self.heard = self.ended = self.guessed = False
        self.kept = 0
        self.spare_time = FINAL / 2

    @property
    def request(self) -> Request | None:
        return None if self.utterance.complete else self.service.request

    # --- the source

    @precondition(lambda self: self.service.unsaid and not self.utterance.full)
    @rule(size=st.integers(1, 4 * FRAME_SIZE) | st.just(320) | st.integers(1, 10**6))
    def speak(self, size: int) -> None:
        self.service.speak(size)

    @precondition(lambda self: not self.service.unsaid and not self.ended)
    @rule()
    def end_audio(self) -> None:
        self.utterance.end_audio(self.service.now)
        self.ended = True

    # --- time

    @rule(share=st.floats(0, 1, exclude_max=True), wall=walls)
    def pass_time(self, share: float, wall: datetime) -> None:
        self.service.wall = wall
        spare = self.utterance.deadline - self.service.now
        if self.ended:
            spare = min(spare, self.spare_time)
            self.spare_time -= share * spare
        if spare > 0:
            self.service.now += share * spare

    # --- the line

    @precondition(lambda self: self.service.request is None and not self.utterance.complete)
    @rule(reused=st.booleans())
    def begin(self, reused: bool) -> None:  # noqa: FBT001 - hypothesis draws it
        self.service.begin(reused=reused)
        self.reused, self.heard = reused, False

    @precondition(lambda self: self.request)
    @rule(count=st.integers(1, 100))
    def send(self, count: int) -> None:
        self.service.send(count)

    @precondition(lambda self: self.request and (self.failures < MAX_ATTEMPTS - 1 or (self.reused and not self.heard)))
    @precondition(lambda self: self.service.affordable)
    @rule()
    def drop(self) -> None:
        stale = self.reused and not self.heard
        delay = self.service.fail(ConnectionFailedError("the line went dead"))
        if self.utterance.complete:
            return
        self.failures += 0 if stale else 1
        assert delay is not None
        self.service.now += delay

    @precondition(lambda self: self.service.request is None and not self.utterance.complete and not self.failures)
    @rule()
    def fail_to_connect(self) -> None:
        delay = self.service.fail(ConnectionFailedError("no line"))
        assert delay is not None
        self.failures += 1
        self.service.now += delay

    @precondition(lambda self: not self.utterance.complete)
    @rule(seconds=st.floats(0.0, 25.0))
    def throttle(self, seconds: float) -> None:
        delay = self.service.fail(ThrottledError("too many"))
        if not self.utterance.complete:
            assert delay == 0.0
            self.service.now += seconds
            self.utterance.waited(seconds, self.service.now)

    @precondition(lambda self: self.request and self.service.affordable)
    @rule()
    def give_way(self) -> None:
        if self.utterance.gives_way(self.service.wall):
            self.service.request = None

    # --- the service

    @precondition(lambda self: self.request)
    @rule()
    def start_turn(self) -> None:
        self.say("turn.start")

    @precondition(lambda self: self.request)
    @rule(
        path=st.sampled_from(["speech.startDetected", "speech.hypothesis", "speech.fragment", "audio.start", "news"]),
        body=st.fixed_dictionaries(
            {},
            optional={"Offset": st.text() | st.integers() | st.floats(), "Text": st.just("") | st.none() | st.just([])},
        ),
    )
    def say(self, path: str, body: dict[str, object] | None = None) -> None:
        assert self.request is not None
        self.heard = True
        self.service.receive(self.request.says(path, body))

    @precondition(lambda self: self.request)
    @rule(path=st.sampled_from(["speech.phrase", "turn.end", "speech.endDetected"]))
    def say_of_another_request(self, path: str) -> None:
        self.service.receive(Message(path.lower(), '{"RecognitionStatus":"Success","DisplayText":"ghost"}', "f" * 32))

    @precondition(lambda self: self.request)
    @rule()
    def guess(self) -> None:
        assert self.request is not None
        self.heard = self.guessed = True
        self.service.receive(self.request.hypothesis())

    @precondition(lambda self: self.request and self.request.pauses())
    @rule(data=st.data())
    def end_phrase(self, data: st.DataObject) -> None:
        assert self.request is not None
        start, end = data.draw(st.sampled_from(self.request.pauses()))
        position = data.draw(st.integers(start // 2, end // 2)) * 2
        single = self.utterance.options.mode is Mode.INTERACTIVE
        if self.guessed and not self.request.heard(position) and (single or not position):
            return  # what was heard would count, be it half a word
        if position > self.request.covered:
            self.failures = 0
        self.heard = True
        self.service.receive(self.request.phrase(position))

    @precondition(
        lambda self: self.request and (self.request.covered or self.utterance.options.mode is Mode.INTERACTIVE)
    )
    @rule()
    def stop_listening(self) -> None:
        assert self.request is not None
        self.request.stopped = True
        self.say("speech.endDetected", {"Offset": 1})

    @precondition(lambda self: self.request and self.request.covered and not self.request.ended)
    @precondition(lambda self: self.utterance.options.mode is not Mode.INTERACTIVE)
    @precondition(lambda self: self.service.affordable)
    @rule()
    def end_turn(self) -> None:
        assert self.request is not None
        self.service.receive(self.request.says("turn.end"))

    # --- what holds at all times

    @invariant()
    def deadline_is_near(self) -> None:
        assert math.isfinite(self.utterance.deadline)
        assert self.utterance.deadline <= self.utterance.last_moment <= START + self.utterance.options.limit

    @invariant()
    def pace_is_kept(self) -> None:
        if (request := self.service.request) and request.audio:
            allowed = FAST_LANE + PACE * (self.service.now - self.service.asked)
            assert len(request.audio) <= allowed * BYTES_PER_SECOND + FRAME_SIZE

    @invariant()
    def nothing_accounted_for_is_kept(self) -> None:
        assert self.utterance.audio.start >= self.kept
        self.kept = self.utterance.audio.start

    @invariant()
    def nothing_is_said_twice(self) -> None:
        assert self.service.said == transcript(self.service.words)[: len(self.service.said)]

    def teardown(self) -> None:
        if not hasattr(self, "service"):
            return
        service = self.service
        if self.fate == "silence":
            service.fall_silent()
            return
        service.conclude()
        if self.utterance.options.mode is not Mode.INTERACTIVE:
            assert service.said == transcript(service.words)
        elif service.words:
            assert service.phrases == 1


TestUtterance = pytest.mark.timeout(300)(AnyOrder.TestCase)  # a hundred utterances, on a busy machine
TestUtterance.settings = settings(stateful_step_count=40)


# --- words for the examples

LIGHT = [Word(8000, 4000), Word(4000, 8000)]
"""Two words: 0.5 s and a pause of 0.25 s, 0.25 s and a pause of 0.5 s."""
FIRST_WORD, BOTH_WORDS, ALL = (size * 2 for size in (8000, 16_000, 24_000))
"""Where they end, in bytes, and where all audio does."""


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


LOST = ConnectionFailedError("the connection was lost")


# --- requests and audio


@given(st.integers(0, 10_000), st.integers(1, 7000))
def test_audio_goes_out_in_frames_of_a_tenth_of_a_second(size: int, chunk: int) -> None:
    service = conversation([])
    request = service.begin()
    audio = bytes(index % 251 for index in range(size))
    for start in range(0, size, chunk):
        service.utterance.feed(audio[start : start + chunk], service.now)
    frames = []
    while message := service.utterance.next_audio(service.now):
        frames.append(message.body)
    assert [len(frame) for frame in frames] == [FRAME_SIZE] * (size // FRAME_SIZE)
    service.utterance.end_audio(service.now)
    if size < 2:
        assert service.utterance.complete
        return
    while message := service.utterance.next_audio(service.now):
        frames.append(message.body)
    assert b"".join(bytes(frame) for frame in frames) == audio[: size // 2 * 2]  # type: ignore[arg-type]  # audio is bytes
    assert frames[-1] == b""  # which is the end of the audio
    assert request.request_id == message_id(service)


def message_id(service: Service) -> str:
    """Return the current request's id."""
    return f"{service.requests:031x}f"


def test_nothing_said_is_no_question() -> None:
    for chunks in ([], [b""], [b"x"], [WAV_HEADER]):
        utterance = Utterance(OPTIONS, START)
        for chunk in chunks:
            utterance.feed(chunk, START)
        assert not utterance.complete
        utterance.end_audio(START)
        assert utterance.complete
        assert not utterance.events


def test_wrong_audio_is_refused_at_once() -> None:
    wrong = bytearray(WAV_HEADER)
    wrong[24:28] = (8000).to_bytes(4, "little")
    with pytest.raises(BadAudioError):
        Utterance(OPTIONS, START).feed(bytes(wrong), START)


def test_source_waits_while_too_much_is_unsent() -> None:
    service = conversation([Word(16_000, 16_000)] * 40)
    while not service.utterance.full:
        service.speak(FRAME_SIZE)
    assert len(speak(service.words)) - len(service.unsaid) == MAX_UNSENT * BYTES_PER_SECOND + FRAME_SIZE
    service.begin()
    service.send(1)
    assert not service.utterance.full


def test_service_that_wants_no_more_gets_the_end_at_once() -> None:
    service = conversation()
    service.speak(FIRST_WORD)
    request = service.begin()
    service.send()
    service.receive(request.phrase(FIRST_WORD))
    service.receive(request.says("speech.endDetected", {"Offset": 5_000_000}))
    service.speak(ALL)
    service.send()
    assert request.ended
    assert len(request.audio) == FIRST_WORD
    service.receive(request.says("turn.end"))
    assert not service.utterance.complete
    service.conclude()
    assert service.said == ["w1", "w2"]
    assert service.requests == 2


def test_interactive_turn_ends_with_its_phrase() -> None:
    service = interactive()
    request = asked(service)
    service.receive(request.phrase(BOTH_WORDS))
    assert service.utterance.complete
    assert not service.utterance.ended  # it may be let go while the service finishes
    service.send()
    assert request.ended
    service.receive(request.says("speech.phrase", {"RecognitionStatus": "Success", "DisplayText": "ghost"}))
    service.receive(request.says("turn.end"))
    assert service.utterance.ended
    assert service.said == ["w1", "w2"]


@pytest.mark.parametrize("status", [status for status in RecognitionStatus if status != "Success"])
def test_interactive_turn_without_words(status: RecognitionStatus) -> None:
    service = interactive()
    request = asked(service, ended=True)
    service.utterance.receive(request.says("speech.phrase", {"RecognitionStatus": status}), service.now, service.wall)
    assert service.utterance.complete
    (event,) = service.utterance.events
    assert event == Phrase(status=status)


def test_conversation_ends_with_the_end_of_dictation_or_of_the_turn() -> None:
    for ends_dictation in (True, False):
        service = conversation()
        request = asked(service, ended=True)
        service.receive(request.phrase(BOTH_WORDS))
        assert not service.utterance.complete
        service.receive(request.end_of_dictation() if ends_dictation else request.says("turn.end"))
        assert service.utterance.complete
        assert service.said == ["w1", "w2"]
        assert service.phrases == 1


@given(st.integers(1, 4 * FRAME_SIZE))
def test_conversation_of_any_length_takes_one_request(samples: int) -> None:
    service = conversation([Word(samples, 1)])
    service.conclude()
    assert service.said == ["w1"]
    assert service.requests == 1


@pytest.mark.parametrize("mode", Mode)
def test_turn_that_ends_with_nothing_is_asked_again_once(mode: Mode) -> None:
    service = Service(RecognitionOptions(mode=mode), LIGHT)
    request = asked(service)
    with pytest.raises(UnusableMessageError):
        service.receive(request.says("turn.end"))
    assert service.fail(UnusableMessageError("nothing recognised")) == 0.0
    request = service.begin()
    service.send()
    with pytest.raises(UnusableMessageError):
        service.receive(request.says("turn.end"))
    assert service.fail(UnusableMessageError("nothing recognised")) is None
    assert not service.utterance.complete


@pytest.mark.parametrize("times", [{"Offset": 0, "Duration": 0}, {"Offset": None}, {"Duration": "0"}, {}])
@pytest.mark.parametrize("status", [status for status in RecognitionStatus if status is not RecognitionStatus.SUCCESS])
def test_silence_without_times_is_not_the_end(status: str, times: dict[str, object]) -> None:
    service = conversation()
    service.speak(FRAME_SIZE)
    request = service.begin()
    service.send()
    service.receive(request.says("speech.phrase", {"RecognitionStatus": status, **times}))
    service.receive(request.says("turn.end"))
    assert not service.utterance.complete
    assert service.utterance.audio.start == FRAME_SIZE  # it goes on behind the silence
    service.speak(ALL)
    service.utterance.end_audio(service.now)
    request = service.begin()
    service.send()
    service.receive(request.phrase(len(request.audio)))
    assert service.said[-1] == "w2"
    service.receive(request.end_of_dictation())
    assert service.utterance.complete


def test_an_error_without_times_is_silence_when_it_comes_again() -> None:
    service = conversation()
    error = {"RecognitionStatus": "Error", "Offset": 0, "Duration": 0}
    service.unsaid = bytes(6 * BYTES_PER_SECOND)
    service.speak(2 * BYTES_PER_SECOND)
    for start in (0, 2 * BYTES_PER_SECOND, 4 * BYTES_PER_SECOND):
        assert service.utterance.audio.start == start
        request = service.begin()
        service.send()
        with pytest.raises(ServiceError) as caught:
            service.receive(request.says("speech.phrase", error))
        assert service.fail(caught.value) == 0.0
        request = service.begin()
        service.send()
        service.receive(request.says("speech.phrase", error))
        service.receive(request.says("turn.end"))
        service.speak(2 * BYTES_PER_SECOND)
    assert not service.utterance.complete


@pytest.mark.parametrize("said", [{"Offset": 0, "Duration": 10_000_000}, {}])
def test_an_error_stays_one_where_something_was_heard_or_where_it_has_times(said: dict[str, object]) -> None:
    service, delay = conversation(), None
    for _ in range(MAX_ATTEMPTS):
        request = asked(service)
        if not said:
            service.receive(request.hypothesis())
        with pytest.raises(ServiceError) as caught:
            service.receive(request.says("speech.phrase", {"RecognitionStatus": "Error", **said}))
        delay = service.fail(caught.value)
    assert delay is None


def test_a_turn_without_audio_is_not_ended_by_silence_for_ever() -> None:
    service = conversation()
    request = service.begin()
    service.receive(request.says("speech.phrase", {"RecognitionStatus": "NoMatch"}))
    with pytest.raises(UnusableMessageError):
        service.receive(request.says("turn.end"))


def test_turn_that_ends_in_the_middle_of_a_phrase_is_not_over() -> None:
    service = conversation()
    request = asked(service, ended=True)
    service.receive(request.phrase(FIRST_WORD))
    service.receive(request.hypothesis())
    service.receive(request.says("turn.end"))
    assert not service.utterance.complete
    service.conclude()
    assert service.said == ["w1", "w2"]


def test_messages_after_the_end_mean_nothing() -> None:
    service = interactive()
    request = asked(service)
    service.receive(request.phrase(BOTH_WORDS))
    for path in ("turn.end", "turn.end", "speech.phrase", "speech.hypothesis"):
        service.utterance.receive(request.says(path), service.now, service.wall)
    assert service.said == ["w1", "w2"]
    assert not service.utterance.events


def test_request_id_is_compared_without_case_and_may_be_missing() -> None:
    service = conversation()
    request = asked(service)
    utterance = service.utterance
    utterance.receive(
        Message("speech.hypothesis", '{"Text":"a"}', request.request_id.upper()), service.now, service.wall
    )
    assert [event.text for event in utterance.events if isinstance(event, Hypothesis)] == ["a"]
    utterance.receive(Message("speech.hypothesis", '{"Text":"b"}'), service.now, service.wall)
    assert [event.text for event in utterance.events if isinstance(event, Hypothesis)] == ["b"]
    utterance.receive(Message("speech.hypothesis", '{"Text":"c"}', "0"), service.now, service.wall)
    assert [event.text for event in utterance.events if isinstance(event, Hypothesis)] == ["b"]


# --- what the service says


def test_times_are_those_of_the_utterance() -> None:
    service = conversation()
    request = asked(service)
    service.receive(request.phrase(FIRST_WORD))
    service.fail(LOST)
    request = service.begin()
    service.send()
    for path, body in (
        ("speech.startDetected", {"Offset": 2_500_000}),
        ("speech.hypothesis", {"Text": "w2", "Offset": 2_500_000, "Duration": 1_000_000}),
        ("speech.phrase", {"RecognitionStatus": "Success", "DisplayText": "w2", "Offset": 2_500_000}),
        ("speech.endDetected", {"Offset": 5_000_000}),
    ):
        service.utterance.receive(request.says(path, body), service.now, service.wall)
    assert list(service.utterance.events) == [
        SpeechStarted(0.75),
        Hypothesis("w2", 0.75, 0.1),
        Phrase(status=RecognitionStatus.SUCCESS, text="w2", offset=0.75),
        SpeechEnded(1.0),
    ]


hostile: st.SearchStrategy[object] = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just([]) | st.just(10**400)
)


@given(st.dictionaries(st.sampled_from(["Offset", "Duration"]), hostile), st.sampled_from(["w1", ""]))
@example({"Offset": -(10**9), "Duration": 10**18}, "w1")
@example({"Offset": math.nan, "Duration": math.inf}, "w1")
def test_no_times_can_cover_what_was_not_sent(times: dict[str, object], text: str) -> None:
    service = conversation()
    service.speak(FIRST_WORD)
    request = service.begin()
    service.send()
    service.speak(ALL)
    body = {"RecognitionStatus": "Success", "DisplayText": text, **times}
    service.receive(request.says("speech.phrase", body))
    assert 0 <= service.utterance.audio.start <= FIRST_WORD
    assert service.utterance.audio.start % 2 == 0
    for path in ("speech.startDetected", "speech.endDetected", "speech.hypothesis"):
        service.receive(request.says(path, {"Text": text, **times}))
    delay = service.fail(LOST)
    if delay is None:  # it was about all that was sent, or so it seemed
        assert (text, service.utterance.audio.start, service.utterance.complete) == ("w1", FIRST_WORD, False)
        return
    assert delay == 0.0
    request = service.begin()
    service.send()
    start = service.utterance.audio.start
    assert request.audio == speak(LIGHT)[start : start + len(request.audio)]
    assert len(request.audio) > ALL - start - FRAME_SIZE


@given(st.integers(0, FRAME_SIZE // 2), st.integers(0, FRAME_SIZE // 2))
@example(1, 436)
def test_phrase_covers_whole_samples(offset: int, duration: int) -> None:
    """A position in ticks is exact, and must not become the sample before it."""
    service = conversation([Word(32_000, 1)])
    request = asked(service)
    times = {"Offset": offset * TICKS_PER_SAMPLE, "Duration": duration * TICKS_PER_SAMPLE}
    service.receive(request.says("speech.phrase", {"RecognitionStatus": "NoMatch", **times}))
    assert service.utterance.audio.start == 2 * (offset + duration)


NO_TIMES: list[dict[str, object]] = [{}, {"Offset": -1, "Duration": -1}, {"Offset": 10**15, "Duration": 0}]


@pytest.mark.parametrize("times", NO_TIMES)
def test_phrase_without_times_is_about_all_that_was_sent(times: dict[str, object]) -> None:
    service = conversation()
    request = asked(service)
    service.receive(request.says("speech.phrase", {"RecognitionStatus": "Success", "DisplayText": "w1 w2", **times}))
    assert service.utterance.audio.start == ALL


@pytest.mark.parametrize("times", [*NO_TIMES, {"Offset": 10**9, "Duration": 0}])
def test_what_a_phrase_without_times_has_left_out_is_not_lost_in_silence(times: dict[str, object]) -> None:
    service = conversation()
    request = asked(service)
    service.receive(request.says("speech.phrase", {"RecognitionStatus": "Success", "DisplayText": "w1", **times}))
    assert service.fail(LOST) is None
    assert not service.utterance.complete


SILENT = [status for status in RecognitionStatus if status is not RecognitionStatus.END_OF_DICTATION]


@pytest.mark.parametrize("status", SILENT)
@pytest.mark.parametrize(
    ("times", "found"),
    [
        ({"Offset": 50_000_000, "Duration": 0}, True),
        ({"Offset": 0, "Duration": 11_200_000}, True),
        ({"Offset": 0, "Duration": 0}, True),
        ({}, True),
        ({"Offset": 0, "Duration": 5_000_000}, False),  # it is silence before the word
    ],
)
def test_what_was_heard_is_not_silence(status: str, times: dict[str, object], found: bool) -> None:  # noqa: FBT001
    """A service may tell a short "yes" as silence: jambonz/freeswitch-modules, issue 11."""
    for service in (interactive(), conversation()):
        request = asked(service)
        service.receive(request.says("speech.hypothesis", {"Text": "w1", "Offset": 8_000_000, "Duration": 3_000_000}))
        service.receive(request.says("speech.phrase", {"RecognitionStatus": status, "DisplayText": "", **times}))
        single = service.utterance.options.mode is Mode.INTERACTIVE
        assert service.said == (["w1"] if found or single else [])
        assert service.utterance.complete == single


@pytest.mark.parametrize("times", [{"Offset": 0, "Duration": 0}, {"Offset": 10**9, "Duration": 0}, {}])
def test_what_was_heard_last_is_a_phrase_at_the_end_of_dictation(times: dict[str, object]) -> None:
    service = conversation()
    request = asked(service, ended=True)
    service.receive(request.phrase(FIRST_WORD))
    service.receive(request.says("speech.hypothesis", {"Text": "w2", "Offset": 10**9, "Duration": 1}))
    service.receive(request.says("speech.phrase", {"RecognitionStatus": "EndOfDictation", **times}))
    assert service.said == ["w1", "w2"]
    assert service.utterance.complete


def test_a_hypothesis_belongs_to_one_phrase() -> None:
    service = conversation()
    request = asked(service)
    service.receive(request.says("speech.hypothesis", {"Text": "w1"}))
    service.receive(request.phrase(FIRST_WORD))
    service.receive(request.says("speech.phrase", {"RecognitionStatus": "InitialSilenceTimeout"}))
    assert service.said == ["w1"]


@pytest.mark.parametrize("profanity", Profanity)
def test_what_is_to_be_removed_is_not_taken_from_another_place(profanity: Profanity) -> None:
    service = Service(RecognitionOptions(profanity=profanity), LIGHT)
    best = {"Lexical": "w1", "ITN": "w1", "MaskedITN": "", "Display": ""}
    request = asked(service)
    service.receive(request.says("speech.phrase", {"RecognitionStatus": "Success", "DisplayText": "", "NBest": [best]}))
    assert service.said == ([] if profanity is Profanity.REMOVED else ["w1"])


@given(st.integers(1, 50))
def test_only_the_latest_hypothesis_waits(count: int) -> None:
    service = conversation()
    request = asked(service)
    for number in range(count):
        message = request.says("speech.hypothesis", {"Text": f"word {number}"})
        service.utterance.receive(message, service.now, service.wall)
    assert list(service.utterance.events) == [Hypothesis(f"word {count - 1}", 0.0, 0.0)]


def test_storm_is_an_error_when_nobody_can_take_more() -> None:
    service = conversation()
    request = asked(service)

    def say() -> None:
        for path in ("speech.startDetected", "speech.hypothesis"):
            service.utterance.receive(request.says(path, {"Text": ""}), service.now, service.wall)

    with pytest.raises(UnusableMessageError):
        repeat(say)
    assert len(service.utterance.events) == MAX_EVENTS + 1


def test_service_that_talks_for_ever_without_a_phrase() -> None:
    service = conversation([Word(16_000, 16_000)] * 60)
    request = service.begin()

    def talk() -> None:
        service.speak(FRAME_SIZE)
        service.send()
        service.pass_time(service.now + 0.1)
        service.receive(request.hypothesis())

    with pytest.raises(ServiceTimeoutError, match="no phrase"):
        repeat(talk)
    assert len(request.audio) / BYTES_PER_SECOND == pytest.approx(MAX_UNACCOUNTED, abs=0.2)


@pytest.mark.parametrize(
    ("status", "error"),
    [("Error", ServiceError), ("TooManyRequests", ThrottledError), ("Forbidden", QuotaError)],
)
def test_failed_phrase_fails_the_request(status: str, error: type[SpeechError]) -> None:
    service = conversation()
    request = asked(service)
    with pytest.raises(error):
        service.receive(request.says("speech.phrase", {"RecognitionStatus": status}))


@pytest.mark.parametrize("body", ["", "{", "[]", '{"RecognitionStatus":"Success","DisplayText":[]}'])
def test_phrase_that_cannot_be_read_fails_the_request(body: str) -> None:
    service = conversation()
    request = asked(service)
    with pytest.raises(UnusableMessageError):
        service.utterance.receive(Message("speech.phrase", body, request.request_id), service.now, service.wall)


@pytest.mark.parametrize("path", ["turn.start", "speech.hypothesis", "speech.startdetected", "speech.enddetected", "x"])
@pytest.mark.parametrize("body", ["", "{", "[]", b"\xff", '{"Text":[7],"Offset":"now"}'])
def test_other_message_that_cannot_be_read_is_no_loss(path: str, body: str | bytes) -> None:
    service = conversation()
    request = asked(service)
    service.utterance.receive(Message(path, body, request.request_id), service.now, service.wall)
    assert not [event for event in service.utterance.events if isinstance(event, Hypothesis)]


@pytest.mark.parametrize("path", ["audio", "translation.synthesis", "translation.phrase", "translation.response"])
def test_recognition_has_nothing_of_a_translation(path: str) -> None:
    service = conversation()
    request = asked(service)
    for body in (b"RIFF", '{"RecognitionStatus":"Success","Text":"ghost"}'):
        service.utterance.receive(Message(path, body, request.request_id), service.now, service.wall)
    assert not service.utterance.events


# --- attempts


def errors(kind: type[SpeechError] = SpeechError) -> list[type[SpeechError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in errors(child))]


@pytest.mark.parametrize("kind", errors())
def test_what_is_tried_again(kind: type[SpeechError]) -> None:
    """Once, and only where the same audio may do better; a connection is waited for, a new request is not."""
    opening, answering = conversation(), conversation()
    asked(answering)
    delays = opening.fail(kind("-")), answering.fail(kind("-"))
    if issubclass(kind, ThrottledError) and kind is not QuotaError:
        assert delays == (0.0, 0.0)
    else:
        assert delays == ((RETRY_DELAY, 0.0) if kind.transient else (None, None))


def test_too_many_requests_are_no_attempt() -> None:
    """How long to wait for a place is not the utterance's affair; see test_throttle.py."""
    service = conversation()
    for _ in range(10):
        asked(service)
        assert service.fail(ThrottledError("too many", 20.0)) == 0.0
    asked(service)
    assert service.fail(LOST) == 0.0
    assert service.fail(LOST) is None


def test_a_turn_that_gives_way_sends_again_what_no_phrase_covers() -> None:
    service = conversation()
    request = asked(service)
    service.receive(request.phrase(FIRST_WORD))
    assert service.utterance.gives_way(service.wall)
    assert service.utterance.ended
    service.request = None
    service.conclude()
    assert service.said == ["w1", "w2"]


def test_a_turn_that_is_over_soon_does_not_give_way() -> None:
    service = conversation()
    asked(service, ended=True)
    assert not service.utterance.gives_way(service.wall)


def test_a_turn_gives_way_without_progress_no_more_often_than_it_may_send_its_audio() -> None:
    service = conversation([Word(160_000, 0)])
    for gives_way in (True, False):
        asked(service)
        service.now += 60.0
        service.send()
        assert service.utterance.gives_way(service.wall) is gives_way


def test_time_that_was_waited_for_others_is_given_back() -> None:
    service = conversation()
    asked(service, ended=True)
    assert service.fail(ThrottledError("too many")) == 0.0
    service.now += 2 * FINAL
    service.utterance.waited(2 * FINAL, service.now)
    assert service.utterance.last_moment == service.now + FINAL
    assert service.utterance.timeline.waited == 2 * FINAL


def test_two_attempts() -> None:
    service = conversation()
    asked(service)
    assert service.fail(LOST) == 0.0
    assert service.fail(LOST) is None
    assert not service.utterance.complete


def test_attempts_count_anew_behind_a_phrase() -> None:
    service = conversation()
    request = asked(service)
    assert service.fail(LOST) == 0.0
    request = service.begin()
    service.send()
    service.receive(request.phrase(FIRST_WORD))
    assert service.fail(LOST) == 0.0
    assert service.fail(LOST) is None


def test_attempts_do_not_count_anew_behind_a_phrase_that_covers_nothing() -> None:
    """A service that says such a one and breaks off would be asked for ever."""
    service = conversation()
    for delay in (0.0, None):
        request = asked(service)
        service.receive(request.says("speech.phrase", {"RecognitionStatus": "NoMatch"}))
        assert service.fail(LOST) == delay


def test_kept_connection_that_is_dead_is_no_attempt() -> None:
    service = conversation()
    asked(service, reused=True)
    assert service.fail(LOST) == 0.0
    asked(service)
    assert service.fail(LOST) == 0.0
    assert service.fail(LOST) is None


def test_kept_connection_that_is_dead_gives_no_more_time() -> None:
    service = conversation()
    asked(service, ended=True, reused=True)
    service.now = service.utterance.last_moment
    assert service.fail(LOST) is None


def test_kept_connection_that_answered_is_an_attempt() -> None:
    service = conversation()
    request = asked(service, reused=True)
    service.receive(request.says("turn.start"))
    assert service.fail(LOST) == 0.0
    assert service.fail(LOST) is None


def test_no_attempt_for_which_there_is_no_time() -> None:
    service = conversation()
    asked(service, ended=True)
    service.now = service.utterance.last_moment - RETRY_DELAY
    service.utterance.failed(LOST, service.now, service.wall)
    assert service.fail(LOST) is None


@pytest.mark.parametrize(("end", "complete"), [(ALL, True), (BOTH_WORDS, False), (FIRST_WORD, False)])
def test_lost_connection_is_no_matter_when_all_is_accounted_for(end: int, complete: bool) -> None:  # noqa: FBT001
    service = conversation()
    request = asked(service, ended=True)
    service.receive(request.phrase(end))
    assert service.fail(LOST) == (None if complete else 0.0)
    assert service.utterance.complete == complete
    service.conclude()
    assert service.said == ["w1", "w2"]


@pytest.mark.parametrize(("end", "complete"), [(BOTH_WORDS, True), (FIRST_WORD, False)])
def test_nor_when_only_silence_is_left_and_cannot_be_sent_again(end: int, complete: bool) -> None:  # noqa: FBT001
    assert pytest.approx((ALL - BOTH_WORDS) / BYTES_PER_SECOND) == COVERED
    service = conversation()
    request = asked(service, ended=True)
    service.receive(request.phrase(end))
    service.fail(LOST)
    assert service.fail(LOST) is None
    assert service.utterance.complete == complete


def test_what_was_being_said_at_the_end_is_no_silence() -> None:
    service = conversation()
    request = asked(service, ended=True)
    service.receive(request.phrase(BOTH_WORDS))
    service.receive(request.says("speech.hypothesis", {"Text": "w3"}))
    service.fail(LOST)
    assert service.fail(LOST) is None
    assert not service.utterance.complete


def test_only_as_much_is_silence_as_the_service_waits_for() -> None:
    service = Service(RecognitionOptions(mode=Mode.CONVERSATION, segmentation_silence=COVERED / 2), LIGHT)
    request = asked(service, ended=True)
    service.receive(request.phrase(BOTH_WORDS))
    service.fail(LOST)
    assert service.fail(LOST) is None
    assert not service.utterance.complete


# --- time

LONG = [Word(8000, 8000)] * 50
"""An utterance of 50 s."""


@pytest.mark.parametrize("mode", Mode)
def test_file_that_comes_at_once_is_sent_at_the_pace_and_answered(mode: Mode) -> None:
    service = Service(RecognitionOptions(mode=mode), LONG)
    service.speak(len(service.unsaid))
    service.utterance.end_audio(service.now)
    request = service.begin()
    service.receive(request.says("turn.start"))
    while not request.ended:
        service.send()
        service.receive(request.hypothesis())
        if service.utterance.send_at:
            service.pass_time(service.utterance.send_at)
    assert service.now - START == pytest.approx((50 - FAST_LANE) / PACE, abs=0.2)
    service.conclude()
    assert service.said == transcript(LONG)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("seconds", [0, 4, 9.9])
def test_connection_that_is_lost_at_the_end_of_a_long_utterance(mode: Mode, seconds: float) -> None:
    service = Service(RecognitionOptions(mode=mode), LONG)
    request = service.begin()
    while service.unsaid:
        service.speak(FRAME_SIZE)
        service.send()
        service.receive(request.hypothesis())
        service.pass_time(service.now + 0.1)
    service.utterance.end_audio(service.now)
    service.send()
    ended = service.now
    while service.now < ended + seconds:
        service.pass_time(min(service.now + 3, ended + seconds))
        service.receive(request.says("turn.start"))
    assert service.fail(LOST) == 0.0
    service.conclude()
    assert service.said == transcript(LONG)
    assert service.now - ended <= seconds + (50 - FAST_LANE) / PACE + 0.2


def repeat(step: Callable[[], None]) -> Never:
    """Do something until it raises."""
    while True:
        step()


def listen(service: Service) -> None:
    """Let a tenth of a second of what is said go by."""
    service.speak(FRAME_SIZE)
    service.send()
    service.pass_time(service.now + 0.1)


def limit(service: Service) -> float:
    """Return after how many seconds without anything the service has timed out."""
    start = service.now
    with pytest.raises(ServiceTimeoutError):
        repeat(lambda: service.pass_time(service.utterance.deadline))
    return service.now - start


def test_first_answer_is_due_after_the_first_audio() -> None:
    service = interactive()
    service.speak(FRAME_SIZE - 2)
    service.begin()
    service.send()
    service.pass_time(service.now + 3)  # nothing was sent, and nothing is asked
    service.speak(2)
    service.send()
    assert limit(service) == FIRST_ANSWER


def test_first_answer_on_a_kept_connection_is_due_sooner() -> None:
    service = interactive()
    asked(service, reused=True)
    assert limit(service) == FIRST_ANSWER_REUSED


@pytest.mark.parametrize(("heard", "ended"), [(1, 2), (1, 9), (2, 2)])
def test_last_answer_is_due_after_the_end_of_the_audio(heard: float, ended: float) -> None:
    service = conversation()
    request = asked(service)
    service.pass_time(START + heard)
    service.receive(request.says("turn.start"))
    service.pass_time(START + ended)
    service.utterance.end_audio(service.now)
    service.send()
    assert limit(service) == LAST_ANSWER


def test_every_message_gives_the_service_more_time_up_to_the_last_moment() -> None:
    service = conversation()
    request = asked(service, ended=True)

    def stammer() -> None:
        service.receive(request.says("speech.hypothesis", {"Text": "er"}))
        service.pass_time(service.now + LAST_ANSWER - 1)

    with pytest.raises(ServiceTimeoutError, match="no result in time"):
        repeat(stammer)
    assert service.now - START == FINAL


@pytest.mark.parametrize(("silence", "seconds"), [(None, 5.0), (12.0, 12.0)])
def test_silence_is_answered_in_an_interactive_turn(silence: float | None, seconds: float) -> None:
    service = interactive([Word(1, 32_000 * 15)], initial_silence=silence)
    request = service.begin()
    service.receive(request.says("turn.start"))
    with pytest.raises(ServiceTimeoutError, match="does not answer"):
        repeat(lambda: listen(service))
    assert service.now - START == pytest.approx(seconds + ANSWER_MARGIN, abs=0.2)


def test_conversation_may_be_silent_for_a_minute() -> None:
    service = conversation([Word(1, 32_000 * 70)])
    request = service.begin()
    service.receive(request.says("turn.start"))
    with pytest.raises(ServiceTimeoutError):
        repeat(lambda: listen(service))
    assert service.now - START == pytest.approx(MAX_UNACCOUNTED, abs=0.2)


def test_source_that_stalls_has_ended() -> None:
    service = conversation()
    request = asked(service)
    service.receive(request.says("turn.start"))
    assert service.utterance.deadline == START + SOURCE_STALL
    service.pass_time(START + SOURCE_STALL)
    assert service.utterance.audio.ended
    service.send()
    assert request.ended
    service.speak(10)  # too late, and no harm
    service.conclude()
    assert service.said == ["w1", "w2"]


def test_source_that_gives_nothing_is_silence() -> None:
    service = conversation()
    service.begin()
    service.pass_time(START + SOURCE_STALL)
    assert service.utterance.complete
    assert service.phrases == 0


def test_source_that_waits_for_us_does_not_stall() -> None:
    service = conversation([Word(16_000, 16_000)] * 40)
    service.speak(70 * BYTES_PER_SECOND)
    request = service.begin()
    service.receive(request.says("turn.start"))
    assert service.utterance.full
    service.send()
    while service.utterance.full:
        service.pass_time(service.now + 0.05)
        service.receive(request.says("turn.start"))
        service.send()
    assert service.now > START + SOURCE_STALL
    service.pass_time(service.now + SOURCE_STALL - 0.1)
    assert not service.utterance.audio.ended


def test_source_that_waits_for_a_line_that_takes_nothing_does_not_stall() -> None:
    service = conversation([Word(16_000, 16_000)] * 40)
    service.speak(70 * BYTES_PER_SECOND)
    request = service.begin()
    service.send(1)
    service.receive(request.says("turn.start"))
    service.pass_time(START + SOURCE_STALL + 1)
    assert not service.utterance.audio.ended


def test_limit_of_the_options_holds() -> None:
    service = conversation([Word(1, 32_000)])
    service.utterance = Utterance(RecognitionOptions(mode=Mode.CONVERSATION, limit=3.0), START)
    request = service.begin()

    def go_on() -> None:
        service.receive(request.says("turn.start"))
        listen(service)

    with pytest.raises(ServiceTimeoutError, match="no result in time"):
        repeat(go_on)
    assert service.now == START + 3.0


def test_machine_that_slept_gives_an_error_and_not_a_wait() -> None:
    service = conversation()
    asked(service)
    service.now += 3600
    service.utterance.check_time(service.now)  # the source has stalled
    with pytest.raises(ServiceTimeoutError):
        service.utterance.check_time(service.now)


@given(st.lists(walls, min_size=4, max_size=4))
def test_wall_clock_does_not_matter(times: list[datetime]) -> None:
    service = conversation()
    clock = iter(times)
    service.wall = next(clock)
    request = asked(service, ended=True)
    deadline = service.utterance.deadline
    service.wall = next(clock)
    assert service.utterance.deadline == deadline
    service.receive(request.phrase(BOTH_WORDS))
    service.wall = next(clock)
    service.receive(request.says("turn.end"))
    assert service.utterance.complete
    (report,) = service.utterance.reports(next(clock))
    assert report.path == "telemetry"


# --- telemetry


def received(report: Message) -> list[str]:
    assert isinstance(report.body, str)
    return [path for message in json.loads(report.body)["ReceivedMessages"] for path in message]


def metrics(report: Message) -> list[str]:
    assert isinstance(report.body, str)
    return [metric["Name"] for metric in json.loads(report.body)["Metrics"]]


def test_report_after_the_turn() -> None:
    service = interactive()
    service.utterance.connected([ConnectionMetric("a1", service.wall, service.wall, ServiceError("-"))])
    service.utterance.connected([ConnectionMetric("a1", service.wall, service.wall)])
    request = asked(service)
    service.receive(request.says("turn.start"))
    service.receive(request.hypothesis())
    service.receive(request.phrase(BOTH_WORDS))
    assert service.utterance.reports(service.wall) == []
    service.receive(request.says("turn.end"))
    (report,) = service.utterance.reports(service.wall)
    assert report.request_id == request.request_id
    assert received(report) == ["turn.start", "speech.hypothesis", "speech.phrase", "turn.end"]
    assert metrics(report) == ["Connection", "Connection", "Microphone"]
    assert service.utterance.reports(service.wall) == []


def test_request_that_never_ended_is_reported_on_the_next_connection() -> None:
    service = conversation()
    service.utterance.connected([ConnectionMetric("a1", service.wall, service.wall)])
    lost = asked(service)
    service.receive(lost.says("turn.start"))
    service.fail(LOST)
    service.utterance.connected([ConnectionMetric("a1", service.wall, service.wall)])
    report, *opening = service.utterance.begin("f" * 32, service.wall)
    assert [message.path for message in opening] == ["speech.context", "audio"]
    assert (report.path, report.request_id) == ("telemetry", lost.request_id)
    assert received(report) == ["turn.start"]
    assert metrics(report) == ["Connection", "Microphone"]


def test_each_request_of_a_conversation_is_reported_when_it_is_over() -> None:
    service = conversation()
    first = asked(service)
    service.receive(first.phrase(FIRST_WORD))
    service.receive(first.says("turn.end"))
    report, *_ = service.utterance.begin("f" * 32, service.wall)
    assert report.request_id == first.request_id
    assert metrics(report) == ["Microphone"]


# --- the REST API in its place


def test_short_recording() -> None:
    service = interactive()
    service.speak(ALL)
    service.utterance.end_audio(service.now)
    service.utterance.begin_short_audio(service.wall)
    sent = b""
    while message := service.utterance.next_audio(service.now):
        assert isinstance(message.body, bytes)
        sent += message.body
    assert sent == speak(LIGHT)
    assert service.utterance.deadline == service.utterance.last_moment  # it says nothing before its end
    service.utterance.finish_short_audio(Phrase(status=RecognitionStatus.SUCCESS, text="w1 w2", offset=0.5), START)
    assert service.utterance.complete
    assert list(service.utterance.events) == [Phrase(status=RecognitionStatus.SUCCESS, text="w1 w2", offset=0.5)]


def test_long_recording_goes_in_several_short_ones() -> None:
    service = conversation()
    service.speak(ALL)
    service.utterance.end_audio(service.now)
    service.utterance.begin_short_audio(service.wall)
    for _ in range(FIRST_WORD // FRAME_SIZE):
        assert service.utterance.next_audio(service.now)
    service.utterance.finish_short_audio(Phrase(status=RecognitionStatus.SUCCESS, text="w1"), START)
    assert not service.utterance.complete
    service.utterance.begin_short_audio(service.wall)
    while service.utterance.next_audio(service.now):
        pass
    service.utterance.finish_short_audio(Phrase(status=RecognitionStatus.SUCCESS, text="w2", offset=0.25), START)
    assert service.utterance.complete
    assert [event.offset for event in service.utterance.events if isinstance(event, Phrase)] == [0.0, 0.75]
