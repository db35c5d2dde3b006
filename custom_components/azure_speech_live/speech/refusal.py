"""What a request that is refused stands for, by its HTTP status and by what the service says of it in the body.

Sources of the bodies: Cognitive Services' gateway ("Out of call volume quota. Quota will be replenished in 2.12 days.",
with 403); learn.microsoft.com, speech-service/troubleshooting (a used-up quota: 401 or 403).
"""

import asyncio
import contextlib
from http import HTTPStatus
import json
import re
from typing import Final

import aiohttp

from .errors import (
    ConnectionFailedError,
    CredentialsError,
    NotASpeechEndpointError,
    ProtocolError,
    QuotaError,
    ServiceError,
    SpeechError,
    ThrottledError,
    UpgradeRefusedError,
    printable,
)

MAX_RETRY_AFTER: Final = 86_400.0
"""Seconds: more than a day's Retry-After is a mistake of the peer's."""
MAX_BODY: Final = 4096
"""Bytes read of a refusal's body."""
BODY_LIMIT: Final = 1.0
"""Seconds that it may take; then what has come is all that there is."""

_NOT_THERE: Final = frozenset({301, 302, 303, 307, 308, 404, 410})
"""What an address answers that is not a Speech service's, or no more (redirects: those that lead nowhere)."""
_REFUSED_AS_PLAIN: Final = frozenset({101, 200, 202, 204, 400, 405, 426, 501})
"""What comes back when something on the way has taken the Upgrade header off the request or the answer."""

_QUOTA: Final = re.compile("quota", re.IGNORECASE)
_MONTHLY_QUOTA: Final = re.compile(r"call volume quota|quota (?:is |was |has been )?exceeded", re.IGNORECASE)
"""The same where a limit of requests a second may be meant, which a larger quota is advised against."""
_PRIVATE: Final = re.compile(
    r"\S+@\S+|https?://\S+|[\w-]+(?:\.[\w-]+)*\.azure\.\w+|\b\d{1,3}(?:\.\d{1,3}){3}\b"
    r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b(?=\w*\d)\w{16,}\b",
    re.IGNORECASE,
)
"""What identifies someone: addresses of mail, of resources and of machines, ids, keys."""


async def refusal(response: aiohttp.ClientResponse) -> SpeechError:
    """Return what a response stands for that is not what was asked for, and close it."""
    body = bytearray()
    try:
        with contextlib.suppress(TimeoutError, aiohttp.ClientError, OSError):
            async with asyncio.timeout(BODY_LIMIT):
                while len(body) < MAX_BODY and (piece := await response.content.readany()):
                    body += piece
    finally:
        response.close()
    return status_error(response.status, response.headers.get("Retry-After"), body[:MAX_BODY].decode(errors="replace"))


def status_error(status: int, retry_after: str | None = None, body: str = "") -> SpeechError:
    """Return what the HTTP status that a request was answered with stands for, and what its body says."""
    error = _error(status, body)
    error.status, error.retry_after = status, _retry_after(retry_after)
    return error


def _error(status: int, body: str) -> SpeechError:
    said = _said(body)
    text = f"(HTTP {status})" + (f": {said}" if said else "")
    if _means_quota(status, said):
        return QuotaError(f"the quota is used up {text}")
    kind: type[SpeechError]
    match status:
        case HTTPStatus.TOO_MANY_REQUESTS:
            kind, what = ThrottledError, "too many requests"
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            kind, what = CredentialsError, "the key is refused"
        case HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            kind, what = ConnectionFailedError, "a proxy asks for a password"
        case _ if status in _REFUSED_AS_PLAIN:
            kind, what = UpgradeRefusedError, "no WebSocket can be opened to this address"
        case HTTPStatus.REQUEST_TIMEOUT | 500 | 502 | 503 | 504:
            kind, what = ServiceError, "the service is in trouble"
        case _ if status in _NOT_THERE:
            kind, what = NotASpeechEndpointError, "no Speech service at this address"
        case _:
            kind, what = ProtocolError, "the service refuses the request"
    return kind(f"{what} {text}")


def _means_quota(status: int, said: str) -> bool:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return bool(_MONTHLY_QUOTA.search(said))
    return status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) and bool(_QUOTA.search(said))


def _said(body: str) -> str:
    """Return what a body says, as one bounded line without what identifies someone; nothing of a web page."""
    text = body.strip()
    if text.startswith("<"):
        return ""
    with contextlib.suppress(ValueError, RecursionError):
        text = _message(json.loads(text)) or text
    return printable(_PRIVATE.sub("…", " ".join(text.split())))


def _message(value: object) -> str | None:
    """Return the message in a body of JSON, which may stand below "error"; names are in either case."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return None
    fields = {name.lower(): found for name, found in value.items()}
    return next(filter(None, (_message(fields.get(name)) for name in ("error", "message", "detail"))), None)


def _retry_after(value: str | None) -> float | None:
    """Return Retry-After's seconds; the form with a date is rare, and its clock not ours."""
    try:
        seconds = float(value or "")
    except ValueError:
        return None
    return min(seconds, MAX_RETRY_AFTER) if seconds >= 0 else None
