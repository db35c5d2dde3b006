"""One WebSocket connection to the Speech service: the only part that touches a socket.

It opens, sends and receives messages, and closes; what they mean is others' affair. All that aiohttp can raise
becomes a SpeechError here (see failures.py).
"""

import asyncio
from collections.abc import Awaitable, Mapping
import contextlib
from datetime import UTC, datetime
import logging
from socket import SHUT_RDWR
from typing import Any, Final

import aiohttp
from yarl import URL

from ..errors import (
    ConnectionFailedError,
    NotASpeechEndpointError,
    SpeechError,
    UnusableMessageError,
)
from . import messages
from .failures import closing_error, ours
from .inflow import Inflow
from .limits import MAX_MESSAGE_SIZE, MAX_REDIRECTS
from .link import Link
from .messages import Message
from .telemetry import ConnectionMetric

_LOGGER = logging.getLogger(__name__)

OPEN_LIMIT: Final = 7.0
"""Seconds that opening may take, name look-up, TLS and redirects included."""
CLOSE_LIMIT: Final = 1.0
"""Seconds that the peer has to answer a close; then the socket is closed without its consent."""

_CONTROL: Final = frozenset({aiohttp.WSMsgType.PING, aiohttp.WSMsgType.PONG})
_MESSAGES: Final = frozenset({aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY})
_NORMAL_CLOSURE: Final = (1000).to_bytes(2)


def now_utc() -> datetime:
    """Return the wall-clock time that the protocol's timestamps want."""
    return datetime.now(UTC)


class Connection:
    """An open connection; it serves one turn at a time."""

    reusable = True
    """Whether another turn can follow on it."""
    max_size = MAX_MESSAGE_SIZE
    """Bytes of one message from the service."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, url: URL, metric: ConnectionMetric) -> None:
        """Use ``open`` instead."""
        self.url = url
        self.metric = metric
        self.served = 0
        """How many requests it has served."""
        self.link = Link()
        """Whether it is alive, by its pongs."""
        self._opened = asyncio.get_running_loop().time()
        self._socket = socket
        self._inflow = Inflow(self._opened)
        self._pong: asyncio.Task[None] | None = None
        self._ended = False
        """Whether nothing of use will come any more."""
        self._closed = False

    @classmethod
    async def open(
        cls, session: aiohttp.ClientSession, url: URL, connection_id: str, config: Mapping[str, Any]
    ) -> Connection:
        """Open a connection and configure it by the body of a speech.config; the session sends the credentials.

        Raises SpeechError; the caller limits the time.
        """
        start = now_utc()
        _LOGGER.debug("%s: opening %s", connection_id, url.path)
        socket = await ours(_upgrade(session, url, connection_id, cls.max_size), "it was being opened", url)
        connection = cls(socket, url, ConnectionMetric(connection_id, start, now_utc()))
        try:
            await connection.send(messages.json_message("speech.config", config))
        except BaseException:
            await connection.close()
            raise
        return connection

    def begin_request(self) -> bool:
        """Take note of a request whose answer may be long for itself alone; return whether there was one before."""
        self._inflow.renew()
        self.served += 1
        return self.served > 1

    async def send(self, message: Message) -> None:
        """Send a message. Raises ConnectionFailedError."""
        _LOGGER.debug("%s: sent %s", self.id, message)
        await self._send(messages.encode(message, now_utc()))

    def _send(self, payload: str | bytes) -> Awaitable[None]:
        if self.closed:
            raise ConnectionFailedError("the connection was lost")
        sending = self._socket.send_str(payload) if isinstance(payload, str) else self._socket.send_bytes(payload)
        return ours(sending, "sending")

    async def ping(self) -> None:
        """Send a ping. Raises ConnectionFailedError."""
        await ours(self._socket.ping(), "sending")

    async def receive(self) -> Message | None:
        """Wait for the service's next message; None is a sign of life without one, a ping or a pong.

        Raises the SpeechError that the connection's end stands for.
        """
        if (received := await self._next()).type in _CONTROL:
            return None
        message = messages.decode(received.data)
        _LOGGER.debug("%s: received %s", self.id, message)
        return message

    async def _next(self) -> aiohttp.WSMessage:
        """Wait for what comes next, a message or a control frame; a ping has been answered. Raises SpeechError."""
        if self._inflow.pause_due():
            await asyncio.sleep(0)
        received = await ours(self._socket.receive(), "receiving")
        if received.type not in _CONTROL and received.type not in _MESSAGES:
            self._ended = True
            raise closing_error(received)
        try:
            self._inflow.count(len(received.data), asyncio.get_running_loop().time())
        except UnusableMessageError:
            self._ended = True
            raise
        if received.type is aiohttp.WSMsgType.PING:
            self._answer(received.data)
        elif received.type is aiohttp.WSMsgType.PONG:
            self.link.pong(asyncio.get_running_loop().time())
        return received

    def _answer(self, ping: bytes) -> None:
        """Answer a ping, unless a peer that does not read has still to take the answer to another."""
        if self._pong is None or self._pong.done():
            self._pong = asyncio.create_task(self._send_pong(ping), name="Speech pong", eager_start=True)

    async def _send_pong(self, ping: bytes) -> None:
        with contextlib.suppress(SpeechError):
            await ours(self._socket.pong(ping), "sending")

    @property
    def id(self) -> str:
        """What it is known by to the service, and to Microsoft's support: its X-ConnectionId."""
        return self.metric.connection_id

    @property
    def age(self) -> float:
        """Seconds since it was opened."""
        return asyncio.get_running_loop().time() - self._opened

    @property
    def closed(self) -> bool:
        """Whether it is known to be of no more use."""
        return self._ended or self._closed or self._socket.closed

    async def close(self) -> None:
        """Close it as the protocol wants; at once where the service does not answer within CLOSE_LIMIT."""
        if self._closed:
            return
        self._closed = True
        _LOGGER.debug("%s: closing", self.id)
        wire = self._socket.get_extra_info("socket")
        try:
            async with asyncio.timeout(CLOSE_LIMIT):
                await ours(self._socket.send_frame(_NORMAL_CLOSURE, aiohttp.WSMsgType.CLOSE), "sending")
                while not self._ended:
                    await self._next()
        except TimeoutError, SpeechError:
            pass
        finally:
            if self._pong is not None:
                self._pong.cancel()
            # Its own close would first read what has come, all of it in one go.
            self._socket._response.close()  # noqa: SLF001 - and there is no other way to let go of it
            if wire is not None:
                # A closed transport keeps its socket until all is sent, on a dead link for a quarter of an hour.
                with contextlib.suppress(OSError):
                    wire.shutdown(SHUT_RDWR)


async def _upgrade(
    session: aiohttp.ClientSession, url: URL, connection_id: str, max_size: int
) -> aiohttp.ClientWebSocketResponse:
    for _ in range(MAX_REDIRECTS + 1):
        try:
            socket: aiohttp.ClientWebSocketResponse = await session.ws_connect(
                url,
                headers={"X-ConnectionId": connection_id},
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_LIMIT),
                max_msg_size=max_size,
                # Both by ourselves: it would answer pings without an end, and wait for who does not read the answers.
                autoping=False,
                autoclose=False,
            )
        except aiohttp.NonHttpUrlRedirectClientError as err:
            # aiohttp follows redirects to http and https by itself, and stops at those to ws and wss.
            url = URL(str(err.args[0]))
        else:
            return socket
        if url.scheme not in ("ws", "wss"):
            raise NotASpeechEndpointError("redirected to an address that cannot be used")
    raise NotASpeechEndpointError("redirected too many times")
