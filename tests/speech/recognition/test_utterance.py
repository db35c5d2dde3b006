"""The utterance: what is sent of it when, what is said of it to whom, and that it ends.

All without a socket and an event loop: the clock is an argument.
"""

from datetime import datetime
import json

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import (
    BadAudioError,
    Hypothesis,
    Phrase,
    RecognitionStatus,
    ServiceError,
    ServiceTimeoutError,
    ThrottledError,
)
from custom_components.azure_speech_live.speech.recognition.audio import BYTES_PER_SECOND, FRAME_SIZE, WAV_HEADER
from custom_components.azure_speech_live.speech.recognition.event_queue import MAX_WAITING
from custom_components.azure_speech_live.speech.recognition.patience import FINAL
from custom_components.azure_speech_live.speech.recognition.turn import MAX_UNACCOUNTED
from custom_components.azure_speech_live.speech.recognition.utterance import MAX_UNSENT, Utterance
from custom_components.azure_speech_live.speech.wire.messages import Message
from custom_components.azure_speech_live.speech.wire.telemetry import ConnectionMetric

from ..model import Word, speak
from .conversation import (
    ALL,
    BOTH_WORDS,
    FIRST_WORD,
    LIGHT,
    LOST,
    OPTIONS,
    START,
    Service,
    asked,
    conversation,
    interactive,
    repeat,
    walls,
)

# --- audio


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


@given(st.integers(1, 4 * FRAME_SIZE))
def test_conversation_of_any_length_takes_one_request(samples: int) -> None:
    service = conversation([Word(samples, 1)])
    service.conclude()
    assert service.said == ["w1"]
    assert service.requests == 1


# --- messages


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


def test_who_waits_is_told_when_the_deadline_may_be_nearer() -> None:
    """With the first audio, with its end, and where the source had to wait."""
    service = conversation([Word(16_000, 16_000)] * 40)
    service.speak(3 * FRAME_SIZE)
    service.begin()
    hurried = []
    for _ in range(2):
        service.send(1)
        hurried.append(service.utterance.hurried)
    service.speak(len(service.unsaid))
    service.utterance.end_audio(service.now)
    service.send(1)
    hurried.append(service.utterance.hurried)
    while not service.request or not service.request.ended:
        service.send(1)
        if service.utterance.send_at:
            service.now = service.utterance.send_at
    assert [*hurried, service.utterance.hurried] == [True, False, True, True]


def test_end_of_the_turn_is_noted() -> None:
    service = conversation()
    request = asked(service, ended=True)
    service.receive(request.phrase(ALL))
    assert service.utterance.timeline.turn_ended is None
    service.now += 0.5
    service.receive(request.says("turn.end"))
    assert service.utterance.timeline.turn_ended == service.now


def test_no_more_audio_is_wanted_without_a_turn_and_behind_the_speech() -> None:
    service = conversation()
    assert service.utterance.stopped
    request = asked(service)
    assert not service.utterance.stopped
    service.receive(request.says("speech.endDetected"))
    assert service.utterance.stopped


def test_a_caller_who_takes_his_time_is_waited_for() -> None:
    """Nothing is sent meanwhile, and it is not the service's time."""
    service = conversation()
    request = asked(service)
    for _ in range(MAX_WAITING + 1):
        assert not service.utterance.crowded
        service.utterance.receive(request.says("speech.startDetected"), service.now, service.wall)
    assert service.utterance.crowded
    service.utterance.end_audio(service.now)
    assert service.utterance.next_audio(service.now) is None
    service.now += 20.0
    service.take_events()
    service.utterance.taken(20.0, service.now)
    assert not service.utterance.crowded
    service.pass_time(service.now + 1.0)
    assert service.utterance.last_moment == START + 20.0 + FINAL
    service.send()
    service.conclude()
    assert service.said == ["w1", "w2"]


def test_a_caller_is_not_waited_for_behind_the_last_result() -> None:
    service = interactive()
    request = asked(service)
    for path in [*["speech.startDetected"] * MAX_WAITING, "speech.phrase"]:
        said = request.says(path, {"RecognitionStatus": "Success", "DisplayText": "w1"})
        service.utterance.receive(said, service.now, service.wall)
    assert service.utterance.complete
    assert not service.utterance.crowded


# --- other utterances


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


# --- the REST API in place of turns


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
