"""What a recording says: phrases put together, their translations beside them, and what could not be had."""

from dataclasses import replace
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.azure_speech_live.speech import Phrase, RecognitionStatus, TranslationOptions, Word
from custom_components.azure_speech_live.transcript import transcript
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.engines.scripted_translation import ScriptedTranslator
from tests.speech_service.engines.translation import TranslationFailedError
from tests.speech_service.faults import Before, Behaviour, Drop, Fault, Say
from tests.speech_service.service import SpeechService

from ..action_calls import LIGHT, VOICE, call
from ..recordings import invent

pytestmark = pytest.mark.usefixtures("recordings_allowed")


async def test_phrases_are_put_together(hass: HomeAssistant, service: SpeechService, media: str) -> None:
    service.engine = Scripted(
        [
            Utterance(text="First.", end=0.5),
            Utterance(status=Status.NO_MATCH, end=0.7),
            Utterance(text="Second.", start=0.8, end=1.5),
        ]
    )
    response = await call(hass, "transcribe", media=media, language="en-US")
    assert response["text"] == "First. Second."
    assert [(segment["text"], segment["offset"], segment["duration"]) for segment in response["segments"]] == [
        ("First.", 0, 0.5),
        ("Second.", 0.8, 0.7),
    ]


async def test_the_languages_are_named_as_they_were_asked_for(
    hass: HomeAssistant, service: SpeechService, media: str
) -> None:
    """The service has named "de-DE" "de-de", and what it says is compared with what was asked."""
    service.engine = Scripted(
        [
            Utterance(text="Kurz.", end=0.3, language="de-de"),
            Utterance(text="第一。", start=0.4, end=0.8, language="zh-cn"),
            Utterance(text="第二。", start=0.8, end=1.3, language="zh_Hans-CN"),
            Utterance(text="Oui.", start=1.3, end=1.5, language="fr-ca"),
        ]
    )
    response = await call(hass, "translate", media=media, language=["de", "zh-CN"], target_language=["de-AT", "zh-CN"])
    assert response["language"] == "zh-CN"
    assert [segment["language"] for segment in response["segments"]] == ["de-DE", "zh-CN", "zh-CN", "fr-CA"]
    assert response["translations"].keys() == {"de", "zh-Hans"}
    (turn,) = service.connections[-1].turns
    assert turn.options.languages == ("de-DE", "zh-CN")
    assert turn.options.translation is not None
    assert turn.options.translation.targets == ("de", "zh-Hans")


async def test_silence_is_an_empty_result(hass: HomeAssistant, service: SpeechService, tmp_path: Path) -> None:
    service.engine = Scripted([Utterance(status=Status.NO_MATCH)])
    silence = str(invent(tmp_path / "silence.wav", "anullsrc=r=16000:cl=mono", "-t", "1"))
    assert await call(hass, "transcribe", media=silence, language="en-US") == {
        "text": "",
        "language": None,
        "segments": [],
    }
    assert await call(
        hass, "translate", media=silence, language="en-US", target_language=["de", "fr"], voice=VOICE
    ) == {
        "text": "",
        "language": None,
        "segments": [],
        "translations": {"de": "", "fr": ""},
        "failures": {},
        "media_content_id": None,
        "url": None,
    }


