"""What failures of others stand for: an HTTP status, a close code, words of the service, or an exception of aiohttp's.

Whatever is not ours ends here: aiohttp's exceptions, the system's and Python's may hold the request, and with it the
key, so that none of them stays in the chain of ours.

The service says the same in many wordings, and more of them than were seen. Sources of those that were: issues 1268,
1293, 1940, 2305 and 2785 of Azure-Samples/cognitive-services-speech-sdk ("The number of parallel requests exceeded the
number of allowed concurrent transcriptions.", "Quota exceeded", "standard voices will no longer be supported"); issue
471 of its JavaScript sibling ("Throttled due to too many requests"); CatalystCode/SpeechToText-WebSockets-Java, pull
request 2 ("Unsupported locale: ja_JP."); PaciStardust/HOSCY, issue 37 ("Language identification with DetectContinuous
not supported on v1."); Azure-Samples/azure-sql-db-chatbot, issue 3 ("Access denied due to Virtual Network/Firewall
rules."). That others mean the same is a guess. Sources of the bodies of refusals: Cognitive Services' gateway ("Out of
call volume quota. Quota will be replenished in 2.12 days.", with 403); learn.microsoft.com,
speech-service/troubleshooting (a used-up quota: 401 or 403); raw handshakes against the service ("Invalid CID or
language", with 400: shiwenwen/hope-agent, issue 565); its page in an outage ("Our services aren't available right
now", with 200: Azure-Samples/SpeechToText-WebSockets-Javascript, issue 80).
"""

import asyncio
from collections.abc import Awaitable, Mapping
import contextlib
from http import HTTPStatus
import json
import os
import re
import ssl
from typing import Final

import aiohttp
from yarl import URL

from ..errors import (
    ConnectionFailedError,
    ContinuousDetectionError,
    CredentialsError,
    HostNotFoundError,
    LanguageError,
    NotASpeechEndpointError,
    OpenTimeoutError,
    QuotaError,
    RequestRefusedError,
    ServiceError,
    SpeechError,
    ThrottledError,
    UnusableMessageError,
    UpgradeRefusedError,
    VoiceError,
    WebPageError,
)
from .limits import LONGEST_RETRY_AFTER, MAX_REFUSAL_SIZE, REFUSAL_TIME
from .wording import shown

_STATUSES: Final[Mapping[int, tuple[type[SpeechError], str]]] = {
    429: (ThrottledError, "too many requests"),
    **dict.fromkeys((401, 403), (CredentialsError, "the key is refused")),
    407: (ConnectionFailedError, "a proxy asks for a password"),
    511: (WebPageError, "a web page answers in place of the service"),
    # What comes back when something on the way has taken the Upgrade header off the request or the answer.
    **dict.fromkeys(
        (101, 200, 202, 204, 400, 405, 426, 501),
        (UpgradeRefusedError, "no WebSocket can be opened to this address"),
    ),
    **dict.fromkeys((408, 500, 502, 503, 504), (ServiceError, "the service is in trouble")),
    # What an address answers that is not a Speech service's, or no more (redirects: those that lead nowhere).
    **dict.fromkeys(
        (301, 302, 303, 307, 308, 404, 410), (NotASpeechEndpointError, "no Speech service at this address")
    ),
}
"""What an HTTP status stands for by itself, and in words."""
_OTHER_STATUS: Final = (RequestRefusedError, "the service refuses the request")
_SAYS_LITTLE: Final = frozenset({401, 403, 503})
"""What is answered for a wrong key or trouble of the service, but also for other reasons."""
_CLOSE_CODES: Final[Mapping[int, type[SpeechError]]] = {
    # Fatal to both of Microsoft's SDKs too: the same messages would end the same way.
    **dict.fromkeys((1002, 1007, 4000), RequestRefusedError),
    **dict.fromkeys((1011, 1012, 1013, 4500, 4503), ServiceError),
    4429: ThrottledError,
}
"""What the codes stand for with which the service closes a connection; the others say no more than that it is lost."""

