"""What becomes of an utterance when a turn fails: how often it goes on in another one."""

from dataclasses import replace
import re

import pytest

from custom_components.azure_speech_live.speech import (
    Mode,
    Phrase,
    RecognitionOptions,
    RecognitionStatus,
    RequestRefusedError,
    ServiceError,
    ThrottledError,
    UnusableMessageError,
)
from custom_components.azure_speech_live.speech.recognition.audio import BYTES_PER_SECOND, FRAME_SIZE
from custom_components.azure_speech_live.speech.recognition.pace import FAST_LANE, PACE
from custom_components.azure_speech_live.speech.wire.retry import MAX_ATTEMPTS, RETRY_DELAY

from ..model import Request, transcript
from .conversation import FIRST_WORD, LIGHT, LONG, LOST, Service, asked, conversation


def test_a_connection_is_waited_for_and_a_turn_on_the_next_one_is_not() -> None:
    """What is tried again at all, test_retry.py has."""
    opening, answering = conversation(), conversation()
    asked(answering)
    assert (opening.fail(LOST), answering.fail(LOST)) == (RETRY_DELAY, 0.0)


def test_too_many_requests_are_no_attempt() -> None:
    """How long to wait for a place is not the utterance's affair; see test_throttle.py."""
    service = conversation()
    for _ in range(10):
        asked(service)
        assert service.fail(ThrottledError("too many", 20.0)) == 0.0
    asked(service)
    assert service.fail(LOST) == 0.0
    assert service.fail(LOST) is None


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


def test_attempts_count_anew_behind_a_part_that_was_sent_without_a_websocket() -> None:
    utterance = (service := conversation()).utterance
    said = Phrase(status=RecognitionStatus.SUCCESS, text="one")
    for _ in range(2):
        utterance.feed(bytes(BYTES_PER_SECOND), service.now)
        for lost in (True, False):
            utterance.begin_short_audio(service.wall)
            assert utterance.next_audio(service.now)
            if lost:
                assert service.fail(LOST) == RETRY_DELAY
        utterance.finish_short_audio(said, service.now)


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


# --- who is speaking

SPEAKERS = RecognitionOptions(mode=Mode.CONVERSATION, speakers=True)
REFUSED = RequestRefusedError("the service closed the connection with code 1007")


def diarization(request: Request) -> dict[str, object]:
    said: dict[str, object] = request.context["phraseDetection"].get("speakerDiarization", {})
    return said


def test_speakers_are_of_one_session_over_turns_and_connections() -> None:
    service = Service(replace(SPEAKERS, session_offset=1.5), LIGHT)
    request = asked(service)
    first = diarization(request)
    assert re.fullmatch(r"[0-9a-f]{32}", str(first["audioSessionId"]))
    assert first["audioOffsetMs"] == 1500
    service.receive(request.phrase(FIRST_WORD))
    assert service.fail(LOST) == 0.0
    second = asked(service)
    assert diarization(second) == first | {"audioOffsetMs": 2000}  # from where it sends again, not what it had sent
    service.receive(second.phrase(FIRST_WORD))
    service.receive(second.says("turn.end"))
    assert diarization(asked(service))["audioSessionId"] == first["audioSessionId"]


def test_speakers_of_another_utterance_are_others_unless_it_says_the_session() -> None:
    sessions = [diarization(asked(Service(SPEAKERS, LIGHT)))["audioSessionId"] for _ in range(2)]
    assert len(set(sessions)) == 2
    session = "0123456789abcdef" * 2
    assert diarization(asked(Service(replace(SPEAKERS, audio_session=session), LIGHT)))["audioSessionId"] == session


def test_a_request_that_is_refused_is_made_again_without_speakers() -> None:
    service = Service(SPEAKERS, LIGHT)
    assert diarization(asked(service))
    assert service.fail(REFUSED) == 0.0
    assert not diarization(asked(service))
    assert service.fail(REFUSED) is None


def test_a_request_that_is_refused_is_made_again_without_a_longest_phrase_first() -> None:
    service = Service(replace(SPEAKERS, longest_phrase=20), LIGHT)
    asked(service)
    assert service.fail(REFUSED) == 0.0
    request = asked(service)
    assert diarization(request)
    assert "conversation" not in request.context["phraseDetection"]
    assert service.fail(REFUSED) == 0.0
    assert not diarization(asked(service))
    assert service.fail(REFUSED) is None


def test_speakers_are_not_why_a_request_is_refused_where_they_were_taken_before() -> None:
    for heard in (True, False):
        service = Service(SPEAKERS, LIGHT)
        request = asked(service)
        service.receive(request.hypothesis() if heard else request.phrase(FIRST_WORD))
        assert service.fail(REFUSED) is None
