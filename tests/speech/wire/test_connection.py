"""A connection on a real socket: how it opens and closes, what travels where, and what of aiohttp comes out as what."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
import re
import socket
import struct
from typing import Final, override

import aiohttp
import pytest
from websockets.utils import accept_key
from yarl import URL

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    Credentials,
    HostNotFoundError,
    Mode,
    NotASpeechEndpointError,
    SpeechError,
    UnusableMessageError,
    UpgradeRefusedError,
)
from custom_components.azure_speech_live.speech.wire.connection import CLOSE_LIMIT, Connection
from custom_components.azure_speech_live.speech.wire.limits import MAX_MESSAGE_SIZE, MAX_REDIRECTS
from custom_components.azure_speech_live.speech.wire.messages import Message
from tests.speech_service import KEY, Behaviour, Fault, Legible, SpeechService
from tests.speech_service.faults import Action, Close, Freeze, Raw, Received, Refuse, Reset, Send

from ..caller import AUDIO, Source, calling, listen, sockets_left

CONNECTION_ID: Final = "fedcba9876543210" * 2
PATH: Final = "/stt/speech/universal/v2"


@asynccontextmanager
async def connected(*faults: Fault) -> AsyncIterator[tuple[SpeechService, Connection]]:
    """Open a connection to a service whose connections have these faults."""
    service = SpeechService(Legible(), behaviours=lambda _: Behaviour(faults=faults))
    async with service, aiohttp.ClientSession(headers=Credentials(key=KEY).headers()) as session:
        connection = await Connection.open(session, URL(service.url + PATH), CONNECTION_ID, {})
        yield service, connection
        await connection.close()
        for _ in range(5):
            await asyncio.sleep(0)
        assert sockets_left() == []


# --- opening


async def test_what_opens_it() -> None:
    async with connected() as (service, connection):
        await service.until(lambda: service.connections[0].config is not None)
        (attempt,) = service.attempts
        assert attempt.path == PATH
        assert attempt.query == {}
        assert attempt.headers["Ocp-Apim-Subscription-Key"] == KEY
        assert attempt.headers["X-ConnectionId"] == CONNECTION_ID
        assert [message.path for message in service.connections[0].messages] == ["speech.config"]
        assert connection.metric.connection_id == CONNECTION_ID
        assert not connection.closed


async def test_token_in_place_of_a_key() -> None:
    async with SpeechService(Legible()) as service:
        token = service.authorization.issue_token()
        async with calling(service.url, credentials=Credentials(token=token)) as client:
            assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]))).error is None
        assert service.attempts[0].headers["Authorization"] == f"Bearer {token}"


async def test_attempts_of_a_turn_have_one_id() -> None:
    behaviour = Behaviour(faults=(Fault(Received("speech.context"), Reset()),))
    async with SpeechService(Legible(), behaviours=[behaviour]) as service, calling(service.url) as client:
        await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        ids = [attempt.headers["X-ConnectionId"] for attempt in service.attempts]
        assert re.fullmatch("[0-9a-f]{32}", ids[0])
        assert ids[0] == ids[1]


@pytest.mark.parametrize(
    "headers",
    [
        "",
        "Upgrade: websocket\r\n",
        "Upgrade: h2c\r\nConnection: Upgrade\r\n",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: d3Jvbmc=\r\n",
    ],
    ids=["none", "no Connection", "another protocol", "wrong Accept"],
)
async def test_101_that_is_no_upgrade(headers: str) -> None:
    """Something on the way has changed the answer."""
    async with (
        answering(f"HTTP/1.1 101 Switching Protocols\r\n{headers}\r\n") as url,
        aiohttp.ClientSession(headers=Credentials(key=KEY).headers()) as session,
    ):
        with pytest.raises(UpgradeRefusedError):
            await Connection.open(session, URL(url), CONNECTION_ID, {})
        await _rounds()
        assert sockets_left() == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("", ConnectionFailedError),
        ("\0\0\0\0", NotASpeechEndpointError),
        ("HTTP/1.1 \r\n\r\n", NotASpeechEndpointError),
        ("HTTP/1.1 200 OK\r\nX: " + 20_000 * "x", NotASpeechEndpointError),
        ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", UpgradeRefusedError),
    ],
    ids=["nothing", "binary", "no status", "a header without end", "half an answer"],
)
async def test_answers_that_are_none(answer: str, kind: type[SpeechError]) -> None:
    async with answering(answer) as url, aiohttp.ClientSession() as session:
        with pytest.raises(kind):
            await Connection.open(session, URL(url), CONNECTION_ID, {})
        await _rounds()
        assert sockets_left() == []


@asynccontextmanager
async def answering(answer: str) -> AsyncIterator[str]:
    """Give the URL of a server that answers every request with this, and closes."""

    async def answer_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer.encode("latin-1"))
        writer.close()

    async with await asyncio.start_server(answer_one, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _rounds() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def redirected(address: str, times: int) -> None:
    """Open a connection to a service that first sends us to another address, so often."""
    service = SpeechService(
        Legible(),
        behaviours=lambda attempt: (
            Behaviour(answer=Refuse.redirect(address or service.url + PATH)) if attempt < times else Behaviour()
        ),
    )
    async with service, aiohttp.ClientSession(headers=Credentials(key=KEY).headers()) as session:
        connection = await Connection.open(session, URL(service.url + PATH), CONNECTION_ID, {})
        await connection.close()


async def test_redirects_to_a_websocket_are_followed_so_often() -> None:
    await redirected("", MAX_REDIRECTS)
    with pytest.raises(NotASpeechEndpointError, match="redirected too many times"):
        await redirected("", MAX_REDIRECTS + 1)


async def test_redirect_to_what_is_no_websocket() -> None:
    with pytest.raises(NotASpeechEndpointError, match="redirected to an address that cannot be used"):
        await redirected("gopher://127.0.0.1/", 1)


# --- names, by a resolver like Home Assistant's


@pytest.mark.real_clock
@pytest.mark.parametrize("answer", ["no such name", "failure", "no address", "garbage"])
async def test_name_that_does_not_resolve(answer: str) -> None:
    """A name server on loopback, asked by the resolver that Home Assistant uses; it knows no names."""
    async with name_server(_ANSWERS[answer]) as resolver:
        connector = aiohttp.TCPConnector(resolver=resolver)
        async with aiohttp.ClientSession(connector=connector) as session:
            with pytest.raises(HostNotFoundError, match=r"nowhere\.invalid"):
                await Connection.open(session, URL("ws://nowhere.invalid/"), CONNECTION_ID, {})


def _refusal(code: int) -> Callable[[bytes], bytes]:
    """Return what answers a question with a response code and no records."""
    return lambda question: question[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, 0, 0, 0) + question[12:]


_ANSWERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "no such name": _refusal(3),
    "failure": _refusal(2),
    "no address": _refusal(0),
    "garbage": lambda question: question[:2] + b"\xff" * 20,
}


@asynccontextmanager
async def name_server(answer: Callable[[bytes], bytes]) -> AsyncIterator[aiohttp.AsyncResolver]:
    """Give a resolver that asks a name server which gives the same answer to everything."""

    class NameServer(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.DatagramTransport)
            self.transport = transport

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            self.transport.sendto(answer(data), addr)

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(NameServer, ("127.0.0.1", 0))
    with closing(transport):
        port = transport.get_extra_info("sockname")[1]
        yield aiohttp.AsyncResolver(nameservers=[f"127.0.0.1:{port}"], tries=1, timeout=0.2)


# --- receiving


async def receive_message(connection: Connection) -> Message:
    """Return what comes next and is a message."""
    while (message := await connection.receive()) is None:
        pass
    return message


async def receive_all(connection: Connection) -> SpeechError:
    """Receive until it is over; return how it ended."""
    try:
        while True:
            await connection.receive()
    except SpeechError as error:
        return error


@pytest.mark.parametrize(
    ("action", "text"),
    [
        (Close(1000), "closed the connection with code 1000"),
        (Close(1011, "Server error"), "closed the connection with code 1011: Server error"),
        (Close(4000, "two\nlines\x1b[31m"), "code 4000: …"),
        (Reset(), "the connection was lost"),
    ],
    ids=repr,
)
async def test_how_it_ends(action: Action, text: str) -> None:
    async with connected(Fault(Received("speech.config"), action)) as (_, connection):
        error = await receive_all(connection)
        assert text in str(error)
        assert connection.closed
        # From then on, it says so at once.
        assert isinstance(await receive_all(connection), ConnectionFailedError)
        with pytest.raises(ConnectionFailedError):
            await connection.send(Message("telemetry", "{}"))


async def test_ends_while_it_is_silent() -> None:
    """A link on which the peer closes its half, and says nothing."""
    async with connected(Fault(Received("speech.config"), Raw(b""))) as (service, connection):
        receiving = asyncio.create_task(receive_all(connection))
        await service.until(lambda: service.connections[0].config is not None)
        service.connections[0]._websocket.transport.write_eof()  # noqa: SLF001 - there is no fault for it
        assert isinstance(await receiving, ConnectionFailedError)


def frame(opcode: int, data: bytes, *, final: bool = True) -> bytes:
    """Return a WebSocket frame as a server sends it."""
    return bytes([opcode | (0x80 if final else 0), 127]) + struct.pack(">Q", len(data)) + data


@pytest.mark.parametrize(
    "frames",
    [
        frame(1, b"x" * 100_000, final=False) + frame(0, b"x" * 100_000, final=False) * 40,
        frame(1, b"x" * (MAX_MESSAGE_SIZE + 1)),
        frame(1, b"x" * 20_000_000)[:50],
        frame(2, b"", final=False) + frame(2, b""),
        frame(0, b"out of nowhere"),
        frame(1, b"\xff"),
        frame(3, b"reserved"),
        b"\xc1\x01x",
        b"\x88\x01\x03",
        b"\x88\x02\x00\x01",
    ],
    ids=[
        "a message without end",
        "too large",
        "said to be too large",
        "two messages in one",
        "a continuation of nothing",
        "not UTF-8",
        "a reserved opcode",
        "compressed, which was not agreed",
        "half a close code",
        "a close code that is none",
    ],
)
async def test_what_is_no_websocket_message(frames: bytes) -> None:
    async with connected(Fault(Received("speech.config"), Raw(frames))) as (_, connection):
        async with asyncio.timeout(CLOSE_LIMIT + 1):
            assert isinstance(await receive_all(connection), UnusableMessageError)


async def test_largest_message() -> None:
    head = b"Path:x\r\n\r\n"
    frames = frame(1, head + b"x" * (MAX_MESSAGE_SIZE - len(head) - 1))
    async with connected(Fault(Received("speech.config"), Raw(frames))) as (_, connection):
        assert (await receive_message(connection)).path == "x"


async def test_message_in_many_frames() -> None:
    frames = frame(1, b"Pa", final=False) + frame(0, b"th:x\r\n", final=False) + b"\x89\x04ping" + frame(0, b"\r\n{}")
    async with connected(Fault(Received("speech.config"), Raw(frames))) as (_, connection):
        assert (await receive_message(connection)).body == "{}"


async def test_unreadable_message() -> None:
    async with connected(Fault(Received("speech.config"), Send("no headers"))) as (_, connection):
        with pytest.raises(UnusableMessageError):
            await connection.receive()


# --- closing


async def test_closes_as_the_protocol_wants() -> None:
    async with connected() as (service, connection):
        await connection.close()
        await service.until(lambda: service.connections[0].closed)
        assert service.connections[0].client_close_code == 1000
        await connection.close()


async def test_closes_while_the_peer_is_silent() -> None:
    async with connected(Fault(Received("speech.config"), Freeze())) as (service, connection):
        await service.until(lambda: service.connections[0].config is not None)
        began = asyncio.get_running_loop().time()
        await connection.close()
        assert asyncio.get_running_loop().time() - began <= CLOSE_LIMIT + 0.01


async def test_what_is_not_configured_in_time_is_closed() -> None:
    class Held(Connection):
        """Waits to send, as a connection does whose peer does not read."""

        @override
        async def send(self, message: Message) -> None:
            await asyncio.Event().wait()

    async with SpeechService() as service, aiohttp.ClientSession(headers=Credentials(key=KEY).headers()) as session:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await Held.open(session, URL(service.url + PATH), CONNECTION_ID, {})
        await service.until(lambda: service.connections[0].closed)
        assert service.connections[0].client_close_code == 1000


async def test_closes_on_a_dead_link_with_all_buffers_full() -> None:
    """The socket must go as well, not only when the kernel gives up sending, a quarter of an hour later."""
    async with dead_link() as url, aiohttp.ClientSession() as session:
        connection = await Connection.open(session, URL(url), CONNECTION_ID, {})
        message = Message("audio", bytes(3200), "0" * 32)

        async def send() -> None:
            while True:
                await connection.send(message)

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(10):
                await send()
        began = asyncio.get_running_loop().time()
        await connection.close()
        assert asyncio.get_running_loop().time() - began <= CLOSE_LIMIT + 0.01
        await _rounds()
        assert sockets_left() == []


@asynccontextmanager
async def dead_link() -> AsyncIterator[str]:
    """Give the URL of a server that upgrades and reads no more, behind small buffers as a long way has."""
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        found = re.search(rb"Sec-WebSocket-Key: (\S+)", request, re.IGNORECASE)
        assert found is not None
        accept = accept_key(found[1].decode())
        writer.write(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        assert isinstance(writer.transport, asyncio.Transport)
        writer.transport.pause_reading()
        await over.wait()
        writer.transport.abort()

    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    async with await asyncio.start_server(serve, sock=listener, limit=4096) as server:
        try:
            yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        finally:
            over.set()
