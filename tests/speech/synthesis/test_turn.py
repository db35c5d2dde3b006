"""A turn: where the service is in it, what is audio, and for how long something is awaited."""

import json
from math import inf
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import ServiceTimeoutError, UnusableMessageError
from custom_components.azure_speech_live.speech.synthesis.turn import (
    BEHIND,
    FIRST_ANSWER,
    FIRST_ANSWER_REUSED,
    FIRST_AUDIO,
    GAP,
    LAST_ANSWER,
    LINK,
    SLOW_ANSWER,
    State,
    Turn,
    most,
)
from custom_components.azure_speech_live.speech.wire.link import Link
from custom_components.azure_speech_live.speech.wire.messages import Message

REQUEST: Final = "0123456789abcdef0123456789abcdef"
MOST: Final = 1000
SLICE: Final = b"\1\0" * 100


def says(path: str, body: str | bytes = "{}", request_id: str | None = REQUEST, kind: str | None = None) -> Message:
    """Return a message of the service."""
    return Message(path, body, request_id, kind)


START: Final = says("turn.start")
AUDIO: Final = says("audio", SLICE, kind="audio/basic")
LAST: Final = says("audio", b"")
END: Final = says("turn.end")
SECOND: Final = 10 * len(SLICE)
"""Bytes of audio."""


def session_end(seconds: float) -> Message:
    """Return what tells how long the audio is."""
    body = {"Metadata": [{"Type": "Other"}, {"Type": "SessionEnd", "Data": {"Offset": round(seconds * 10_000_000)}}]}
    return says("audio.metadata", json.dumps(body))


TOLD: Final = session_end(len(SLICE) / SECOND)


def turn(*messages: Message, reused: bool = False, link: Link | None = None) -> Turn:
    """Return a turn that was asked for at 0, in which the service says one thing each second."""
    asked = Turn(REQUEST, reused, link or Link(), 0.0, MOST, SECOND)
    for second, message in enumerate(messages, start=1):
        asked.receive(message, float(second))
    return asked


@pytest.mark.parametrize(
    ("messages", "state"),
    [
        ((), State.ASKED),
        ((START,), State.STARTED),
        ((says("response"),), State.STARTED),
        ((START, says("audio.metadata")), State.STARTED),
        ((START, says("something.new")), State.STARTED),
        ((START, says("audio", b"", kind="audio/basic")), State.ASKED),
        ((START, LAST), State.ASKED),
        ((AUDIO,), State.SPEAKING),
        ((START, AUDIO, says("audio.metadata")), State.SPEAKING),
        ((START, AUDIO, says("audio", b"", kind="audio/basic")), State.SPEAKING),
        ((START, AUDIO, TOLD, LAST), State.SPOKEN),
        ((START, TOLD, AUDIO, LAST), State.SPOKEN),
        ((START, TOLD, says("audio.metadata"), AUDIO, LAST), State.SPOKEN),
        ((START, AUDIO, TOLD, LAST, AUDIO), State.SPEAKING),
        ((START, AUDIO, TOLD, LAST, END), State.ENDED),
        ((START, AUDIO, END), State.ENDED),
        ((END,), State.ENDED),
    ],
)
def test_where_the_service_is(messages: tuple[Message, ...], state: State) -> None:
    asked = turn(*messages)
    # Empty audio before any is no more than a sign of life.
    assert asked.state is (State.STARTED if state is State.ASKED and messages else state)


@pytest.mark.parametrize(
    "told",
    [
        None,
        session_end(4.0),
        session_end(0.0),
        *[says("audio.metadata", body) for body in ("{", "[]", '{"Metadata": {}}', '{"Metadata": [1]}')],
        says("audio.metadata", '{"Metadata": [{"Type": "SessionEnd"}]}'),
    ],
)
def test_empty_audio_is_no_end_while_there_is_more_than_has_come(told: Message | None) -> None:
    """A pause behind it is one amid the audio."""
    asked = turn(*([told] if told else []), AUDIO, LAST)
    assert asked.state is State.SPEAKING
    asked.check(asked.heard_at + GAP - 0.1)


def test_what_does_not_say_of_which_turn_it_is_is_of_the_one_that_has_begun() -> None:
    nameless = says("audio", SLICE, None)
    assert turn().receive(nameless, 1.0) == SLICE
    assert turn(reused=True).receive(nameless, 1.0) == b""
    assert turn(START, reused=True).receive(nameless, 2.0) == SLICE


