"""Who gets a connection, and what the others are told."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from uuid import uuid4

import aiohttp
import pytest
from websockets import Response
from websockets.exceptions import InvalidStatus

from . import KEY, Limits, SpeechService
from .certificates import make_certificate, make_tls_contexts
from .raw_client import INTERACTIVE, UNIVERSAL, connected, paths, usual_headers


async def refusal(service: SpeechService, target: str = INTERACTIVE, headers: dict[str, str] | None = None) -> Response:
    """Connect, and return the response that refuses it."""
    with pytest.raises(InvalidStatus) as caught:
        async with connected(service.url, target, headers):
            pass
    assert service.attempts[-1].status == caught.value.response.status_code
    return caught.value.response


@pytest.mark.parametrize("base", ["", "/v1.0"])
@pytest.mark.parametrize(
    "path",
    [
        "/speech/recognition/interactive/cognitiveservices/v1",
        "/speech/recognition/conversation/cognitiveservices/v1",
        "/speech/recognition/dictation/cognitiveservices/v1",
        "/stt/speech/universal/v2",
        "/stt/speech/universal/v1",
        "/speech/universal/v2",
    ],
)
async def test_paths_of_recognition(base: str, path: str) -> None:
    async with SpeechService() as service, connected(service.url, f"{base}{path}?language=en-US"):
        await service.until(lambda: service.connections[0].path == base + path)
        assert service.connections[0].query == {"language": "en-US"}


@pytest.mark.parametrize("path", ["/", "/speech/recognition/shouted/cognitiveservices/v1", "/stt/speech/universal/v3"])
async def test_other_paths(path: str) -> None:
    async with SpeechService() as service:
        assert (await refusal(service, path)).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Ocp-Apim-Subscription-Key": "wrong"},
        {"Ocp-Apim-Subscription-Key": ""},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Bearer {KEY}"},
        {"Authorization": KEY},
    ],
)
async def test_wrong_credentials(headers: dict[str, str]) -> None:
    async with SpeechService() as service:
        response = await refusal(service, headers=headers | {"X-ConnectionId": uuid4().hex})
        assert response.status_code == HTTPStatus.UNAUTHORIZED


async def test_one_of_several_keys() -> None:
    async with SpeechService(keys=["one", "two"]) as service:
        headers = {"Ocp-Apim-Subscription-Key": "two", "X-ConnectionId": uuid4().hex}
        async with connected(service.url, headers=headers):
            await service.until(lambda: bool(service.connections))


@pytest.mark.parametrize("connection_id", ["", "0123", "g" * 32])
async def test_connection_id_of_another_form(connection_id: str) -> None:
    async with SpeechService() as service:
        response = await refusal(service, headers=usual_headers() | {"X-ConnectionId": connection_id})
        assert response.status_code == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("connection_id", ["0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f", "0A1B2C3D" * 4])
async def test_connection_id_with_dashes_or_in_upper_case(connection_id: str) -> None:
    headers = usual_headers() | {"X-ConnectionId": connection_id}
    async with SpeechService() as service, connected(service.url, headers=headers):
        await service.until(lambda: service.connections[0].headers["X-ConnectionId"] == connection_id)


async def _issue(service: SpeechService, key: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(service.http_url + "/sts/v1.0/issueToken", headers={"Ocp-Apim-Subscription-Key": key}) as response,
    ):
        return response.status, await response.text()


async def test_token() -> None:
    async with SpeechService() as service:
        status, token = await _issue(service, KEY)
        assert status == HTTPStatus.OK
        headers = {"Authorization": f"Bearer {token}", "X-ConnectionId": uuid4().hex}
        async with connected(service.url, headers=headers) as client:
            assert paths(await client.recognize(bytes(3200)))[-1] == "turn.end"
        service.authorization.revoke_tokens()
        assert (await refusal(service, headers=headers)).status_code == HTTPStatus.UNAUTHORIZED


async def test_token_is_valid_for_its_lifetime() -> None:
    async with SpeechService(token_lifetime=0) as service:
        status, token = await _issue(service, KEY)
        assert status == HTTPStatus.OK
        headers = {"Authorization": f"Bearer {token}", "X-ConnectionId": uuid4().hex}
        assert (await refusal(service, headers=headers)).status_code == HTTPStatus.UNAUTHORIZED


async def test_token_for_a_wrong_key() -> None:
    async with SpeechService() as service:
        assert (await _issue(service, "wrong"))[0] == HTTPStatus.UNAUTHORIZED


async def test_redirect_that_the_javascript_sdk_asks_for() -> None:
    """It asks without credentials where to connect, and takes the body for the address."""
    async with SpeechService() as service:
        response = await refusal(service, f"{UNIVERSAL}?GenerateRedirectResponse=true", {})
        assert (response.status_code, response.body) == (HTTPStatus.OK, (service.url + UNIVERSAL).encode())


async def test_tls() -> None:
    server, client = make_tls_contexts(*make_certificate())
    async with SpeechService(ssl=server) as service:
        assert service.url.startswith("wss://")
        async with connected(service.url, ssl=client) as connection:
            assert paths(await connection.recognize(bytes(3200)))[-1] == "turn.end"
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                service.http_url + "/sts/v1.0/issueToken",
                headers={"Ocp-Apim-Subscription-Key": KEY},
                ssl=client,
            ) as response,
        ):
            assert response.status == HTTPStatus.OK


async def test_idle_limit() -> None:
    async with SpeechService(limits=Limits(idle=0.1)) as service, connected(service.url) as client:
        assert await client.closed() == (1000, "Exceeded maximum websocket connection idle duration(> 100ms)")


async def test_age_limit() -> None:
    async with SpeechService(limits=Limits(age=0.1)) as service, connected(service.url) as client:
        assert await client.closed() == (1000, "Exceeded maximum websocket connection duration")


async def test_end_of_the_service() -> None:
    """It closes what is open, and does not wait for a client that never says anything."""
    async with SpeechService() as service:
        reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
        async with connected(service.url) as client:
            await service.until(lambda: service.connections[0].config is not None)
            await service.__aexit__(None, None, None)
            assert (await client.closed())[0] == 1001
        assert await reader.read() == b""
        writer.close()