@pytest.mark.parametrize("size", [10, 1000], ids=["before a phrase", "after some"])
async def test_more_text_than_anybody_can_say_is_cut_off(
    hass: HomeAssistant, service: SpeechService, media: str, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(transcript, "MAX_SIZE", size)
    service.engine = Scripted([Utterance(text=f"{at}.", start=at / 10, end=at / 10 + 0.1) for at in range(13)])
    response = await call(hass, "transcribe", media=media, language="en-US")
    assert len(response["segments"]) == size // 202 + 1
    assert "more text than anybody can say" in response["error"]


async def test_speakers_have_turns(hass: HomeAssistant, service: SpeechService, media: str) -> None:
    """The service can tell them apart from the second phrase on, and so the first is the same speaker's: a guess."""
    service.manner = replace(service.manner, unknown_phrases=1)
    said = [("One.", "A"), ("Two.", "A"), ("Three.", "B"), ("Four.", "A")]
    service.engine = Scripted(
        [Utterance(text=text, start=at / 3, end=at / 3 + 0.3, speaker=who) for at, (text, who) in enumerate(said)]
    )
    response = await call(hass, "transcribe", media=media, language="en-US", speakers=True)
    assert [segment["speaker"] for segment in response["segments"]] == ["Guest-1", "Guest-1", "Guest-2", "Guest-1"]
    assert response["speakers"] == [
        {"speaker": "Guest-1", "text": "One. Two.", "offset": 0},
        {"speaker": "Guest-2", "text": "Three.", "offset": 0.667},
        {"speaker": "Guest-1", "text": "Four.", "offset": 1},
    ]
    (turn,) = service.connections[-1].turns
    assert turn.options.audio_session
    assert (await call(hass, "transcribe", media=media, language="en-US")).keys() == {"text", "language", "segments"}


async def test_speakers_of_a_translation_have_turns(hass: HomeAssistant, service: SpeechService, media: str) -> None:
    service.engine = Scripted(
        [Utterance(text="Hi.", end=0.5, speaker="A"), Utterance(text="Ho.", start=0.6, end=1.2, speaker="B")]
    )
    response = await call(hass, "translate", media=media, language="en-US", target_language="de", speakers=True)
    assert [(segment["speaker"], segment["translations"]) for segment in response["segments"]] == [
        ("Guest-1", {"de": "[de] Hi."}),
        ("Guest-2", {"de": "[de] Ho."}),
    ]
    assert [turn["text"] for turn in response["speakers"]] == ["Hi.", "Ho."]


# --- translations


async def test_what_could_be_translated_is_kept(hass: HomeAssistant, service: SpeechService, media: str) -> None:
    service.engine = Scripted([Utterance(text="Hello.", end=0.5), Utterance(text="Goodbye.", start=0.6, end=1.5)])
    service.translator = FailsOnce()
    response = await call(hass, "translate", media=media, language="en-US", target_language="de")
    assert response["text"] == "Hello. Goodbye."
    assert response["translations"] == {"de": "Auf Wiedersehen."}
    assert response["failures"] == {"de": "Not available"}
    assert [segment["translations"] for segment in response["segments"]] == [{}, {"de": "Auf Wiedersehen."}]


async def test_a_translation_of_words_that_are_not_told_is_kept(
    hass: HomeAssistant, service: SpeechService, media: str
) -> None:
    service.engine = Scripted(
        [Utterance(text="Hello.", end=0.5), Utterance(text="Goodbye.", start=0.6, end=1.5, hypotheses=())]
    )
    translation = {"TranslationStatus": "Success", "Translations": [{"Language": "de", "Text": "Ade."}]}
    body = {"RecognitionStatus": "Success", "Offset": 6000000, "Duration": 9000000, "Translation": translation}
    paths = ("translation.phrase", "translation.response")
    untold = Behaviour(
        faults=tuple(
            Fault(Before(path, nth=2), action) for path in paths for action in (Say(path, json.dumps(body)), Drop())
        )
    )
    service.behaviours = lambda _: untold
    response = await call(hass, "translate", media=media, language=["en-US", "de-DE"], target_language=["de", "fr"])
    assert response["text"] == "Hello."
    assert response["translations"] == {"de": "[de] Hello. Ade.", "fr": "[fr] Hello."}
    assert [segment["text"] for segment in response["segments"]] == ["Hello.", ""]
    assert response["segments"][1]["translations"] == {"de": "Ade."}
    assert list(response["failures"]) == ["fr"]


class FailsOnce(ScriptedTranslator):
    """Translates one phrase, and fails at the other."""

    async def translate(self, text: str, source: str, target: str) -> str:  # noqa: ARG002 - as the protocol has it
        if text != "Goodbye.":
            raise TranslationFailedError("Not available")
        return "Auf Wiedersehen."


@pytest.mark.parametrize("voice", [{}, {"voice": VOICE}], ids=["text", "voice"])
async def test_where_nothing_is_translated_there_is_what_was_said(
    hass: HomeAssistant, service: SpeechService, media: str, voice: dict[str, Any]
) -> None:
    failing = TranslationFailedError("Not available")
    service.translator = ScriptedTranslator({"de": failing, "fr": failing})
    response = await call(hass, "translate", media=media, language="en-US", target_language=["de", "fr"], **voice)
    assert response["text"] == LIGHT
    assert response["translations"] == {"de": "", "fr": ""}
    assert response["failures"] == {"de": "Not available", "fr": "Not available"}
    assert response.get("media_content_id") is None


async def test_the_language_is_that_which_was_spoken_for_the_longest_in_all(
    hass: HomeAssistant, service: SpeechService, media: str
) -> None:
    service.engine = Scripted(
        [
            Utterance(text="One.", end=0.4, language="en-US"),
            Utterance(text="Zwei.", start=0.4, end=1, language="de-DE"),
            Utterance(text="Three.", start=1, end=1.4, language="en-US"),
        ]
    )
    response = await call(hass, "transcribe", media=media, language=["en-US", "de-DE"])
    assert response["language"] == "en-US"


def test_the_words_of_a_phrase_are_none_of_its_translation() -> None:
    said = transcript.Transcript(TranslationOptions(targets=("de", "en")))
    words = (Word("Off.", 0, 1),)
    said.add(Phrase(status=RecognitionStatus.SUCCESS, text="Off.", translations={"de": "Aus."}, words=words))
    assert [line.words for target in (None, "de", "en") for line in said.lines(target)] == [words, (), words]
