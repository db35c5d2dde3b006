"""The events that wait for the caller."""

from typing import Final

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import (
    AttemptFailed,
    Event,
    Hypothesis,
    SpeechStarted,
    Synthesis,
    SynthesisEnded,
    ThrottledError,
    UnusableMessageError,
)
from custom_components.azure_speech_live.speech.recognition.event_queue import MAX_WAITING, SYNTHESIS_PIECE, EventQueue
from custom_components.azure_speech_live.speech.wire.limits import MAX_EVENTS

from .conversation import asked, conversation, repeat

STARTED: Final = SpeechStarted(0.0)


def told(*events: Event) -> EventQueue:
    """Return what waits of these."""
    queue = EventQueue()
    for event in events:
        queue.tell(event)
    return queue


def test_a_hypothesis_is_replaced_by_the_next_and_by_nothing_else() -> None:
    first, second = Hypothesis("w1", 0.0, 0.1), Hypothesis("w1 w2", 0.0, 0.2)
    assert list(told(first, second)) == [second]
    assert list(told(first, STARTED, second)) == [first, STARTED, second]


def test_a_failed_attempt_is_replaced_by_the_next() -> None:
    """A recording may wait for a place for minutes, and nobody has to take what it is told of that."""
    first, second = AttemptFailed(ThrottledError("too many")), AttemptFailed(ThrottledError("too many"))
    hypothesis = Hypothesis("w1", 0.0, 0.1)
    assert list(told(first, second)) == [second]
    assert list(told(first, hypothesis, second)) == [first, hypothesis, second]


def test_pieces_of_one_speech_become_one_up_to_a_size() -> None:
    piece, end = Synthesis(bytes(SYNTHESIS_PIECE - 1)), SynthesisEnded(None)
    assert list(told(piece, Synthesis(b"12"), Synthesis(b"3"))) == [Synthesis(piece.audio + b"12"), Synthesis(b"3")]
    assert list(told(piece, end, piece)) == [piece, end, piece]


@pytest.mark.parametrize(("waiting", "crowded"), [(MAX_WAITING, False), (MAX_WAITING + 1, True)])
def test_crowded(waiting: int, crowded: bool) -> None:  # noqa: FBT001 - parameters
    assert told(*[STARTED] * waiting).crowded is crowded


def test_more_than_anybody_can_take() -> None:
    queue = told(*[STARTED] * MAX_EVENTS)
    queue.check()
    queue.tell(STARTED)
    with pytest.raises(UnusableMessageError):
        queue.check()


# --- of an utterance


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
