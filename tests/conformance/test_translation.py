"""Translation as both SDKs ask for it, in both dialects, and what they make of the stand-in's answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
from pathlib import Path
from typing import Any

import pytest

from tests.speech_service import (
    DIALECTS,
    Behaviour,
    Dialect,
    Fault,
    Legible,
    ScriptedSynthesizer,
    ScriptedTranslator,
    SpeechService,
    Turn,
)
from tests.speech_service.engines.legible import silence, speak
from tests.speech_service.engines.scripted_translation import spoken
from tests.speech_service.engines.translation import TranslationFailedError
from tests.speech_service.faults import After, AudioReceived, Before, Drop, Reset, Send
from tests.speech_service.options import Mode

from .scenario import Scenario, Sdk, run

_HELLO = speak("Hello there, how are you?") + silence(1.0)
_TWO = _HELLO + speak("Fine, thank you.")
_TEXTS = ["Hello there, how are you?", "Fine, thank you."]
_VOICE = "de-DE-KatjaNeural"
_S2S = "/speech/translation/cognitiveservices/v1"


@asynccontextmanager
async def translating(dialect: Dialect = Dialect.PHRASE, **arguments: Any) -> AsyncIterator[SpeechService]:
    """Give a service that reads the audio; when it ends, the SDK must have kept all its rules."""
    async with SpeechService(Legible(), dialect=dialect, **arguments) as service:
        yield service
        await service.until(lambda: all(connection.closed for connection in service.connections))
        assert service.connections[-1].client_close_code == 1000


def only_turn(service: SpeechService) -> Turn:
    """Return the one turn that there was."""
    [connection] = service.connections
    [turn] = connection.turns
    return turn


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_once(sdk: Sdk, tmp_path: Path, dialect: Dialect) -> None:
    async with translating(dialect) as service:
        events = await run(sdk, Scenario(host=service.url, targets=["de"]), _TWO, tmp_path)
        assert events.texts == _TEXTS[:1]
        [result] = events.of("result")
        assert (result["reason"], result["translations"]) == ("TranslatedSpeech", {"de": f"[de] {_TEXTS[0]}"})
        interim = events.of("recognizing")[0]
        assert (interim["reason"], interim["translations"]) == ("TranslatingSpeech", {"de": "[de] hello there"})
        turn = only_turn(service)
        assert turn.options.mode is Mode.INTERACTIVE
        assert service.connections[0].path == "/stt/speech/universal/v2"


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_continuous_to_two_languages(sdk: Sdk, tmp_path: Path, dialect: Dialect) -> None:
    async with translating(dialect) as service:
        scenario = Scenario(host=service.url, mode="continuous", targets=["de", "fr"])
        events = await run(sdk, scenario, _TWO, tmp_path)
        assert events.texts == _TEXTS
        assert events.translations == [{"de": f"[de] {text}", "fr": f"[fr] {text}"} for text in _TEXTS]
        assert [event["offset"] for event in events.of("recognized") if event["text"]] == [0, 15_000_000]
        assert [event["reason"] for event in events.of("canceled")] == ["EndOfStream"]
        assert only_turn(service).audio == _TWO


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_audio_that_is_no_whole_number_of_milliseconds(sdk: Sdk, tmp_path: Path, dialect: Dialect) -> None:
    """EndOfDictation accounts for all audio in either dialect, so that no rest comes again as a turn of its own."""
    pcm = speak("Yes.") + silence(0.6) + bytes(12)
    async with translating(dialect) as service:
        scenario = Scenario(host=service.url, mode="continuous", targets=["de"])
        assert (await run(sdk, scenario, pcm, tmp_path)).texts == ["Yes."]
        assert only_turn(service).audio == pcm


@pytest.mark.parametrize(
    ("dialect", "mode"),
    [(Dialect.PHRASE, "continuous"), (Dialect.RESPONSE, "continuous"), (Dialect.RESPONSE, "once")],
)
async def test_voice(sdk: Sdk, tmp_path: Path, dialect: Dialect, mode: str) -> None:
    async with translating(dialect) as service:
        scenario = Scenario(host=service.url, mode=mode, targets=["de", "fr"], voice=_VOICE)
        events = await run(sdk, scenario, _TWO, tmp_path)
        count = 1 if mode == "once" else 2
        assert events.texts == _TEXTS[:count]
        assert events.spoken == b"".join(spoken(f"[de] {text}") for text in _TEXTS[:count])
        reasons = [event["reason"] for event in events.of("synthesizing")]
        assert reasons.count("SynthesizingAudioCompleted") == count
        assert reasons[-1] == "SynthesizingAudioCompleted"
        assert not events.error_codes
        assert only_turn(service).options.translation is not None


async def test_voice_whose_language_is_the_second_target(sdk: Sdk, tmp_path: Path) -> None:
    """The native SDK has its voice speak the first target, whatever the voice's language."""
    async with translating() as service:
        scenario = Scenario(host=service.url, targets=["fr", "de"], voice=_VOICE)
        events = await run(sdk, scenario, _HELLO, tmp_path)
        language = "fr" if sdk is Sdk.PYTHON else "de"
        assert events.spoken == spoken(f"[{language}] {_TEXTS[0]}")


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_language_identification(sdk: Sdk, tmp_path: Path, dialect: Dialect) -> None:
    pcm = speak("Hello.", language="en-US") + silence(1.0) + speak("Hola a todos.", language="es-ES")
    async with translating(dialect) as service:
        scenario = Scenario(
            host=service.url,
            mode="continuous",
            targets=["de"],
            candidates=["en-US", "es-ES"],
            properties={"SpeechServiceConnection_LanguageIdMode": "Continuous"},
        )
        events = await run(sdk, scenario, pcm, tmp_path)
        assert events.translations == [{"de": "[de] Hello."}, {"de": "[de] Hola a todos."}]
        languages = [event["language"] for event in events.of("recognized") if event["text"]]
        # The native SDK does not look for the language in the older dialect.
        blind = sdk is Sdk.PYTHON and dialect is Dialect.PHRASE
        assert languages == ([None, None] if blind else ["en-US", "es-ES"])
        assert only_turn(service).options.languages == ("en-US", "es-ES")


