"""One WebSocket connection to the Speech service: the only part that touches a socket.

It opens, sends and receives messages, and closes; what they mean is the turn's affair. All that aiohttp can raise
becomes a SpeechError here.
"""

import asyncio
from collections.abc import Mapping
import contextlib
from datetime import UTC, datetime
import logging
import re
from socket import SHUT_RDWR
import ssl
from types import MappingProxyType
from typing import Any, Final

import aiohttp
from yarl import URL

from . import messages
from .errors import (
    ConnectionFailedError,
    HostNotFoundError,
    LanguageError,
    NotASpeechEndpointError,
    OpenTimeoutError,
    ProtocolError,
    QuotaError,
    ServiceError,
    SpeechError,
    ThrottledError,
    UnusableMessageError,
    printable,
)
from .messages import Message
from .refusal import status_error
from .telemetry import ConnectionMetric

_LOGGER = logging.getLogger(__name__)

OPEN_LIMIT: Final = 7.0
"""Seconds that opening may take, name look-up, TLS and redirects included."""
CLOSE_LIMIT: Final = 1.0
"""Seconds that the peer has to answer a close; then the socket is closed without its consent."""
MAX_REDIRECTS: Final = 3
"""Redirects to ws:// and wss:// addresses; Microsoft's service is not known to need more than one."""
_CLOSE_CODES: Final[dict[int, type[SpeechError]]] = {
    # Fatal to both of Microsoft's SDKs too: the same messages would end the same way.
    **dict.fromkeys((1002, 1007, 4000), ProtocolError),
    **dict.fromkeys((1011, 1012, 1013, 4500, 4503), ServiceError),
    4429: ThrottledError,
}
"""What the codes stand for with which the service closes a connection; the others say no more than that it is lost."""
_REASONS: Final[dict[re.Pattern[str], type[SpeechError]]] = {
    re.compile(r"\b(?:concurrent|parallel) (?:request|transcription|connection)", re.IGNORECASE): ThrottledError,
    re.compile("quota", re.IGNORECASE): QuotaError,
    re.compile("throttl|too ?many ?requests", re.IGNORECASE): ThrottledError,
    re.compile(r"(?:unsupported|invalid) (?:locale|language|cid)", re.IGNORECASE): LanguageError,
}
"""What the service says, and with code 1007, of a used-up quota ("Quota exceeded") and of too many requests ("Throttled
due to too many requests", "The number of parallel requests exceeded the number of allowed concurrent transcriptions."),
and of a language ("Unsupported locale: ja_JP."). Sources: issues 1293, 1940, 2305 and 2785 of
Azure-Samples/cognitive-services-speech-sdk, and CatalystCode/SpeechToText-WebSockets-Java, pull request 2."""

_CONFIG: Final[dict[str, Any]] = {
    "context": {
        "system": {"name": "AzureSpeechLive", "version": "1", "build": "Python", "lang": "Python"},
        # The protocol page wants these; what a household runs is not the service's business.
        "os": {"platform": "Python", "name": "Python", "version": "3"},
        "device": {"manufacturer": "Unknown", "model": "Unknown", "version": "Unknown"},
        "audio": {"source": {"type": "Stream", "samplerate": 16000, "bitspersample": 16, "channelcount": 1}},
    }
}


def now_utc() -> datetime:
    """Return the wall-clock time that the protocol's timestamps want."""
    return datetime.now(UTC)


