"""When audio comes, in which slices, with what around it, and what becomes of two turns at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from .. import SpeechService
from ..manner import combined
from ..raw_client import RawClient, bodies, connected, paths
from .asking import V1, ask, audio, context, heard, metadata, spoken, ssml
from .delivery import DELIVERIES, USUAL, Delivery, Overlap

_SENTENCE = "Shall I close the blinds?"


@pytest.fixture
async def service() -> AsyncIterator[SpeechService]:
    """Return a service."""
    async with SpeechService() as service:
        yield service


@pytest.fixture
async def client(service: SpeechService) -> AsyncIterator[RawClient]:
    """Return a client that has sent speech.config."""
    async with connected(service.url, V1) as client:
        yield client


@pytest.mark.parametrize("name", DELIVERIES)
async def test_every_delivery_brings_the_words(client: RawClient, service: SpeechService, name: str) -> None:
    service.synthesis.delivery = DELIVERIES[name]
    received = await spoken(client, ssml(_SENTENCE), context(wishes={"wordBoundaryEnabled": True}))
    body = audio(received)
    if DELIVERIES[name].riff:
        assert body[:4] == b"RIFF"
        body = body[44:]
    if DELIVERIES[name].list_chunk:
        assert body[-1840:-1836] == b"LIST"
        body = body[:-1840]
    assert heard(body) == _SENTENCE
    assert len(metadata(received)) == 6


async def test_first_audio_and_pace(client: RawClient, service: SpeechService) -> None:
    service.synthesis.delivery = Delivery(first_audio=0.2, pace=4.0, slice_size=4800)
    loop = asyncio.get_running_loop()
    begin = loop.time()
    await ask(client, ssml("x" * 25))  # half a second, five slices
    received = await client.until("audio")
    first = loop.time() - begin
    await client.answer()
    last = loop.time() - begin
    assert paths(received) == ["turn.start", "response", "audio"]
    assert first >= 0.2
    assert last - first >= 0.09  # the fifth slice is ready when four have been spoken
    turn = service.syntheses[0].turns[0]
    assert turn.first_audio_at is not None
    assert turn.first_audio_at - turn.asked_at >= 0.2


async def test_slices(client: RawClient, service: SpeechService) -> None:
    service.synthesis.delivery = combined(["odd-slices", "empty-first"], DELIVERIES, USUAL)
    slices = bodies(await spoken(client, ssml(_SENTENCE)), "audio")
    assert {len(each) for each in slices[1:-2]} == {1001}
    assert (slices[0], slices[-1]) == (b"", b"")
    assert heard(b"".join(slices)) == _SENTENCE


@pytest.mark.parametrize(
    ("voice", "markup", "seconds"),
    [
        ("en-US-JennyNeural", "", 0.8),
        ("en-US-JennyNeural", "<mstts:silence type='Tailing-exact' value='100ms'/>", 0.1),
        ("en-US-Ava:DragonHDLatestNeural", "<mstts:silence type='Tailing-exact' value='100ms'/>", 1.0),
    ],
)
async def test_trailing_silence(
    client: RawClient, service: SpeechService, voice: str, markup: str, seconds: float
) -> None:
    """HD voices take no markup for it."""
    service.synthesis.delivery = DELIVERIES["trailing-silence"]
    received = await spoken(client, ssml(markup + "Hello.", voice))
    assert audio(received)[6 * 960 :] == bytes(round(48_000 * seconds))
    assert metadata(received)[-1]["Data"]["Offset"] == round((0.12 + seconds) * 10_000_000)


async def test_one_message_for_all_metadata(client: RawClient, service: SpeechService) -> None:
    service.synthesis.delivery = DELIVERIES["one-metadata-message"]
    received = await spoken(client, ssml("One two three."), context(wishes={"wordBoundaryEnabled": "true"}))
    assert [len(body["Metadata"]) for body in bodies(received, "audio.metadata")] == [3, 1]


# --- two turns at a time


async def test_turns_queue(client: RawClient, service: SpeechService) -> None:
    service.synthesis.delivery = Delivery(first_audio=0.05)
    first = await ask(client, ssml("One."))
    second = await ask(client, ssml("Two."))
    received = [*await client.answer(), *await client.answer()]
    assert [headers["X-RequestId"] for headers, _ in received] == sorted(
        (headers["X-RequestId"] for headers, _ in received), key=[first, second].index
    )
    assert (heard(audio(received, first)), heard(audio(received, second))) == ("One.", "Two.")
    assert received[-1][0]["X-RequestId"] == second


async def test_turns_take_each_others_place(client: RawClient, service: SpeechService) -> None:
    service.synthesis.delivery = Delivery(pace=0.01, overlap=Overlap.REPLACE)
    await ask(client, ssml("x" * 100))
    await client.until("audio")
    service.synthesis.delivery = Delivery(overlap=Overlap.REPLACE)
    second = await ask(client, ssml("Two."))
    received = await client.answer()
    assert {headers["X-RequestId"] for headers, _ in received} == {second}
    assert heard(audio(received)) == "Two."
    turns = service.syntheses[0].turns
    assert [(turn.replaced, turn.ended) for turn in turns] == [(True, False), (False, True)]


async def test_turns_speak_together(client: RawClient, service: SpeechService) -> None:
    service.synthesis.delivery = Delivery(pace=4.0, overlap=Overlap.TOGETHER)
    first = await ask(client, ssml("x" * 50))
    second = await ask(client, ssml("y" * 10))
    received = await client.answer()
    assert received[-1][0]["X-RequestId"] == second
    received += await client.answer()
    assert received[-1][0]["X-RequestId"] == first
    assert (heard(audio(received, first)), heard(audio(received, second))) == ("x" * 50, "y" * 10)


async def test_a_second_turn_is_refused(client: RawClient, service: SpeechService) -> None:
    service.synthesis.delivery = Delivery(first_audio=60, overlap=Overlap.REFUSE)
    await ask(client, ssml("One."))
    await ask(client, ssml("Two."))
    assert await client.closed() == (1002, "There is a turn already")


async def test_turns_one_after_the_other_are_never_refused(client: RawClient, service: SpeechService) -> None:
    service.synthesis.delivery = Delivery(overlap=Overlap.REFUSE)
    for text in ("One.", "Two.", "Three."):
        assert heard(audio(await spoken(client, ssml(text)))) == text
