"""The words that were heard, and their languages as they were asked for."""

from datetime import UTC, datetime
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import (
    Hypothesis,
    Mode,
    Phrase,
    Profanity,
    RecognitionOptions,
    RecognitionStatus,
)
from custom_components.azure_speech_live.speech.recognition.heard import Heard, as_asked
from custom_components.azure_speech_live.speech.recognition.utterance import Utterance
from custom_components.azure_speech_live.speech.wire.messages import json_message
from tests.speech_service import Scripted, SpeechService, Utterance as Script

from ..caller import Source, calling, listen
from .conversation import FIRST_WORD, LIGHT, Service, asked, conversation, interactive
from .translations import to

_ID: Final = "f" * 32
_WALL: Final = datetime(2026, 1, 1, tzinfo=UTC)
SILENT: Final = [status for status in RecognitionStatus if status is not RecognitionStatus.END_OF_DICTATION]


@pytest.mark.parametrize("status", SILENT)
@pytest.mark.parametrize(
    ("times", "found"),
    [
        ({"Offset": 50_000_000, "Duration": 0}, True),
        ({"Offset": 0, "Duration": 11_200_000}, True),
        ({"Offset": 0, "Duration": 0}, True),
        ({}, True),
        ({"Offset": 0, "Duration": 5_000_000}, False),  # it is silence before the word
    ],
)
def test_what_was_heard_is_not_silence(status: str, times: dict[str, object], found: bool) -> None:  # noqa: FBT001
    """A service may tell a short "yes" as silence: jambonz/freeswitch-modules, issue 11."""
    for service in (interactive(), conversation()):
        request = asked(service)
        service.receive(request.says("speech.hypothesis", {"Text": "w1", "Offset": 8_000_000, "Duration": 3_000_000}))
        service.receive(request.says("speech.phrase", {"RecognitionStatus": status, "DisplayText": "", **times}))
        single = service.utterance.options.mode is Mode.INTERACTIVE
        assert service.said == (["w1"] if found or single else [])
        assert service.utterance.complete == single


@pytest.mark.parametrize("times", [{"Offset": 0, "Duration": 0}, {"Offset": 10**9, "Duration": 0}, {}])
def test_what_was_heard_last_is_a_phrase_at_the_end_of_dictation(times: dict[str, object]) -> None:
    service = conversation()
    request = asked(service, ended=True)
    service.receive(request.phrase(FIRST_WORD))
    service.receive(request.says("speech.hypothesis", {"Text": "w2", "Offset": 10**9, "Duration": 1}))
    service.receive(request.says("speech.phrase", {"RecognitionStatus": "EndOfDictation", **times}))
    assert service.said == ["w1", "w2"]
    assert service.utterance.complete


def test_a_hypothesis_belongs_to_one_phrase() -> None:
    service = conversation()
    request = asked(service)
    service.receive(request.says("speech.hypothesis", {"Text": "w1"}))
    service.receive(request.phrase(FIRST_WORD))
    service.receive(request.says("speech.phrase", {"RecognitionStatus": "InitialSilenceTimeout"}))
    assert service.said == ["w1"]


@pytest.mark.parametrize("profanity", Profanity)
def test_what_is_to_be_removed_is_not_taken_from_another_place(profanity: Profanity) -> None:
    service = Service(RecognitionOptions(profanity=profanity), LIGHT)
    best = {"Lexical": "w1", "ITN": "w1", "MaskedITN": "", "Display": ""}
    request = asked(service)
    service.receive(request.says("speech.phrase", {"RecognitionStatus": "Success", "DisplayText": "", "NBest": [best]}))
    assert service.said == ([] if profanity is Profanity.REMOVED else ["w1"])


OTHER: Final = Phrase(status=RecognitionStatus.SUCCESS, text="w2", offset=0.5)


@pytest.mark.parametrize("profanity", Profanity)
def test_no_alternative_brings_back_what_is_removed(profanity: Profanity) -> None:
    said = Phrase(status=RecognitionStatus.SUCCESS, itn="w1", lexical="w1", alternatives=(OTHER,))
    known = Heard().phrase(said, RecognitionOptions(profanity=profanity))
    assert known.alternatives == (() if profanity is Profanity.REMOVED else (OTHER,))


