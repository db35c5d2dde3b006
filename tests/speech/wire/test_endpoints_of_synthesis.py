"""Endpoints: where they speak, in which order it is tried, and where their voices are listed."""

from dataclasses import replace
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import Endpoint, SynthesisOptions

SPEECH: Final = SynthesisOptions(voice="de-DE-KatjaNeural")
CUSTOM: Final = SynthesisOptions(voice="MyCustomNeural", deployment="abcdef01-2345-6789-abcd-ef0123456789")
QUERY: Final = f"?deploymentId={CUSTOM.deployment}"
WEBSOCKET: Final = "/cognitiveservices/websocket/v1"
VOICES: Final = "/cognitiveservices/voices/list"
REST: Final = "/cognitiveservices/v1"


def websockets(endpoint: Endpoint, options: SynthesisOptions = SPEECH) -> list[str]:
    """Return the addresses that are tried, in order."""
    return [str(endpoint.websocket_url(generation, options)) for generation in endpoint.generations(options)]


@pytest.mark.parametrize(
    ("region", "domain"),
    [("westus", "microsoft.com"), ("usgovvirginia", "azure.us"), ("chinaeast2", "azure.cn")],
)
def test_region_in_its_cloud(region: str, domain: str) -> None:
    endpoint = Endpoint.from_region(region)
    tts, voice = f"{region}.tts.speech.{domain}", f"{region}.voice.speech.{domain}"
    assert websockets(endpoint) == [f"wss://{tts}/tts{WEBSOCKET}", f"wss://{tts}{WEBSOCKET}"]
    assert websockets(endpoint, CUSTOM) == [f"wss://{voice}/tts{WEBSOCKET}{QUERY}", f"wss://{voice}{WEBSOCKET}{QUERY}"]
    assert str(endpoint.speech_url(SPEECH)) == f"https://{tts}{REST}"
    assert str(endpoint.speech_url(CUSTOM)) == f"https://{voice}{REST}{QUERY}"
    assert str(endpoint.voices_url()) == f"https://{tts}{VOICES}"


@pytest.mark.parametrize(
    "text",
    [
        "https://westus.api.cognitive.microsoft.com/",
        "https://westus.tts.speech.microsoft.com/cognitiveservices/v1",
        "wss://westus.tts.speech.microsoft.com/cognitiveservices/websocket/v2",
        "https://westus.voice.speech.microsoft.com/cognitiveservices/v1?deploymentId=1234",
        # These mean more, but what they mean is no speech.
        "wss://westus.stt.speech.microsoft.com/speech/recognition/interactive/cognitiveservices/v1?cid=1234",
        "wss://westus.s2s.speech.microsoft.com/v1.0/speech/translate",
    ],
)
def test_address_of_a_region(text: str) -> None:
    endpoint = Endpoint.from_url(text)
    assert websockets(endpoint) == websockets(Endpoint.from_region("westus"))
    assert endpoint.speech_url(CUSTOM) == Endpoint.from_region("westus").speech_url(CUSTOM)
    assert endpoint.voices_url() == Endpoint.from_region("westus").voices_url()


@pytest.mark.parametrize(
    "text",
    [
        "https://myres.cognitiveservices.azure.com/",
        "https://myres.services.ai.azure.com/api/projects/home",
        "wss://myres.cognitiveservices.azure.com/stt/speech/universal/v2?cid=1234",
    ],
)
def test_resource(text: str) -> None:
    endpoint, host = Endpoint.from_url(text), "myres.cognitiveservices.azure.com"
    assert websockets(endpoint) == [f"wss://{host}/tts{WEBSOCKET}"]
    assert websockets(endpoint, CUSTOM) == [f"wss://{host}/voice{WEBSOCKET}{QUERY}"]
    assert str(endpoint.speech_url(SPEECH)) == f"https://{host}/tts{REST}"
    assert str(endpoint.speech_url(CUSTOM)) == f"https://{host}/voice{REST}{QUERY}"
    assert str(endpoint.voices_url()) == f"https://{host}/tts{VOICES}"


@pytest.mark.parametrize(
    ("text", "scheme", "address"),
    [
        ("http://localhost:5000", "", "localhost:5000"),
        ("ws://speech:5000/", "", "speech:5000"),
        ("https://speech.example/v1.0", "s", "speech.example/v1.0"),
    ],
)
def test_container(text: str, scheme: str, address: str) -> None:
    endpoint = Endpoint.from_url(text)
    assert websockets(endpoint) == [f"ws{scheme}://{address}{WEBSOCKET}", f"ws{scheme}://{address}/tts{WEBSOCKET}"]
    assert str(endpoint.speech_url(SPEECH)) == f"http{scheme}://{address}{REST}"
    assert str(endpoint.voices_url()) == f"http{scheme}://{address}{VOICES}"


@pytest.mark.parametrize("path", [f"/tts{WEBSOCKET}", WEBSOCKET, "/gate/cognitiveservices/websocket/v2"])
def test_full_address_is_used_as_it_is(path: str) -> None:
    endpoint = Endpoint.from_url(f"wss://gate.example:8443{path}?door=1")
    before = path.partition("/cognitiveservices/")[0]
    assert websockets(endpoint) == [f"wss://gate.example:8443{path}?door=1"]
    assert websockets(endpoint, CUSTOM) == [f"wss://gate.example:8443{path}?door=1&{QUERY[1:]}"]
    assert str(endpoint.speech_url(SPEECH)) == f"https://gate.example:8443{before}{REST}?door=1"
    assert str(endpoint.voices_url()) == f"https://gate.example:8443{before}{VOICES}?door=1"


def test_full_address_of_recognition_does_not_speak() -> None:
    endpoint = Endpoint.from_url("wss://gate.example/stt/speech/universal/v2?cid=1")
    assert websockets(endpoint) == []
    assert str(endpoint.speech_url(SPEECH)) == f"https://gate.example{REST}"
    assert str(endpoint.voices_url()) == f"https://gate.example{VOICES}"


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        (Endpoint.from_region("westus"), "wss://westus.tts.speech.microsoft.com{}"),
        (Endpoint.from_region("chinaeast2"), "wss://chinaeast2.tts.speech.azure.cn{}"),
        (
            Endpoint.from_url("https://myres.cognitiveservices.azure.com/"),
            "wss://myres.cognitiveservices.azure.com/tts{}",
        ),
        (Endpoint.from_url("ws://192.0.2.1:5000"), "ws://192.0.2.1:5000{}"),
        (Endpoint.from_url("wss://gate.example/door/cognitiveservices/websocket/v1"), "wss://gate.example/door{}"),
        (Endpoint.from_url("wss://gate.example/tts/cognitiveservices/websocket/v2"), "wss://gate.example/tts{}"),
    ],
)
def test_text_streaming_has_one_path(endpoint: Endpoint, expected: str) -> None:
    url = expected.format("/cognitiveservices/websocket/v2")
    assert websockets(endpoint, replace(SPEECH, text_streaming=True)) == [url]
    custom = replace(CUSTOM, text_streaming=True)
    assert websockets(endpoint, custom)[0].endswith(f"/cognitiveservices/websocket/v2{QUERY}")


def test_where_nothing_is_spoken_no_text_is_streamed() -> None:
    endpoint = Endpoint.from_url("wss://h.example/stt/speech/universal/v2")
    assert websockets(endpoint, replace(SPEECH, text_streaming=True)) == []
