"""Which hosts media may come from: not from this machine itself, unless that is allowed.

Who may use a resource could otherwise find out what listens on this machine, and have it asked something. That is so at
each of its addresses. The rest of the local network stays open: that is where a household has its cameras and its
recordings.
"""

import asyncio
import contextlib
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
import os
import socket
from typing import Final

from aiohappyeyeballs import AddrInfoType
from homeassistant.core import HomeAssistant, callback
from yarl import URL

_NAMES: Final = frozenset(
    {"hassio", "homeassistant", "host.docker.internal", "localhost", "multicast", "observer", "supervisor"}
)
"""This machine's names, and those by which Home Assistant OS has its own parts."""
_SUFFIXES: Final = (".localhost", ".local.hass.io")
_PARTS: Final = (IPv4Network("172.30.32.0/24"), IPv4Network("0.0.0.0/8"))
"""Where Home Assistant OS has its own parts (add-ons, such as a camera's recorder, are beside it); "this network"."""
_NAT64: Final = IPv6Network("64:ff9b::/96")
"""RFC 6052."""
_COMPATIBLE: Final = IPv6Network("::/96")
"""RFC 4291, which gave them up; ::1 is among them."""


class HostNotAllowedError(Exception):
    """A host that is this machine itself."""


async def async_lookup(host: str, port: int, *, trusted: bool = False) -> list[AddrInfoType]:
    """Return the addresses of a host, each of which may be connected to.

    Raises HostNotAllowedError if one of them is this machine's, unless the host is trusted, and OSError if there are
    none. What is looked up here must not be looked up again: the answer may be another then.
    """
    name = host.rstrip(".").lower()
    if not trusted and (name in _NAMES or name.endswith(_SUFFIXES)):
        raise HostNotAllowedError
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not trusted and any(_is_own(str(address[0])) for *_, address in found):
        raise HostNotAllowedError
    return list[AddrInfoType](found)


@callback
def async_is_allowed(hass: HomeAssistant, address: URL) -> bool:
    """Return whether an address may be read wherever it is, since allowlist_external_urls has it."""
    return hass.config.is_allowed_external_url(str(address.with_user(None)))


def reason_of(error: OSError) -> str:
    """Return why there is no connection, without an address."""
    if isinstance(error, socket.gaierror):
        return "no such host"
    return os.strerror(error.errno) if error.errno else "no connection"


def _is_own(text: str) -> bool:
    """Return whether an address is this machine's, or one of those that lead no further than its own links."""
    address = _plain(ip_address(text.partition("%")[0]))
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or any(address in network for network in _PARTS)
        or _is_here(address)
    )


def _is_here(address: IPv4Address | IPv6Address) -> bool:
    """Return whether an interface of this machine has an address: at no other one can anybody listen here."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004 - its number is its name
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.bind((str(address), 0))
        return True
    return False


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the address of version 4 that is embedded in one of version 6, if there is one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address
