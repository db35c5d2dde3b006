"""The TCP end of every connection: WebSocket or plain HTTP, on one port.

websockets answers upgrade requests only, and aiohttp the rest: what the client says first decides who gets the
connection. The door also keeps latency low, and can be shut whatever state the connection is in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
import socket
import struct
from typing import Final

from websockets.asyncio.server import ServerConnection
from websockets.protocol import OPEN

from .faults import NORMAL, Behaviour

_UPGRADE: Final = b"GET "
_LONGEST_LINE: Final = 8192


class Door(ServerConnection):
    """A connection as websockets makes it, which first looks whether the client wants one.

    The native SDK does not set TCP_NODELAY, so that its first burst of small messages waits for our acknowledgement,
    which the kernel would delay by 40 ms. TCP_QUICKACK has to be set again after every read.
    """

    doors: set[Door]
    """All doors that are open; set by whoever makes one."""
    make_http_handler: Callable[[], asyncio.Protocol]
    """Makes a protocol for requests that are not upgrades; set by whoever makes a door."""
    plain_paths: Collection[str] = ()
    """Paths of which a GET is no upgrade; set by whoever makes a door."""
    behaviour: Behaviour = NORMAL
    """How this connection attempt is to go, from the answer to the upgrade on."""
    _first = b""
    _begun = False
    _trickling: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for what the client says first."""
        assert isinstance(transport, asyncio.Transport)
        self.doors.add(self)
        self.transport = transport
        self._socket: socket.socket = transport.get_extra_info("socket")

    def data_received(self, data: bytes) -> None:
        """Acknowledge at once what came, and hand it on."""
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        if self._begun:
            super().data_received(data)
            return
        self._first += data
        line, ended, _ = self._first.partition(b"\r\n")
        if len(self._first) < len(_UPGRADE):
            return
        get = self._first.startswith(_UPGRADE)
        if get and not ended and len(line) < _LONGEST_LINE:
            return
        if get and not self._is_plain(line):
            self._begun = True
            super().connection_made(self.transport)
            super().data_received(self._first)
        else:
            self.doors.discard(self)
            handler = self.make_http_handler()
            self.transport.set_protocol(handler)
            handler.connection_made(self.transport)
            handler.data_received(self._first)

    def _is_plain(self, line: bytes) -> bool:
        target = line.split(b" ")[1].decode("latin-1")
        return target.partition("?")[0] in self.plain_paths

    def eof_received(self) -> None:
        """Close a connection on which nothing was asked."""
        if self._begun:
            super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self.doors.discard(self)
        if self._trickling is not None:
            self._trickling.cancel()
        if self._begun:
            super().connection_lost(exc)

    def trickle(self, interval: float) -> None:
        """From now on, send every byte for itself, `interval` seconds apart."""
        self._slow: asyncio.Queue[bytes] = asyncio.Queue()
        self._trickling = self.loop.create_task(self._trickle(interval))

    def send_data(self) -> None:
        """Write what websockets has to send; in a trickle also pongs and closes, or they would get between."""
        if self._trickling is None:
            super().send_data()
            return
        for data in self.protocol.data_to_send():
            self._slow.put_nowait(data)

    async def _trickle(self, interval: float) -> None:
        while data := await self._slow.get():
            for byte in data:
                self.transport.write(bytes([byte]))
                await asyncio.sleep(interval)
        self.transport.close()  # empty data is how websockets says that nothing follows

    def leave(self) -> None:
        """End the connection, unless websockets is about to, in good order."""
        if self.protocol.state is not OPEN or not self.transport.is_reading():
            self.transport.abort()


def reset(transport: asyncio.BaseTransport) -> None:
    """End a TCP connection with RST."""
    sock: socket.socket = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert isinstance(transport, asyncio.Transport)
    transport.abort()
