"""What both SDKs can ask for, and what they make of the stand-in's answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.speech_service import Behaviour, Fault, Legible, Scripted, SpeechService, Turn, Utterance
from tests.speech_service.certificates import make_certificate, make_tls_contexts
from tests.speech_service.engines import Status
from tests.speech_service.engines.legible import silence, speak
from tests.speech_service.faults import Before, Drop, Send
from tests.speech_service.options import Mode, Profanity

from .scenario import Scenario, Sdk, run

_HELLO = speak("Hello there, how are you?") + silence(1.0)
_TWO = _HELLO + speak("Fine, thank you.")


@pytest.fixture
async def service() -> AsyncIterator[SpeechService]:
    """Return a service that reads the audio; when it ends, the SDKs must have kept all its rules."""
    async with SpeechService(Legible()) as service:
        yield service
        await service.until(lambda: all(connection.closed for connection in service.connections))
        assert [connection.client_close_code for connection in service.connections] == [1000] * len(service.connections)


def only_turn(service: SpeechService) -> Turn:
    """Return the one turn that there was."""
    [connection] = service.connections
    [turn] = connection.turns
    return turn


async def test_once(sdk: Sdk, service: SpeechService, tmp_path: Path) -> None:
    events = await run(sdk, Scenario(host=service.url), _TWO, tmp_path)
    assert events.texts == ["Hello there, how are you?"]
    [result] = events.of("result")
    assert (result["reason"], result["offset"], result["duration"]) == ("RecognizedSpeech", 0, 10_000_000)
    assert [event["text"] for event in events.of("recognizing")] == ["hello there"]
    assert service.connections[0].path == "/speech/recognition/interactive/cognitiveservices/v1"
    turn = only_turn(service)
    assert turn.riff_size == 44
    assert turn.frame_sizes[:4] == [44, 3200, 3200, 3200]
    assert turn.telemetry


async def test_continuous(sdk: Sdk, service: SpeechService, tmp_path: Path) -> None:
    events = await run(sdk, Scenario(host=service.url, mode="continuous"), _TWO, tmp_path)
    assert events.texts == ["Hello there, how are you?", "Fine, thank you."]
    assert [event["offset"] for event in events.of("recognized") if event["text"]] == [0, 15_000_000]
    assert [event["reason"] for event in events.of("canceled")] == ["EndOfStream"]
    assert service.connections[0].path == "/speech/recognition/conversation/cognitiveservices/v1"
    assert only_turn(service).audio == _TWO


@pytest.mark.parametrize("size", [2, 3230])
async def test_audio_that_is_no_whole_number_of_milliseconds(
    sdk: Sdk, service: SpeechService, tmp_path: Path, size: int
) -> None:
    """No SDK sends a rest again as a turn of its own: the end accounts for all audio."""
    pcm = speak("Yes.") + silence(0.6) + bytes(size)
    events = await run(sdk, Scenario(host=service.url, mode="continuous"), pcm, tmp_path)
    assert events.texts == ["Yes."]
    assert only_turn(service).audio == pcm


async def test_dictation(sdk: Sdk, service: SpeechService, tmp_path: Path) -> None:
    events = await run(sdk, Scenario(host=service.url, mode="continuous", dictation=True), _TWO, tmp_path)
    assert events.texts == ["Hello there, how are you?", "Fine, thank you."]
    assert only_turn(service).options.mode is Mode.DICTATION


@pytest.mark.parametrize("mode", ["once", "continuous"])
async def test_universal_endpoint(sdk: Sdk, service: SpeechService, tmp_path: Path, mode: str) -> None:
    """As on a region: the mode is in the context."""
    endpoint = f"{service.url}/stt/speech/universal/v2"
    events = await run(sdk, Scenario(endpoint=endpoint, mode=mode), _TWO, tmp_path)
    assert events.texts == ["Hello there, how are you?", "Fine, thank you."][: 1 if mode == "once" else 2]
    assert only_turn(service).options.mode is (Mode.INTERACTIVE if mode == "once" else Mode.CONVERSATION)


async def test_old_base(sdk: Sdk, service: SpeechService, tmp_path: Path) -> None:
    endpoint = f"{service.url}/v1.0/speech/recognition/interactive/cognitiveservices/v1"
    events = await run(sdk, Scenario(endpoint=endpoint), _HELLO, tmp_path)
    assert events.texts == ["Hello there, how are you?"]


async def test_detailed(sdk: Sdk, service: SpeechService, tmp_path: Path) -> None:
    events = await run(sdk, Scenario(host=service.url, detailed=True), _HELLO, tmp_path)
    [result] = events.of("result")
    assert result["text"] == "Hello there, how are you?"
    assert result["json"]["NBest"][0]["Lexical"] == "hello there how are you"
    assert only_turn(service).options.detailed


async def test_word_timings(sdk: Sdk, service: SpeechService, tmp_path: Path) -> None:
    properties = {"SpeechServiceResponse_RequestWordLevelTimestamps": "true"}
    if sdk is Sdk.PYTHON:
        properties = {"SPEECH-WordLevelTimestamps": "true"}
    events = await run(sdk, Scenario(host=service.url, detailed=True, properties=properties), _HELLO, tmp_path)
    words = events.of("result")[0]["json"]["NBest"][0]["Words"]
    assert [word["Word"] for word in words] == ["hello", "there", "how", "are", "you"]


@pytest.mark.parametrize("profanity", list(Profanity))
async def test_profanity(sdk: Sdk, service: SpeechService, tmp_path: Path, profanity: Profanity) -> None:
    scenario = Scenario(host=service.url, profanity=profanity.value.capitalize())
    events = await run(sdk, scenario, speak("Turn on the damn light."), tmp_path)
    expected = {Profanity.RAW: "the damn light", Profanity.MASKED: "the **** light", Profanity.REMOVED: "the light"}
    assert events.texts == [f"Turn on {expected[profanity]}."]
    assert only_turn(service).options.profanity is profanity


async def test_phrase_list(sdk: Sdk, service: SpeechService, tmp_path: Path) -> None:
    phrases = ["Contoso", 'Jessie "Q" é']
    await run(sdk, Scenario(host=service.url, phrases=phrases), _HELLO, tmp_path)
    assert only_turn(service).options.phrases == tuple(phrases)


async def test_custom_model(sdk: Sdk, service: SpeechService, tmp_path: Path) -> None:
    model = "abcdef01-2345-6789-abcd-ef0123456789"
    await run(sdk, Scenario(host=service.url, model=model), _HELLO, tmp_path)
    assert only_turn(service).options.custom_model == model
    assert service.connections[0].query["cid"] == model


async def test_silence_limits(sdk: Sdk, service: SpeechService, tmp_path: Path) -> None:
    properties = {
        "SpeechServiceConnection_InitialSilenceTimeoutMs": "2000",
        "SpeechServiceConnection_EndSilenceTimeoutMs": "900",
    }
    if sdk is Sdk.PYTHON:
        properties = {"SPEECH-InitialSilenceTimeoutMs": "2000", "SPEECH-EndSilenceTimeoutMs": "900"}
    events = await run(sdk, Scenario(host=service.url, properties=properties), silence(2.5), tmp_path)
    options = only_turn(service).options
    assert (options.initial_silence, options.end_silence) == (2.0, 0.9)
    assert events.of("result")[0]["reason"] == "NoMatch"


async def test_language_at_the_start(sdk: Sdk, service: SpeechService, tmp_path: Path) -> None:
    pcm = speak("Guten Morgen zusammen.", language="de-DE")
    events = await run(sdk, Scenario(host=service.url, candidates=["en-US", "de-DE"]), pcm, tmp_path)
    [result] = events.of("result")
    assert (result["text"], result["language"]) == ("Guten Morgen zusammen.", "de-DE")
    assert {event["language"] for event in events.of("recognizing")} == {"de-DE"}
    assert only_turn(service).options.languages == ("en-US", "de-DE")


async def test_languages_that_change(sdk: Sdk, service: SpeechService, tmp_path: Path) -> None:
    pcm = speak("Guten Morgen.", language="de-DE") + silence(1.0) + speak("Good morning.", language="en-US")
    scenario = Scenario(
        endpoint=f"{service.url}/stt/speech/universal/v2",
        mode="continuous",
        candidates=["en-US", "de-DE"],
        properties={"SpeechServiceConnection_LanguageIdMode": "Continuous"},
    )
    events = await run(sdk, scenario, pcm, tmp_path)
    found = [(event["text"], event["language"]) for event in events.of("recognized") if event["text"]]
    assert found == [("Guten Morgen.", "de-DE"), ("Good morning.", "en-US")]


async def test_token(sdk: Sdk, service: SpeechService, tmp_path: Path) -> None:
    scenario = Scenario(host=service.url, token=service.authorization.issue_token())
    events = await run(sdk, scenario, _HELLO, tmp_path)
    assert events.texts == ["Hello there, how are you?"]
    assert service.connections[0].headers["Authorization"] == f"Bearer {scenario.token}"


async def test_two_turns_on_one_connection(sdk: Sdk, service: SpeechService, tmp_path: Path) -> None:
    scenario = Scenario(host=service.url, times=2, paced=True)
    events = await run(sdk, scenario, speak("One.") + silence(2.0) + speak("Two.") + silence(1.0), tmp_path)
    assert [event["text"] for event in events.of("result")] == ["One.", "Two."]
    [connection] = service.connections
    first, second = connection.turns
    assert first.request_id != second.request_id


async def test_silence(sdk: Sdk, service: SpeechService, tmp_path: Path) -> None:
    events = await run(sdk, Scenario(host=service.url), silence(2.0), tmp_path)
    assert [(event["reason"], event["text"]) for event in events.of("result")] == [("NoMatch", "")]


@pytest.mark.parametrize("status", [Status.INITIAL_SILENCE_TIMEOUT, Status.BABBLE_TIMEOUT])
async def test_nothing_recognised(sdk: Sdk, tmp_path: Path, status: Status) -> None:
    async with SpeechService(Scripted([Utterance(status=status, end=0.5)])) as service:
        events = await run(sdk, Scenario(host=service.url), silence(1.0), tmp_path)
    assert [event["reason"] for event in events.of("result")] == ["NoMatch"]


async def test_long_silence(sdk: Sdk, service: SpeechService, tmp_path: Path) -> None:
    """A minute and more without a word ends no session: it is accounted for. The first minute is sent at once."""
    properties = {"SPEECH-TransmitLengthBeforThrottleMs": "60000"}
    if sdk is Sdk.JAVASCRIPT:
        pytest.skip("its throttle cannot be switched off")
    pcm = silence(70.0) + speak("Still here.")
    events = await run(sdk, Scenario(host=service.url, mode="continuous", properties=properties), pcm, tmp_path)
    assert events.texts == ["Still here."]
    assert not events.error_codes


async def test_tls(sdk: Sdk, tmp_path: Path) -> None:
    certificate, key = make_certificate()
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(certificate)
    server, _ = make_tls_contexts(certificate, key)
    async with SpeechService(Legible(), ssl=server) as service:
        environment = {"SSL_CERT_FILE": str(trusted), "NODE_EXTRA_CA_CERTS": str(trusted)}
        events = await run(sdk, Scenario(host=service.url), _HELLO, tmp_path, **environment)
    assert events.texts == ["Hello there, how are you?"]


@pytest.mark.parametrize("status", ["InitialSilenceTimeout", "NoMatch"])
async def test_words_in_silence(sdk: Sdk, tmp_path: Path, status: str) -> None:
    """Both take the status at its word, and drop what was heard, where our client does not."""
    no = '{"Confidence":0.05,"Lexical":"no","ITN":"no","MaskedITN":"no","Display":"no"}'
    body = f'{{"RecognitionStatus":"{status}","Offset":0,"Duration":10000000,"DisplayText":"","NBest":[{no}]}}'
    phrase = Before("speech.phrase")
    send = Send(f"X-RequestId:{{request_id}}\r\nPath:speech.phrase\r\n\r\n{body}")
    behaviours = [Behaviour(faults=(Fault(phrase, Drop()), Fault(phrase, send)))]
    async with SpeechService(Legible(), behaviours=behaviours) as service:
        events = await run(sdk, Scenario(host=service.url, detailed=True), _HELLO, tmp_path)
    [result] = events.of("result")
    assert (result["reason"], result["text"]) == ("NoMatch", "")