def test_words_of_a_hypothesis_have_no_alternatives() -> None:
    heard = Heard()
    heard.hypothesis(Hypothesis("w1", 0.5, 0.5), RecognitionOptions())
    said = Phrase(status=RecognitionStatus.NO_MATCH, alternatives=(OTHER,))
    known = heard.phrase(said, RecognitionOptions())
    assert (known.text, known.alternatives) == ("w1", ())


def test_alternatives_are_in_the_language_of_their_phrase() -> None:
    said = Phrase(status=RecognitionStatus.SUCCESS, text="w1", language="en", alternatives=(OTHER,))
    known = Heard().phrase(said, RecognitionOptions(candidates=("de-DE", "en-GB")))
    assert [(other.text, other.language) for other in known.alternatives] == [("w2", "en-GB")]


@pytest.mark.parametrize(
    ("profanity", "others"),
    [
        (Profanity.MASKED, ["Turn on the lamp.", "Turn on the **** light."]),
        (Profanity.REMOVED, ["Turn on the lamp."]),  # without the word it is what was taken
        (Profanity.RAW, ["Turn on the lamp.", "Turn on the damn light."]),
    ],
)
async def test_alternatives_are_as_they_were_asked_for(profanity: Profanity, others: list[str]) -> None:
    script = Script(text="Turn on the light.", end=1.5, others=("Turn on the lamp.", "Turn on the damn light."))
    options = RecognitionOptions(detailed=True, profanity=profanity)
    async with SpeechService(Scripted([script])) as service, calling(service.url) as client:
        heard = await listen(client, Source(bytes(64_000)), options)
    assert [other.text for other in heard.phrases[0].alternatives] == others
    assert heard.phrases[0].alternatives[0].confidence == 0.5


# --- translations


@pytest.mark.parametrize(
    ("targets", "came"),
    [
        (("zh-Hans",), ("zh-hans",)),
        (("pt",), ("pt-br",)),
        (("pt-pt", "pt"), ("pt-BR", "pt_PT")),
        (("fil",), ("fil-PH",)),
        (("sr-Latn", "sr-Cyrl"), ("sr-cyrl", "sr-latn-RS")),
        (("de-DE",), ("de",)),
        (("nb",), ("no",)),
    ],
)
@pytest.mark.parametrize("path", ["translation.phrase", "translation.hypothesis"])
def test_translations_have_the_names_that_were_asked_for(
    path: str, targets: tuple[str, ...], came: tuple[str, ...]
) -> None:
    utterance = Utterance(to(*targets), 0.0)
    utterance.begin(_ID, _WALL)
    translated = {"TranslationStatus": "Success", "Translations": [{"Language": tag, "Text": tag} for tag in came]}
    body = {"RecognitionStatus": "Success", "Text": "One.", "Translation": translated}
    utterance.receive(json_message(path, body, _ID), 0.0, _WALL)
    (event,) = utterance.events
    assert isinstance(event, Phrase | Hypothesis)
    assert event.translations.keys() == set(targets)
    assert set(event.translations.values()) == set(came)
    assert isinstance(event, Hypothesis) or event.translation_error is None


def test_of_two_translations_to_one_language_that_with_a_text_counts() -> None:
    said = Phrase(status=RecognitionStatus.SUCCESS, text="One.", translations={"pt": "Um.", "pt-br": ""})
    assert as_asked(said, to("pt")).translations == {"pt": "Um."}


def test_a_language_that_nobody_asked_for_does_not_take_the_place_of_one() -> None:
    utterance = Utterance(to("pt-pt"), 0.0)
    utterance.begin(_ID, _WALL)
    translated = {"TranslationStatus": "Success", "Translations": [{"Language": "es", "Text": "Uno."}]}
    body = {"RecognitionStatus": "Success", "Text": "One.", "Translation": translated}
    utterance.receive(json_message("translation.phrase", body, _ID), 0.0, _WALL)
    (phrase,) = utterance.events
    assert isinstance(phrase, Phrase)
    assert phrase.translations == {"es": "Uno."}
    assert phrase.translation_error == "the service did not translate to pt-pt"