class Connection:
    """An open connection; it serves one turn at a time."""

    reusable = True
    """Whether another turn can follow on it."""
    socket_options: Mapping[str, Any] = MappingProxyType({"max_msg_size": messages.MAX_MESSAGE_SIZE})

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, url: URL, metric: ConnectionMetric) -> None:
        """Use ``open`` instead."""
        self.url = url
        self.metric = metric
        self.served = 0
        """How many requests it has served."""
        self._opened = asyncio.get_running_loop().time()
        self._socket = socket

    @classmethod
    async def open(cls, session: aiohttp.ClientSession, url: URL, connection_id: str) -> Connection:
        """Open a connection and configure it; the session sends the credentials.

        Raises SpeechError; the caller limits the time.
        """
        start = now_utc()
        try:
            socket = await _upgrade(session, url, connection_id, cls.socket_options)
        except SpeechError:
            raise
        except Exception as err:
            raise opening_error(err) from err
        connection = cls(socket, url, ConnectionMetric(connection_id, start, now_utc()))
        try:
            await connection.send(messages.json_message("speech.config", _CONFIG))
        except BaseException:
            await connection.close()
            raise
        return connection

    async def send(self, message: Message) -> None:
        """Send a message. Raises ConnectionFailedError."""
        await self._send(messages.encode(message, now_utc()))

    async def _send(self, payload: str | bytes) -> None:
        try:
            if isinstance(payload, str):
                await self._socket.send_str(payload)
            else:
                await self._socket.send_bytes(payload)
        except (OSError, aiohttp.ClientError) as err:
            raise ConnectionFailedError("the connection broke while sending") from err

    async def receive(self) -> Message:
        """Wait for the service's next message. Raises the SpeechError that the connection's end stands for."""
        message = messages.decode(payload(await self._socket.receive()))
        _LOGGER.debug("received %s", message)
        return message

    @property
    def age(self) -> float:
        """Seconds since it was opened."""
        return asyncio.get_running_loop().time() - self._opened

    @property
    def closed(self) -> bool:
        """Whether it is known to be of no more use."""
        return self._socket.closed

    async def close(self) -> None:
        """Close it as the protocol wants; at once where the service does not answer within CLOSE_LIMIT."""
        wire = self._socket.get_extra_info("socket")
        try:
            # aiohttp limits how long it waits for the answer, but not how long its own close takes to be sent.
            async with asyncio.timeout(CLOSE_LIMIT):
                await self._socket.close()
        except TimeoutError, OSError, aiohttp.ClientError:
            pass
        finally:
            if wire is not None:
                # A closed transport keeps its socket until all is sent, on a dead link for a quarter of an hour.
                with contextlib.suppress(OSError):
                    wire.shutdown(SHUT_RDWR)


async def _upgrade(
    session: aiohttp.ClientSession, url: URL, connection_id: str, options: Mapping[str, Any]
) -> aiohttp.ClientWebSocketResponse:
    for _ in range(MAX_REDIRECTS + 1):
        try:
            socket: aiohttp.ClientWebSocketResponse = await session.ws_connect(
                url,
                headers={"X-ConnectionId": connection_id},
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_LIMIT),
                **options,
            )
        except aiohttp.NonHttpUrlRedirectClientError as err:
            # aiohttp follows redirects to http and https by itself, and stops at those to ws and wss.
            url = URL(str(err.args[0]))
            if url.scheme not in ("ws", "wss"):
                raise NotASpeechEndpointError("redirected to an address that cannot be used") from err
        else:
            return socket
    raise NotASpeechEndpointError("redirected too many times")


def payload(received: aiohttp.WSMessage) -> str | bytes:
    """Return what a WebSocket message holds. Raises the SpeechError that the connection's end stands for."""
    if received.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
        raise _closing_error(received)
    data: str | bytes = received.data
    return data


def opening_error(err: Exception) -> SpeechError:  # noqa: PLR0911 - a table of cases
    """Return what an exception of aiohttp's while opening stands for. Its own text may hold the URL: it is not kept."""
    match err:
        case aiohttp.WSServerHandshakeError() | aiohttp.ClientHttpProxyError():
            return status_error(err.status, err.headers.get("Retry-After") if err.headers else None)
        case aiohttp.ClientConnectorDNSError():
            return HostNotFoundError(f"no host has the name {err.host}")
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError() | ssl.SSLError():
            return ConnectionFailedError(f"no secure connection: {printable(str(err.args[-1]))}")
        case aiohttp.ClientConnectorError():
            return ConnectionFailedError(f"cannot connect: {err.os_error.strerror or 'refused'}")
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError() | ConnectionError():
            return ConnectionFailedError("the connection was closed while it was being opened")
        case TimeoutError():
            return OpenTimeoutError("the connection did not open in time")
        case aiohttp.TooManyRedirects() | aiohttp.InvalidURL() | aiohttp.ClientResponseError():
            return NotASpeechEndpointError("the answer is not that of a Speech endpoint")
    return ConnectionFailedError(f"cannot connect: {type(err).__name__}")


def _closing_error(received: aiohttp.WSMessage) -> SpeechError:
    """Return what the end of a connection stands for, by its close code."""
    if received.type is aiohttp.WSMsgType.ERROR:
        return UnusableMessageError(f"the service broke the WebSocket protocol: {printable(str(received.data))}")
    if received.type is not aiohttp.WSMsgType.CLOSE:
        return ConnectionFailedError("the connection was lost")
    reason = printable(str(received.extra or ""))
    kind = next(
        (error for words, error in _REASONS.items() if words.search(reason)),
        _CLOSE_CODES.get(received.data, ConnectionFailedError),
    )
    return kind(f"the service closed the connection with code {received.data}" + (f": {reason}" if reason else ""))
