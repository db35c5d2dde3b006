"""Too many requests in a time."""

from __future__ import annotations

import asyncio

import pytest
from websockets.exceptions import InvalidStatus

from . import PerMinute, SpeechService, Synthesis
from .at_once import UPGRADE
from .faults import Close
from .raw_client import connected, paths
from .synthesis.asking import V1, ask, audio, heard, spoken, ssml
from .synthesis.refusals import THROTTLED, TOO_MANY_AT_ONCE


@pytest.mark.parametrize("close", [THROTTLED, TOO_MANY_AT_ONCE])
async def test_one_too_many(close: Close) -> None:
    per_minute = PerMinute(close=close)
    async with SpeechService(synthesis=Synthesis(per_minute=per_minute)) as service:
        async with connected(service.url, V1) as client:
            for _ in range(20):
                assert heard(audio(await spoken(client, ssml("x")))) == "x"
            await ask(client, ssml("x"))
            assert paths([await client.receive()]) == ["turn.start"]
            assert await client.closed() == (close.code, close.reason)
        async with connected(service.url, V1) as client:
            await ask(client, ssml("x"))
            assert (await client.closed())[0] == close.code
    assert per_minute.refused == 2


async def test_afterwards_it_speaks_again() -> None:
    per_minute = PerMinute(close=THROTTLED, requests=1, seconds=0.2)
    async with (
        SpeechService(synthesis=Synthesis(per_minute=per_minute)) as service,
        connected(service.url, V1) as client,
    ):
        for _ in range(2):
            assert heard(audio(await spoken(client, ssml("x")))) == "x"
            await asyncio.sleep(0.25)
    assert not per_minute.refused


async def test_an_upgrade_is_refused_where_it_is_told_to() -> None:
    per_minute = PerMinute(close=THROTTLED, upgrade=UPGRADE, requests=1)
    async with SpeechService(synthesis=Synthesis(per_minute=per_minute)) as service:
        async with connected(service.url, V1) as client:
            await spoken(client, ssml("x"))
        with pytest.raises(InvalidStatus) as refused:
            await connected(service.url, V1).__aenter__()
        assert refused.value.response.status_code == 429
        async with connected(service.url) as client:  # recognition has limits of its own
            assert await client.recognize(bytes(3200))
    assert per_minute.refused == 1
