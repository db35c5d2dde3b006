"""A turn: where both sides are in it, and what is awaited of the service there."""

from math import inf
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import Mode, RecognitionOptions, ServiceTimeoutError
from custom_components.azure_speech_live.speech.recognition.audio import FRAME_SIZE
from custom_components.azure_speech_live.speech.recognition.turn import (
    ANSWER_MARGIN,
    DEFAULT_INITIAL_SILENCE,
    FIRST_ANSWER,
    FIRST_ANSWER_REUSED,
    FIRST_PING,
    LAST_ANSWER,
    LINK,
    MAX_UNACCOUNTED,
    SLOW_ANSWER,
    Ours,
    Theirs,
    Turn,
)

from ..model import Word
from .conversation import START, Service, asked, conversation, interactive, new_turn, repeat, say_a_tenth

OPTIONS: Final = RecognitionOptions(initial_silence=20.0)
SILENCE: Final = 20.0 + ANSWER_MARGIN


def in_state(ours: Ours, theirs: Theirs, *, reused: bool = False) -> Turn:
    """Return a turn, 320 bytes into the utterance: the first audio went at 1, a word came at 2, the end went at 3."""
    turn = new_turn(320, OPTIONS, reused=reused)
    if ours is not Ours.OPENED:
        turn.audio_sent(640, 1.0)
    if theirs is not Theirs.SILENT:
        turn.heard(2.0)
    if theirs is Theirs.STOPPED:
        turn.speech_ended()
    if ours is Ours.SENT:
        turn.end_sent(3.0)
    assert (turn.ours, turn.theirs) == (ours, theirs)
    return turn


def test_positions() -> None:
    turn = new_turn(320, OPTIONS)
    assert (turn.sent, turn.start_offset) == (320, 0.01)
    turn.audio_sent(640, 1.0)
    turn.audio_sent(320, 2.0)
    turn.end_sent(3.0)
    assert (turn.start, turn.sent) == (320, 1280)
    assert (turn.asked_at, turn.end_sent_at) == (1.0, 3.0)


def test_end_may_be_all_that_is_sent() -> None:
    turn = new_turn(320, OPTIONS)
    turn.end_sent(1.0)
    assert (turn.ours, turn.asked_at, turn.sent) == (Ours.SENT, 1.0, 320)


def test_nothing_is_sent_behind_the_end() -> None:
    turn = in_state(Ours.SENT, Theirs.SPEAKING)
    with pytest.raises(RuntimeError):
        turn.audio_sent(2, 4.0)
    with pytest.raises(RuntimeError):
        turn.end_sent(4.0)
    assert (turn.sent, turn.end_sent_at) == (960, 3.0)


def test_service_that_stopped_does_not_listen_again() -> None:
    turn = in_state(Ours.SENDING, Theirs.STOPPED)
    turn.heard(4.0)
    assert (turn.theirs, turn.heard_at) == (Theirs.STOPPED, 4.0)


@pytest.mark.parametrize("theirs", Theirs)
@pytest.mark.parametrize("answers", [True, False])
def test_nothing_is_awaited_before_something_was_asked(theirs: Theirs, answers: bool) -> None:  # noqa: FBT001 - parameters
    turn = in_state(Ours.OPENED, theirs)
    if answers:
        turn.link.pong(0.0)
    assert (turn.answer_by, turn.ping_at) == (inf, inf)


@pytest.mark.parametrize("ours", [Ours.SENDING, Ours.SENT])
@pytest.mark.parametrize(
    ("reused", "within", "slow"), [(False, FIRST_ANSWER, SLOW_ANSWER), (True, FIRST_ANSWER_REUSED, FIRST_ANSWER)]
)
def test_first_answer(ours: Ours, reused: bool, within: float, slow: float) -> None:  # noqa: FBT001 - parameters
    turn = in_state(ours, Theirs.SILENT, reused=reused)
    assert turn.ping_at == 1.0 + within / 2
    assert turn.answer_by == 1.0 + within
    turn.link.pong(1.5)
    assert turn.answer_by == 1.5 + within
    turn.link.pong(20.0)
    assert turn.answer_by == 1.0 + slow


