"""What both SDKs can have spoken, and what they make of the stand-in's answer.

Not here, as it makes an SDK hang: a close with 1000 in a turn (both), a turn.start, response or turn.end that does not
come (the JavaScript one for ever, the native one for 80 s), text in pieces that is never answered (the same).
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.speech_service import Delivery, SpeechService, SynthesisTurn
from tests.speech_service.synthesis.asking import AVA, ssml
from tests.speech_service.synthesis.delivery import DELIVERIES, Listens
from tests.speech_service.synthesis.voices import VOICES

from .scenario import Sdk, Speaking, speak

_V1 = "/cognitiveservices/websocket/v1"
_V2 = "/cognitiveservices/websocket/v2"
_RAW = "Raw24Khz16BitMonoPcm"
_TEXT = "Hello & <you>, \"how\" are 'you'?"
_ENVELOPE = (
    "<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xmlns:mstts='http://www.w3.org/2001/mstts' "
    "xmlns:emo='http://www.w3.org/2009/10/emotionml' xml:lang='en-US'>{}</speak>"
)
_FORMATS = {
    "Raw16Khz16BitMonoPcm": "raw-16khz-16bit-mono-pcm",
    "Raw48Khz16BitMonoPcm": "raw-48khz-16bit-mono-pcm",
    "Riff24Khz16BitMonoPcm": "raw-24khz-16bit-mono-pcm",
    "Raw8Khz8BitMonoMULaw": "raw-8khz-8bit-mono-mulaw",
    "Audio24Khz48KBitRateMonoMp3": "audio-24khz-48kbitrate-mono-mp3",
    "Ogg24Khz16BitMonoOpus": "ogg-24khz-16bit-mono-opus",
    "Webm24Khz16BitMonoOpus": "webm-24khz-16bit-mono-opus",
}
"""Formats by an SDK's name, and as it asks for them: a RIFF header is of its own making."""


@pytest.fixture
async def service() -> AsyncIterator[SpeechService]:
    """Return a service; when it ends, the SDKs must have kept all its rules."""
    async with SpeechService() as service:
        yield service
        assert [connection.violation for connection in service.syntheses if connection.violation] == []


def turns(service: SpeechService) -> list[SynthesisTurn]:
    """Return the turns of all connections."""
    return [turn for connection in service.syntheses for turn in connection.turns]


def speaking(service: SpeechService, *calls: tuple[str, Any], **more: Any) -> Speaking:
    """Return a scenario in the voice and the format of these tests."""
    return Speaking(**{"host": service.url, "voice": AVA, "format": _RAW, "calls": list(calls)} | more)


async def test_text_and_ssml(sdk: Sdk, service: SpeechService) -> None:
    events = await speak(sdk, speaking(service, ("text", _TEXT), ("ssml", ssml("Two."))))
    assert events.heard == [_TEXT, "Two."]
    assert {event["reason"] for event in events.of("result")} == {"SynthesizingAudioCompleted"}
    [connection] = service.syntheses
    first, second = connection.turns
    escaped = "Hello &amp; &lt;you&gt;, &quot;how&quot; are &apos;you&apos;?"
    assert first.ssml == _ENVELOPE.format(f"<voice name='{AVA}'>{escaped}</voice>")
    assert second.ssml == ssml("Two.")
    assert first.asked.session_end
    assert not first.asked.words


async def test_default_voice_and_format(sdk: Sdk, service: SpeechService) -> None:
    events = await speak(sdk, speaking(service, ("text", "Hello."), voice="", format="", language="de-DE"))
    [turn] = turns(service)
    assert turn.asked.output_format == "raw-16khz-16bit-mono-pcm"
    assert "'de-de-katjaneural'" in turn.ssml.lower()
    [result] = events.of("result")
    assert result["reason"] == "SynthesizingAudioCompleted"


async def test_language_that_is_found_out(sdk: Sdk, service: SpeechService) -> None:
    events = await speak(sdk, speaking(service, ("text", "Hello."), voice="", detect=True))
    assert events.heard == ["Hello."]
    [turn] = turns(service)
    assert turn.asked.detects_language
    assert "<voice" not in turn.ssml


@pytest.mark.parametrize("name", _FORMATS)
async def test_formats(sdk: Sdk, service: SpeechService, name: str) -> None:
    events = await speak(sdk, speaking(service, ("text", "Hello."), format=name))
    [turn] = turns(service)
    assert turn.asked.output_format == _FORMATS[name]
    [result] = events.of("result")
    audio = b64decode(result["audio"])
    header = (46 if sdk is Sdk.PYTHON else 44) if name.startswith("Riff") else 0
    assert audio[header:] == bytes(turn.audio)
    assert audio[: min(header, 4)] == b"RIFF"[:header]


async def test_token(sdk: Sdk, service: SpeechService) -> None:
    scenario = speaking(service, ("text", "Hello."), token=service.authorization.issue_token())
    assert (await speak(sdk, scenario)).heard == ["Hello."]


async def test_what_is_told_of_the_audio(sdk: Sdk, service: SpeechService) -> None:
    marked = ssml("Hello <bookmark mark='m'/>you.")
    at_once = {"SpeechServiceResponse_SynthesisEventsSyncToAudio": "false"}
    events = await speak(sdk, speaking(service, ("ssml", marked), boundaries=True, properties=at_once))
    assert [(event["text"], event["offset"], event["kind"]) for event in events.of("word")] == [
        ("Hello", 0, "Word"),
        ("you", 6 * 200_000, "Word"),
        (".", 9 * 200_000, "Punctuation"),
    ]
    assert [(event["text"], event["offset"]) for event in events.of("bookmark")] == [("m", 6 * 200_000)]
    assert [event["offset"] for event in events.of("viseme")] == [0, 6 * 200_000]


