"""Public host names on loopback: what a region needs to be tested without the internet.

The client asks for wss://westeurope.stt.speech.microsoft.com; here that name leads to the stand-in's port, and the
stand-in has a certificate for it that Home Assistant trusts. All other names do not exist.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
import socket
import ssl
from typing import override

from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from homeassistant.util.ssl import get_default_context


class Names(AbstractResolver):
    """A resolver that knows the names which a test gave it, each with the port on loopback that it leads to."""

    def __init__(self) -> None:
        """Know no name yet."""
        self.ports: dict[str, int] = {}
        self.answers = asyncio.Event()
        """Whether anything comes of looking a name up."""
        self.answers.set()

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return where a name leads. Raises OSError, as a resolver does for a name that is not there."""
        await self.answers.wait()
        if host not in self.ports:
            raise OSError(socket.EAI_NONAME, f"{host}: name not known")
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=self.ports[host],
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    @override
    async def close(self) -> None:
        """Nothing is held."""

    async def real_close(self) -> None:
        """Nothing is held; Home Assistant's own resolver has this as well."""


def certificate_for(host: str, directory: Path) -> ssl.SSLContext:
    """Make a certificate for a host that Home Assistant's client sessions trust. Return the server's side of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    file = directory / f"{host}.pem"
    file.write_bytes(
        pem
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    # All sessions of Home Assistant share this context. A certificate for a day and a test's host does no harm there.
    get_default_context().load_verify_locations(cadata=pem.decode())
    return server
