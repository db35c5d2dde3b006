"""Which event a message is, and which messages are none."""

import pytest

from custom_components.azure_speech_live.speech import (
    Hypothesis,
    QuotaError,
    ServiceError,
    SpeechError,
    ThrottledError,
    UnusableMessageError,
)
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
