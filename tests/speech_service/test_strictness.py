"""What the service does not put up with: each rule, with the close code and reason that a client gets."""

from __future__ import annotations

from collections.abc import AsyncIterator
import struct

import pytest

from . import SpeechService
from .raw_client import UNIVERSAL, WAV, RawClient, binary, connected
from .wav import riff_header

_AUDIO = "Path:audio\r\nX-RequestId:0123456789abcdef0123456789abcdef\r\nX-Timestamp:2026-11-22T12:44:42.886Z\r\n"


@pytest.fixture
async def service() -> AsyncIterator[SpeechService]:
    """Return a service that is used normally."""
    async with SpeechService() as service:
        yield service


@pytest.fixture
async def client(service: SpeechService) -> AsyncIterator[RawClient]:
    """Return a client that has sent speech.config."""
    async with connected(service.url) as client:
        yield client


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "Text message contains no data."),
        ("Path:speech.context", "Text message contains no header separator."),
        ("Path:speech.context\n\n{}", "Text message contains no header separator."),
        ("no header\r\n\r\n{}", "A header is not of the form Name: value."),
        (": value\r\n\r\n{}", "A header is not of the form Name: value."),
        (b"", "Binary message has invalid header size prefix."),
        (b"\x00", "Binary message has invalid header size prefix."),
        (b"\x00\x05abcd", "Binary message has invalid header size."),
        (b"\x20\x01" + b"a" * 8193, "Binary message has invalid header size."),
        (b"\x00\x02\xff\xfe", "Binary message headers decoding into UTF-8 failed."),
    ],
)
async def test_malformed_message(client: RawClient, data: str | bytes, reason: str) -> None:
    await client.websocket.send(data)
    assert await client.closed() == (1007, f"Incorrect message format. {reason}")


async def test_text_that_is_not_utf8(client: RawClient) -> None:
    await client.websocket.send(b"\xff\xfe", text=True)
    assert (await client.closed())[0] == 1007


async def test_header_section_of_the_largest_size(client: RawClient, service: SpeechService) -> None:
    head = _AUDIO + "Content-Type:audio/x-wav\r\nFiller:"
    head += "x" * (8192 - len(head) - 2) + "\r\n"
    await client.websocket.send(binary(head, riff_header()))
    await service.until(lambda: bool(service.connections[0].turns))


@pytest.mark.parametrize("name", ["Path", "X-RequestId", "X-Timestamp"])
async def test_missing_header(client: RawClient, name: str) -> None:
    await client.send_text("speech.context", {}, {name: ""})
    assert await client.closed() == (1002, f"Missing/Empty header. {name}")


@pytest.mark.parametrize("request_id", ["0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f", "0123", "g" * 32, "0" * 33])
async def test_request_id_of_another_form(client: RawClient, request_id: str) -> None:
    client.request_id = request_id
    await client.send_text("speech.context", {})
    reason = "Invalid request. X-RequestId header value was not specified in no-dash UUID format."
    assert await client.closed() == (1002, reason)


@pytest.mark.parametrize("change", [str.lower, str.upper])
async def test_request_id_of_a_finished_turn(client: RawClient, change: type[str]) -> None:
    await client.recognize(bytes(3200))
    await client.begin(request_id=change(client.request_id))
    assert await client.closed() == (1002, "Invalid request. Reuse of request identifiers is not allowed.")


async def test_request_id_of_a_finished_turn_without_context(client: RawClient) -> None:
    await client.recognize(bytes(3200))
    await client.send_audio(riff_header(), WAV)
    assert await client.closed() == (1002, "Invalid request. Reuse of request identifiers is not allowed.")


async def test_unknown_path(client: RawClient) -> None:
    await client.send_text("speech.unheard-of", {})
    assert await client.closed() == (1002, "Unknown message path. speech.unheard-of")


@pytest.mark.parametrize("path", ["speech.context", "audio"])
async def test_config_is_not_first(service: SpeechService, path: str) -> None:
    async with connected(service.url, configure=False) as client:
        if path == "audio":
            await client.send_audio(riff_header(), WAV)
        else:
            await client.send_text(path, {})
        assert await client.closed() == (1002, "speech.config must be the first message")


async def test_text_where_binary_is_due(client: RawClient) -> None:
    await client.send_text("audio", "x")
    assert await client.closed() == (1007, "audio must not be a text message")


