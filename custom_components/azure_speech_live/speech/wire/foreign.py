"""What others raise, as this client's own errors: aiohttp's exceptions, the system's and Python's, in one table.

Theirs may hold the request, and with it the key: none of them stays in the chain of ours.
"""

import asyncio
from collections.abc import Awaitable
import os
import ssl

import aiohttp
from yarl import URL

from ..errors import (
    ConnectionFailedError,
    HostNotFoundError,
    NotASpeechEndpointError,
    OpenTimeoutError,
    SpeechError,
    UnusableMessageError,
)
from .failures import status_error
from .wording import shown


async def ours[T](work: Awaitable[T], doing: str, url: URL | None = None) -> T:
    """Wait for work of aiohttp's, as which this counts that it is ``doing``. Raises SpeechError, and nothing else.

    ``url`` is the address that is asked, if one is.
    """
    try:
        return await work
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        # Tasks that wait for a peer to read share one future of aiohttp's: when one is cancelled, all are.
        error: SpeechError = ConnectionFailedError(f"the connection broke while {doing}")
    except Exception as err:  # noqa: BLE001 - whatever it is, the caller knows our errors only
        error = translated(err, doing, url)
    # Out here, or it would have theirs for its context.
    raise error.with_traceback(None)


def translated(err: Exception, doing: str, url: URL | None = None) -> SpeechError:  # noqa: PLR0911 - a table of cases
    """Return what an exception stands for. Its own text may hold the URL or a message: it is not kept."""
    match err:
        case SpeechError():
            return err
        case aiohttp.WSServerHandshakeError() | aiohttp.ClientHttpProxyError():
            return status_error(err.status, err.headers.get("Retry-After") if err.headers else None)
        case aiohttp.ClientConnectorDNSError():
            asked = url is not None and err.host == url.host
            return HostNotFoundError(f"no host has the name {err.host}" if asked else "redirected to an unknown host")
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError() | ssl.SSLError():
            return ConnectionFailedError(f"no secure connection: {shown(str(err.args[-1]))}")
        case aiohttp.ClientConnectorError():
            number = err.os_error.errno  # its text has the address
            return ConnectionFailedError(f"cannot connect: {os.strerror(number) if number else 'refused'}")
        case TimeoutError():
            return OpenTimeoutError("the connection did not open in time")
        case aiohttp.TooManyRedirects() | aiohttp.InvalidURL() | aiohttp.ClientResponseError():
            return NotASpeechEndpointError("the answer is not that of a Speech endpoint")
        case aiohttp.WebSocketError() | UnicodeError() | RecursionError():
            return UnusableMessageError("the service sent what cannot be read")
        case aiohttp.ClientConnectionError() | aiohttp.ClientPayloadError() | OSError():
            return ConnectionFailedError(f"the connection broke while {doing}")
    return ConnectionFailedError(f"the connection failed while {doing}: {type(err).__name__}")
