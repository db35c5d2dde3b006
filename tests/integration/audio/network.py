"""Servers at loopback, as if they were elsewhere on the network, and who has asked them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from homeassistant.core import HomeAssistant

from ..recordings import web_server

CLOSED = 9


def allow(hass: HomeAssistant, *addresses: str) -> None:
    """Allow addresses of this machine, as configuration.yaml would."""
    hass.config.allowlist_external_urls = {f"{address}/" for address in addresses}


@asynccontextmanager
async def listening() -> AsyncGenerator[tuple[int, list[object]]]:
    """Listen at a port on loopback; give it, and who has connected."""
    connected: list[object] = []

    def accept(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.append(writer)
        writer.close()

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], connected


type Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def elsewhere(hass: HomeAssistant, answer: Answer) -> AsyncIterator[str]:
    """Serve at an address that may be asked, as if it were another machine's."""
    async with web_server(answer) as address:
        allow(hass, address)
        yield address
