"""A session on another's connections that sends the credentials, and neither loses nor shows them.

aiohttp follows redirects by itself: it takes a key along, to wherever it is sent, and leaves a token behind. So they
are added to each request, and what was to be encrypted does not go to an address that is not.
"""

import asyncio
import contextlib
from http import HTTPStatus
from typing import override

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.hdrs import UPGRADE

from ..errors import NotASpeechEndpointError
from .credentials import Credentials
from .endpoints import ENCRYPTED
from .failures import refusal
from .inflow import Response
from .rest import stop_moved_posts


def guarded(session: aiohttp.ClientSession, credentials: Credentials, *, encrypted: bool) -> aiohttp.ClientSession:
    """Return a session that uses another's connector, and is to be detached from it at the end.

    It raises the SpeechError that a refusal stands for: behind it, aiohttp leaves out what a refused upgrade says.
    ``encrypted``: it does not send anything in the clear.
    """

    async def guard(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        if encrypted and request.url.scheme not in ENCRYPTED:
            raise NotASpeechEndpointError("redirected to an address that is not encrypted")
        request.headers.update(credentials.headers())
        response = await handler(request)
        wanted = HTTPStatus.SWITCHING_PROTOCOLS if UPGRADE in request.headers else HTTPStatus.OK
        if response.status == wanted or "Location" in response.headers:
            return response
        raise await refusal(response)

    return aiohttp.ClientSession(
        connector=session.connector,
        connector_owner=False,
        cookie_jar=session.cookie_jar,
        headers=session.headers,
        middlewares=(guard, stop_moved_posts),
        request_class=_Request,
        response_class=Response,
    )


class _Request(aiohttp.ClientRequest):
    """A request whose body need not find its way: the answer, or that none comes, says all that there is to say."""

    @override
    async def write_bytes(
        self, writer: AbstractStreamWriter, conn: aiohttp.connector.Connection, content_length: int | None = None
    ) -> None:
        """Send the body, and raise nothing: asyncio would report what a task ends with that aiohttp has dropped."""
        await asyncio.sleep(0)  # what fails at once would close the connection before the answer is awaited
        with contextlib.suppress(Exception):
            await super().write_bytes(writer, conn, content_length)
