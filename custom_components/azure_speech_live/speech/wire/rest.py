"""The service's REST interface: requests whose body goes up in pieces, and what comes back in place of an answer."""

from collections.abc import AsyncGenerator, AsyncIterable, Mapping
from http import HTTPStatus
from typing import Final

import aiohttp
from aiohttp.hdrs import METH_POST
from yarl import URL

from ..errors import ConnectionFailedError, RequestRefusedError, UpgradeRefusedError, WebPageError
from .failures import is_page, ours
from .limits import MAX_ANSWER_SIZE

_MOVED: Final = frozenset({HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT})
"""What wants the same body at another address: aiohttp cannot follow, as it has sent a body that it does not keep."""


class MovedError(ConnectionFailedError):
    """The interface is at another address; the next request goes there. Whoever has kept the body sends it again."""

    def __init__(self, url: URL) -> None:
        """Keep the address."""
        super().__init__("the service has moved to another address")
        self.url = url


async def stop_moved_posts(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Let a session follow no redirect that wants the body again (a middleware). Raises MovedError.

    Any other redirect makes a GET of a POST.
    """
    response = await handler(request)
    if request.method == METH_POST and response.status in _MOVED and "Location" in response.headers:
        response.close()
        raise MovedError(request.url.join(URL(response.headers["Location"])))
    return response


class Rest:
    """The REST interface of one resource."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Use a ``guarded`` session, which stays its owner's."""
        self._session = session
        self._moved: dict[URL, URL] = {}
        """Where an address was found to be, by that at which it was looked for."""

    async def post(self, asked: URL, body: AsyncIterable[bytes], headers: Mapping[str, str]) -> bytes:
        """Send a body in pieces and return the answer to it. Raises SpeechError.

        The caller limits the time.
        """
        # Forgotten with every failure: where it was is nothing to rely on.
        url = self._moved.pop(asked, asked)
        try:
            answer = await ours(self._post(url, body, headers), "the answer was awaited", asked)
        except UpgradeRefusedError as err:
            raise RequestRefusedError(str(err)) from None
        except MovedError as moved:
            self._moved[asked] = moved.url
            del moved.url  # which may repeat the key
            raise
        if url != asked:
            self._moved[asked] = url
        _check_is_no_page(answer)
        return answer

    async def _post(self, url: URL, body: AsyncIterable[bytes], headers: Mapping[str, str]) -> bytes:
        async with self._session.post(url, data=body, headers=headers) as response:
            return await _read(response, MAX_ANSWER_SIZE)

    async def get(self, url: URL, most: int) -> bytes:
        """Return what is at an address, up to so many bytes. Raises SpeechError. The caller limits the time."""
        try:
            answer = await ours(self._get(url, most), "the answer was awaited", url)
        except UpgradeRefusedError as err:
            raise RequestRefusedError(str(err)) from None
        _check_is_no_page(answer)
        return answer

    async def _get(self, url: URL, most: int) -> bytes:
        async with self._session.get(url) as response:
            return await _read(response, most)

    async def stream(self, asked: URL, body: bytes, headers: Mapping[str, str]) -> AsyncGenerator[bytes]:
        """Send a body and yield the answer to it as it comes. Raises SpeechError. The caller limits the time."""
        url = self._moved.pop(asked, asked)
        try:
            response = await ours(self._session.post(url, data=body, headers=headers), "the answer was awaited", asked)
        except UpgradeRefusedError as err:
            raise RequestRefusedError(str(err)) from None
        except MovedError as moved:
            self._moved[asked] = moved.url
            del moved.url  # which may repeat the key
            raise
        if url != asked:
            self._moved[asked] = url
        try:
            may_be_page = not response.content_type.startswith("audio/")  # which may begin with any byte
            while piece := await ours(response.content.readany(), "receiving"):
                if may_be_page:
                    _check_is_no_page(piece)
                    may_be_page = False
                yield piece
        finally:
            response.close()


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    answer = bytearray()
    async for piece in response.content.iter_any():
        answer += piece
        if len(answer) > most:  # what is left out makes it unreadable
            break
    return bytes(answer)


def _check_is_no_page(answer: bytes) -> None:
    if is_page(answer.decode(errors="replace")):
        raise WebPageError("a web page answers in place of the service")
