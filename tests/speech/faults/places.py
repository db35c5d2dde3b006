"""Addresses where the service is not, not yet, or not as it should be; each a context manager that gives a Place."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
import socket
import ssl
from typing import override

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.speech_service import Behaviour, Legible, SpeechService
from tests.speech_service.certificates import make_certificate, make_tls_contexts
from tests.speech_service.faults import Refuse

UNIVERSAL = "/stt/speech/universal/v2"
SHORT = "/speech/recognition/interactive/cognitiveservices/v1?language=en-US"
CERTIFICATE = make_certificate()


@dataclass
class Place:
    """An address, how a client gets there, and the stand-ins that are behind it."""

    url: str
    services: list[SpeechService] = field(default_factory=list)
    resolver: AbstractResolver | None = None
    tls: ssl.SSLContext | None = None

    def connector(self) -> aiohttp.TCPConnector:
        """Return a connector that trusts and looks up what this place needs."""
        # Without aiohttp's own pool, which would keep the connections of REST requests.
        return aiohttp.TCPConnector(force_close=True, resolver=self.resolver, ssl=self.tls or True)

    @property
    def attempts(self) -> int:
        """Upgrade requests that came."""
        return sum(len(service.attempts) for service in self.services)


type MakePlace = Callable[[], AbstractAsyncContextManager[Place]]


class _NoNames(AbstractResolver):
    """Knows no names, and says so as the resolvers of aiohttp do."""

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        raise OSError(socket.EAI_NONAME, f"{host}: Name or service not known")

    @override
    async def close(self) -> None:
        pass


@asynccontextmanager
async def closed_port() -> AsyncIterator[Place]:
    """Give a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    yield Place(f"ws://127.0.0.1:{port}")


@asynccontextmanager
async def unknown_name() -> AsyncIterator[Place]:
    """Give a name that does not exist."""
    yield Place("ws://nowhere.invalid", resolver=_NoNames())


class _NoAnswer(AbstractResolver):
    """Waits for a name server that does not answer."""

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        await asyncio.Event().wait()
        raise AssertionError

    @override
    async def close(self) -> None:
        pass


@asynccontextmanager
async def no_name_server() -> AsyncIterator[Place]:
    """Give a name that is looked up without an end."""
    yield Place("ws://speech.invalid", resolver=_NoAnswer())


@asynccontextmanager
async def nobody_speaks() -> AsyncIterator[Place]:
    """Give a port that takes connections and never says a word."""
    ended = asyncio.Event()

    async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        yield Place(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        ended.set()


@asynccontextmanager
async def untrusted() -> AsyncIterator[Place]:
    """Give a service with a certificate of its own making."""
    server, _ = make_tls_contexts(*CERTIFICATE)
    async with SpeechService(Legible(), ssl=server) as service:
        yield Place(service.url, [service])


@asynccontextmanager
async def secure() -> AsyncIterator[Place]:
    """Give a service with TLS, as it should be."""
    server, client = make_tls_contexts(*CERTIFICATE)
    async with SpeechService(Legible(), ssl=server) as service:
        yield Place(service.url, [service], tls=client)


@asynccontextmanager
async def plain_in_place_of_tls() -> AsyncIterator[Place]:
    """Give a service without TLS, by a wss address."""
    async with SpeechService(Legible()) as service:
        yield Place(service.url.replace("ws:", "wss:"), [service])


@asynccontextmanager
async def tls_in_place_of_plain() -> AsyncIterator[Place]:
    """Give a service with TLS, by a ws address."""
    server, _ = make_tls_contexts(*CERTIFICATE)
    async with SpeechService(Legible(), ssl=server) as service:
        yield Place(service.url.replace("wss:", "ws:"), [service])


def redirected(status: int, scheme: str, *, path: str = UNIVERSAL, secure_from: bool = False) -> MakePlace:
    """Give a service that sends all to another one, with or without TLS by the scheme that it names."""

    @asynccontextmanager
    async def place() -> AsyncIterator[Place]:
        server, client = make_tls_contexts(*CERTIFICATE)
        secure_to = scheme in ("wss", "https")
        async with SpeechService(Legible(), ssl=server if secure_to else None) as target:
            location = f"{scheme}://127.0.0.1:{target.port}{path}"
            answer = Behaviour(answer=Refuse.redirect(location, status))
            async with SpeechService(
                Legible(), ssl=server if secure_from else None, behaviours=lambda _: answer
            ) as service:
                yield Place(service.url, [service, target], tls=client)

    return place


def rest_redirected(scheme: str) -> MakePlace:
    """Give a service with TLS and without WebSockets whose REST API sends all to another one, by the scheme."""

    @asynccontextmanager
    async def place() -> AsyncIterator[Place]:
        server, client = make_tls_contexts(*CERTIFICATE)
        async with SpeechService(Legible(), ssl=server if scheme == "https" else None) as target:
            location = f"{scheme}://127.0.0.1:{target.port}{SHORT}"
            async with SpeechService(
                Legible(),
                ssl=server,
                behaviours=lambda _: Behaviour(answer=Refuse(200)),
                rest_behaviours=lambda _: Behaviour(answer=Refuse.redirect(location)),
            ) as service:
                yield Place(service.url, [service, target], tls=client)
                assert bool(target.posts) == (scheme == "https")

    return place


def redirected_to(location: str, status: int = 307, times: int | None = None) -> MakePlace:
    """Give a service that sends all, or the first so many, to a location, in which "{url}" stands for its own."""

    @asynccontextmanager
    async def place() -> AsyncIterator[Place]:
        def behave(number: int) -> Behaviour:
            if times is not None and number >= times:
                return Behaviour()
            return Behaviour(answer=Refuse.redirect(location.replace("{url}", service.url), status))

        service = SpeechService(Legible(), behaviours=behave)
        async with service:
            yield Place(service.url, [service])

    return place