_NOT: Final = (
    r"\b(?:(?:no longer|not|isn t|aren t)(?: be)?|un|in)\s?(?:support\w*|valid|known|found|available|allowed)\b"
)
_ASKED: Final = "(?:request|call|transaction)"
_RATE: Final = rf"\brate limit|^rate exceeded|\b{_ASKED}s? rate\b|\b{_ASKED}s (?:per|a) (?:second|minute)\b"
"""Of samples and of speech there are rates as well."""
_MEANINGS: Final[tuple[tuple[re.Pattern[str], type[SpeechError]], ...]] = tuple(
    (re.compile(words), error)
    for words, error in (
        (r"\bfirewall\b|\bvirtual network\b|\bprivate endpoint\b|\bpublic access\b", ConnectionFailedError),
        (rf"\b(?:concurren(?:t|cy)|parallel|simultaneous(?:ly)?)\b|{_RATE}", ThrottledError),
        (r"quota|\b(?:monthly|usage) (?:limit|allowance)\b|\bfree tier\b.*\b(?:exceeded|used up)\b", QuotaError),
        (
            rf"throttl|\btoo ?many ?{_ASKED}s\b|\bnumber of {_ASKED}s\b|\bresource exhausted\b|\bslow down\b|^429$",
            ThrottledError,
        ),
        (rf"continuous.*{_NOT}|{_NOT}.*continuous", ContinuousDetectionError),
        (rf"\bvoices?\b.*{_NOT}|{_NOT}.*\bvoices?\b", VoiceError),
        (rf"\b(?:locale|language|cid|model)s?\b.*{_NOT}|{_NOT}.*\b(?:locale|language|cid|model)s?\b", LanguageError),
    )
)
"""Lower-case words with single blanks between them, and what they mean; the first that is found counts."""
_BETWEEN_WORDS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|[\W_]+")
_MEANT: Final[Mapping[type[SpeechError], str]] = {
    QuotaError: "the quota is used up",
    ThrottledError: "too many requests",
    ConnectionFailedError: "the resource takes no requests from this network",
}
"""Those that count where a status says little, in words."""

_TAG: Final = re.compile(r"[A-Za-z]{2,3}(?:-(?:[A-Za-z]{2}|[A-Za-z]{4}|\d{3})){0,2}")
_MONTHLY_QUOTA: Final = re.compile(
    r"call volume quota|out of quota|monthly ?(?:quota|limit)|usage (?:quota|limit)"
    r"|quota ?(?:is |was |has been )?(?:exceeded|exhausted|reached|used up)",
    re.IGNORECASE,
)
"""The same where a limit of requests a second may be meant, which a larger quota is advised against."""
_LANGUAGE: Final = re.compile(r"\b(?:cid|locales?|languages?|models?|deployments?)\b", re.IGNORECASE)
_UPGRADE: Final = re.compile(r"upgrade|websocket|proxy|https?\b(?!:)", re.IGNORECASE)
"""What is wrong in the eyes of those who do not let WebSockets through; the address of a page is not."""
_OUTAGE: Final = re.compile(r"aren.{1,8}t available right now|working to restore", re.IGNORECASE)
_MICROSOFT: Final = re.compile(r"\.(?:speech|cognitiveservices)\.(?:microsoft|azure)\.(?:com|us|cn)$")


def meaning(said: str) -> type[SpeechError] | None:
    """Return the error that words of the service stand for; None if they say nothing that is known.

    They stand in the reason of a close, in a refusal, or in place of a status that is known.
    """
    plain = _BETWEEN_WORDS.sub(" ", said).strip().lower()
    return next((error for words, error in _MEANINGS if words.search(plain)), None)


# --- exceptions


