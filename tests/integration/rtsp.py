"""A camera with a microphone: an RTSP server (RFC 2326) that sends sound within its connection, for ever."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
import struct

_SESSION = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=Camera\r\nt=0 0\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:picture\r\n"
    "m=audio 0 RTP/AVP 0\r\na=control:sound\r\n"
)
_PACKET = 160
"""Bytes, and samples: 20 ms of 8 kHz mu-law, which is the payload type 0 of RTP (RFC 3551)."""


class Camera:
    """A camera, and what it was asked."""

    def __init__(self, sound: bytes) -> None:
        """Set what it hears, as 8 kHz mu-law, again and again."""
        self.requests: list[str] = []
        """Method and address of each request."""
        self._sound = sound
        self._connections: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def serve(self) -> AsyncGenerator[str]:
        """Serve on loopback; give host and port."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        async with server:
            yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
            server.close_clients()
        await asyncio.gather(*self._connections)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(asyncio.create_task(self._answer(reader, writer)))

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                method, address, *headers = (await reader.readuntil(b"\r\n\r\n")).decode().split(maxsplit=2)
                self.requests.append(f"{method} {address}")
                sequence = next(line for line in headers[0].splitlines() if line.startswith("CSeq:"))
                writer.write(f"RTSP/1.0 200 OK\r\n{sequence}\r\nSession: 1\r\n{_answer_to(method, address)}".encode())
                if method == "PLAY":
                    await self._play(writer)
        writer.close()

    async def _play(self, writer: asyncio.StreamWriter) -> None:
        """Send sound as fast as it is heard."""
        number = 0
        while True:
            start = number * _PACKET % (len(self._sound) - _PACKET)
            packet = struct.pack(">BBHII", 0x80, 0, number & 0xFFFF, number * _PACKET, 1)
            packet += self._sound[start : start + _PACKET]
            writer.write(b"$\0" + struct.pack(">H", len(packet)) + packet)
            await writer.drain()
            number += 1
            await asyncio.sleep(0.02)


def _answer_to(method: str, address: str) -> str:
    match method:
        case "DESCRIBE":
            header = f"Content-Base: {address}/\r\nContent-Type: application/sdp\r\nContent-Length: {len(_SESSION)}"
            return f"{header}\r\n\r\n{_SESSION}"
        case "SETUP":
            return "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n"
        case _:
            return "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n"