@pytest.mark.parametrize("mode", ["once", "continuous"])
async def test_older_endpoint(sdk: Sdk, tmp_path: Path, mode: str) -> None:
    """The path of the s2s hosts, where the query says what is asked for."""
    async with translating() as service:
        scenario = Scenario(endpoint=service.url + _S2S, mode=mode, targets=["de", "fr"], voice=_VOICE)
        events = await run(sdk, scenario, _TWO, tmp_path)
        count = 1 if mode == "once" else 2
        assert events.translations[:count] == [{"de": f"[de] {text}", "fr": f"[fr] {text}"} for text in _TEXTS[:count]]
        assert events.spoken.startswith(spoken(f"[de] {_TEXTS[0]}"))
        [connection] = service.connections
        assert connection.path == _S2S
        assert (connection.query["from"], connection.query["to"]) == ("en-US", "de,fr")


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_silence(sdk: Sdk, tmp_path: Path, dialect: Dialect) -> None:
    async with translating(dialect) as service:
        events = await run(sdk, Scenario(host=service.url, targets=["de"]), silence(6.0), tmp_path)
        assert [event["reason"] for event in events.of("result")] == ["NoMatch"]
        assert not events.error_codes


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_failed_translation(sdk: Sdk, tmp_path: Path, dialect: Dialect) -> None:
    """What was recognised is a result all the same; the native SDK drops the translations that there are."""
    translator = ScriptedTranslator({"de": TranslationFailedError("Translation not available")})
    async with translating(dialect, translator=translator) as service:
        scenario = Scenario(host=service.url, mode="continuous", targets=["de", "fr"])
        events = await run(sdk, scenario, _HELLO, tmp_path)
        assert events.texts == _TEXTS[:1]
        assert {event["reason"] for event in events.of("recognized") if event["text"]} == {"RecognizedSpeech"}
        assert events.translations == ([{}] if sdk is Sdk.PYTHON else [{"fr": f"[fr] {_TEXTS[0]}"}])
        assert not events.error_codes


