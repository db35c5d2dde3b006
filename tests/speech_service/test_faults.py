"""What goes wrong when it is told to: each answer to an upgrade, each action, each point."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from http import HTTPStatus
import math
from typing import override

import pytest
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from . import Behaviour, Fault, Legible, SpeechService
from .engines.legible import LegibleRecognition, silence, speak
from .faults import (
    Accept,
    Action,
    After,
    AudioEnded,
    AudioReceived,
    Babble,
    Before,
    Close,
    Drop,
    Duplicate,
    Elapsed,
    Freeze,
    Huge,
    Opened,
    Point,
    Readdress,
    Received,
    Refuse,
    Reset,
    Send,
    Silence,
    Storm,
    Trickle,
    Wait,
)
from .options import TurnOptions
from .raw_client import CONVERSATION, RawClient, bodies, connected, paths

_SOON = 0.2
"""Seconds in which something that must not happen would have happened."""


def service_with(*faults: Fault) -> SpeechService:
    """Return a service whose first connection has these faults."""
    return SpeechService(Legible(), behaviours=[Behaviour(faults=faults)])


async def recognize_with(at: Point, do: Action, pcm: bytes = speak("yes")) -> list[str]:
    """Run a turn on a connection with one fault; return the paths of the answer."""
    async with service_with(Fault(at, do)) as service, connected(service.url) as client:
        return paths(await client.recognize(pcm))


async def silent(client: RawClient) -> bool:
    """Return whether the service says nothing for a while."""
    try:
        async with asyncio.timeout(_SOON):
            await client.receive()
    except TimeoutError:
        return True
    return False


# --- answers to the upgrade request


@pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 404, 408, 429, 500, 502, 503])
async def test_refuse(status: int) -> None:
    behaviour = Behaviour(answer=Refuse(status, {"Retry-After": "7"}, "No."))
    async with SpeechService(behaviours=[behaviour]) as service:
        with pytest.raises(InvalidStatus) as caught:
            async with connected(service.url):
                pass
        response = caught.value.response
        assert (response.status_code, response.headers["Retry-After"], response.body) == (status, "7", b"No.")
        assert not service.connections
        async with connected(service.url) as client:
            assert paths(await client.recognize(silence(1.0)))[-1] == "turn.end"
        assert [attempt.status for attempt in service.attempts] == [status, HTTPStatus.SWITCHING_PROTOCOLS]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_redirect(status: int) -> None:
    async with SpeechService() as target:
        answer = Refuse.redirect(f"{target.url}{CONVERSATION}", status)
        async with (
            SpeechService(behaviours=[Behaviour(answer=answer)]) as service,
            connected(service.url) as client,
        ):
            assert paths(await client.recognize(silence(1.0)))[-1] == "turn.end"
        assert target.connections


async def test_babble() -> None:
    async with SpeechService(behaviours=[Behaviour(answer=Babble(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"))]) as service:
        with pytest.raises(InvalidMessage):
            async with connected(service.url):
                pass
        assert service.attempts[0].status is None


async def test_reset_of_the_upgrade() -> None:
    async with SpeechService(behaviours=[Behaviour(answer=Reset())]) as service:
        reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()


async def test_late_answer() -> None:
    async with SpeechService(behaviours=[Behaviour(delay=_SOON)]) as service:
        began = asyncio.get_running_loop().time()
        async with connected(service.url):
            assert asyncio.get_running_loop().time() - began >= _SOON


async def test_no_answer() -> None:
    async with SpeechService(behaviours=[Behaviour(delay=math.inf)]) as service:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(_SOON), connected(service.url):
                pass
        assert [attempt.status for attempt in service.attempts] == [None]


async def test_behaviours_by_number() -> None:
    async with SpeechService(
        behaviours=lambda number: Behaviour(answer=Accept() if number % 2 else Refuse(503)),
    ) as service:
        for number in range(4):
            try:
                async with connected(service.url):
                    pass
            except InvalidStatus:
                assert number % 2 == 0
        assert [attempt.status for attempt in service.attempts] == [503, 101, 503, 101]


# --- points


@pytest.mark.parametrize(
    ("at", "seen"),
    [
        (Opened(), []),
        (Received("speech.config"), []),
        (AudioReceived(1), ["turn.start"]),
        (AudioReceived(3000), ["turn.start", "speech.startDetected"]),
        (Before("turn.start"), []),
        (After("turn.start"), ["turn.start"]),
        (After("speech.hypothesis"), ["turn.start", "speech.startDetected", "speech.hypothesis"]),
        (
            Before("speech.hypothesis", 2),
            ["turn.start", "speech.startDetected", "speech.hypothesis"],
        ),
        (
            After("speech.phrase"),
            ["turn.start", "speech.startDetected", *["speech.hypothesis"] * 2, "speech.endDetected", "speech.phrase"],
        ),
        (AudioEnded(), ["turn.start", "speech.startDetected", *["speech.hypothesis"] * 2]),
    ],
)
async def test_points(at: Point, seen: list[str]) -> None:
    async with (
        service_with(Fault(at, Close(4500, "Here"))) as service,
        connected(service.url, configure=False) as client,
    ):
        with suppress(ConnectionClosed):
            await client.configure()
            await client.begin()
            await client.speak(speak("thirty-two characters of speech."), 2000)  # 0.64 s
            await client.end_audio()
        received = []
        with suppress(ConnectionClosed):
            while True:
                received += paths([await client.receive()])
        assert received == seen
        assert (client.websocket.close_code, client.websocket.close_reason) == (4500, "Here")
        await service.until(lambda: service.connections[0].closed)
        assert service.connections[0].close_code == 4500


async def test_some_time_after_opening() -> None:
    async with service_with(Fault(Elapsed(0.05), Close(1001))) as service, connected(service.url) as client:
        assert await client.closed() == (1001, "")


async def test_later_connections_are_normal() -> None:
    async with service_with(Fault(Opened(), Close(1011))) as service:
        async with connected(service.url, configure=False) as client:
            assert (await client.closed())[0] == 1011
        async with connected(service.url) as client:
            assert paths(await client.recognize(speak("yes")))[-1] == "turn.end"


# --- actions


async def test_reset() -> None:
    async with service_with(Fault(After("turn.start"), Reset())) as service, connected(service.url) as client:
        await client.begin()
        assert (await client.closed())[0] == 1006
        await service.until(lambda: service.connections[0].closed)
        assert service.connections[0].client_close_code is None


async def test_silence() -> None:
    async with service_with(Fault(Before("speech.phrase"), Silence())) as service, connected(service.url) as client:
        await client.begin()
        await client.speak(speak("yes"))
        await client.end_audio()
        assert paths(await client.until("speech.endDetected"))[-1] == "speech.endDetected"
        assert await silent(client)
        await (await client.websocket.ping())
        await service.until(lambda: service.connections[0].turns[0].ended)


async def test_freeze() -> None:
    async with service_with(Fault(AudioReceived(1), Freeze())) as service, connected(service.url) as client:
        await client.begin()
        await client.until("turn.start")
        await client.speak(speak("yes"))
        await client.end_audio()
        assert await silent(client)
        pong = await client.websocket.ping()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(_SOON):
                await pong
        assert not service.connections[0].turns[0].audio_ended


async def test_trickle() -> None:
    """Every byte comes for itself, yet the messages are whole, and pings are answered between them."""
    async with service_with(Fault(Before("speech.phrase"), Trickle(0.0005))) as service:
        async with connected(service.url) as client:
            await client.begin()
            await client.speak(speak("yes"))
            await client.end_audio()
            pong = await client.websocket.ping()
            assert bodies(await client.answer(), "speech.phrase")[0]["DisplayText"] == "yes"
            await pong
        assert client.websocket.close_code == 1000


async def test_wait() -> None:
    async with service_with(Fault(Before("turn.end"), Wait(_SOON))) as service, connected(service.url) as client:
        await client.begin()
        await client.speak(speak("yes"))
        await client.end_audio()
        await client.until("speech.phrase")
        assert not service.connections[0].sent.count("turn.end")
        assert paths(await client.answer()) == ["turn.end"]


async def test_drop() -> None:
    async with service_with(Fault(Before("turn.end"), Drop())) as service, connected(service.url) as client:
        await client.begin()
        await client.speak(speak("yes"))
        await client.end_audio()
        await client.until("speech.phrase")
        assert await silent(client)
        assert paths(await client.recognize(speak("yes")))[-1] == "turn.end"


async def test_duplicate() -> None:
    assert (await recognize_with(Before("speech.phrase"), Duplicate())).count("speech.phrase") == 2


async def test_readdress() -> None:
    other = "f" * 32
    async with (
        service_with(Fault(Before("speech.phrase"), Readdress(other))) as service,
        connected(service.url) as client,
    ):
        received = await client.recognize(speak("yes"))
        assert [headers["Path"] for headers, _ in received if headers["X-RequestId"] == other] == ["speech.phrase"]


async def test_send_text() -> None:
    text = "Path:odd\r\nX-RequestId:{request_id}\r\n\r\n[]"
    async with service_with(Fault(Before("turn.end"), Send(text))) as service, connected(service.url) as client:
        received = await client.recognize(speak("yes"))
        assert received[-2] == ({"Path": "odd", "X-RequestId": client.request_id}, [])


async def test_send_binary() -> None:
    async with service_with(Fault(Opened(), Send(b"\x00"))) as service, connected(service.url) as client:
        assert await client.websocket.recv() == b"\x00"


async def test_storm() -> None:
    assert (await recognize_with(Before("turn.end"), Storm(500))).count("speech.hypothesis") == 500


async def test_huge() -> None:
    async with (
        service_with(Fault(After("turn.start"), Huge(10_000_000))) as service,
        connected(service.url) as client,
    ):
        received = await client.recognize(speak("yes"))
        assert len(bodies(received, "speech.hypothesis")[0]["Text"]) == 10_000_000


async def test_fault_where_it_makes_no_sense() -> None:
    """A test that is written wrongly hears of it."""
    service = service_with(Fault(Opened(), Drop()))
    with pytest.raises(ExceptionGroup, match="errors in the stand-in"):
        async with service, connected(service.url, configure=False) as client:
            assert (await client.closed())[0] == 1011


class _Broken(Legible):
    @override
    def begin(self, options: TurnOptions) -> LegibleRecognition:
        raise RuntimeError("the engine is broken")


async def test_an_error_of_the_engine_is_not_lost() -> None:
    """Although its turn is ended while the close is awaited, when the client has answered that."""

    async def ask() -> None:
        async with SpeechService(_Broken()) as service, connected(service.url) as client:
            await client.begin()
            assert (await client.closed())[0] == 1011

    with pytest.raises(ExceptionGroup, match="errors in the stand-in"):
        await ask()
