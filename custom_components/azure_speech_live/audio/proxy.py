"""ffmpeg's way to the network: a proxy on loopback, for one recording.

ffmpeg looks up names, and follows redirects and playlists, by itself. All of that goes through here, where each host is
looked at before it is connected to. And it begins with a redirect to the recording, so that what is secret in its
address is in no list of processes.
"""

import asyncio
from base64 import b64encode
from collections.abc import AsyncGenerator, Coroutine
import contextlib
from dataclasses import dataclass
import os
import secrets
from typing import Any, Final

from aiohappyeyeballs import start_connection
from homeassistant.core import HomeAssistant
from yarl import URL

from ..const import DOMAIN
from .decoder import Source
from .hosts import HostNotAllowedError, async_is_allowed, async_lookup, reason_of

_OURS: Final = frozenset({"connection", "proxy-authorization", "proxy-connection"})
"""Headers that are between ffmpeg and the proxy."""
_BEGIN: Final = URL("http://recording.invalid/")
"""What ffmpeg is told in the place of the recording's address; RFC 2606 reserves the name."""
# A playlist on the network leads to no file of ours, and has us listen at no port.
_HTTP: Final = ("-protocol_whitelist", "http,https,tcp,tls,crypto,httpproxy")

_USER: Final = "ffmpeg"
_PIECE: Final = 65536
_MAX_HEAD: Final = 32_768
"""Bytes of a request: ffmpeg's lines have at most 4096."""
_MAX_CONNECTIONS: Final = 16
"""At once: of a playlist, ffmpeg reads some segments ahead, and several tracks."""
_NEXT_ADDRESS: Final = 0.25
"""Seconds until the next address of a host is tried as well (RFC 8305)."""


type _Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Way:
    """The way to a recording: where ffmpeg begins, and what became known of it since."""

    source: Source
    refused: bool = False
    """Whether something led to this machine itself."""
    reason: str = ""
    """Why a host could not be connected to."""


class Proxy:
    """The proxy, and what it had to refuse."""

    def __init__(self, hass: HomeAssistant, address: URL, *, trusted: bool) -> None:
        """Use ``open_proxy`` instead."""
        self._hass = hass
        self._address = address.with_fragment(None)
        self._trusted = (address.host, address.port) if trusted else None
        self._password = secrets.token_urlsafe()
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on loopback."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=_MAX_HEAD)
        port = self._server.sockets[0].getsockname()[1]
        # No list of what it goes around: an empty one would be all.
        others = {name: value for name, value in os.environ.items() if name != "no_proxy"}
        proxy = {"http_proxy": f"http://{_USER}:{self._password}@127.0.0.1:{port}"}
        self.way = Way(Source((*_HTTP, "-i", str(_BEGIN)), environment=others | proxy))

    async def close(self) -> None:
        """End, with all connections."""
        if self._server:
            self._server.close()
        for connection in self._connections:
            connection.cancel()
        if self._connections:
            await asyncio.wait(self._connections)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._connections) >= _MAX_CONNECTIONS:
            writer.transport.abort()
            return
        connection = self._hass.async_create_background_task(self._serve(reader, writer), f"{DOMAIN} media proxy")
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one request."""
        try:
            await self._answer(reader, writer)
        except OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError:
            # Not the end of what is sent, but that it broke off.
            writer.transport.abort()
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        request, *lines = head.rstrip().split("\r\n")
        method, target, _ = request.split(" ", 2)
        headers = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        password = b64encode(f"{_USER}:{self._password}".encode()).decode()
        if ("proxy-authorization", f"Basic {password}") not in headers:
            _respond(writer, "407 Proxy Authentication Required", 'Proxy-Authenticate: Basic realm="recording"')
            return
        url = URL(target if method != "CONNECT" else f"https://{target}")
        if url.host == _BEGIN.host:
            _respond(writer, "302 Found", f"Location: {self._address}")
        elif upstream := await self._connect(url, writer):
            received, sent = upstream
            try:
                if method == "CONNECT":
                    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                    await _first(_pump(received, writer), _pump(reader, sent))
                else:
                    kept = [f"{name}: {value}" for name, value in headers if name not in _OURS]
                    path = target.partition("://")[2].partition("/")[2]
                    lines = [f"{method} /{path} HTTP/1.1", *kept, "connection: close", "", ""]
                    sent.write("\r\n".join(lines).encode("latin-1"))
                    # ffmpeg has no more to say on this connection: it goes, or would like to keep it.
                    await _first(_pump(received, writer), reader.read(1))
            finally:
                sent.transport.abort()

    async def _connect(self, url: URL, writer: asyncio.StreamWriter) -> _Streams | None:
        """Connect to a host, or say in an answer that it cannot be."""
        host, port = url.host or "", url.port or 0
        trusted = (host, port) == self._trusted or async_is_allowed(self._hass, url)
        try:
            addresses = await async_lookup(host, port, trusted=trusted)
            connected = await start_connection(addresses, happy_eyeballs_delay=_NEXT_ADDRESS)
            return await asyncio.open_connection(sock=connected, limit=_PIECE)
        except HostNotAllowedError:
            self.way.refused = True
            _respond(writer, "403 Forbidden")
        except OSError as err:
            self.way.reason = reason_of(err)
            _respond(writer, "502 Bad Gateway")
        return None


@contextlib.asynccontextmanager
async def open_proxy(hass: HomeAssistant, address: URL, *, trusted: bool) -> AsyncGenerator[Proxy]:
    """Run a proxy for an HTTP address, whose own host and port are connected to in any case if they are trusted."""
    proxy = Proxy(hass, address, trusted=trusted)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.close()


def _respond(writer: asyncio.StreamWriter, status: str, *headers: str) -> None:
    lines = (f"HTTP/1.1 {status}", *headers, "Content-Length: 0", "Connection: close", "", "")
    writer.write("\r\n".join(lines).encode())


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes, no faster than it is taken."""
    while data := await reader.read(_PIECE):
        writer.write(data)
        await writer.drain()


async def _first(*ways: Coroutine[Any, Any, object]) -> None:
    """Wait until one of them is over, and end the others. Raises what that one does."""
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in done:
        task.result()
