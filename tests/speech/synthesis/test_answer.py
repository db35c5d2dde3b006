"""An answer: what is asked for together and when, and that all of it is heard once and in order, whatever breaks."""

from dataclasses import replace
from math import inf
from typing import Final

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import (
    Fragment,
    Phoneme,
    RequestRefusedError,
    ServiceError,
    ServiceTimeoutError,
    SpeechError,
    ThrottledError,
    VoiceError,
)
from custom_components.azure_speech_live.speech.riff import header
from custom_components.azure_speech_live.speech.synthesis.allowance import AMID, LISTENER, PATIENT_LISTENER
from custom_components.azure_speech_live.speech.synthesis.answer import FINAL, RESERVE, Answer
from custom_components.azure_speech_live.speech.synthesis.turn import FIRST_ANSWER, LAST_ANSWER
from custom_components.azure_speech_live.speech.synthesis.unasked import FIRST, LONGEST_TURN, MAX_TEXT, TOGETHER
from custom_components.azure_speech_live.speech.wire.messages import Message

from .speaking import CHARACTER, LOST, OPTIONS, RATE, START, Service

LONG: Final = "This sentence alone is long enough for the first turn."
SHORT: Final = "It is on."
END: Final = round(len(LONG) * CHARACTER * 10_000_000)
"""In ticks, of the sound of LONG."""
HEADER: Final = header(RATE, 0xFFFF_FFFF)


def test_stream_begins_before_any_text() -> None:
    service = Service(ended=False)
    service.take()
    assert (service.heard, service.answer.due_at) == (HEADER, inf)


def test_first_turn_is_the_first_sentence() -> None:
    service = Service(LONG, SHORT, SHORT)
    assert service.turn() == LONG
    assert service.turn() == f"{SHORT} {SHORT}"
    assert service.answer.complete
    assert service.text == f"{LONG}{SHORT} {SHORT}"


def test_short_sentences_that_are_there_are_asked_for_together() -> None:
    service = Service(*[SHORT] * 9)
    first, second = service.turn(), service.turn()
    assert FIRST <= len(first) <= FIRST + len(SHORT) + 1
    assert f"{first} {second}" == " ".join([SHORT] * 9)


def test_short_sentence_is_not_kept_waiting() -> None:
    service = Service(SHORT, ended=False)
    assert service.answer.due_at == -inf
    assert service.turn() == SHORT


@pytest.mark.parametrize(("first", "second"), [("One. ", "Two."), ("One.", "\nTwo."), ("One.", "Two.")])
def test_sentences_stay_apart(first: str, second: str) -> None:
    assert Service(first, second).begin().split() == ["One.", "Two."]


def test_later_turns_take_what_is_there_up_to_a_limit() -> None:
    service = Service(LONG, *[LONG] * 40)
    service.turn()
    assert TOGETHER - len(LONG) < len(service.turn()) <= TOGETHER


def test_while_enough_sound_is_ahead_more_text_is_waited_for() -> None:
    service = Service(LONG, ended=False)
    service.turn()
    length = len(LONG) * CHARACTER
    service.answer.feed(SHORT, service.now)
    assert service.answer.due_at == pytest.approx(START + length - RESERVE)
    service.answer.feed(LONG, service.now)
    service.now = service.answer.due_at
    assert service.turn() == f"{SHORT} {LONG}"


