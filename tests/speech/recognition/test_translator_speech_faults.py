"""What goes wrong in the dialect of the Translator Speech API of 2018: alone, or with the connection."""

import json
from typing import Any

import pytest

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    CredentialsError,
    Mode,
    NotASpeechEndpointError,
    Phrase,
    Synthesis,
    SynthesisEnded,
    UpgradeRefusedError,
)
from custom_components.azure_speech_live.speech.recognition.translator_speech import QUIET
from tests.speech_service import Behaviour, Fault, ScriptedSynthesizer, ScriptedTranslator
from tests.speech_service.engines.legible import silence, speak
from tests.speech_service.engines.scripted_translation import spoken
from tests.speech_service.engines.translation import TranslationFailedError
from tests.speech_service.faults import After, AudioReceived, Before, Close, Drop, Freeze, Point, Refuse, Reset, Send

from ..caller import AUDIO, PHRASES, SAID, Source, listen
from .test_translator_speech import VOICE, interpreter, translate
from .translations import MODES, german, success, to


@pytest.mark.parametrize("mode", MODES)
async def test_no_translation(mode: Mode) -> None:
    translator = ScriptedTranslator({"de": TranslationFailedError("Translation not available")})
    heard = await translate(to(mode=mode, voice=VOICE), translator=translator)
    assert heard.error is None
    assert heard.transcript == SAID[mode]
    assert {phrase.translation_error for phrase in success(heard)} == {"the service gave no translation"}
    assert not any(phrase.translations for phrase in heard.phrases)
    assert heard.endings == []


@pytest.mark.parametrize("mode", MODES)
async def test_no_speech(mode: Mode) -> None:
    heard = await translate(to(mode=mode, voice=VOICE), synthesizer=ScriptedSynthesizer(fail_after=1))
    assert heard.error is None
    assert [phrase.translations for phrase in success(heard)] == german(PHRASES[mode])
    assert heard.spoken == b""
    assert heard.endings == ["the service did not speak the translation"] * len(PHRASES[mode])


async def test_speech_of_one_phrase_is_missing() -> None:
    """That of the next one is not taken for it."""
    drop = Behaviour(faults=(Fault(Before("synthesis"), Drop()),))
    heard = await translate(to(voice=VOICE), behaviours=[drop])
    phrases = PHRASES[Mode.CONVERSATION]
    assert heard.spoken == b"".join(spoken(f"[de] {phrase}") for phrase in phrases[1:])
    assert heard.endings == ["the service did not speak the translation", None, None]
    kinds = [type(event) for event in heard.events if isinstance(event, Phrase | Synthesis | SynthesisEnded)]
    assert kinds[:3] == [Phrase, SynthesisEnded, Phrase]


@pytest.mark.parametrize("do", [Reset(), Close(1001), Close(1000), Close(1011)])
@pytest.mark.parametrize("at", [AudioReceived(20_000), Before("final"), Before("partial")])
@pytest.mark.parametrize("mode", MODES)
async def test_drop(mode: Mode, at: Point, do: Reset | Close) -> None:
    async with interpreter(behaviours=[Behaviour(faults=(Fault(at, do),))]) as (service, client):
        heard = await listen(client, Source(AUDIO[mode]), to(mode=mode, voice=VOICE))
        assert len(service.translators) == 2
    assert heard.error is None
    assert [phrase.translations for phrase in success(heard)] == german(PHRASES[mode])
    assert heard.endings == [None] * len(PHRASES[mode])


@pytest.mark.parametrize("at", [After("final"), After("fragment", 1)])
@pytest.mark.parametrize("do", [Reset(), Freeze()])
@pytest.mark.parametrize("mode", MODES)
async def test_drop_amid_the_synthesis(mode: Mode, do: Reset | Freeze, at: Point) -> None:
    """The phrase is kept, and its speech is not there; the rest is translated and spoken."""
    async with interpreter(behaviours=[Behaviour(faults=(Fault(at, do),))]) as (_, client):
        heard = await listen(client, Source(AUDIO[mode]), to(mode=mode, voice=VOICE))
    assert heard.error is None
    assert heard.transcript == SAID[mode]
    assert heard.spoken == b"".join(spoken(f"[de] {phrase}") for phrase in PHRASES[mode][1:])
    assert heard.endings[0] is not None
    assert heard.endings[1:] == [None] * (len(PHRASES[mode]) - 1)
    assert heard.seconds_more <= 5.0 + QUIET


async def test_refused_header() -> None:
    behaviours = [Behaviour(faults=(Fault(AudioReceived(1), Close(1003, "No header")),))] * 2
    heard = await translate(to(mode=Mode.INTERACTIVE), behaviours=behaviours)
    assert isinstance(heard.error, ConnectionFailedError)


@pytest.mark.parametrize(
    ("status", "error"), [(401, CredentialsError), (400, UpgradeRefusedError), (404, NotASpeechEndpointError)]
)
async def test_refused(status: int, error: type[Exception]) -> None:
    async with interpreter(behaviours=[Behaviour(answer=Refuse(status))]) as (service, client):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(mode=Mode.INTERACTIVE))
        assert isinstance(heard.error, error)
        assert len(service.attempts) == 1
        assert not service.posts


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"type":"final"}', '{"type":"final","recognition":5}', "[" * 100_000],
    ids=["empty", "cut off", "list", "null", "no text", "wrong type", "deep"],
)
async def test_results_that_cannot_be_read(text: str) -> None:
    """What they were to say is asked again, on another connection."""
    async with interpreter(
        behaviours=[Behaviour(faults=(Fault(Before("final"), Drop()), Fault(Before("final"), Send(text))))]
    ) as (service, client):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(mode=Mode.INTERACTIVE))
        assert len(service.translators) == 2
    assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])


@pytest.mark.parametrize(
    "result",
    [
        {"type": "greeting"},
        {},
        {"type": ["final"]},
        {"type": "partial", "recognition": "x"},
        {"type": "partial", "recognition": "x", "translation": 5, "audioTimeOffset": "a", "audioTimeSize": -1},
    ],
)
async def test_results_that_say_nothing(result: object) -> None:
    fault = Fault(Before("final"), Send(json.dumps(result)))
    heard = await translate(to(mode=Mode.INTERACTIVE), behaviours=[Behaviour(faults=(fault,))])
    assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])


@pytest.mark.parametrize("times", [{}, {"audioTimeOffset": None, "audioTimeSize": "x"}, {"audioTimeOffset": -5}])
async def test_results_without_times(times: dict[str, Any]) -> None:
    """They are about all that they can be about."""
    final = {"type": "final", "recognition": "Yes.", "translation": "Ja."} | times
    faults = (Fault(Before("final"), Drop()), Fault(Before("final"), Send(json.dumps(final))))
    async with interpreter(behaviours=[Behaviour(faults=faults)]) as (service, client):
        heard = await listen(client, Source(speak("Yes.") + silence(0.6)), to())
        assert len(service.translators) == 1
    assert heard.error is None
    assert [(phrase.text, phrase.translations) for phrase in heard.phrases] == [("Yes.", {"de": "Ja."})]
