"""Runs one scenario with the Python SDK: ``python recognize.py SCENARIO`` (see `scenario`), events as JSON lines."""

from __future__ import annotations

from base64 import b64encode
import json
from pathlib import Path
import sys
import threading
import time
from typing import Any

import azure.cognitiveservices.speech as sdk  # type: ignore[import-untyped]  # the SDK has no types

_CHUNK = 3200
_CHUNK_SECONDS = 0.1


def report(event: str, **values: Any) -> None:
    """Print an event."""
    sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
    sys.stdout.flush()


def report_result(event: str, result: Any) -> None:
    """Print a result, with what the service said of it."""
    said = result.properties.get(sdk.PropertyId.SpeechServiceResponse_JsonResult)
    language = result.properties.get(sdk.PropertyId.SpeechServiceConnection_AutoDetectSourceLanguageResult)
    report(
        event,
        reason=result.reason.name,
        text=result.text,
        offset=result.offset,
        duration=result.duration,
        language=language or None,
        json=json.loads(said) if said else None,
        translations=dict(getattr(result, "translations", {})),
        speaker=getattr(result, "speaker_id", None),
    )


def report_synthesis(result: Any) -> None:
    """Print a piece of a spoken translation."""
    report("synthesizing", reason=result.reason.name, audio=b64encode(result.audio).decode())


def report_cancellation(details: Any) -> None:
    """Print why recognition was cancelled."""
    report("canceled", reason=details.reason.name, code=details.code.name, details=details.error_details)


def make_config(scenario: dict[str, Any]) -> Any:
    """Return a configuration for the service that the scenario names."""
    place = {"endpoint": scenario["endpoint"]} if scenario["endpoint"] else {"host": scenario["host"]}
    kind = sdk.translation.SpeechTranslationConfig if scenario["targets"] else sdk.SpeechConfig
    if not scenario["token"]:
        return kind(subscription=scenario["key"], **place)
    config = kind(**place)
    config.authorization_token = scenario["token"]
    return config


def make_recognizer(scenario: dict[str, Any], stream: Any) -> Any:
    """Return a recognizer as the scenario asks for it."""
    config = make_config(scenario)
    if scenario["dictation"]:
        config.enable_dictation()
    if scenario["detailed"]:
        config.output_format = sdk.OutputFormat.Detailed
    if scenario["profanity"]:
        config.set_profanity(sdk.ProfanityOption[scenario["profanity"]])
    if scenario["model"]:
        config.endpoint_id = scenario["model"]
    for name, value in scenario["properties"].items():
        config.set_property_by_name(name, value)
    languages: dict[str, Any] = {"language": scenario["language"]}
    if scenario["candidates"]:
        languages = {
            "auto_detect_source_language_config": sdk.languageconfig.AutoDetectSourceLanguageConfig(
                languages=scenario["candidates"]
            )
        }
    audio = sdk.audio.AudioConfig(stream=stream)
    if scenario["speakers"]:
        return make_transcriber(config, audio, languages)
    make = make_translator if scenario["targets"] else make_plain
    recognizer = make(scenario, config, audio, languages)
    recognizer.recognizing.connect(lambda event: report_result("recognizing", event.result))
    recognizer.recognized.connect(lambda event: report_result("recognized", event.result))
    recognizer.canceled.connect(lambda event: report_cancellation(event.cancellation_details))
    if scenario["phrases"]:
        phrases = sdk.PhraseListGrammar.from_recognizer(recognizer)
        for phrase in scenario["phrases"]:
            phrases.addPhrase(phrase)
    return recognizer


def make_plain(_: dict[str, Any], config: Any, audio: Any, languages: dict[str, Any]) -> Any:
    """Return a recognizer that does nothing but recognise."""
    return sdk.SpeechRecognizer(config, audio, **languages)


def make_transcriber(config: Any, audio: Any, languages: dict[str, Any]) -> Any:
    """Return a recognizer that tells speakers apart."""
    transcriber = sdk.transcription.ConversationTranscriber(config, audio, **languages)
    transcriber.transcribing.connect(lambda event: report_result("recognizing", event.result))
    transcriber.transcribed.connect(lambda event: report_result("recognized", event.result))
    transcriber.canceled.connect(lambda event: report_cancellation(event.cancellation_details))
    return transcriber


def make_translator(scenario: dict[str, Any], config: Any, audio: Any, languages: dict[str, Any]) -> Any:
    """Return a recognizer that translates."""
    for target in scenario["targets"]:
        config.add_target_language(target)
    if scenario["voice"]:
        config.voice_name = scenario["voice"]
    if language := languages.pop("language", ""):
        config.speech_recognition_language = language
    recognizer = sdk.translation.TranslationRecognizer(config, audio_config=audio, **languages)
    recognizer.synthesizing.connect(lambda event: report_synthesis(event.result))
    return recognizer


def push(stream: Any, scenario: dict[str, Any]) -> None:
    """Write the audio to the stream, at once or as a microphone would."""
    pcm = Path(scenario["audio"]).read_bytes()
    for at in range(0, len(pcm), _CHUNK):
        stream.write(pcm[at : at + _CHUNK])
        if scenario["paced"]:
            time.sleep(_CHUNK_SECONDS)
    stream.close()


def main() -> None:
    """Run the scenario."""
    scenario = json.loads(sys.argv[1])
    stream = sdk.audio.PushAudioInputStream(sdk.audio.AudioStreamFormat(16000, 16, 1))
    recognizer = make_recognizer(scenario, stream)
    stopped = threading.Event()
    recognizer.session_stopped.connect(lambda _: stopped.set())
    pusher = threading.Thread(target=push, args=(stream, scenario), daemon=True)
    pusher.start()
    if scenario["speakers"]:
        recognizer.start_transcribing_async().get()
        stopped.wait()
        recognizer.stop_transcribing_async().get()
    elif scenario["mode"] == "continuous":
        recognizer.start_continuous_recognition()
        stopped.wait()
        recognizer.stop_continuous_recognition()
    else:
        for _ in range(scenario["times"]):
            report_result("result", recognizer.recognize_once())
    pusher.join()
    report("done")


if __name__ == "__main__":
    main()
