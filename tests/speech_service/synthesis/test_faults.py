"""What can go wrong while the service speaks: before the audio, in it, after its last byte."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from .. import Behaviour, Delivery, Fault, ScriptedSpeaker, SpeechService, Synthesis
from ..engines.translation import SynthesisFailedError
from ..faults import (
    Action,
    After,
    AudioSent,
    Before,
    Close,
    Drop,
    Freeze,
    HangUp,
    Point,
    Received as ReceivedText,
    Reset,
    Silence,
    Stall,
)
from ..raw_client import RawClient, Received, bodies, connected, paths
from .asking import V1, ask, audio, heard, spoken, ssml
from .refusals import EXHAUSTED, QUOTA, THROTTLED, TOO_MANY_AT_ONCE

_TEXT = "x" * 25
_SIZE = 24_000
"""Bytes of its audio."""
_SOON = 0.2
"""Seconds in which something that must not happen would have happened."""


def service_with(at: Point, *actions: Action) -> SpeechService:
    """Return a service whose first connection has a fault."""
    return SpeechService(behaviours=[Behaviour(faults=tuple(Fault(at, action) for action in actions))])


async def everything(client: RawClient) -> list[Received]:
    """Return what comes until nothing comes for a while."""
    received = []
    with suppress(TimeoutError):
        while True:
            received.append(await asyncio.wait_for(client.receive(), _SOON))
    return received


_PLACES = {
    "at the text": (ReceivedText("ssml"), 0),
    "before turn.start": (Before("turn.start"), 0),
    "after turn.start": (After("turn.start"), 0),
    "before the audio": (Before("audio"), 0),
    "in the audio": (AudioSent(5001), 5001),
    "after the first message of audio": (After("audio"), 4096),
    "after the last byte": (AudioSent(_SIZE), _SIZE),
    "before turn.end": (Before("turn.end"), _SIZE),
}


@pytest.mark.parametrize(("at", "size"), _PLACES.values(), ids=_PLACES)
@pytest.mark.parametrize(
    ("action", "code"),
    [(Close(1000), 1000), (Close(1011, "Oh."), 1011), (Reset(), 1006), (HangUp(), 1006)],
    ids=["1000", "1011", "reset", "FIN"],
)
async def test_lost(at: Point, size: int, action: Action, code: int) -> None:
    async with service_with(at, action) as service, connected(service.url, V1) as client:
        await ask(client, ssml(_TEXT))
        assert (await client.closed())[0] == code
        assert service.syntheses[0].audio_size == size
        assert not service.syntheses[0].faults_left
        async with connected(service.url, V1) as other:
            assert heard(audio(await spoken(other, ssml(_TEXT)))) == _TEXT


@pytest.mark.parametrize("action", [Freeze(), Silence()], ids=["freeze", "silence"])
@pytest.mark.parametrize(("at", "size"), list(_PLACES.values())[3:], ids=list(_PLACES)[3:])
async def test_quiet(at: Point, size: int, action: Action) -> None:
    async with service_with(at, action) as service, connected(service.url, V1) as client:
        await ask(client, ssml(_TEXT))
        received = await everything(client)
        assert "turn.end" not in paths(received)
        assert len(audio(received)) == size


async def test_stall() -> None:
    async with service_with(AudioSent(5001), Stall(_SOON)) as service, connected(service.url, V1) as client:
        begin = asyncio.get_running_loop().time()
        assert heard(audio(await spoken(client, ssml(_TEXT)))) == _TEXT
        assert asyncio.get_running_loop().time() - begin >= _SOON


async def test_audio_is_cut_where_it_says() -> None:
    async with service_with(AudioSent(5001), Close(1000)) as service, connected(service.url, V1) as client:
        await ask(client, ssml(_TEXT))
        received = [await client.receive() for _ in range(4)]
        assert [len(body) for body in bodies(received, "audio")] == [4096, 905]


@pytest.mark.parametrize("path", ["turn.start", "response", "turn.end"])
async def test_missing_message(path: str) -> None:
    async with service_with(Before(path), Drop()) as service, connected(service.url, V1) as client:
        await ask(client, ssml(_TEXT))
        await service.until(lambda: service.syntheses[0].turns[0].ended)
        assert path not in paths(await everything(client))


@pytest.mark.parametrize("close", [THROTTLED, TOO_MANY_AT_ONCE, QUOTA, EXHAUSTED])
async def test_known_closes(close: Close) -> None:
    async with service_with(After("turn.start"), close) as service, connected(service.url, V1) as client:
        await ask(client, ssml(_TEXT))
        assert paths([await client.receive()]) == ["turn.start"]
        assert await client.closed() == (close.code, close.reason)


async def test_a_client_that_leaves_in_the_audio() -> None:
    async with SpeechService(synthesis=Synthesis(delivery=Delivery(pace=0.01))) as service:
        async with connected(service.url, V1) as client:
            await ask(client, ssml(_TEXT))
            await client.until("audio")
        await service.until(lambda: service.syntheses[0].closed)
        assert not service.syntheses[0].turns[0].ended


class _Broken(ScriptedSpeaker):
    async def speak(self, text: str, language: str, voice: str, rate: int) -> bytes:  # noqa: ARG002 - it says nothing
        raise SynthesisFailedError("espeak-ng is not installed")


async def test_an_engine_that_fails_is_an_error_of_the_stand_in() -> None:
    with pytest.RaisesGroup(SynthesisFailedError):
        async with (
            SpeechService(synthesis=Synthesis(speaker=_Broken())) as service,
            connected(service.url, V1) as client,
        ):
            await ask(client, ssml(_TEXT))
            assert (await client.closed())[0] == 1011
