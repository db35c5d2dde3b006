"""A peer that sends more than anybody can take: the event loop goes on, and whoever spoke gets an answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
import json
import logging
import struct
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import Mode, TranslationOptions
from custom_components.azure_speech_live.speech.errors import UnusableMessageError
from custom_components.azure_speech_live.speech.inflow import RATE, RESERVE, SPELL, UNIT, Inflow
from tests.speech.caller import AUDIO, SAID, Source, calling, listen
from tests.speech_service import Behaviour, Fault, Legible, SpeechService
from tests.speech_service.faults import After, Before, Freeze, Opened, Point, Raw, Received

LONGEST_STALL: Final = 0.5
"""Seconds, of a machine that does much else; alone, it is some hundredths."""
SIZE: Final = 8 << 20
"""Bytes of a flood: some millions of the smallest messages."""
PATIENCE: Final = 10.0
"""Seconds that an answer may take at most."""


def frame(opcode: int, data: bytes) -> bytes:
    """Return a WebSocket frame as a server sends it."""
    if len(data) < 126:
        return bytes([opcode | 0x80, len(data)]) + data
    return bytes([opcode | 0x80, 127]) + struct.pack(">Q", len(data)) + data


def said(path: str, body: object) -> bytes:
    """Return the frame of a text message about whatever request is under way."""
    return frame(1, f"Path:{path}\r\n\r\n{json.dumps(body)}".encode())


FLOODS: Final = {
    "empty pings": frame(9, b""),
    "pings": frame(9, b"x" * 125),
    "empty pongs": frame(10, b""),
    "empty texts": frame(1, b""),
    "empty binary messages": frame(2, b""),
    "of unknown paths": frame(1, b"Path:x\r\n\r\n"),
    "binary, of unknown paths": frame(2, b"\0\6Path:x"),
    "metadata": said("speech.metadata", {"x": 1}),
    "hypotheses": said("speech.hypothesis", {"Text": "xanadu"}),
    "starts of speech": said("speech.startDetected", {"Offset": 0}),
    "large ones": said("speech.hypothesis", {"Text": "xanadu " * 70_000}),
    "lists in lists": frame(1, b"Path:speech.hypothesis\r\n\r\n" + b"[" * 500_000),
}
OF_2018: Final = {
    "empty pings": FLOODS["empty pings"],
    "empty pongs": FLOODS["empty pongs"],
    "partial results": frame(1, b'{"type":"partial","recognition":"xanadu"}'),
}
AT: Final[dict[str, Point]] = {
    "before all else": Opened(),
    "while a command is spoken": Received("speech.context"),
    "before the turn's end": Before("turn.end"),
    "behind it": After("turn.end"),
}


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Keep the test plugin from switching debugging on: it would be what stalls the loop."""


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Log as Home Assistant does by default."""
    caplog.set_level(logging.INFO)


@asynccontextmanager
async def watched_loop() -> AsyncIterator[None]:
    """Require of what is done within that it does not hold the loop up."""
    loop = asyncio.get_running_loop()
    times = [loop.time()]

    async def tick() -> None:
        while True:
            await asyncio.sleep(0.005)
            times.append(loop.time())

    ticker = asyncio.create_task(tick())
    try:
        yield
    finally:
        ticker.cancel()
        times.append(loop.time())
    assert max(later - earlier for earlier, later in pairwise(times)) < LONGEST_STALL


def flood(name: str, at: Point, *before: Fault) -> Behaviour:
    """Return the behaviour of a connection that is flooded at a point."""
    return Behaviour(faults=(*before, Fault(at, Raw(FLOODS[name] * (SIZE // len(FLOODS[name]) + 1)))))


@pytest.mark.parametrize("at", AT)
@pytest.mark.parametrize("name", FLOODS)
async def test_flood(name: str, at: str) -> None:
    """The next command, and the one that is flooded if it has not been understood, succeeds on another connection."""
    async with (
        SpeechService(Legible(), behaviours=[flood(name, AT[at])]) as service,
        calling(service.url) as client,
        watched_loop(),
    ):
        for _ in range(2):
            heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
            assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("name", FLOODS)
async def test_flood_each_time(name: str) -> None:
    """There is an answer, and soon."""
    async with (
        SpeechService(Legible(), behaviours=lambda _: flood(name, AT["while a command is spoken"])) as service,
        calling(service.url) as client,
        watched_loop(),
    ):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
    if name in ("large ones", "lists in lists"):  # so few that they are taken
        assert heard.transcript == SAID[Mode.INTERACTIVE]
    else:
        assert isinstance(heard.error, UnusableMessageError)
    assert heard.seconds < PATIENCE


@pytest.mark.parametrize("name", ["empty pings", "pings"])
async def test_flood_of_pings_from_who_does_not_read_the_pongs(name: str) -> None:
    at = AT["while a command is spoken"]
    async with (
        SpeechService(Legible(), behaviours=[flood(name, at, Fault(at, Freeze()))]) as service,
        calling(service.url) as client,
        watched_loop(),
    ):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
    assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])
    assert heard.seconds < PATIENCE


@pytest.mark.parametrize("name", ["empty pings", "empty pongs", "partial results"])
async def test_flood_by_the_service_of_2018(name: str) -> None:
    flooded = Fault(Before("final"), Raw(OF_2018[name] * (SIZE // len(OF_2018[name]))))
    async with (
        SpeechService(Legible(), behaviours=[Behaviour(faults=(flooded,))]) as service,
        calling(f"{service.url}/speech/translate") as client,
        watched_loop(),
    ):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), TranslationOptions(targets=("de",)))
    assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])


async def test_frames_without_an_end() -> None:
    """No message ever comes of them, so that nobody counts them: what ends it is the limit of the turn's time."""
    frames = b"\1\0" + b"\0\0" * (SIZE // 2)
    faults = (Fault(AT["while a command is spoken"], Raw(frames)),)
    async with (
        SpeechService(Legible(), behaviours=[Behaviour(faults=faults)]) as service,
        calling(service.url) as client,
        watched_loop(),
    ):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
    assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])


# --- the count


def test_what_a_service_sends_is_never_too_much() -> None:
    """Ten minutes of hypotheses, and of speech in pieces of 100 ms twice as fast as it is heard."""
    inflow = Inflow(0.0)
    for number in range(600 * 25):
        inflow.count(3200, number / 25)


def test_a_pause_is_due_now_and_then() -> None:
    inflow = Inflow(0.0)
    pauses = 0
    for _ in range(10 * SPELL):
        inflow.count(0, 0.0)
        pauses += inflow.pause_due()
    assert pauses == 10
    inflow.count(1 << 20, 0.0)
    assert inflow.pause_due()
    assert not inflow.pause_due()


def test_too_much() -> None:
    inflow = Inflow(0.0)
    for _ in range(int(RESERVE)):
        inflow.count(0, 0.0)
    with pytest.raises(UnusableMessageError):
        inflow.count(0, 0.0)
    for _ in range(int(RATE)):
        inflow.count(0, 1.1)
    inflow.count(1 << 16, 1.1)
    with pytest.raises(UnusableMessageError):
        inflow.count(20 * UNIT, 1.1)
