"""Translation: what the messages of both dialects say, and our client against the stand-in that speaks them."""

import pytest

from custom_components.azure_speech_live.speech import Mode, Phrase, Profanity, RecognitionStatus
from custom_components.azure_speech_live.speech.recognition import translation
from tests.speech_service import DIALECTS, Dialect, Legible, ScriptedTranslator, SpeechService
from tests.speech_service.engines.legible import silence, speak
from tests.speech_service.engines.translation import TranslationFailedError

from ..caller import AUDIO, PHRASES, SAID, Source, calling, listen
from .translations import MODES, S2S, UNIVERSAL, VOICE, german, success, to, translate

# --- what is asked and what comes back


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("path", ["", UNIVERSAL, S2S])
@pytest.mark.parametrize("mode", MODES)
async def test_translates(mode: Mode, path: str, dialect: Dialect) -> None:
    heard = await translate(to(mode=mode), path=path, dialect=dialect)
    assert heard.error is None
    assert heard.transcript == SAID[mode]
    assert [phrase.translations for phrase in success(heard)] == german(PHRASES[mode])
    assert {phrase.translation_error for phrase in success(heard)} == {None}
    assert heard.hypotheses
    assert all(hypothesis.translations == {"de": f"[de] {hypothesis.text}"} for hypothesis in heard.hypotheses)
    assert heard.seconds_more == 0.0


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_times(dialect: Dialect) -> None:
    pcm = silence(0.5) + speak("One.") + silence(1.0) + speak("Two.")
    heard = await translate(to(), dialect=dialect, pcm=pcm)
    assert [(phrase.offset, phrase.duration) for phrase in success(heard)] == [(0.5, 0.08), (1.58, 0.08)]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("path", [UNIVERSAL, S2S])
async def test_several_targets(path: str, dialect: Dialect) -> None:
    heard = await translate(to("de", "zh-Hans", "en"), path=path, dialect=dialect)
    assert [phrase.translations for phrase in success(heard)] == [
        {"de": f"[de] {text}", "zh-Hans": f"[zh-Hans] {text}", "en": text} for text in PHRASES[Mode.CONVERSATION]
    ]


@pytest.mark.parametrize("path", [UNIVERSAL, S2S])
@pytest.mark.parametrize("mode", [*MODES, Mode.DICTATION])
async def test_what_is_asked(path: str, mode: Mode) -> None:
    options = to("fr", "de", mode=mode, language="en-GB", voice=VOICE, phrases=("Jessie",), profanity=Profanity.RAW)
    async with SpeechService(Legible()) as service, calling(service.url + path) as client:
        await listen(client, Source(AUDIO[mode]), options)
        asked = service.connections[0].turns[0].options
    # The path of the s2s hosts knows no dictation, and the context says more than it.
    assert asked.mode == str(mode)
    assert (asked.languages, asked.phrases, asked.profanity) == (("en-GB",), ("Jessie",), "raw")
    assert asked.translation is not None
    assert asked.translation.targets == ("fr", "de")
    assert asked.translation.voices == {"de": VOICE}


def test_alternatives_are_not_translated_so_there_are_none() -> None:
    body = {"RecognitionStatus": "Success", "NBest": [{"Display": "One."}, {"Display": "Won."}]}
    said = translation.phrase(body | {"Translations": [{"Language": "de", "Text": "Eins."}]})
    assert (said.text, said.translations, said.alternatives) == ("One.", {"de": "Eins."}, ())


async def test_profanity() -> None:
    heard = await translate(to(mode=Mode.INTERACTIVE), pcm=speak("The damn light."))
    assert [(phrase.text, phrase.translations) for phrase in heard.phrases] == [
        ("The **** light.", {"de": "[de] The **** light."}),
    ]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("mode", MODES)
async def test_language_identification(mode: Mode, dialect: Dialect) -> None:
    pcm = speak("Good morning, my friends.", language="en-US") + silence(1.0)
    pcm += speak("Guten Morgen, liebe Freunde.", language="de-DE") + silence(1.0)
    async with SpeechService(Legible(), dialect=dialect) as service, calling(service.url) as client:
        heard = await listen(client, Source(pcm), to(mode=mode, candidates=("en-US", "de-DE")))
        # There is no other path for it, so none is tried.
        assert [attempt.path for attempt in service.attempts] == [UNIVERSAL]
    expected = [
        ("en-US", {"de": "[de] Good morning, my friends."}),
        ("de-DE", {"de": "Guten Morgen, liebe Freunde."}),
    ]
    said = [(phrase.language, phrase.translations) for phrase in success(heard)]
    assert said == expected[: 1 if mode is Mode.INTERACTIVE else 2]
    assert {hypothesis.language for hypothesis in heard.hypotheses} == {language for language, _ in said}


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_silence(dialect: Dialect) -> None:
    heard = await translate(to(mode=Mode.INTERACTIVE, voice=VOICE), dialect=dialect, pcm=silence(6.0))
    assert heard.error is None
    assert [phrase.status for phrase in heard.phrases] == [RecognitionStatus.INITIAL_SILENCE_TIMEOUT]
    assert not heard.transcript
    heard = await translate(to(voice=VOICE), dialect=dialect, pcm=silence(6.0))
    assert (heard.error, heard.phrases, heard.endings) == (None, [], [])