async def test_binary_where_text_is_due(client: RawClient) -> None:
    await client.send_audio(b"{}", {"Path": "speech.context"})
    assert await client.closed() == (1007, "speech.context must not be a binary message")


@pytest.mark.parametrize("path", ["speech.config", "speech.context", "telemetry"])
async def test_empty_body(client: RawClient, path: str) -> None:
    await client.send_text(path, "")
    assert await client.closed() == (1007, "Incorrect message format. Text message contains no data.")


@pytest.mark.parametrize("path", ["speech.config", "speech.context", "telemetry"])
async def test_body_that_is_not_json(client: RawClient, path: str) -> None:
    await client.send_text(path, "{")
    assert await client.closed() == (1007, f"Incorrect message format. The body of {path} is not JSON.")


@pytest.mark.parametrize(
    "context",
    [
        [],
        {"phraseDetection": []},
        {"phraseDetection": {"mode": "SHOUTED"}},
        {"phraseDetection": {"enrichment": {"profanity": "loud"}}},
        {"phraseDetection": {"initialSilenceTimeout": "soon"}},
        {"dgi": {"groups": [{"items": [{}]}]}},
        {},  # universal v2 has no language but the context's
    ],
)
async def test_context_that_makes_no_sense(service: SpeechService, context: object) -> None:
    async with connected(service.url, UNIVERSAL) as client:
        await client.send_text("speech.context", context)
        code, reason = await client.closed()
    assert code == 1007
    assert reason is not None
    assert reason.startswith("Invalid speech.context.")


async def test_audio_without_riff_header(client: RawClient) -> None:
    await client.send_audio(bytes(3200), WAV)
    assert await client.closed() == (1007, "The first audio of a turn has no RIFF/WAVE header")


async def test_audio_without_content_type(client: RawClient) -> None:
    await client.send_audio(riff_header())
    assert await client.closed() == (1007, "The first audio of a turn has no Content-Type audio/x-wav")


async def test_end_of_audio_without_a_turn(client: RawClient) -> None:
    await client.end_audio()
    assert await client.closed() == (1007, "The first audio of a turn has no Content-Type audio/x-wav")


def _header(offset: int, layout: str, value: int) -> bytes:
    header = bytearray(riff_header())
    struct.pack_into(layout, header, offset, value)
    return bytes(header)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (_header(20, "<H", 3), "Unsupported audio format: audio format is 3, not 1"),
        (_header(22, "<H", 2), "Unsupported audio format: number of channels is 2, not 1"),
        (_header(24, "<I", 8000), "Unsupported audio format: sample rate is 8000, not 16000"),
        (_header(28, "<I", 1), "Unsupported audio format: byte rate is 1, not 32000"),
        (_header(32, "<H", 4), "Unsupported audio format: block align is 4, not 2"),
        (_header(34, "<H", 8), "Unsupported audio format: bits per sample is 8, not 16"),
        (_header(16, "<I", 8), "The RIFF header's fmt chunk is too short"),
        (_header(12, "<4s", b"junk"), "The RIFF header has no fmt chunk"),  # type: ignore[arg-type]  # bytes for 4s
        (riff_header()[:40], "The RIFF header is not complete"),
        (riff_header()[:10], "The first audio of a turn has no RIFF/WAVE header"),
        (_header(8, "<4s", b"AVI "), "The first audio of a turn has no RIFF/WAVE header"),  # type: ignore[arg-type]  # bytes for 4s
    ],
)
async def test_riff_header_of_another_kind(client: RawClient, header: bytes, reason: str) -> None:
    await client.send_audio(header, WAV)
    assert await client.closed() == (1007, reason)


async def test_too_much_audio_in_a_message(client: RawClient, service: SpeechService) -> None:
    await client.begin()
    await client.send_audio(bytes(8192))
    await service.until(lambda: len(service.connections[0].turns[0].audio) == 8192)
    await client.send_audio(bytes(8193))
    assert await client.closed() == (1007, "Audio message of 8193 bytes; 8192 are allowed")


async def test_too_much_audio_with_the_riff_header(client: RawClient) -> None:
    await client.send_audio(riff_header() + bytes(8194), WAV)
    assert await client.closed() == (1007, "Audio message of 8194 bytes; 8192 are allowed")


async def test_message_that_is_too_big(client: RawClient) -> None:
    await client.send_text("speech.context", "x" * 2**20)
    assert (await client.closed())[0] == 1009
