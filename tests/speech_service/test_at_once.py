"""Too many requests at a time: which count, and how one more is refused."""

from __future__ import annotations

import aiohttp
import pytest
from websockets.exceptions import InvalidStatus

from . import KEY, AtOnce, SpeechService
from .at_once import CLOSE, INVALID, PHRASE
from .engines.legible import silence
from .faults import Close
from .raw_client import bodies, connected
from .wav import wav_file


async def test_an_upgrade_is_refused_while_a_turn_is_open() -> None:
    async with SpeechService(at_once=AtOnce()) as service:
        async with connected(service.url) as first:
            with pytest.raises(InvalidStatus) as refused:
                await connected(service.url).__aenter__()
            assert refused.value.response.status_code == 429
            await first.recognize(silence(1.0))
            # A connection without a turn is none.
            async with connected(service.url) as second:
                await second.begin()
                await second.speak(silence(0.5))
                await first.begin()
                await first.speak(silence(0.5))
                assert (await first.closed())[0] == 4429
        async with connected(service.url) as third:
            await third.recognize(silence(1.0))
        assert service.at_once is not None
        assert service.at_once.refused == 2


@pytest.mark.parametrize("refusal", [CLOSE, INVALID])
async def test_a_turn_is_refused_by_a_close(refusal: Close) -> None:
    async with SpeechService(at_once=AtOnce(refusal=refusal)) as service, connected(service.url) as first:
        await first.begin()
        await service.until(lambda: bool(service.connections[0].turns))
        async with connected(service.url) as second:
            await second.begin()
            assert await second.closed() == (refusal.code, refusal.reason)


async def test_a_turn_is_refused_by_a_phrase() -> None:
    async with SpeechService(at_once=AtOnce(refusal=PHRASE)) as service, connected(service.url) as first:
        await first.begin()
        await service.until(lambda: bool(service.connections[0].turns))
        async with connected(service.url) as second:
            (phrase,) = bodies(await second.recognize(silence(0.5)), "speech.phrase")
            assert phrase["RecognitionStatus"] == "TooManyRequests"


async def test_connections_count_if_they_do() -> None:
    async with SpeechService(at_once=AtOnce(connections=True)) as service, connected(service.url) as first:
        await first.recognize(silence(1.0))
        with pytest.raises(InvalidStatus):
            await connected(service.url).__aenter__()


async def test_the_rest_api_counts() -> None:
    url = "/speech/recognition/conversation/cognitiveservices/v1?language=en-US"
    headers = {"Ocp-Apim-Subscription-Key": KEY, "Content-Type": "audio/wav"}
    async with SpeechService(at_once=AtOnce()) as service, aiohttp.ClientSession(service.http_url) as session:
        async with (
            connected(service.url),
            session.post(url, data=wav_file(silence(0.1)), headers=headers) as response,
        ):
            assert response.status == 429
        await service.until(lambda: service.connections[0].closed)
        async with session.post(url, data=wav_file(silence(0.1)), headers=headers) as response:
            assert response.status == 200
