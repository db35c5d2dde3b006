"""An utterance in any order of what can happen: nothing said is lost or said twice, and it ends."""

from datetime import datetime
import math

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
import pytest

from custom_components.azure_speech_live.speech import ConnectionFailedError, Mode, RecognitionOptions, ThrottledError
from custom_components.azure_speech_live.speech.recognition.answers import SILENCE_AT_THE_END
from custom_components.azure_speech_live.speech.recognition.audio import BYTES_PER_SECOND, FRAME_SIZE
from custom_components.azure_speech_live.speech.recognition.pace import FAST_LANE, PACE
from custom_components.azure_speech_live.speech.recognition.patience import FINAL
from custom_components.azure_speech_live.speech.wire.messages import Message
from custom_components.azure_speech_live.speech.wire.retry import MAX_ATTEMPTS

from ..model import Request, Word, transcript
from .conversation import START, Service, utterances, walls


class AnyOrder(RuleBasedStateMachine):
    """Random orders of all that can happen in an utterance."""

    @initialize(
        words=utterances,
        mode=st.sampled_from(Mode),
        noise=st.integers(0, 16_000),
        fate=st.sampled_from(["service", "silence"]),
    )
    def start(self, words: list[Word], mode: Mode, noise: int, fate: str) -> None:
        self.service = Service(RecognitionOptions(mode=mode), words)
        self.service.unsaid = bytes(2 * noise) + self.service.unsaid
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

    @property
    def ends_with_a_word(self) -> bool:
        """Whether what is left is so short that it counts for silence, and is none."""
        audio = self.utterance.audio
        is_short = audio.ended and audio.end - audio.start <= SILENCE_AT_THE_END * BYTES_PER_SECOND
        return is_short and self.service.said != transcript(self.service.words)

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
    @precondition(lambda self: self.service.affords(2))
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

    @precondition(lambda self: not self.utterance.complete and not self.ends_with_a_word)
    @rule(seconds=st.floats(0.0, 25.0))
    def throttle(self, seconds: float) -> None:
        delay = self.service.fail(ThrottledError("too many"))
        if not self.utterance.complete:
            assert delay == 0.0
            self.service.now += seconds
            self.utterance.waited(seconds, self.service.now)

    @precondition(
        lambda self: self.request and self.service.affords(3)
    )  # of which one may be on a connection that died
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
        counts = (self.guessed and (single or not position)) or (single and not position)
        if counts and not self.request.heard(position):
            return  # what was heard, or what was sent, would be what it is about, be it half a word
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
    @precondition(lambda self: self.service.affords(2))
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
            assert service.texts <= 1
            assert service.phrases >= 1


TestUtterance = pytest.mark.timeout(300)(AnyOrder.TestCase)  # a hundred utterances, on a busy machine


TestUtterance.settings = settings(stateful_step_count=40)