def test_much_text_or_its_end_is_not_waited_with() -> None:
    service = Service(LONG, ended=False)
    service.turn()
    service.answer.feed(SHORT, service.now)
    service.answer.end_text(service.now)
    assert service.answer.due_at == -inf
    service = Service(LONG, ended=False)
    service.turn()
    for _ in range(TOGETHER // len(LONG) + 1):
        service.answer.feed(LONG, service.now)
    assert service.answer.due_at == -inf


def test_one_turn_at_a_time() -> None:
    service = Service(LONG, SHORT)
    service.begin()
    assert service.answer.due_at == inf
    service.speak()
    assert service.answer.due_at == inf
    service.says("turn.end")
    assert service.answer.due_at == -inf


def test_text_without_an_end_is_spoken_in_parts() -> None:
    text = " ".join(["word"] * 5000)
    service, asked = Service(text), ""
    while not service.answer.complete:
        part = service.turn()
        assert len(part) <= LONGEST_TURN / CHARACTER
        asked += part
    assert asked == text


@pytest.mark.parametrize("text", ["&" * 4000, [Phoneme("&" * 500, "&" * 900)] * 60])
def test_no_message_is_too_large(text: str | list[Phoneme]) -> None:
    service = Service(*([text] if isinstance(text, str) else [[each] for each in text]))
    while not service.answer.complete:
        service.begin()
        assert len(service.answer.ssml.encode()) < 65_000
        service.speak()
        service.says("turn.end")


@pytest.mark.parametrize("text", ["", " \n", "...", "—", "\0\ud800", "\N{ZERO WIDTH JOINER}"])
def test_nothing_to_say_is_not_asked_for(text: str) -> None:
    service = Service(text, text)
    service.take()
    assert (service.answer.complete, service.heard) == (True, HEADER)


@pytest.mark.parametrize("text", ["🙂", "€", "21"])
def test_signs_and_digits_are_something_to_say(text: str) -> None:
    assert Service(text).begin() == text


def test_answer_that_was_never_opened_has_a_header() -> None:
    answer = Answer(OPTIONS, START)
    answer.end_text(START)
    assert (answer.complete, answer.take(), answer.take()) == (True, HEADER, b"")


# --- what breaks


@pytest.mark.parametrize("size", [0, 2, 1000, 20_000])
def test_lost_once(size: int) -> None:
    service = Service(LONG, SHORT)
    service.begin()
    service.speak(size)
    assert service.fail() is not None
    assert service.answer.due_at == -inf
    service.turn()
    service.turn()
    assert service.asked == [LONG, LONG, SHORT]
    assert service.text == LONG + SHORT


@pytest.mark.parametrize("size", [0, 2000])
def test_lost_twice(size: int) -> None:
    service = Service(LONG)
    delays = []
    for _ in range(2):
        service.begin()
        service.speak(size)
        delays.append(service.fail())
    assert delays == [0.0, None]
    assert LONG.startswith(service.text)


def test_each_text_may_be_lost_once() -> None:
    service = Service(*[LONG] * 30)
    while not service.answer.complete:
        service.begin()
        service.speak(5000)
        assert service.fail() is not None
        service.turn()
    assert service.text.replace(" ", "") == (LONG * 30).replace(" ", "")


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 30_000)), min_size=1, max_size=12))
def test_all_is_heard_once_and_in_order(texts: list[tuple[int, int]]) -> None:
    """Texts of any length, each lost once after any amount of its sound."""
    words = [f"{'abcdefghijkl'[index]}{index}" * length for index, (length, _) in enumerate(texts)]
    service = Service(*words)
    while not service.answer.complete:
        service.begin()
        service.says("turn.start")
        service.speak(texts[len(service.asked) % len(texts)][1])
        assert service.fail() is not None
        service.turn()
    assert service.text.replace(" ", "") == "".join(words)
    assert len(service.heard) % 2 == 0


@pytest.mark.parametrize("error", [VoiceError("no"), RequestRefusedError("no")])
def test_what_would_be_refused_again_is_not_asked_again(error: SpeechError) -> None:
    service = Service(LONG)
    service.begin()
    assert service.fail(error) is None


def test_too_many_requests_are_no_attempts() -> None:
    service = Service(LONG)
    for _ in range(10):
        service.begin()
        assert service.fail(ThrottledError("wait")) == 0.0
    assert service.turn() == LONG


def test_connection_that_died_unnoticed_is_no_attempt() -> None:
    service = Service(LONG)
    service.begin(reused=True)
    assert service.fail() == 0.0
    service.begin()
    assert service.fail() is not None
    service.begin()
    assert service.fail() is None


def test_after_a_while_nothing_is_tried_any_more() -> None:
    service = Service(LONG)
    service.begin()
    service.now = START + FINAL
    assert service.answer.last_moment == service.now
    assert service.fail() is None


def test_what_was_heard_until_now_is_not_the_services_time() -> None:
    service = Service(LONG, SHORT)
    service.turn()
    service.begin()
    assert service.answer.last_moment == pytest.approx(START + len(LONG) * CHARACTER + FINAL)


def test_turn_of_which_only_the_end_is_missing_has_not_failed() -> None:
    service = Service(LONG, SHORT)
    service.begin()
    service.speak()
    service.says("audio.metadata", f'{{"Metadata": [{{"Type": "SessionEnd", "Data": {{"Offset": {END}}}}}]}}')
    service.says("audio", b"")
    with pytest.raises(ServiceTimeoutError):
        service.answer.check_time(START + LAST_ANSWER)
    assert service.fail() == 0.0
    assert service.turn() == SHORT
    assert service.answer.complete
    assert service.text == LONG + SHORT


@pytest.mark.parametrize("silent", [False, True])
def test_service_that_spoke_nothing(*, silent: bool) -> None:
    """Of what has no letters that is silence; of all else it is trouble."""
    service = Service("🙂" if silent else LONG)
    service.begin()
    service.says("turn.start")
    if silent:
        service.says("turn.end")
        assert service.answer.complete
        return
    for left in (True, False):
        with pytest.raises(ServiceError) as raised:
            service.says("turn.end")
        assert (service.fail(raised.value) is not None) is left
        if left:
            service.begin()


