"""A turn whose text comes while it speaks: how long the service is waited for, and when it is not."""

from dataclasses import replace
from math import inf

import pytest

from custom_components.azure_speech_live.speech import ServiceTimeoutError
from custom_components.azure_speech_live.speech.synthesis.streamed_turn import FIRST_SOUND, StreamedTurn
from custom_components.azure_speech_live.speech.synthesis.text_stream import TextStream
from custom_components.azure_speech_live.speech.synthesis.turn import (
    BEHIND,
    FIRST_ANSWER_REUSED,
    GAP,
    LAST_ANSWER,
    State,
)
from custom_components.azure_speech_live.speech.wire.link import Link

from .speaking import OPTIONS
from .test_turn import AUDIO, END, LAST, REQUEST, SECOND, START, TOLD, says


def begun(*, reused: bool = False) -> StreamedTurn:
    """Return a turn that began at 0, with the beginning of a sentence."""
    stream = TextStream(replace(OPTIONS, text_streaming=True))
    turn = StreamedTurn(REQUEST, reused, Link(), 0.0, 1_000_000, SECOND, progress=stream.progress, stream=stream)
    stream.feed(("One ",), 0, whole=False)
    turn.messages(0.0)
    return turn


def end_sentence(turn: StreamedTurn, now: float) -> None:
    turn.stream.feed(("two.",), 0, whole=True)
    assert [message.path for message in turn.messages(now)] == ["text.piece"]


@pytest.mark.parametrize(("reused", "within"), [(False, FIRST_SOUND), (True, FIRST_ANSWER_REUSED)])
def test_first_answer_is_awaited(within: float, *, reused: bool) -> None:
    turn = begun(reused=reused)
    turn.link.pong(0.0)
    assert turn.answer_by == within
    assert turn.ping_at == within / 2
    with pytest.raises(ServiceTimeoutError, match="does not answer"):
        turn.check(within)


def test_sound_is_awaited_once_a_sentence_is_whole() -> None:
    turn = begun()
    turn.receive(START, 1.0)
    assert (turn.answer_by, turn.ping_at) == (inf, inf)
    turn.check(1000.0)
    end_sentence(turn, 50.0)
    assert turn.answer_by == 50.0 + FIRST_SOUND
    turn.receive(says("response"), 51.0)
    with pytest.raises(ServiceTimeoutError, match="no more audio"):
        turn.check(50.0 + FIRST_SOUND)


def test_nothing_is_awaited_behind_sound_before_the_next_sentence_is_whole() -> None:
    turn = begun()
    end_sentence(turn, 0.0)
    turn.receive(AUDIO, 1.0)
    assert turn.answer_by == inf
    turn.stream.feed(("And ",), 1, whole=False)
    turn.messages(20.0)
    assert turn.answer_by == inf
    end_sentence(turn, 30.0)
    assert turn.answer_by == 30.0 + GAP
    end_sentence(turn, 40.0)
    assert turn.answer_by == 30.0 + GAP
    turn.receive(AUDIO, 44.0)
    assert turn.answer_by == inf


def test_behind_the_end_of_the_text_that_of_the_turn_is_awaited() -> None:
    turn = begun()
    end_sentence(turn, 0.0)
    turn.receive(AUDIO, 1.0)
    turn.stream.end()
    assert [message.path for message in turn.messages(10.0)] == ["text.end"]
    assert turn.answer_by == 10.0 + GAP
    turn.receive(AUDIO, 11.0)
    assert turn.answer_by == 11.0 + GAP
    turn.receive(TOLD, 12.0)
    turn.receive(LAST, 12.0)
    assert (turn.state, turn.answer_by) == (State.SPOKEN, 12.0 + LAST_ANSWER)
    turn.receive(END, 13.0)
    assert turn.state is State.ENDED


def test_sound_without_an_end_is_not_waited_for_behind_that_of_the_text() -> None:
    """A sample at a time it could go on for ever; before, it is as late as the text."""
    turn = begun()
    end_sentence(turn, 0.0)
    turn.receive(AUDIO, 500.0)
    assert turn.answer_by == inf
    turn.stream.end()
    turn.messages(500.0)
    turn.receive(says("audio", b"\0\0", kind="audio/basic"), 524.0)
    assert turn.answer_by == pytest.approx(500.0 + BEHIND, abs=0.2)


def test_an_end_of_audio_is_none_before_that_of_the_text() -> None:
    turn = begun()
    end_sentence(turn, 0.0)
    for message in (AUDIO, TOLD, LAST):
        turn.receive(message, 1.0)
    assert turn.state is State.SPEAKING
