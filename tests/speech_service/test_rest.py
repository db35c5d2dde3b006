"""Recognition of short recordings by POST."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
import io
from typing import Any

import aiohttp
import pytest

from . import KEY, Behaviour, Legible, SpeechService
from .engines.legible import silence, speak
from .faults import Babble, Refuse, Reset
from .raw_client import CONVERSATION, INTERACTIVE, connected, paths
from .wav import riff_header

_HEADERS = {
    "Ocp-Apim-Subscription-Key": KEY,
    "Content-Type": "audio/wav; codecs=audio/pcm; samplerate=16000",
    "Accept": "application/json",
}


async def post(
    service: SpeechService,
    body: bytes | AsyncIterator[bytes],
    target: str = INTERACTIVE,
    headers: dict[str, str] | None = None,
) -> tuple[int, Any]:
    """Send a recording; return the status and the answer."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            service.http_url + target,
            data=io.BytesIO(body) if isinstance(body, bytes) else body,
            headers=_HEADERS if headers is None else headers,
        ) as response,
    ):
        json = response.content_type == "application/json"
        return response.status, await response.json() if json else await response.text()


async def test_simple() -> None:
    async with SpeechService(Legible()) as service:
        status, phrase = await post(service, riff_header() + speak("Lights on."))
        assert status == HTTPStatus.OK
        assert (phrase["RecognitionStatus"], phrase["DisplayText"]) == ("Success", "Lights on.")
        assert (phrase["Offset"], phrase["Duration"]) == (0, 2_000_000)
        assert "NBest" not in phrase
        assert not service.posts[0].chunked
        assert service.posts[0].audio == speak("Lights on.")


async def test_detailed() -> None:
    async with SpeechService(Legible()) as service:
        _, phrase = await post(service, riff_header() + speak("Lights on."), f"{INTERACTIVE}&format=detailed")
        assert phrase["NBest"][0]["Lexical"] == "lights on"


async def test_upload_while_it_is_spoken() -> None:
    """Chunks of any size, the first of them smaller than the header."""
    async with SpeechService(Legible()) as service:

        async def speech() -> AsyncIterator[bytes]:
            yield riff_header()[:3]
            await service.until(lambda: bool(service.posts))
            yield riff_header()[3:] + speak("Li")
            await service.until(lambda: service.posts[0].audio == speak("Li"))
            rest = speak("Lights on.")[len(speak("Li")) :]
            yield rest[:1001]
            yield rest[1001:]

        _, phrase = await post(service, speech())
        assert phrase["DisplayText"] == "Lights on."
        assert service.posts[0].chunked


async def test_modes() -> None:
    """Interactive: the first phrase. Otherwise all of it."""
    recording = riff_header() + speak("One.") + silence(1.0) + speak("Two.")
    async with SpeechService(Legible()) as service:
        assert (await post(service, recording, INTERACTIVE))[1]["DisplayText"] == "One."
        assert (await post(service, recording, CONVERSATION))[1]["DisplayText"] == "One. Two."


@pytest.mark.parametrize(("seconds", "status"), [(0.0, "NoMatch"), (1.0, "NoMatch"), (5.5, "InitialSilenceTimeout")])
async def test_silence(seconds: float, status: str) -> None:
    async with SpeechService(Legible()) as service:
        assert (await post(service, riff_header() + silence(seconds)))[1]["RecognitionStatus"] == status


@pytest.mark.parametrize(
    ("body", "target", "headers", "status"),
    [
        pytest.param(riff_header(), INTERACTIVE, _HEADERS | {"Ocp-Apim-Subscription-Key": "wrong"}, 401, id="key"),
        pytest.param(riff_header(), INTERACTIVE.partition("?")[0], _HEADERS, 400, id="no language"),
        pytest.param(riff_header(), INTERACTIVE.replace("interactive", "shouted"), _HEADERS, 404, id="mode"),
        pytest.param(riff_header(), "/elsewhere", _HEADERS, 404, id="path"),
        pytest.param(riff_header(), INTERACTIVE, _HEADERS | {"Content-Type": "text/plain"}, 415, id="content type"),
        pytest.param(b"", INTERACTIVE, _HEADERS, 400, id="no body"),
        pytest.param(bytes(3200), INTERACTIVE, _HEADERS, 400, id="no header"),
        pytest.param(riff_header() + silence(61.0), INTERACTIVE, _HEADERS, 400, id="too long"),
        pytest.param(riff_header(), f"{INTERACTIVE}&profanity=loud", _HEADERS, 400, id="query"),
    ],
)
async def test_refusals(body: bytes, target: str, headers: dict[str, str], status: int) -> None:
    async with SpeechService(Legible()) as service:
        assert (await post(service, body, target, headers))[0] == status
        assert service.posts[0].status in (status, None)  # the router, not we, answers for paths it does not know


async def test_other_methods() -> None:
    async with (
        SpeechService() as service,
        aiohttp.ClientSession() as session,
        session.delete(service.http_url + INTERACTIVE) as response,
    ):
        assert response.status == HTTPStatus.METHOD_NOT_ALLOWED


async def test_behaviours() -> None:
    behaviours = [Behaviour(answer=Refuse(429, {"Retry-After": "3"})), Behaviour(delay=0.01)]
    async with SpeechService(Legible(), rest_behaviours=behaviours) as service:
        assert (await post(service, riff_header()))[0] == HTTPStatus.TOO_MANY_REQUESTS
        assert (await post(service, riff_header()))[0] == HTTPStatus.OK


@pytest.mark.parametrize("answer", [Reset(), Babble(b"220 mail.example.com ESMTP\r\n\r\n")])
async def test_no_http_answer(answer: Reset | Babble) -> None:
    async with SpeechService(rest_behaviours=[Behaviour(answer=answer)]) as service:
        with pytest.raises(aiohttp.ClientError):
            await post(service, riff_header())


async def test_only_upgrades_are_refused() -> None:
    """As a proxy does that knows nothing of WebSockets."""
    async with SpeechService(Legible(), behaviours=lambda _: Behaviour(answer=Refuse(502))) as service:
        assert (await post(service, riff_header() + speak("Yes.")))[1]["DisplayText"] == "Yes."


async def test_both_protocols_on_one_port() -> None:
    async with SpeechService(Legible()) as service, connected(service.url) as client:
        _, phrase = await post(service, riff_header() + speak("Yes."))
        assert phrase["DisplayText"] == "Yes."
        assert paths(await client.recognize(speak("Yes.")))[-1] == "turn.end"


async def test_first_bytes_one_by_one() -> None:
    """What protocol it is shows only with the fourth byte."""
    async with SpeechService(Legible()) as service:
        reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
        for byte in b"POST /sts/v1.0/issueToken HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n":
            writer.write(bytes([byte]))
            await writer.drain()
        assert (await reader.readline()).startswith(b"HTTP/1.1 401")
        writer.close()


async def test_client_that_goes_away_at_once() -> None:
    async with SpeechService(Legible()) as service:
        _, writer = await asyncio.open_connection("127.0.0.1", service.port)
        writer.close()
        await writer.wait_closed()
        assert not service.attempts
