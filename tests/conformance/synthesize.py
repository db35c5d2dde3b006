"""Runs one scenario with the Python SDK: ``python synthesize.py SCENARIO`` (see `scenario`), events as JSON lines."""

from __future__ import annotations

from base64 import b64encode
import json
import os
import sys
import threading
import time
from typing import Any

import azure.cognitiveservices.speech as sdk  # type: ignore[import-untyped]  # the SDK has no types

_READ = 3200
_LATE = 0.5
"""Seconds in which events still come after the result: each kind has a thread of its own."""
_printing = threading.Lock()


def report(event: str, **values: Any) -> None:
    """Print an event."""
    with _printing:
        sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
        sys.stdout.flush()


def report_result(result: Any) -> None:
    """Print what became of a text."""
    report("result", reason=result.reason.name, audio=b64encode(result.audio_data).decode())
    if result.reason == sdk.ResultReason.Canceled:
        details = result.cancellation_details
        report("canceled", reason=details.reason.name, code=details.error_code.name, details=details.error_details)


def make_synthesizer(scenario: dict[str, Any]) -> Any:
    """Return a synthesizer as the scenario asks for it."""
    place = {"endpoint": scenario["endpoint"]} if scenario["endpoint"] else {"host": scenario["host"]}
    if scenario["token"]:
        config = sdk.SpeechConfig(**place)
        config.authorization_token = scenario["token"]
    else:
        config = sdk.SpeechConfig(subscription=scenario["key"], **place)
    if scenario["voice"]:
        config.speech_synthesis_voice_name = scenario["voice"]
    if scenario["language"]:
        config.speech_synthesis_language = scenario["language"]
    if scenario["format"]:
        config.set_speech_synthesis_output_format(sdk.SpeechSynthesisOutputFormat[scenario["format"]])
    for name, value in scenario["properties"].items():
        config.set_property_by_name(name, value)
    detection: dict[str, Any] = {}
    if scenario["detect"]:
        detection["auto_detect_source_language_config"] = sdk.languageconfig.AutoDetectSourceLanguageConfig()
    synthesizer = sdk.SpeechSynthesizer(config, None, **detection)
    synthesizer.synthesizing.connect(
        lambda event: report("synthesizing", audio=b64encode(event.result.audio_data).decode())
    )
    if scenario["boundaries"]:
        synthesizer.synthesis_word_boundary.connect(
            lambda event: report("word", text=event.text, offset=event.audio_offset, kind=event.boundary_type.name)
        )
        synthesizer.bookmark_reached.connect(
            lambda event: report("bookmark", text=event.text, offset=event.audio_offset)
        )
        synthesizer.viseme_received.connect(
            lambda event: report("viseme", id=event.viseme_id, offset=event.audio_offset)
        )
    return synthesizer


def speak_started(synthesizer: Any, text: str) -> None:
    """Begin to speak, and read the audio as a stream."""
    started = synthesizer.start_speaking_text_async(text).get()
    stream = sdk.AudioDataStream(started)
    audio = bytearray()  # the SDK writes into the same bytes again and again
    buffer = bytes(_READ)
    while count := stream.read_data(buffer):
        audio += buffer[:count]
    report("result", reason=started.reason.name, audio=b64encode(audio).decode())


def speak_pieces(synthesizer: Any, pieces: list[Any]) -> None:
    """Write text piece by piece; a number is a pause in seconds."""
    request = sdk.SpeechSynthesisRequest(input_type=sdk.SpeechSynthesisRequestInputType.TextStream)
    spoken = synthesizer.speak_async(request)
    for piece in pieces:
        if isinstance(piece, str):
            request.input_stream.write(piece)
        else:
            time.sleep(piece)
    request.input_stream.close()
    report_result(spoken.get())


def stop(synthesizer: Any, text: str) -> None:
    """Stop as soon as there is audio."""
    started = synthesizer.start_speaking_text_async(text).get()
    stream = sdk.AudioDataStream(started)
    stream.read_data(bytes(_READ))
    synthesizer.stop_speaking_async().get()
    report("stopped")


def report_voices(synthesizer: Any, locale: str) -> None:
    """Print the list of voices."""
    found = synthesizer.get_voices_async(locale).get()
    names = [voice.short_name for voice in found.voices or ()]
    report("voices", reason=found.reason.name, names=names, details=found.error_details)


def main() -> None:
    """Run the scenario."""
    scenario = json.loads(sys.argv[1])
    synthesizer = make_synthesizer(scenario)
    for call, argument in scenario["calls"]:
        match call:
            case "text":
                report_result(synthesizer.speak_text_async(argument).get())
            case "ssml":
                report_result(synthesizer.speak_ssml_async(argument).get())
            case "start":
                speak_started(synthesizer, argument)
            case "pieces":
                speak_pieces(synthesizer, argument)
            case "stop":
                stop(synthesizer, argument)
            case "pause":
                time.sleep(argument)
            case "voices":
                report_voices(synthesizer, argument)
    if scenario["boundaries"]:
        time.sleep(_LATE)
    report("done")
    os._exit(0)  # a callback must not find the interpreter gone


if __name__ == "__main__":
    main()
