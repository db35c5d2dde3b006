"""Events: values that cannot be changed."""

from dataclasses import FrozenInstanceError, fields

import pytest

from custom_components.azure_speech_live.speech import (
    AttemptFailed,
    Event,
    Hypothesis,
    Phrase,
    RecognitionStatus,
    SpeechEnded,
    SpeechStarted,
    Synthesis,
    SynthesisEnded,
    ThrottledError,
)


@pytest.mark.parametrize(
    "event",
    [
        SpeechStarted(0.5),
        Hypothesis("turn on", 0.5, 0.3),
        SpeechEnded(1.5),
        Phrase(status=RecognitionStatus.SUCCESS, text="Turn on.", offset=0.5, duration=1.0),
        Synthesis(b"RIFF"),
        SynthesisEnded("too long"),
        AttemptFailed(ThrottledError("too many")),
    ],
)
def test_frozen(event: Event) -> None:
    for field in fields(event):
        with pytest.raises(FrozenInstanceError):
            setattr(event, field.name, None)
    assert not hasattr(event, "__dict__")


def test_phrase_is_empty_unless_said() -> None:
    silence = Phrase(status=RecognitionStatus.INITIAL_SILENCE_TIMEOUT)
    assert (silence.text, silence.offset, silence.duration, silence.confidence) == ("", 0.0, 0.0, None)


def test_statuses_are_the_services_words() -> None:
    assert {str(status) for status in RecognitionStatus} == {
        "Success",
        "NoMatch",
        "InitialSilenceTimeout",
        "BabbleTimeout",
        "EndOfDictation",
    }


def test_a_phrase_says_something_by_its_text_or_its_translation() -> None:
    said = RecognitionStatus.SUCCESS
    assert Phrase(status=said, text="Hello.").says_something
    assert Phrase(status=said, translations={"de": "Hallo."}).says_something
    assert not Phrase(status=said).says_something
