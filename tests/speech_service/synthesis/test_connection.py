"""A turn of synthesis on the wire, and what the service does not put up with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http import HTTPStatus
from uuid import uuid4

import aiohttp
import pytest
from websockets.exceptions import InvalidStatus

from .. import Delivery, Limits, SpeechService, Synthesis
from ..raw_client import RawClient, bodies, connected, paths
from .asking import (
    SSML_HEADERS,
    TEXT_HEADERS,
    V1,
    ask,
    audio,
    begin_pieces,
    context,
    end_pieces,
    heard,
    metadata,
    send_pieces,
    spoken,
    ssml,
)
from .connection import PATHS


@pytest.fixture
async def service() -> AsyncIterator[SpeechService]:
    """Return a service that is used normally."""
    async with SpeechService() as service:
        yield service


@pytest.fixture
async def client(service: SpeechService) -> AsyncIterator[RawClient]:
    """Return a client that has sent speech.config."""
    async with connected(service.url, V1) as client:
        yield client


async def test_a_turn(client: RawClient, service: SpeechService) -> None:
    received = await spoken(client, ssml("Hello."))
    assert paths(received) == [
        *("turn.start", "response"),
        *["audio"] * 2,
        *("audio.metadata", "audio", "turn.end"),
    ]
    assert heard(audio(received)) == "Hello."
    [start], [response] = bodies(received, "turn.start"), bodies(received, "response")
    assert start["context"] == response["context"]
    assert {headers["X-RequestId"] for headers, _ in received} == {client.request_id}
    assert metadata(received) == [{"Type": "SessionEnd", "Data": {"Offset": 6 * 200_000}}]
    [turn] = service.syntheses[0].turns
    assert (turn.ssml, bytes(turn.audio), turn.ended) == (ssml("Hello."), audio(received), True)
    assert turn.context == context()
    assert turn.first_audio_at is not None
    assert turn.ended_at is not None
    assert turn.asked_at <= turn.first_audio_at <= turn.ended_at


async def test_messages_are_shaped_as_in_logs_of_the_real_service(client: RawClient) -> None:
    received = await spoken(client, ssml("Hello."))
    assert isinstance(client.raw[0], str)
    assert isinstance(client.raw[1], str)
    assert len(client.raw[0].partition("\r\n\r\n")[2]) == 75
    assert len(client.raw[1].partition("\r\n\r\n")[2]) == 133
    stream_id = bodies(received, "response")[0]["audio"]["streamId"]
    first, *_, last = [headers for headers, _ in received if headers["Path"] == "audio"]
    assert list(first.items()) == [
        ("X-RequestId", client.request_id),
        ("Content-Type", "audio/basic"),
        ("X-StreamId", stream_id),
        ("Path", "audio"),
    ]
    assert list(last) == ["X-RequestId", "X-StreamId", "Path"]
    assert bodies(received, "audio")[-1] == b""


@pytest.mark.parametrize("path", sorted(PATHS))
async def test_paths(service: SpeechService, path: str) -> None:
    async with connected(service.url, f"{path}?deploymentId=one") as client:
        assert heard(audio(await spoken(client, ssml("Hello.", "my own voice")))) == "Hello."
        assert service.syntheses[0].query == {"deploymentId": "one"}
    assert not service.connections


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Ocp-Apim-Subscription-Key": "wrong", "X-ConnectionId": "0" * 32}, HTTPStatus.UNAUTHORIZED),
        ({"X-ConnectionId": "0" * 32}, HTTPStatus.UNAUTHORIZED),
    ],
)
async def test_wrong_credentials(service: SpeechService, headers: dict[str, str], status: HTTPStatus) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connected(service.url, V1, headers).__aenter__()
    assert refused.value.response.status_code == status


async def test_credentials_in_the_query(service: SpeechService) -> None:
    token = service.authorization.issue_token()
    query = f"?Authorization=Bearer%20{token}&X-ConnectionId={uuid4().hex.upper()}"
    async with connected(service.url, V1 + query, {}) as client:
        assert heard(audio(await spoken(client, ssml("Hello.")))) == "Hello."


async def test_redirect_response(service: SpeechService) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{service.http_url}{V1}?GenerateRedirectResponse=true") as response,
    ):
        assert (response.status, await response.text()) == (HTTPStatus.OK, f"{service.url}{V1}")


async def test_two_turns(client: RawClient, service: SpeechService) -> None:
    assert heard(audio(await spoken(client, ssml("One.")))) == "One."
    assert heard(audio(await spoken(client, ssml("Two.")))) == "Two."
    assert len(service.syntheses[0].turns) == 2
    assert len(service.syntheses) == 1


async def test_a_session_end_only_if_it_is_asked_for(client: RawClient) -> None:
    assert not metadata(await spoken(client, ssml("Hello."), context(wishes={"sessionEndEnabled": "false"})))


async def test_tolerance(client: RawClient, service: SpeechService) -> None:
    """What a client may send though nobody needs it."""
    await spoken(client, ssml("One."))
    await client.send_text("telemetry", {"ReceivedMessages": []})
    await client.send_text("synthesis.control", {"action": "stop"})
    await begin_pieces(client)
    await end_pieces(client)
    await client.answer()
    await send_pieces(client, ["stale", ""])
    await end_pieces(client)
    assert heard(audio(await spoken(client, ssml("Two.")))) == "Two."
    assert service.syntheses[0].turns[0].telemetry == [{"ReceivedMessages": []}]
    assert service.syntheses[0].violation is None


async def test_a_turn_may_last_longer_than_a_client_may_be_idle() -> None:
    synthesis = Synthesis(delivery=Delivery(first_audio=0.3))
    async with (
        SpeechService(synthesis=synthesis, limits=Limits(idle=0.1)) as service,
        connected(service.url, V1) as client,
    ):
        assert heard(audio(await spoken(client, ssml("Hello.")))) == "Hello."
        assert (await client.closed())[0] == 1000


# --- what a client must not do


@pytest.mark.parametrize("over", [0, 1])
async def test_message_of_the_largest_size(client: RawClient, service: SpeechService, over: int) -> None:
    """Headers count, and bytes do, not characters."""
    client.request_id = uuid4().hex
    head = "".join(f"{name}: {value}\r\n" for name, value in client.headers("ssml", SSML_HEADERS).items()) + "\r\n"
    empty = ssml("<bookmark mark='ää'/>")
    fill = "x" * (65_536 - len((head + empty).encode()) + over)
    await client.send_text("synthesis.context", context())
    await client.send_text("ssml", empty.replace("ää", "ää" + fill), SSML_HEADERS)
    if over:
        assert await client.closed() == (1007, "Websocket message size cannot exceed 65536 bytes")
        assert service.syntheses[0].violation is not None
    else:
        await client.answer()


async def test_ssml_without_a_context(client: RawClient) -> None:
    await client.send_text("ssml", ssml("Hello."), SSML_HEADERS)
    assert await client.closed() == (1002, "There is no synthesis.context for this ssml")


async def test_context_of_another_turn(client: RawClient) -> None:
    await client.send_text("synthesis.context", context())
    client.request_id = uuid4().hex
    await client.send_text("ssml", ssml("Hello."), SSML_HEADERS)
    assert await client.closed() == (1002, "There is no synthesis.context for this ssml")


@pytest.mark.parametrize("path", ["synthesis.context", "ssml"])
async def test_request_id_of_another_turn(client: RawClient, path: str) -> None:
    await spoken(client, ssml("Hello."))
    client.request_id = client.request_id.upper()
    await client.send_text(path, context(), SSML_HEADERS)
    assert await client.closed() == (1002, "Invalid request. Reuse of request identifiers is not allowed.")


async def test_config_comes_first(service: SpeechService) -> None:
    async with connected(service.url, V1, configure=False) as client:
        await client.send_text("synthesis.context", context())
        assert await client.closed() == (1002, "speech.config must be the first message")


async def test_messages_of_recognition(client: RawClient) -> None:
    await client.send_text("speech.context", {})
    assert await client.closed() == (1002, "Unknown message path. speech.context")


async def test_binary_message(client: RawClient) -> None:
    await client.send_audio(b"")
    assert await client.closed() == (1002, "Unknown message path. audio")


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"synthesis": None},
        {"synthesis": {"audio": {}}},
        [],
        {"synthesis": {"audio": {"outputFormat": 1, "metadataOptions": 1}}},
    ],
)
async def test_invalid_context(client: RawClient, asked: object) -> None:
    await client.send_text("synthesis.context", asked)
    code, reason = await client.closed()
    assert code == 1007
    assert reason is not None
    assert reason.startswith("Invalid synthesis.context. ")


@pytest.mark.parametrize(
    ("path", "kind"), [("ssml", "application/ssml+xml"), ("text.piece", "text/plain"), ("text.end", "text/plain")]
)
async def test_content_type(client: RawClient, path: str, kind: str) -> None:
    await client.send_text(path, "Hello.", {"Content-Type": "application/json"})
    assert await client.closed() == (1007, f"The Content-Type of {path} is not {kind}")


@pytest.mark.parametrize("path", ["text.piece", "text.end"])
async def test_text_without_a_turn(client: RawClient, path: str) -> None:
    await client.send_text(path, "", TEXT_HEADERS)
    assert await client.closed() == (1002, f"There is no turn for this {path}")


@pytest.mark.parametrize("path", ["text.piece", "text.end"])
async def test_text_after_its_end(client: RawClient, service: SpeechService, path: str) -> None:
    service.synthesis.delivery = Delivery(first_audio=60)
    await begin_pieces(client)
    await send_pieces(client, ["Hello."])
    await end_pieces(client)
    await client.send_text(path, "", TEXT_HEADERS)
    assert await client.closed() == (1002, f"{path} after text.end")


async def test_ssml_where_text_comes_in_pieces(client: RawClient) -> None:
    await begin_pieces(client)
    await client.send_text("ssml", ssml("Hello."), SSML_HEADERS)
    assert await client.closed() == (1002, "Invalid request. Reuse of request identifiers is not allowed.")


async def test_unsupported_format(client: RawClient, service: SpeechService) -> None:
    await ask(client, ssml("Hello."), context("raw-12khz-16bit-mono-pcm"))
    assert await client.closed() == (1007, "Unsupported output format raw-12khz-16bit-mono-pcm.")
    assert service.syntheses[0].violation is not None
