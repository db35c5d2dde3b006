"""How much audio is sent, and how fast, whatever the service says."""

from collections.abc import Iterable
from datetime import UTC, datetime
import itertools
from typing import Any, Final

import pytest

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    Mode,
    Phrase,
    ProtocolError,
    RecognitionOptions,
    ThrottledError,
)
from custom_components.azure_speech_live.speech.recognition.audio import BYTES_PER_SECOND
from custom_components.azure_speech_live.speech.recognition.pace import FAST_LANE, MAX_TIMES, PACE, REQUEST_COST, Pace
from custom_components.azure_speech_live.speech.recognition.utterance import Utterance
from custom_components.azure_speech_live.speech.wire.messages import json_message
from tests.speech_service import Behaviour, Fault, SpeechService
from tests.speech_service.faults import AudioReceived, Refuse, Reset, Send

from ..caller import CONVERSATION, Heard, Source, calling, listen
from ..model import transcript
from .conversation import LONG, START, Service

GIVEN: Final = 4
"""Seconds of audio."""
ALLOWED: Final = MAX_TIMES * (GIVEN + REQUEST_COST)
WALL: Final = datetime(2026, 11, 29, tzinfo=UTC)


def test_all_of_it_three_times_is_not_more_than_that() -> None:
    pace = Pace()
    for _ in range(MAX_TIMES):
        pace.begin(0, 56)
        pace.sent(56, START)
    with pytest.raises(ProtocolError):
        pace.begin(0, 56)


def sends(path: str, body: str) -> Send:
    return Send(f"X-RequestId:{{request_id}}\r\nPath:{path}\r\n\r\n{body}")


NEXT_TO_NOTHING: Final = sends(
    "speech.phrase", '{"RecognitionStatus":"Success","DisplayText":"um","Offset":0,"Duration":10000}'
)


async def ask_for_ever(service: SpeechService, pace: float = 0.0) -> Heard:
    async with service, calling(service.url) as client:
        heard = await listen(client, Source(bytes(GIVEN * BYTES_PER_SECOND), pace), CONVERSATION)
    assert type(heard.error) is ProtocolError
    return heard


async def test_phrases_that_claim_next_to_nothing() -> None:
    """Each is a millisecond further, and the connection breaks; what was heard stays the caller's."""
    point = AudioReceived(BYTES_PER_SECOND)
    behaviour = Behaviour(faults=(Fault(point, NEXT_TO_NOTHING), Fault(point, Reset())))
    service = SpeechService(behaviours=lambda _: behaviour)
    heard = await ask_for_ever(service)
    received = sum(connection.audio_size for connection in service.connections) / BYTES_PER_SECOND
    assert received + len(service.connections) * REQUEST_COST <= ALLOWED
    assert {phrase.text for phrase in heard.phrases} == {"um"}


async def test_rest_api_that_answers_before_it_hears() -> None:
    phrase = '{"RecognitionStatus":"Success","DisplayText":"um","Offset":0,"Duration":0}'
    answer = Behaviour(answer=Refuse(200, {"Content-Type": "application/json"}, phrase))
    service = SpeechService(behaviours=[Behaviour(answer=Refuse(200))], rest_behaviours=lambda _: answer)
    heard = await ask_for_ever(service, pace=1.0)
    assert 1 < len(service.posts) <= ALLOWED
    assert len(heard.phrases) == len(service.posts)


def conversation(seconds: float) -> Utterance:
    """Return an utterance with so many seconds of audio, and more to come; its clock begins at 0."""
    utterance = Utterance(RecognitionOptions(mode=Mode.CONVERSATION), 0.0)
    utterance.feed(bytes(int(seconds * BYTES_PER_SECOND)), 0.0)
    return utterance


def send(utterance: Utterance, request: int, now: float) -> str:
    """Open a request and send what may be sent at that time; return its id."""
    request_id = f"{request:032x}"
    utterance.begin(request_id, WALL)
    while utterance.next_audio(now) is not None:
        pass
    return request_id


def say(utterance: Utterance, request_id: str, path: str, now: float, body: dict[str, Any]) -> None:
    message = json_message(path, body, request_id)
    utterance.receive(message, now, WALL)


def repeat_phrases(utterance: Utterance, covered: Iterable[float]) -> None:
    """Answer each request with a phrase of so many seconds, and end it."""
    for request, seconds in enumerate(covered):
        request_id = send(utterance, request, float(request))
        body = {"RecognitionStatus": "Success", "DisplayText": "um", "Offset": 0, "Duration": int(seconds * 1e7)}
        say(utterance, request_id, "speech.phrase", float(request), body)
        say(utterance, request_id, "turn.end", float(request), {})


@pytest.mark.parametrize("left", [GIVEN, 0.1], ids=["of all", "of the rest"])
def test_turns_that_end_behind_next_to_nothing(left: float) -> None:
    """The connection holds, and each request has a phrase; little audio is no licence for many requests."""
    utterance = conversation(GIVEN)
    covered = itertools.chain([GIVEN - left], itertools.repeat(0.001))
    with pytest.raises(ProtocolError):
        repeat_phrases(utterance, covered)
    requests = sum(isinstance(event, Phrase) for event in utterance.events)
    assert requests > 1
    assert utterance.timeline.sent / BYTES_PER_SECOND + requests * REQUEST_COST <= ALLOWED


WHOLE: Final = GIVEN * BYTES_PER_SECOND


def test_exactly_so_much_may_be_sent() -> None:
    pace = Pace()
    for _ in range(MAX_TIMES):
        pace.begin(0, WHOLE)
        pace.sent(WHOLE, 0.0)
    with pytest.raises(ProtocolError):
        pace.begin(WHOLE, WHOLE)


def test_what_is_refused_leaves_nothing_behind() -> None:
    pace = Pace()
    pace.begin(0, WHOLE)
    pace.sent(WHOLE + 1, 0.0)
    pace.begin(0, WHOLE)
    pace.sent(WHOLE, 0.0)
    pace.refused()
    pace.begin(0, WHOLE)
    pace.sent(WHOLE, 0.0)
    with pytest.raises(ProtocolError):
        pace.begin(0, WHOLE)  # a byte too many
    pace.begin(1, WHOLE)


def test_who_gives_way_leaves_something_for_what_breaks() -> None:
    pace = Pace()
    for spared in (True, True, False):
        assert pace.spares(0, WHOLE) is spared
        pace.begin(0, WHOLE)
        pace.sent(WHOLE, 0.0)


def test_refused_requests_cost_nothing() -> None:
    """Who is refused for too many at a time has to ask again."""
    utterance = conversation(GIVEN)
    for request in range(20):
        send(utterance, request, 0.0)
        utterance.failed(ThrottledError("too many"), 0.0, WALL)
    send(utterance, 20, 0.0)


def test_pace_holds_over_all_requests() -> None:
    """Each has its fast lane, as the SDKs' have, but an utterance no more than three."""
    utterance, now = conversation(60), 0.0
    for request in range(6):
        request_id = send(utterance, request, now)
        assert utterance.timeline.sent / BYTES_PER_SECOND <= MAX_TIMES * FAST_LANE + PACE * now + 0.1
        body = {"RecognitionStatus": "Success", "DisplayText": "um", "Offset": 0, "Duration": 30_000_000}
        say(utterance, request_id, "speech.phrase", now, body)
        utterance.failed(ConnectionFailedError("lost"), now, WALL)
        now += 1.0
    assert utterance.timeline.sent / BYTES_PER_SECOND > MAX_TIMES * FAST_LANE, "the bound was reached"


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