async def ours[T](work: Awaitable[T], doing: str, url: URL | None = None) -> T:
    """Wait for work of aiohttp's, as which this counts that it is ``doing``. Raises SpeechError, and nothing else.

    ``url`` is the address that is asked, if one is.
    """
    try:
        return await work
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        # Tasks that wait for a peer to read share one future of aiohttp's: when one is cancelled, all are.
        error: SpeechError = ConnectionFailedError(f"the connection broke while {doing}")
    except Exception as err:  # noqa: BLE001 - whatever it is, the caller knows our errors only
        error = translated(err, doing, url)
    # Out here, or it would have theirs for its context.
    raise error.with_traceback(None)


def translated(err: Exception, doing: str, url: URL | None = None) -> SpeechError:  # noqa: PLR0911 - a table of cases
    """Return what an exception stands for. Its own text may hold the URL or a message: it is not kept."""
    match err:
        case SpeechError():
            return err
        case aiohttp.WSServerHandshakeError() | aiohttp.ClientHttpProxyError():
            return status_error(err.status, err.headers.get("Retry-After") if err.headers else None)
        case aiohttp.ClientConnectorDNSError():
            asked = url is not None and err.host == url.host
            return HostNotFoundError(f"no host has the name {err.host}" if asked else "redirected to an unknown host")
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError() | ssl.SSLError():
            return ConnectionFailedError(f"no secure connection: {shown(str(err.args[-1]))}")
        case aiohttp.ClientConnectorError():
            number = err.os_error.errno  # its text has the address
            return ConnectionFailedError(f"cannot connect: {os.strerror(number) if number else 'refused'}")
        case TimeoutError():
            return OpenTimeoutError("the connection did not open in time")
        case aiohttp.TooManyRedirects() | aiohttp.InvalidURL() | aiohttp.ClientResponseError():
            return NotASpeechEndpointError("the answer is not that of a Speech endpoint")
        case aiohttp.WebSocketError() | UnicodeError() | RecursionError():
            return UnusableMessageError("the service sent what cannot be read")
        case aiohttp.ClientConnectionError() | aiohttp.ClientPayloadError() | OSError():
            return ConnectionFailedError(f"the connection broke while {doing}")
    return ConnectionFailedError(f"the connection failed while {doing}: {type(err).__name__}")


# --- the end of a connection


def closing_error(received: aiohttp.WSMessage) -> SpeechError:
    """Return what it stands for that a connection ends with this in place of a message."""
    if received.type is aiohttp.WSMsgType.ERROR:
        return UnusableMessageError(f"the service broke the WebSocket protocol: {shown(str(received.data))}")
    if received.type is not aiohttp.WSMsgType.CLOSE:
        return ConnectionFailedError("the connection was lost")
    said = str(received.extra or "")
    reason = shown(said)
    kind = meaning(said) or _CLOSE_CODES.get(received.data, ConnectionFailedError)
    return kind(f"the service closed the connection with code {received.data}" + (f": {reason}" if reason else ""))


# --- requests that are refused


async def refusal(response: aiohttp.ClientResponse) -> SpeechError:
    """Return what a response stands for that is not what was asked for, and close it."""
    body = bytearray()
    try:
        with contextlib.suppress(TimeoutError, aiohttp.ClientError, OSError):
            async with asyncio.timeout(REFUSAL_TIME):
                while len(body) < MAX_REFUSAL_SIZE and (piece := await response.content.readany()):
                    body += piece
    finally:
        response.close()
    text = body[:MAX_REFUSAL_SIZE].decode("utf-8-sig", errors="replace")
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
    if is_page(body) and _OUTAGE.search(body):
        status = HTTPStatus.SERVICE_UNAVAILABLE
    kind, what = _STATUSES.get(status, _OTHER_STATUS)
    advice = "" if is_page(body) or kind is not NotASpeechEndpointError else _advice(url)
    return kind(f"{what}{advice} {text}")


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
    return min(seconds, LONGEST_RETRY_AFTER) if seconds >= 0 else None
