"""What a request that is refused stands for, by its HTTP status and by what the service says of it in the body.

Sources of the bodies: Cognitive Services' gateway ("Out of call volume quota. Quota will be replenished in 2.12 days.",
with 403); learn.microsoft.com, speech-service/troubleshooting (a used-up quota: 401 or 403); raw handshakes against the
service ("Invalid CID or language", with 400: shiwenwen/hope-agent, issue 565); its page in an outage ("Our services
aren't available right now", with 200: Azure-Samples/SpeechToText-WebSockets-Javascript, issue 80).
"""

import asyncio
from collections.abc import Mapping
import contextlib
from http import HTTPStatus
import json
import re
from typing import Final

import aiohttp
from yarl import URL

from ..errors import (
    ConnectionFailedError,
    CredentialsError,
    LanguageError,
    NotASpeechEndpointError,
    QuotaError,
    RequestRefusedError,
    ServiceError,
    SpeechError,
    ThrottledError,
    UpgradeRefusedError,
    VoiceError,
    WebPageError,
)
from .reasons import meaning
from .wording import shown

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
_SAYS_LITTLE: Final = frozenset({401, 403, 503})
"""What is answered for a wrong key or trouble of the service, but also for other reasons."""
_MEANT: Final[Mapping[type[SpeechError], str]] = {
    QuotaError: "the quota is used up",
    ThrottledError: "too many requests",
    ConnectionFailedError: "the resource takes no requests from this network",
}
"""These reasons, in words."""

_TAG: Final = re.compile(r"[A-Za-z]{2,3}(?:-(?:[A-Za-z]{2}|[A-Za-z]{4}|\d{3})){0,2}")
_MONTHLY_QUOTA: Final = re.compile(r"call volume quota|quota (?:is |was |has been )?exceeded", re.IGNORECASE)
"""The same where a limit of requests a second may be meant, which a larger quota is advised against."""
_LANGUAGE: Final = re.compile(r"\b(?:cid|locales?|languages?|models?|deployments?)\b", re.IGNORECASE)
_UPGRADE: Final = re.compile(r"upgrade|websocket|proxy|https?\b(?!:)", re.IGNORECASE)
"""What is wrong in the eyes of those who do not let WebSockets through; the address of a page is not."""
_OUTAGE: Final = re.compile(r"aren.{1,8}t available right now|working to restore", re.IGNORECASE)
_MICROSOFT: Final = re.compile(r"\.(?:speech|cognitiveservices)\.(?:microsoft|azure)\.(?:com|us|cn)$")


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
    text = body[:MAX_BODY].decode("utf-8-sig", errors="replace")
    return status_error(response.status, response.headers.get("Retry-After"), text, response.url)


def status_error(status: int, retry_after: str | None = None, body: str = "", url: URL | None = None) -> SpeechError:
    """Return what the HTTP status that a request was answered with stands for, and what its body says.

    ``url`` is the request's: what is wrong with it is named.
    """
    error = _error(status, body, url)
    error.status, error.retry_after = status, _retry_after(retry_after)
    return error


def _error(status: int, body: str, url: URL | None) -> SpeechError:
    said = _said(body)
    text = f"(HTTP {status})" + (f": {shown(said)}" if said else "")
    means = _meant(status, said)
    if means is not None and means in _MEANT:
        return means(f"{_MEANT[means]} {text}")
    if status == HTTPStatus.BAD_REQUEST and said and not _UPGRADE.search(said):
        if meaning(said) is VoiceError:
            return VoiceError(f"the service does not have the voice {text}")
        if _LANGUAGE.search(said):
            return LanguageError(f"the service does not have {_asked_for(url)} {text}")
        if _is_json(body):
            return RequestRefusedError(f"the service refuses the request {text}")
    kind, what = _meaning(HTTPStatus.SERVICE_UNAVAILABLE if is_page(body) and _OUTAGE.search(body) else status)
    advice = "" if is_page(body) or kind is not NotASpeechEndpointError else _advice(url)
    return kind(f"{what}{advice} {text}")


def _meaning(status: int) -> tuple[type[SpeechError], str]:  # noqa: PLR0911 - a table of cases
    """Return what a status stands for by itself, and in words."""
    match status:
        case HTTPStatus.TOO_MANY_REQUESTS:
            return ThrottledError, "too many requests"
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return CredentialsError, "the key is refused"
        case HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            return ConnectionFailedError, "a proxy asks for a password"
        case HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED:
            return WebPageError, "a web page answers in place of the service"
        case _ if status in _REFUSED_AS_PLAIN:
            return UpgradeRefusedError, "no WebSocket can be opened to this address"
        case HTTPStatus.REQUEST_TIMEOUT | 500 | 502 | 503 | 504:
            return ServiceError, "the service is in trouble"
        case _ if status in _NOT_THERE:
            return NotASpeechEndpointError, "no Speech service at this address"
    return RequestRefusedError, "the service refuses the request"


def is_page(body: str) -> bool:
    """Return whether a body is a web page, which says nothing of the request: an outage, or a network's login."""
    return body.lstrip().startswith("<")


def _asked_for(url: URL | None) -> str:
    """Return what may be meant, without the model's id, which is the household's."""
    query = url.query if url else {}
    language = query.get("language") or query.get("from") or ""
    # An address to which we were sent may have anything there.
    named = [f"the language {language}"] if _TAG.fullmatch(language) else []
    if "cid" in query:
        named.append("the custom model")
    return " or ".join(named) or "the language or the custom model"


def _advice(url: URL | None) -> str:
    """Return what to look at where a Speech resource does not serve speech."""
    host = (url and url.host) or ""
    if not _MICROSOFT.search(host):
        return ""
    name, _, domain = host.partition(".")
    return f": the region {name}" if "speech." in domain else "; choose the resource's region in place of its endpoint"


def _meant(status: int, said: str) -> type[SpeechError] | None:
    """Return what a body says, where its status may stand for several things."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return QuotaError if _MONTHLY_QUOTA.search(said) else None
    return meaning(said) if status in _SAYS_LITTLE else None


def _said(body: str) -> str:
    """Return what a body says, as one line; nothing of a web page."""
    text = "" if is_page(body) else body
    with contextlib.suppress(ValueError, RecursionError):
        text = _message(json.loads(text)) or text
    return " ".join(text.split())


def _is_json(body: str) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError, RecursionError:
        return False


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