def test_audio_is_that_of_this_turn_alone() -> None:
    asked = turn(reused=True)
    for request_id in (None, "f" * 32, ""):
        assert asked.receive(says("audio", SLICE, request_id), 1.0) == b""
        assert asked.receive(says("turn.end", "{}", request_id), 1.0) == b""
    assert (asked.state, asked.heard_at) == (State.ASKED, 0.0)
    assert asked.receive(says("audio", SLICE, REQUEST.upper()), 2.0) == SLICE
    assert asked.receive(says("audio", "a text"), 3.0) == b""
    assert asked.receive(END, 4.0) == b""
    assert asked.receive(AUDIO, 5.0) == b""


def test_more_audio_than_a_text_can_have() -> None:
    asked = turn(*[AUDIO] * (MOST // len(SLICE)))
    with pytest.raises(UnusableMessageError):
        asked.receive(says("audio", b"\0"), 9.0)


@pytest.mark.parametrize("reused", [False, True])
@pytest.mark.parametrize(
    ("messages", "silent", "alive"),
    [
        ((), (FIRST_ANSWER, FIRST_ANSWER_REUSED), (SLOW_ANSWER, FIRST_ANSWER)),
        ((START,), (FIRST_AUDIO,) * 2, (SLOW_ANSWER,) * 2),
        ((START, AUDIO), (LINK,) * 2, (GAP,) * 2),
        ((START, TOLD, AUDIO, LAST), (LAST_ANSWER,) * 2, (LAST_ANSWER,) * 2),
    ],
)
def test_how_long_is_waited(
    messages: tuple[Message, ...], silent: tuple[float, float], alive: tuple[float, float], *, reused: bool
) -> None:
    """By what the link shows: it has answered once and is silent since, or it answers now and then."""
    since = float(len(messages))
    known = turn(*messages, reused=reused, link=Link(pinged=True, ponged=-1.0))
    assert known.answer_by == since + silent[reused]
    for _ in range(3):
        known.link.pong(known.answer_by - 0.1)
    assert known.answer_by == since + alive[reused]
    known.check(known.answer_by - 0.01)
    with pytest.raises(ServiceTimeoutError):
        known.check(known.answer_by)


@pytest.mark.parametrize(
    ("messages", "within"),
    [
        ((), FIRST_ANSWER),
        ((START,), SLOW_ANSWER),
        ((START, AUDIO), GAP),
        ((START, TOLD, AUDIO, LAST), LAST_ANSWER),
    ],
)
def test_of_a_link_of_which_nothing_is_known_no_sign_of_life_is_awaited(
    messages: tuple[Message, ...], within: float
) -> None:
    assert turn(*messages).answer_by == len(messages) + within


@pytest.mark.parametrize(("messages", "within"), [((), FIRST_ANSWER), ((START,), FIRST_AUDIO), ((START, AUDIO), LINK)])
def test_the_link_is_asked_before_that_matters(messages: tuple[Message, ...], within: float) -> None:
    asked, since = turn(*messages), float(len(messages))
    assert asked.ping_at == since + within / 2
    asked.link.ping()
    assert asked.ping_at == inf
    asked.link.pong(since + within / 2 + 0.1)
    assert asked.ping_at == pytest.approx(since + within + 0.1)


def test_time_in_which_nothing_could_be_received_is_not_the_services() -> None:
    asked = turn(START, AUDIO)
    asked.resume(100.0)
    assert asked.answer_by == 100.0 + GAP


def test_what_it_does_not_speak_leads_nowhere() -> None:
    """It could tell of words and send nothing, for ever."""
    for said in ((START,), (START, AUDIO), (START, TOLD, AUDIO, LAST)):
        asked = turn(*said)
        by = asked.answer_by
        for message in (START, says("response"), TOLD, says("something.new"), says("audio", b"", kind="audio/basic")):
            assert asked.receive(message, by - 0.1) == b""
        assert asked.answer_by == by


def test_it_may_not_be_slower_than_speech() -> None:
    asked = Turn(REQUEST, reused=False, link=Link(), heard_at=0.0, most=MOST, bytes_per_second=SECOND, began=0.0)
    asked.receive(START, 1.0)
    now = 1.0
    while now < asked.answer_by:
        asked.check(now)
        asked.receive(says("audio", b"\1\0"), now)
        now += GAP - 1
    by = asked.answer_by
    assert by == BEHIND + asked.received / SECOND
    asked.resume(asked.heard_at + 100.0)
    assert asked.answer_by == by + 100.0


@pytest.mark.parametrize(("characters", "seconds"), [(0, 30), (100, 230), (1_000_000, 630)])
def test_how_much_audio_a_text_may_have(characters: int, seconds: int) -> None:
    assert most(characters, SECOND) == seconds * SECOND
