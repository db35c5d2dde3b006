"""What the caller gets of what the service says, and when that is all."""

import pytest

from custom_components.azure_speech_live.speech import (
    Hypothesis,
    Phrase,
    RecognitionStatus,
    SpeechEnded,
    SpeechStarted,
    ThrottledError,
    UnusableMessageError,
)
from custom_components.azure_speech_live.speech.recognition.audio import FRAME_SIZE

from .conversation import ALL, BOTH_WORDS, FIRST_WORD, LIGHT, LOST, Service, asked, conversation, interactive
from .translations import VOICE, to


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


@pytest.mark.parametrize("guessed", [True, False])
def test_a_turn_that_may_have_left_something_out_does_not_give_way(guessed: bool) -> None:  # noqa: FBT001 - parameters
    service = conversation()
    request = asked(service)
    body = {"RecognitionStatus": "Success", "DisplayText": "w1"}
    service.receive(request.says("speech.phrase", body) if guessed else request.phrase(FIRST_WORD))
    assert service.utterance.gives_way(service.wall) is not guessed


@pytest.mark.parametrize("path", ["speech.phrase", "translation.phrase"])
def test_nor_does_one_whose_phrase_is_not_translated_or_not_spoken_yet(path: str) -> None:
    service = Service(to("de", voice=VOICE), LIGHT)
    request = asked(service)
    times = {"Offset": 0, "Duration": 5_000_000}
    translated = {"Translations": [{"Language": "de", "Text": "v1"}]}
    service.receive(request.says(path, {"RecognitionStatus": "Success", "Text": "w1", **times, **translated}))
    assert not service.utterance.gives_way(service.wall)
    if path == "speech.phrase":
        service.receive(request.says("translation.phrase", {"RecognitionStatus": "NoMatch", **times}))
    else:
        service.receive(request.says("translation.synthesis.end", {"SynthesisStatus": "Success"}))
    assert service.utterance.gives_way(service.wall)


def test_with_too_many_requests_words_that_wait_are_not_lost_where_only_silence_is_left() -> None:
    """The phrase before covers all but them; nobody is asked for half a second."""
    service = Service(to("de"), LIGHT)
    request = asked(service, ended=True)
    service.receive(request.phrase(BOTH_WORDS))
    said = {"RecognitionStatus": "Success", "Text": "w3", "Offset": 10_000_000, "Duration": 1_000_000}
    service.receive(request.says("speech.phrase", said))
    assert service.fail(ThrottledError("too many")) is None
    assert service.utterance.complete
    assert service.said == ["w1", "w2", "w3"]


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