async def test_no_audio() -> None:
    async with SpeechService() as service, calling(service.url) as client:
        heard = await listen(client, Source(b""), to(voice=VOICE))
        assert (heard.error, heard.events, service.connections) == (None, [], [])


def test_silence_that_is_called_a_success_is_no_phrase() -> None:
    silent = {
        "RecognitionStatus": "Success",
        "Text": "",
        "Translation": {"Translations": [{"Language": "de", "Text": ""}]},
    }
    said = translation.phrase(silent)
    assert (said.status, said.translations, said.translation_error) == (RecognitionStatus.NO_MATCH, {}, None)


# --- what fails alone


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("mode", MODES)
async def test_no_translation(mode: Mode, dialect: Dialect) -> None:
    translator = ScriptedTranslator({"de": TranslationFailedError("Translation not available")})
    heard = await translate(to(mode=mode, voice=VOICE), dialect=dialect, translator=translator)
    assert heard.error is None
    assert heard.transcript == SAID[mode]
    assert {(*phrase.translations, phrase.translation_error) for phrase in success(heard)} == {
        ("Translation not available",)
    }
    assert (heard.spoken, heard.endings) == (b"", [])


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("mode", MODES)
async def test_a_translation_is_missing(mode: Mode, dialect: Dialect) -> None:
    translator = ScriptedTranslator({"de": TranslationFailedError("Translation not available")})
    heard = await translate(to("de", "fr", mode=mode, voice=VOICE), dialect=dialect, translator=translator)
    assert heard.error is None
    assert [phrase.translations for phrase in success(heard)] == [{"fr": f"[fr] {text}"} for text in PHRASES[mode]]
    assert {phrase.translation_error for phrase in success(heard)} == {"Translation not available"}
    assert heard.hypotheses
    assert heard.hypotheses[0].translations.keys() == {"fr"}
    # The voice would have spoken what is missing.
    assert heard.spoken == b""
    assert heard.endings == ["the service did not speak the translation"] * len(PHRASES[mode])


def test_fewer_languages_than_asked_for() -> None:
    """As the Translator Speech API of 2018 does it, which knows one."""
    phrase = Phrase(status=RecognitionStatus.SUCCESS, text="One.", translations={"de": "Eins."})
    assert translation.checked(phrase, ("de",)) is phrase
    assert translation.checked(phrase, ("de", "fr", "es")).translation_error == (
        "the service did not translate to fr, es"
    )


def test_status_of_a_synthesis_in_either_sdk_s_words() -> None:
    """The JavaScript SDK reads SynthesisStatus from either message, the native SDK only Status from audio.end."""
    assert translation.synthesis_error({"SynthesisStatus": "Success", "FailureReason": ""}) is None
    assert translation.synthesis_error({"Status": "Success"}) is None
    assert translation.synthesis_error({}) is None
    assert translation.synthesis_error({"SynthesisStatus": "Error", "FailureReason": "Bad voice"}) == "Bad voice"
    assert translation.synthesis_error({"Status": "Error", "FailureReason": "Bad voice"}) == "Bad voice"
    assert translation.synthesis_error({"Status": "Error"}) == "Error"
    for good in ("SynthesisEnd", 0, 1, "success"):
        assert translation.synthesis_error({"SynthesisStatus": good}) is None
        assert translation.synthesis_error({"SynthesisStatus": None, "Status": good}) is None
    assert translation.synthesis_error({"SynthesisStatus": 2}) == "Error"
    assert translation.synthesis_error({"SynthesisStatus": 2, "FailureReason": "Bad voice"}) == "Bad voice"


def test_speaker_stands_in_either_place() -> None:
    said = {"RecognitionStatus": "Success", "DisplayText": "One.", "Text": "one"}
    speaker = {"SpeakerId": "Guest-1"}
    for phrase in (said | speaker, {"SpeechPhrase": said | speaker}, {"SpeechPhrase": said} | speaker):
        assert translation.phrase(phrase).speaker == "Guest-1"
    for hypothesis in (said | speaker, {"SpeechHypothesis": said | speaker}, {"SpeechHypothesis": said} | speaker):
        assert translation.hypothesis(hypothesis).speaker == "Guest-1"
    assert translation.phrase({"SpeechPhrase": said}).speaker is None