@pytest.mark.parametrize("sound", [HEADER, HEADER[:36] + b"LIST" + (500).to_bytes(4, "little") + bytes(100)])
@pytest.mark.parametrize("ending", ["turn.end", "audio"])
def test_header_alone_is_nothing_spoken(sound: bytes, ending: str) -> None:
    """Nor is what ends within it: it is asked for again, also where only turn.end seems to be missing."""
    service = Service(LONG)
    service.begin()
    service.says("audio", sound, "audio/basic")
    if ending == "audio":
        service.says("audio", b"")
        error: SpeechError = LOST
    else:
        with pytest.raises(SpeechError) as raised:
            service.says("turn.end")
        error = raised.value
    assert error.transient
    assert service.fail(error) == 0.0
    assert not service.answer.complete
    service.turn()
    assert (service.answer.complete, service.text) == (True, LONG)


# --- how much, and how long


def test_source_that_is_too_fast_has_to_wait() -> None:
    service = Service(ended=False)
    while not service.answer.full:
        service.answer.feed(LONG, START)
    assert len(LONG) * 190 > MAX_TEXT
    service.answer.choose(START)
    service.answer.choose(START)  # which changes nothing
    service.turn()
    assert service.answer.full is False


def test_caller_that_is_too_slow_is_waited_for() -> None:
    service = Service(*[LONG] * 200)
    answer = service.answer
    while not answer.crowded:
        service.begin()
        answer.receive(service.message("audio", b"\0\1" * 150_000, "audio/basic"), START)
        answer.receive(service.message("turn.end"), START)
    assert answer.due_at == inf
    service.take()
    assert answer.due_at == -inf
    service.begin()
    answer.resume(START + 500)
    assert answer.deadline == START + 500 + FIRST_ANSWER
    assert answer.failed(LOST, START + 501) == 0.0


def test_listener_bears_no_long_silence() -> None:
    service = Service(LONG, SHORT)
    assert service.answer.bears_until(long=False) == START + LISTENER
    assert service.answer.bears_until(long=True) == START + PATIENT_LISTENER
    service.turn()
    over = START + len(LONG) * CHARACTER
    assert service.answer.bears_until(long=False) == pytest.approx(over + AMID)
    service.now = over + 9
    service.begin()
    assert service.answer.bears_until(long=False) == over + 9 + AMID


def test_what_it_waited_for_others_is_not_the_services_time() -> None:
    service = Service(LONG)
    service.begin()
    service.fail(ThrottledError("wait"))
    service.answer.waited(50.0)
    assert service.answer.timeline.waited == 50.0
    assert service.answer.last_moment == START + 50 + FINAL
    assert service.answer.bears_until(long=False) == START + LISTENER


def test_timeline() -> None:
    service = Service(LONG, SHORT)
    service.begin()
    service.now += 0.5
    service.speak(1000)
    service.fail(LOST)
    service.turn()
    over = service.now + len(LONG) * CHARACTER
    service.now = over + 1.0
    service.turn()
    timeline = service.answer.timeline
    assert (timeline.started, timeline.connected, timeline.text, timeline.text_ended) == (START,) * 4
    assert timeline.delay == 0.5
    assert timeline.gap == pytest.approx(0.0)
    assert timeline.last_audio == service.now
    assert (timeline.requests, timeline.characters) == (3, 2 * len(LONG) + len(SHORT))
    assert timeline.audio == len(service.heard) - len(HEADER)


def test_sound_is_owed_from_when_it_is_asked_for() -> None:
    """Not while nothing is written, nor while what is written waits for more."""
    service = Service(ended=False)
    timeline = service.answer.timeline
    assert (timeline.owed, timeline.wanted) == (None, inf)
    service.answer.feed("One.", START)
    assert timeline.owed == START
    service.now += 0.5
    service.turn()
    assert (timeline.owed_for, timeline.wanted) == (0.5, inf)
    service.now += 100
    service.answer.feed("Two.", service.now)
    assert timeline.wanted == inf
    service.begin()
    assert timeline.wanted == service.now
    service.speak()
    assert timeline.wanted == service.now + len("Two.") * CHARACTER
    service.says("turn.end")
    assert timeline.wanted == inf


def test_of_a_text_that_is_streamed_sound_is_owed_from_when_a_sentence_is_whole() -> None:
    answer = Answer(replace(OPTIONS, text_streaming=True), START)
    timeline = answer.timeline
    answer.opened(START)
    answer.feed(Fragment(("One ",)), START)
    answer.choose(START)
    answer.begin("1", START, reused=False)
    assert (timeline.owed, timeline.wanted) == (None, inf)
    answer.feed("sentence.", START + 1)
    assert timeline.owed == START + 1
    answer.receive(Message("audio", bytes(32_000), "1", "audio/basic"), START + 2)
    assert (timeline.owed_for, timeline.wanted) == (1, inf)
    answer.feed(Fragment(("And ",)), START + 9)
    assert timeline.wanted == inf
    answer.feed("so on.", START + 10)
    assert timeline.wanted == START + 10
