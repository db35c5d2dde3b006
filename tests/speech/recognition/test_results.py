"""Which event a message is, and which messages are none."""

import pytest

from custom_components.azure_speech_live.speech import (
    Hypothesis,
    Phrase,
    QuotaError,
    RecognitionStatus,
    ServiceError,
    SpeechError,
    ThrottledError,
    UnusableMessageError,
    Word,
)
from custom_components.azure_speech_live.speech.recognition.results import shifted
from custom_components.azure_speech_live.speech.wire.messages import Message

from .conversation import asked, conversation


@pytest.mark.parametrize(
    ("status", "error"),
    [("Error", ServiceError), ("TooManyRequests", ThrottledError), ("Forbidden", QuotaError)],
)
def test_failed_phrase_fails_the_request(status: str, error: type[SpeechError]) -> None:
    service = conversation()
    request = asked(service)
    with pytest.raises(error):
        service.receive(request.says("speech.phrase", {"RecognitionStatus": status}))


@pytest.mark.parametrize("body", ["", "{", "[]", '{"RecognitionStatus":"Success","DisplayText":[]}'])
def test_phrase_that_cannot_be_read_fails_the_request(body: str) -> None:
    service = conversation()
    request = asked(service)
    with pytest.raises(UnusableMessageError):
        service.utterance.receive(Message("speech.phrase", body, request.request_id), service.now, service.wall)


@pytest.mark.parametrize("path", ["turn.start", "speech.hypothesis", "speech.startdetected", "speech.enddetected", "x"])
@pytest.mark.parametrize("body", ["", "{", "[]", b"\xff", '{"Text":[7],"Offset":"now"}'])
def test_other_message_that_cannot_be_read_is_no_loss(path: str, body: str | bytes) -> None:
    service = conversation()
    request = asked(service)
    service.utterance.receive(Message(path, body, request.request_id), service.now, service.wall)
    assert not [event for event in service.utterance.events if isinstance(event, Hypothesis)]


@pytest.mark.parametrize("path", ["audio", "translation.synthesis", "translation.phrase", "translation.response"])
def test_recognition_has_nothing_of_a_translation(path: str) -> None:
    service = conversation()
    request = asked(service)
    for body in (b"RIFF", '{"RecognitionStatus":"Success","Text":"ghost"}'):
        service.utterance.receive(Message(path, body, request.request_id), service.now, service.wall)
    assert not service.utterance.events


def test_what_else_may_have_been_said_was_said_at_the_same_time() -> None:
    other = Phrase(status=RecognitionStatus.SUCCESS, text="know", offset=0.5)
    said = shifted(Phrase(status=RecognitionStatus.SUCCESS, text="no", offset=0.5, alternatives=(other,)), 2.0)
    assert isinstance(said, Phrase)
    assert said.offset == said.alternatives[0].offset == 2.5


def test_words_are_where_their_phrase_is() -> None:
    words = (Word("oh", 0.5, 0.1), Word("no", 0.75, 0.25))
    said = shifted(Phrase(status=RecognitionStatus.SUCCESS, text="Oh no.", offset=0.5, words=words), 2.0)
    assert isinstance(said, Phrase)
    assert said.words == (Word("oh", 2.5, 0.1), Word("no", 2.75, 0.25))
