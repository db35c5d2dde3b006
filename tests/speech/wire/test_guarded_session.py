"""The session that the client uses: where the key goes, and what becomes of a body whose connection is gone."""

import asyncio
from collections.abc import AsyncGenerator
import gc
import socket
import struct
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest
from yarl import URL

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    Credentials,
    NotASpeechEndpointError,
    QuotaError,
)
from custom_components.azure_speech_live.speech.recognition.audio import WAV_HEADER
from custom_components.azure_speech_live.speech.wire.credentials import KEY_HEADER
from custom_components.azure_speech_live.speech.wire.guarded_session import guarded
from custom_components.azure_speech_live.speech.wire.rest import Rest
from tests.speech_service import KEY


async def test_the_key_goes_along_with_a_redirect() -> None:
    keys: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        keys.append(request.headers.get(KEY_HEADER))
        return web.Response() if len(keys) > 1 else web.Response(status=302, headers={"Location": "/there"})

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        own = guarded(session, Credentials(key=KEY), encrypted=False)
        async with own.get(server.make_url("/")):
            assert keys == [KEY, KEY]
        own.detach()


async def test_what_is_encrypted_stays_so() -> None:
    """The address is not even connected to."""
    async with aiohttp.ClientSession() as session:
        own = guarded(session, Credentials(key=KEY), encrypted=True)
        with pytest.raises(NotASpeechEndpointError, match="not encrypted"):
            await own.get("http://127.0.0.1:1/")
        own.detach()


async def test_a_refusal_is_read_before_aiohttp_drops_it() -> None:
    async def answer(request: web.Request) -> web.Response:  # noqa: ARG001 - aiohttp's signature
        return web.Response(status=403, text="Out of call volume quota.")

    application = web.Application()
    application.router.add_get("/", answer)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        own = guarded(session, Credentials(key=KEY), encrypted=False)
        with pytest.raises(QuotaError):
            await own.ws_connect(server.make_url("/"))
        own.detach()


@pytest.mark.parametrize("before", [0, 1], ids=["at first", "later"])
async def test_a_body_whose_connection_is_gone_is_nobody_s_trouble(before: int) -> None:
    """What aiohttp's upload ends with is not left to asyncio, which would report it with a traceback.

    The peer resets the connection in the middle of a step of the upload: what is sent then finds out.
    """
    unheard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
    with socket.create_server(("127.0.0.1", 0)) as peer:

        async def wav() -> AsyncGenerator[bytes]:
            accepted, _ = peer.accept()
            for _ in range(before):
                yield WAV_HEADER
                await asyncio.sleep(0)
            accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            accepted.close()
            yield WAV_HEADER

        async with aiohttp.ClientSession() as session:
            own = guarded(session, Credentials(key=KEY), encrypted=False)
            with pytest.raises(ConnectionFailedError, match="the connection broke"):
                await Rest(own).post(URL(f"http://127.0.0.1:{peer.getsockname()[1]}/"), wav(), {})
            own.detach()
    gc.collect()
    assert unheard == []
