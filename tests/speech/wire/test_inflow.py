"""How much a peer may say: what services send is never too much, and what none would send is."""

import asyncio

import aiohttp
import pytest

from custom_components.azure_speech_live.speech.errors import NotASpeechEndpointError, UnusableMessageError
from custom_components.azure_speech_live.speech.wire.inflow import Inflow, Response
from custom_components.azure_speech_live.speech.wire.limits import (
    MAX_INTERIM,
    MESSAGE_RATE,
    MESSAGE_RESERVE,
    MESSAGE_SPELL,
    MESSAGE_UNIT,
)


@pytest.mark.parametrize(("interim", "fine"), [(0, True), (MAX_INTERIM, True), (MAX_INTERIM + 1, False)])
async def test_interim_answers(interim: int, fine: bool) -> None:  # noqa: FBT001 - a parameter
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" * interim + b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, aiohttp.ClientSession(response_class=Response) as session:
        try:
            async with session.get(url) as response:
                assert (response.status, fine) == (204, True)
        except NotASpeechEndpointError:
            assert not fine


def test_what_a_service_sends_is_never_too_much() -> None:
    """Ten minutes of hypotheses, and of speech in pieces of 100 ms twice as fast as it is heard."""
    inflow = Inflow(0.0)
    for number in range(600 * 25):
        inflow.count(3200, number / 25)


def test_a_pause_is_due_now_and_then() -> None:
    inflow = Inflow(0.0)
    pauses = 0
    for _ in range(10 * MESSAGE_SPELL):
        inflow.count(0, 0.0)
        pauses += inflow.pause_due()
    assert pauses == 10
    inflow.count(1 << 20, 0.0)
    assert inflow.pause_due()
    assert not inflow.pause_due()


def test_too_much() -> None:
    inflow = Inflow(0.0)
    for _ in range(int(MESSAGE_RESERVE)):
        inflow.count(0, 0.0)
    with pytest.raises(UnusableMessageError):
        inflow.count(0, 0.0)
    for _ in range(int(MESSAGE_RATE)):
        inflow.count(0, 1.1)
    inflow.count(1 << 16, 1.1)
    with pytest.raises(UnusableMessageError):
        inflow.count(20 * MESSAGE_UNIT, 1.1)


def test_what_was_asked_for_is_not_too_much() -> None:
    """As often as something is asked for; and then no more than each time."""
    inflow = Inflow(0.0)
    for _ in range(5):
        inflow.renew()
        inflow.count(MESSAGE_UNIT * int(MESSAGE_RESERVE - 1), 0.0)
    with pytest.raises(UnusableMessageError):
        inflow.count(0, 0.0)
