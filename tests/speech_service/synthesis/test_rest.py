"""Synthesis over REST, and the list of voices."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import aiohttp
import pytest

from .. import KEY, Behaviour, Delivery, Fault, PerMinute, SpeechService
from ..faults import AudioSent, HangUp, Refuse, Reset, Silence, Wait
from .asking import FORMAT, heard, ssml
from .refusals import THROTTLED
from .rest import LIST_PATHS
from .voices import VOICES

_HEADERS = {
    "Ocp-Apim-Subscription-Key": KEY,
    "Content-Type": "application/ssml+xml",
    "X-Microsoft-OutputFormat": FORMAT,
    "User-Agent": "test",
}


@pytest.fixture
async def service() -> AsyncIterator[SpeechService]:
    """Return a service."""
    async with SpeechService() as service:
        yield service


@pytest.fixture
async def session(service: SpeechService) -> AsyncIterator[aiohttp.ClientSession]:
    """Return a session with it."""
    async with aiohttp.ClientSession(service.http_url) as session:
        yield session


async def voices(session: aiohttp.ClientSession, path: str = LIST_PATHS[0]) -> list[dict[str, Any]]:
    """Return the list."""
    async with session.get(path, headers={"Ocp-Apim-Subscription-Key": KEY}) as response:
        assert response.status == HTTPStatus.OK
        listed: list[dict[str, Any]] = await response.json()
        return listed


@pytest.mark.parametrize("path", LIST_PATHS)
async def test_list_of_voices(service: SpeechService, session: aiohttp.ClientSession, path: str) -> None:
    listed = await voices(session, path)
    assert len(listed) == len(VOICES)
    by_name = {voice["ShortName"]: voice for voice in listed}
    assert by_name["zh-CN-YunxiNeural"] == {
        "Name": "Microsoft Server Speech Text to Speech Voice (zh-CN, YunxiNeural)",
        "DisplayName": "Yunxi",
        "LocalName": "云希",
        "ShortName": "zh-CN-YunxiNeural",
        "Gender": "Male",
        "Locale": "zh-CN",
        "LocaleName": "Chinese (Mandarin, Simplified)",
        "StyleList": ["narration-relaxed", "embarrassed", "fearful", "cheerful", "chat", "assistant", "newscast"],
        "RolePlayList": ["Narrator", "YoungAdultMale", "Boy"],
        "SampleRateHertz": "24000",
        "VoiceType": "Neural",
        "Status": "GA",
        "WordsPerMinute": "293",
    }
    assert by_name["zh-CN-liaoning-XiaobeiNeural"]["Locale"] == "zh-CN-liaoning"
    assert by_name["en-US-Ava:DragonHDLatestNeural"]["ExtendedPropertyMap"] == {"IsHighQuality48K": "True"}
    [request] = service.lists
    assert (request.path, request.status) == (path, HTTPStatus.OK)
    assert not service.posts
    assert not service.attempts


async def test_list_that_changes(service: SpeechService, session: aiohttp.ClientSession) -> None:
    service.synthesis.voices = [voice for voice in VOICES if voice.locale == "de-DE"]
    assert {voice["Locale"] for voice in await voices(session)} == {"de-DE"}


async def test_list_refused(session: aiohttp.ClientSession, service: SpeechService) -> None:
    """A token's client may send an empty key, and a key's an empty token."""
    for headers, status in (
        ({}, HTTPStatus.UNAUTHORIZED),
        ({"Ocp-Apim-Subscription-Key": "wrong"}, HTTPStatus.UNAUTHORIZED),
        ({"Ocp-Apim-Subscription-Key": KEY, "Authorization": "Bearer"}, HTTPStatus.OK),
        (
            {"Ocp-Apim-Subscription-Key": "", "Authorization": f"Bearer {service.authorization.issue_token()}"},
            HTTPStatus.OK,
        ),
    ):
        async with session.get(LIST_PATHS[0], headers=headers) as response:
            assert response.status == status


async def test_list_that_fails() -> None:
    behaviours = [Behaviour(answer=Refuse(503)), *[Behaviour(answer=Reset())] * 2]  # aiohttp tries a GET twice
    async with (
        SpeechService(list_behaviours=behaviours) as service,
        aiohttp.ClientSession(service.http_url) as session,
    ):
        async with session.get(LIST_PATHS[0]) as response:
            assert response.status == HTTPStatus.SERVICE_UNAVAILABLE
        with pytest.raises(aiohttp.ClientError):
            await voices(session)
        assert await voices(session)
        assert len(service.lists) == 4


@pytest.mark.parametrize("path", ["/cognitiveservices/v1", "/tts/cognitiveservices/v1"])
async def test_synthesis(service: SpeechService, session: aiohttp.ClientSession, path: str) -> None:
    async with session.post(path, data=ssml("Hello."), headers=_HEADERS) as response:
        assert response.headers["Transfer-Encoding"] == "chunked"
        assert response.content_type == "audio/basic"
        assert heard(await response.read()) == "Hello."
    [post] = service.posts
    assert post.ssml == ssml("Hello.")
    assert heard(bytes(post.audio)) == "Hello."


async def test_riff(session: aiohttp.ClientSession) -> None:
    headers = _HEADERS | {"X-Microsoft-OutputFormat": "riff-24khz-16bit-mono-pcm"}
    async with session.post("/cognitiveservices/v1", data=ssml("Hello."), headers=headers) as response:
        body = await response.read()
    assert body[:4] == b"RIFF"
    assert heard(body[44:]) == "Hello."


async def test_audio_comes_as_it_is_made(service: SpeechService, session: aiohttp.ClientSession) -> None:
    service.synthesis.delivery = Delivery(pace=0.01)
    async with session.post("/cognitiveservices/v1", data=ssml("Hello."), headers=_HEADERS) as response:
        assert len(await response.content.readany()) == 4096
        response.close()


async def test_no_sound(session: aiohttp.ClientSession) -> None:
    async with session.post("/cognitiveservices/v1", data=ssml(""), headers=_HEADERS) as response:
        assert (response.status, await response.read()) == (HTTPStatus.OK, b"")


@pytest.mark.parametrize(
    ("headers", "said", "status"),
    [
        ({"Ocp-Apim-Subscription-Key": "wrong"}, ssml("Hello."), HTTPStatus.UNAUTHORIZED),
        ({"Content-Type": "text/plain"}, ssml("Hello."), HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        ({"X-Microsoft-OutputFormat": "raw"}, ssml("Hello."), HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        ({"X-Microsoft-OutputFormat": ""}, ssml("Hello."), HTTPStatus.BAD_REQUEST),
        ({"User-Agent": ""}, ssml("Hello."), HTTPStatus.BAD_REQUEST),
        ({}, ssml("Jack & Jones"), HTTPStatus.BAD_REQUEST),
        ({}, ssml("Hello.", "nobody"), HTTPStatus.BAD_REQUEST),
    ],
)
async def test_refused(session: aiohttp.ClientSession, headers: dict[str, str], said: str, status: HTTPStatus) -> None:
    async with session.post("/cognitiveservices/v1", data=said, headers=_HEADERS | headers) as response:
        assert response.status == status


async def test_throttled(service: SpeechService, session: aiohttp.ClientSession) -> None:
    service.synthesis.per_minute = PerMinute(close=THROTTLED, requests=1)
    for status in (HTTPStatus.OK, HTTPStatus.TOO_MANY_REQUESTS):
        async with session.post("/cognitiveservices/v1", data=ssml("Hello."), headers=_HEADERS) as response:
            assert response.status == status


async def test_ten_minutes(service: SpeechService, session: aiohttp.ClientSession) -> None:
    """The answer breaks off, as no status is possible any more."""
    service.synthesis.delivery = Delivery(slice_size=1_000_000)
    headers = _HEADERS | {"X-Microsoft-OutputFormat": "raw-8khz-16bit-mono-pcm"}
    async with session.post("/cognitiveservices/v1", data=ssml("x" * 30_001), headers=headers) as response:
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()


@pytest.mark.parametrize("action", [Reset(), HangUp()], ids=["reset", "FIN"])
async def test_lost_in_the_audio(action: Reset | HangUp) -> None:
    behaviours = [Behaviour(faults=(Fault(AudioSent(5001), action),))]
    async with (
        SpeechService(rest_behaviours=behaviours) as service,
        aiohttp.ClientSession(service.http_url) as session,
        session.post("/cognitiveservices/v1", data=ssml("x" * 25), headers=_HEADERS) as response,
    ):
        with pytest.raises(aiohttp.ClientError):
            await response.read()
        assert len(service.posts[0].audio) == 5001


async def test_a_pause_in_the_audio() -> None:
    behaviours = [
        Behaviour(faults=(Fault(AudioSent(5001), Wait(0.2)),)),
        Behaviour(faults=(Fault(AudioSent(1), Silence()),)),
    ]
    async with (
        SpeechService(rest_behaviours=behaviours) as service,
        aiohttp.ClientSession(service.http_url) as session,
    ):
        async with session.post("/cognitiveservices/v1", data=ssml("x" * 25), headers=_HEADERS) as response:
            assert heard(await response.read()) == "x" * 25
        async with session.post("/cognitiveservices/v1", data=ssml("x" * 25), headers=_HEADERS) as response:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(response.read(), 0.2)
            response.close()


# --- what is no upgrade, though it is a GET


async def answer(service: SpeechService, *pieces: bytes) -> bytes:
    """Return the first line of what the service says to bytes that come in pieces."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(0.02)
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return line.rstrip()


async def test_a_request_in_pieces(service: SpeechService) -> None:
    rest = f"Host: here\r\nOcp-Apim-Subscription-Key: {KEY}\r\nX-ConnectionId: {'0' * 32}\r\n".encode()
    listed = (b"G", b"ET /cognitive", b"services/voices/list?a=b HTTP/1.1\r\n", rest, b"\r\n")
    assert await answer(service, *listed) == b"HTTP/1.1 200 OK"
    upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    upgrade += b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    begun = (b"GET", b" /tts/cognitive", b"services/websocket/v1 HTTP/1.1\r\n", upgrade, rest + b"\r\n")
    assert await answer(service, *begun) == b"HTTP/1.1 101 Switching Protocols"


async def test_a_request_without_an_end(service: SpeechService) -> None:
    """It is not waited for."""
    assert await answer(service, b"GET /" + b"x" * 9000) == b""
