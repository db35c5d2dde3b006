"""Text that comes piece by piece."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from .. import SpeechService
from ..raw_client import RawClient, bodies, connected, paths
from .asking import V2, ask, audio, begin_pieces, context, end_pieces, heard, metadata, send_pieces, ssml
from .delivery import Delivery, Listens

_PIECES = ["Hel", "lo ", "there. ", "And ", "more < & >\r\n\r\n", ""]


@pytest.fixture
async def service() -> AsyncIterator[SpeechService]:
    """Return a service."""
    async with SpeechService() as service:
        yield service


@pytest.fixture
async def client(service: SpeechService) -> AsyncIterator[RawClient]:
    """Return a client that has sent speech.config."""
    async with connected(service.url, V2) as client:
        yield client


@pytest.mark.parametrize("listens", [Listens.PIECE, Listens.SENTENCE, Listens.END])
async def test_all_of_it_is_spoken(client: RawClient, service: SpeechService, listens: Listens) -> None:
    """What is spoken is the text as it is: no markup, and blanks matter."""
    service.synthesis.delivery = Delivery(listens=listens)
    await begin_pieces(client)
    await send_pieces(client, _PIECES)
    await end_pieces(client)
    received = await client.answer()
    assert heard(audio(received)).rstrip() == "Hello there. And more < & >"
    assert paths(received)[:2] == ["turn.start", "response"]
    assert paths(received)[-3:] == ["audio.metadata", "audio", "turn.end"]
    [turn] = service.syntheses[0].turns
    assert turn.pieces == _PIECES
    assert len(turn.piece_times) == len(_PIECES)
    assert turn.text_ended


async def test_it_speaks_while_text_comes(client: RawClient) -> None:
    await begin_pieces(client)
    assert paths([await client.receive(), await client.receive()]) == ["turn.start", "response"]
    await send_pieces(client, ["One. Tw"])
    assert heard(bodies([await client.receive()], "audio")[0]).startswith("One.")
    await send_pieces(client, ["o."])
    await end_pieces(client)
    assert heard(audio(await client.answer())).endswith("Two.")


async def test_piece_by_piece(client: RawClient, service: SpeechService) -> None:
    service.synthesis.delivery = Delivery(listens=Listens.PIECE)
    await begin_pieces(client)
    await send_pieces(client, ["Hell"])
    assert heard(bodies(await client.until("audio"), "audio")[0]) == "Hell"


async def test_offsets_go_on(client: RawClient) -> None:
    asked = context(wishes={"wordBoundaryEnabled": True}, input={"bidirectionalStreamingMode": True})
    await client.send_text("synthesis.context", asked)
    await send_pieces(client, ["One. ", "Two."])
    await end_pieces(client)
    entries = metadata(await client.answer())
    assert [entry["Data"]["Offset"] for entry in entries] == [0, 5 * 200_000, 9 * 200_000]


async def test_turn_start_with_the_first_piece(client: RawClient, service: SpeechService) -> None:
    service.synthesis.delivery = Delivery(waits_for_text=True)
    await begin_pieces(client)
    await service.until(lambda: bool(service.syntheses[0].turns))
    assert not service.syntheses[0].sent
    await send_pieces(client, ["One."])
    assert paths([await client.receive()]) == ["turn.start"]


async def test_no_text(client: RawClient) -> None:
    await begin_pieces(client)
    await end_pieces(client)
    received = await client.answer()
    assert paths(received) == ["turn.start", "response", "audio.metadata", "audio", "turn.end"]
    assert not audio(received)


async def test_where_it_is_not_done_there_is_silence(client: RawClient, service: SpeechService) -> None:
    service.synthesis.delivery = Delivery(listens=Listens.NEVER)
    await begin_pieces(client)
    await send_pieces(client, ["One."])
    await end_pieces(client)
    await service.until(lambda: service.syntheses[0].turns[0].text_ended)
    assert service.syntheses[0].sent == ["turn.start", "response"]


async def test_a_voice_that_is_not_there(client: RawClient, service: SpeechService) -> None:
    await begin_pieces(client, voiceName="nobody")
    assert await client.closed() == (1007, "Unsupported voice nobody.")
    assert service.syntheses[0].violation is None


async def test_another_language_than_the_voices(client: RawClient) -> None:
    await begin_pieces(client, voiceName="en-US-JennyNeural", language="de-DE")
    assert await client.closed() == (1007, "Ssml should only contain one language.")


async def test_settings(client: RawClient, service: SpeechService) -> None:
    personal = {"personalVoiceName": "one", "voiceName": "DragonLatestNeural"}
    await begin_pieces(client, rate="1.2", preferLocales="de-DE,fr-FR", **personal)
    await send_pieces(client, ["One."])
    await end_pieces(client)
    assert heard(audio(await client.answer())) == "One."
    streaming = service.syntheses[0].turns[0].asked.streaming
    assert streaming is not None
    assert (streaming.personal, streaming.settings) == ("one", {"rate": "1.2", "preferLocales": "de-DE,fr-FR"})


async def test_a_piece_may_be_too_large(client: RawClient) -> None:
    await begin_pieces(client)
    await send_pieces(client, ["x" * 70_000])
    assert await client.closed() == (1007, "Websocket message size cannot exceed 65536 bytes")


async def test_ssml_after_it(client: RawClient) -> None:
    await begin_pieces(client)
    await send_pieces(client, ["One."])
    await end_pieces(client)
    await client.answer()
    await ask(client, ssml("Two."))
    assert heard(audio(await client.answer())) == "Two."