@pytest.mark.parametrize("name", [name for name in DELIVERIES if not name.startswith("text-")])
async def test_deliveries(sdk: Sdk, service: SpeechService, name: str) -> None:
    """What is odd passes through: a header that nobody asked for is heard."""
    service.synthesis.delivery = DELIVERIES[name]
    events = await speak(sdk, speaking(service, ("text", "Hello."), ("text", "Two."), boundaries=True))
    first, second = (b64decode(event["audio"]) for event in events.of("result"))
    assert [first, second] == [bytes(turn.audio) for turn in turns(service)]
    if not DELIVERIES[name].riff:
        assert events.heard == ["Hello.", "Two."]


async def test_slow_speech(sdk: Sdk, service: SpeechService) -> None:
    service.synthesis.delivery = Delivery(first_audio=1.0, pace=1.0)
    assert (await speak(sdk, speaking(service, ("text", "x" * 50)))).heard == ["x" * 50]


async def test_started(sdk: Sdk, service: SpeechService) -> None:
    """The audio is read while it comes."""
    if sdk is Sdk.JAVASCRIPT:
        pytest.skip("it has no such call")
    service.synthesis.delivery = Delivery(pace=4.0)
    events = await speak(sdk, speaking(service, ("start", "Hello there. " * 4)))
    assert events.heard == ["Hello there. " * 4]
    assert [event["reason"] for event in events.of("result")] == ["SynthesizingAudioStarted"]


@pytest.mark.parametrize("kept", [False, True])
async def test_stop(sdk: Sdk, service: SpeechService, *, kept: bool) -> None:
    """The next text is all that is heard then, on the same connection or another one."""
    if sdk is Sdk.JAVASCRIPT:
        pytest.skip("it has no such call")
    service.synthesis.delivery = Delivery(pace=4.0)
    properties = {"SpeechSynthesis_KeepConnectionAfterStopping": "true"} if kept else {}
    events = await speak(sdk, speaking(service, ("stop", "x" * 200), ("text", "After."), properties=properties))
    assert events.heard == ["After."]
    assert len(service.syntheses) == (1 if kept else 2)


# --- text in pieces


@pytest.mark.parametrize("path", [_V1, _V2])
async def test_pieces(sdk: Sdk, service: SpeechService, path: str) -> None:
    pieces = ["Hel", "lo & ", "<you>. ", 0.3, "And\r\n\r\nmore. "]
    endpoint = service.url + path
    scenario = speaking(service, ("pieces", pieces), ("pieces", ["Two."]), ("text", "Three."), endpoint=endpoint)
    events = await speak(sdk, scenario)
    assert [heard.replace("\r\n", "") for heard in events.heard] == ["Hello & <you>. Andmore. ", "Two.", "Three."]
    [connection] = service.syntheses
    first = connection.turns[0]
    assert first.pieces == [piece for piece in pieces if isinstance(piece, str)]
    assert first.asked.streaming is not None
    assert first.asked.streaming.voice == AVA


@pytest.mark.parametrize(
    "delivery",
    [Delivery(listens=Listens.PIECE), Delivery(listens=Listens.END), Delivery(waits_for_text=True)],
    ids=["piece", "end", "waits"],
)
async def test_pieces_as_the_service_may_take_them(sdk: Sdk, service: SpeechService, delivery: Delivery) -> None:
    service.synthesis.delivery = delivery
    scenario = speaking(service, ("pieces", [0.2, "Hello there. ", 0.2, "And more."]), endpoint=service.url + _V2)
    assert (await speak(sdk, scenario)).heard == ["Hello there. And more."]


async def test_no_pieces(sdk: Sdk, service: SpeechService) -> None:
    events = await speak(sdk, speaking(service, ("pieces", []), endpoint=service.url + _V2))
    assert [(event["reason"], event["audio"]) for event in events.of("result")] == [("SynthesizingAudioCompleted", "")]


# --- the list of voices


async def test_voices(sdk: Sdk, service: SpeechService) -> None:
    events = await speak(sdk, speaking(service, ("voices", ""), ("voices", "de-DE"), host=service.http_url))
    everyone, german = events.of("voices")
    assert {everyone["reason"], german["reason"]} == {"VoicesListRetrieved"}
    assert everyone["names"] == [voice.short_name for voice in VOICES]
    assert german["names"] == [voice.short_name for voice in VOICES if voice.locale == "de-DE"]
    assert len(service.lists) == 2


async def test_voices_of_a_locale_that_has_none(sdk: Sdk, service: SpeechService) -> None:
    [found] = (await speak(sdk, speaking(service, ("voices", "xx-XX"), host=service.http_url))).of("voices")
    assert found["names"] == []
    assert found["reason"] == ("Canceled" if sdk is Sdk.PYTHON else "VoicesListRetrieved")


async def test_voices_refused(sdk: Sdk, service: SpeechService) -> None:
    events = await speak(sdk, speaking(service, ("voices", ""), host=service.http_url, key="f" * 32))
    [found] = events.of("voices")
    assert found["reason"] == "Canceled"
    assert "401" in found["details"]
    assert len(service.lists) == 1