@pytest.mark.parametrize("theirs", [Theirs.SPEAKING, Theirs.STOPPED])
def test_last_answers(theirs: Theirs) -> None:
    turn = in_state(Ours.SENT, theirs)
    turn.link.pinged = True
    assert turn.ping_at == 3.0 + LAST_ANSWER / 2
    assert turn.answer_by == 3.0 + LAST_ANSWER
    turn.heard(4.0)
    assert turn.answer_by == 4.0 + LAST_ANSWER
    turn.link.pong(20.0)
    assert turn.answer_by == 4.0 + SLOW_ANSWER


@pytest.mark.parametrize("theirs", [Theirs.SPEAKING, Theirs.STOPPED])
def test_sign_of_life_amid_the_audio(theirs: Theirs) -> None:
    """Of a link that has never shown one, none is awaited."""
    turn = in_state(Ours.SENDING, theirs)
    assert turn.answer_by == 2.0 + SILENCE
    turn.link.ping()
    assert turn.ping_at == inf
    turn.link.pong(2.5)
    assert turn.ping_at == 2.5 + LINK / 2
    assert turn.answer_by == 2.5 + LINK
    turn.link.pong(2.0 + SILENCE)
    assert turn.answer_by == 2.0 + SILENCE


@pytest.mark.parametrize(("heard", "ping_at"), [(2.5, 3.0 + FIRST_PING), (4.5, 4.5)])
def test_first_ping(heard: float, ping_at: float) -> None:
    """It is not due before a second of audio has gone, nor before the service's first word."""
    turn = new_turn()
    turn.audio_sent(640, 3.0)
    turn.heard(heard)
    assert turn.ping_at == ping_at


def test_service_has_its_time_from_the_first_audio() -> None:
    """Also if it says that the turn has started long before that, on a link that has answered others."""
    turn = new_turn(320, OPTIONS, reused=True)
    turn.link.ping()
    turn.link.pong(0.0)
    turn.heard(1.0)
    turn.audio_sent(320, 10.0)
    assert turn.ping_at == 10.0 + LINK / 2
    assert turn.answer_by == 10.0 + LINK


@pytest.mark.parametrize(
    ("options", "seconds"),
    [
        (RecognitionOptions(), DEFAULT_INITIAL_SILENCE + ANSWER_MARGIN),
        (RecognitionOptions(initial_silence=12.0), 12.0 + ANSWER_MARGIN),
        (RecognitionOptions(mode=Mode.CONVERSATION), MAX_UNACCOUNTED),
        (RecognitionOptions(mode=Mode.DICTATION, initial_silence=12.0), MAX_UNACCOUNTED),
    ],
)
def test_longest_silence(options: RecognitionOptions, seconds: float) -> None:
    assert new_turn(320, options).longest_silence == seconds


# --- of an utterance


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


@pytest.mark.parametrize(("silence", "seconds"), [(None, 5.0), (12.0, 12.0)])
def test_silence_is_answered_in_an_interactive_turn(silence: float | None, seconds: float) -> None:
    service = interactive([Word(1, 32_000 * 15)], initial_silence=silence)
    request = service.begin()
    service.receive(request.says("turn.start"))
    with pytest.raises(ServiceTimeoutError, match="does not answer"):
        repeat(lambda: say_a_tenth(service))
    assert service.now - START == pytest.approx(seconds + ANSWER_MARGIN, abs=0.2)


def test_conversation_may_be_silent_for_a_minute() -> None:
    service = conversation([Word(1, 32_000 * 70)])
    request = service.begin()
    service.receive(request.says("turn.start"))
    with pytest.raises(ServiceTimeoutError):
        repeat(lambda: say_a_tenth(service))
    assert service.now - START == pytest.approx(MAX_UNACCOUNTED, abs=0.2)
