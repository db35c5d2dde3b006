"""Speech over Home Assistant's HTTP view, whose chunks have any size and may begin with a RIFF header."""

from collections.abc import Mapping
import io
from typing import Any
import wave

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.speech_service.service import SpeechService

from .forms import add_resource
from .speech import RECOGNIZER, pcm, stream

HEADER = {
    "format": "wav",
    "codec": "pcm",
    "sample_rate": "16000",
    "bit_rate": "16",
    "channel": "1",
    "language": "en-US",
}


def riff(audio: bytes, sample_rate: int = 16000, channels: int = 1) -> bytes:
    """Return audio as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((channels, 2, sample_rate, 0, "NONE", ""))
        writer.writeframes(audio)
    return file.getvalue()


@pytest.fixture
async def post(hass: HomeAssistant, hass_client: ClientSessionGenerator, service: SpeechService) -> Any:
    """Post audio in chunks of a size. Returns the status, and the answer's JSON if there is one."""
    await add_resource(hass, service)
    assert await async_setup_component(hass, "http", {})
    client = await hass_client()

    async def post_audio(audio: bytes, chunk: int, **header: str) -> tuple[int, Mapping[str, Any]]:
        content = "; ".join(f"{name}={value}" for name, value in (HEADER | header).items())
        response = await client.post(
            f"/api/stt/{RECOGNIZER}", data=stream(audio, chunk), headers={"X-Speech-Content": content}
        )
        return response.status, await response.json() if response.content_type == "application/json" else {}

    return post_audio


def received(service: SpeechService) -> bytes:
    """Return the audio of the one turn that the service had."""
    (turn,) = (turn for connection in service.connections for turn in connection.turns)
    return bytes(turn.audio)


@pytest.mark.parametrize("chunk", [1021, 4096, 100000])
@pytest.mark.parametrize("header", [False, True], ids=["plain", "RIFF"])
async def test_chunks_of_any_size_are_recognised(post: Any, service: SpeechService, chunk: int, header: bool) -> None:  # noqa: FBT001
    audio = pcm(1)
    assert await post(riff(audio) if header else audio, chunk) == (
        200,
        {"text": "Turn on the kitchen light.", "result": "success"},
    )
    assert received(service) == audio


@pytest.mark.parametrize(("language", "asked"), [("de_de", "de-DE"), ("en", "en-US"), ("EN-gb", "en-GB")])
async def test_a_language_in_other_words_is_completed(
    post: Any, service: SpeechService, language: str, asked: str
) -> None:
    assert (await post(pcm(1), 4096, language=language))[0] == 200
    (turn,) = (turn for connection in service.connections for turn in connection.turns)
    assert turn.options.languages == (asked,)


@pytest.mark.parametrize("size", [7, 65_537, 200_000])
@pytest.mark.parametrize("padding", [b"", b"\0"], ids=["bare", "padded"])
async def test_what_stands_before_the_audio_of_a_file_is_passed_over(
    post: Any, service: SpeechService, size: int, padding: bytes
) -> None:
    """Titles and pictures, also where their writer forgot the zero behind an odd number of bytes."""
    audio = pcm(1)
    wav = riff(audio)
    title = b"LIST" + size.to_bytes(4, "little") + b"x" * size + padding * (size % 2)
    assert await post(wav[:36] + title + wav[36:], 4096) == (
        200,
        {"text": "Turn on the kitchen light.", "result": "success"},
    )
    assert received(service) == audio


async def test_a_file_in_which_no_audio_begins_is_no_silence(post: Any) -> None:
    """As long as it is: of silence nothing is told."""
    wav = riff(pcm(1)).replace(b"data", b"date")
    assert (await post(wav, 4096))[1] == {"text": None, "result": "error"}


async def test_half_a_sample_at_the_end_is_left_out(post: Any, service: SpeechService) -> None:
    audio = pcm(1)
    status, answer = await post(audio + b"\1", 4096)
    assert (status, answer["result"]) == (200, "success")
    assert received(service) == audio


@pytest.mark.parametrize("audio", [b"", riff(b"")], ids=["plain", "RIFF"])
async def test_an_empty_stream_is_no_speech(post: Any, audio: bytes) -> None:
    assert await post(audio, 4096) == (200, {"text": "", "result": "success"})


@pytest.mark.parametrize(
    "header",
    [
        {"sample_rate": "8000"},
        {"channel": "2"},
        {"bit_rate": "24"},
        {"codec": "opus"},
        {"format": "ogg"},
        {"language": "tlh"},
        {"language": "en-UK"},
    ],
    ids=lambda header: "=".join(*header.items()),
)
async def test_other_formats_are_refused(post: Any, service: SpeechService, header: dict[str, str]) -> None:
    assert (await post(pcm(0.1), 4096, **header))[0] == 415
    assert not any(connection.turns for connection in service.connections)


@pytest.mark.parametrize(("sample_rate", "channels"), [(8000, 1), (16000, 2)], ids=["8 kHz", "stereo"])
async def test_a_file_of_another_format_is_an_error_of_one_line(
    post: Any, caplog: pytest.LogCaptureFixture, sample_rate: int, channels: int
) -> None:
    caplog.clear()
    assert await post(riff(pcm(1), sample_rate, channels), 4096) == (200, {"text": None, "result": "error"})
    (line,) = (
        record.getMessage()
        for record in caplog.records
        if record.name == "custom_components.azure_speech_live.hearing_entity"
    )
    assert line.startswith(f"{RECOGNIZER}: cannot use the audio: ")


@pytest.mark.usefixtures("post")
async def test_the_capabilities_are_those_of_the_wire(hass_client: ClientSessionGenerator) -> None:
    client = await hass_client()
    response = await client.get(f"/api/stt/{RECOGNIZER}")
    capabilities = await response.json()
    assert capabilities.pop("languages")[:3] == ["ar-EG", "de-DE", "en-US"]
    assert capabilities == {
        "formats": ["wav"],
        "codecs": ["pcm"],
        "sample_rates": [16000],
        "bit_rates": [16],
        "channels": [1],
    }