async def test_failed_synthesis(sdk: Sdk, tmp_path: Path) -> None:
    """The native SDK ends the session then (and takes ten seconds to), the JavaScript SDK goes on."""
    async with translating(Dialect.RESPONSE, synthesizer=ScriptedSynthesizer(fail_after=2)) as service:
        scenario = Scenario(host=service.url, mode="continuous", targets=["de"], voice=_VOICE)
        events = await run(sdk, scenario, _TWO, tmp_path)
        assert events.translations[0] == {"de": f"[de] {_TEXTS[0]}"}
        assert events.spoken.startswith(spoken(f"[de] {_TEXTS[0]}")[: 2 * 4096])
        errors = [event for event in events.of("canceled") if event["reason"] == "Error"]
        assert errors[0]["code"] == "ServiceError"
        assert errors[0]["details"].startswith("Synthesis timed out")
        if sdk is Sdk.JAVASCRIPT:
            assert events.texts == _TEXTS


async def test_synthesis_without_its_end(sdk: Sdk, tmp_path: Path) -> None:
    drop = Behaviour(faults=(Fault(Before("translation.synthesis.end"), Drop()),))
    async with translating(behaviours=[drop]) as service:
        scenario = Scenario(host=service.url, mode="continuous", targets=["de"], voice=_VOICE)
        events = await run(sdk, scenario, _HELLO, tmp_path)
        assert events.spoken == spoken(f"[de] {_TEXTS[0]}")
        assert not events.error_codes


@pytest.mark.parametrize("at", [AudioReceived(20_000), After("translation.phrase"), After("translation.synthesis")])
async def test_reconnection(sdk: Sdk, tmp_path: Path, at: AudioReceived | After) -> None:
    """A connection that breaks costs no text; speech that was cut off is not made good for."""
    broken = Behaviour(faults=(Fault(at, Reset()),))
    async with translating(behaviours=[broken]) as service:
        scenario = Scenario(host=service.url, mode="continuous", paced=True, targets=["de"], voice=_VOICE)
        events = await run(sdk, scenario, _TWO, tmp_path)
        assert events.translations == [{"de": f"[de] {text}"} for text in _TEXTS]
        assert len(service.connections) == 2


_SUCCESS = {"RecognitionStatus": "Success", "Offset": 0, "Duration": 5_000_000}
_GERMAN = [{"Language": "de", "Text": "hallo", "DisplayText": "hallo"}]
_SHAPES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "as documented": (
        "translation.phrase",
        _SUCCESS | {"Text": "hello", "Translation": {"TranslationStatus": "Success", "Translations": _GERMAN}},
        "TranslatedSpeech",
        "TranslatedSpeech",
    ),
    "silence as a success": (
        "translation.phrase",
        _SUCCESS | {"Text": "", "Translation": {"TranslationStatus": "Success", "Translations": []}},
        "TranslatedSpeech",
        "TranslatedSpeech",
    ),
    "no status": (
        "translation.response",
        {"SpeechPhrase": _SUCCESS | {"DisplayText": "hello"}, "Translations": _GERMAN},
        "RecognizedSpeech",
        "RecognizedSpeech",
    ),
    "null for a hypothesis": (
        "translation.response",
        {
            "SpeechHypothesis": None,
            "SpeechPhrase": _SUCCESS | {"DisplayText": "hello"},
            "TranslationStatus": "Success",
            "Translations": _GERMAN,
        },
        "",  # the native SDK takes it for a hypothesis
        "TranslatedSpeech",
    ),
    "no translation": ("speech.phrase", _SUCCESS | {"DisplayText": "hello"}, "RecognizedSpeech", "RecognizedSpeech"),
}
"""Forms in which the service was seen to tell a translation, and what the native and the JavaScript SDK make of them.

Of translations at the root of translation.phrase, the native SDK takes the text only, and the JavaScript SDK hangs.
Neither takes headers that end in LF only.
"""


@pytest.mark.parametrize("shape", _SHAPES)
async def test_shapes_of_a_phrase(sdk: Sdk, tmp_path: Path, shape: str) -> None:
    path, body, native, javascript = _SHAPES[shape]
    at = Before("translation.phrase")
    said = Send(f"X-RequestId:{{request_id}}\r\nPath:{path}\r\n\r\n{json.dumps(body)}")
    async with translating(behaviours=[Behaviour(faults=(Fault(at, Drop()), Fault(at, said)))]) as service:
        scenario = Scenario(host=service.url, mode="continuous", targets=["de"])
        events = await run(sdk, scenario, _HELLO, tmp_path)
    expected = native if sdk is Sdk.PYTHON else javascript
    assert [event["reason"] for event in events.of("recognized") if event["reason"] != "NoMatch"] == [expected] * bool(
        expected
    )
    assert not events.error_codes
