"""What failures of others stand for: words, close codes, HTTP statuses and the bodies of refusals, within bounds."""

import asyncio

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
import pytest
from yarl import URL

from custom_components.azure_speech_live.speech import (
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
from custom_components.azure_speech_live.speech.wire.failures import closing_error, meaning, refusal, status_error
from custom_components.azure_speech_live.speech.wire.limits import LONGEST_RETRY_AFTER, MAX_REFUSAL_SIZE, MAX_SHOWN

from ..caller import INTERACTIVE, Source, calling, listen


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Throttled due to too many requests", ThrottledError),
        ("TooManyRequests", ThrottledError),
        ('Status(StatusCode="ResourceExhausted", Detail="")', ThrottledError),
        ("TOO_MANY_REQUESTS", ThrottledError),
        ("concurrency limit", ThrottledError),
        ("You have exceeded your quota of concurrent requests", ThrottledError),
        ("Quota exceeded. Cid: ", QuotaError),
        ("MonthlyQuotaExceeded", QuotaError),
        ("Rate exceeded", ThrottledError),
        ("RateExceeded", ThrottledError),
        ("Request rate is too high", ThrottledError),
        ("RequestRateTooLarge", ThrottledError),
        ("Too many calls", ThrottledError),
        ("The call rate of your current pricing tier is exceeded", ThrottledError),
        ("You may send 20 transactions per minute", ThrottledError),
        ("You have exceeded your quota of requests per minute", ThrottledError),
        ("Please slow down.", ThrottledError),
        ("You have reached your monthly limit.", QuotaError),
        ("The free tier's hours are used up", QuotaError),
        ("The sample rate exceeds what is supported", None),
        ("The speaking rate is too high", None),
        ("Unsupported locale: ja_JP.", LanguageError),
        ("Language xx isn't supported", LanguageError),
        ("Invalid CID", LanguageError),
        ("The voice is not valid for this language", VoiceError),
        ("Public access is disabled. Please configure private endpoint.", ConnectionFailedError),
        ("", None),
        ("Idle timeout", None),
        ("Unsupported audio format.", None),
        ("Could not validate speech context", None),
        ("Server error while the language model was loaded", None),
        ("Too many phrases in the phrase list", None),
        ("The request exceeded its time limit", None),
        ("Exceeded maximum websocket connection idle duration(> 300000ms)", None),
    ],
)
def test_meaning(said: str, kind: type[SpeechError] | None) -> None:
    assert meaning(said) is kind


# --- the end of a connection


def closed(code: int, reason: str) -> SpeechError:
    return closing_error(aiohttp.WSMessage(aiohttp.WSMsgType.CLOSE, code, reason))


@pytest.mark.parametrize("code", [1007, 1011, 4429])
@pytest.mark.parametrize(
    "reason",
    [
        "Throttled due to too many requests",
        "TooManyRequests",
        "Too Many Requests.",
        "The request is throttled because you have exceeded the concurrent request limit allowed for your sub",
        "You have exceeded the concurrent request quota.",
        "The number of parallel requests exceeded the number of allowed concurrent transcriptions.",
        "Error: too-many-requests",
        "Maximum number of concurrent sessions reached",
        "You have exceeded the number of requests allowed",
        "Rate limit is exceeded. Try again in 1 seconds.",
        "Rate exceeded",
        "Request rate is too high",
    ],
)
def test_too_many_at_once_in_whatever_words(code: int, reason: str) -> None:
    error = closed(code, reason)
    assert isinstance(error, ThrottledError)
    assert not isinstance(error, QuotaError)


@pytest.mark.parametrize(
    "reason", ["Quota exceeded. Cid: ", "Throttled: the monthly quota is used up", "QuotaExceeded"]
)
def test_a_quota_is_not_too_many_at_once(reason: str) -> None:
    assert isinstance(closed(1007, reason), QuotaError)


@pytest.mark.parametrize(
    "reason",
    [
        "Unsupported locale: ja_JP.",
        "The locale 'xx' is not supported.",
        "Unknown language",
        "Model deployment not found",
    ],
)
def test_a_language_in_whatever_words(reason: str) -> None:
    assert type(closed(1007, reason)) is LanguageError


# --- requests that are refused


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, "", CredentialsError),
        (403, "", CredentialsError),
        (403, "Out of call volume quota.", QuotaError),
        (403, '{"error": {"message": "Quota exceeded"}}', QuotaError),
        (403, '{"Error": "Quota exceeded", "message": null}', QuotaError),
        (403, "<html>quota</html>", CredentialsError),
        (403, '{"error": {"code": "429", "message": "Too many concurrent requests"}}', ThrottledError),
        (403, '{"error": {"message": "Access denied due to Virtual Network/Firewall rules."}}', ConnectionFailedError),
        (503, "Too many requests", ThrottledError),
        (503, "", ServiceError),
        (429, "", ThrottledError),
        (429, "Too many requests a second. Ask for a larger quota.", ThrottledError),
        (429, "Quota exceeded.", QuotaError),
        (429, '{"error": {"code": "429", "message": "You are out of quota."}}', QuotaError),
        (429, "MonthlyQuotaExceeded", QuotaError),
        (429, "Your usage limit has been reached.", QuotaError),
        (429, "Your quota is used up.", QuotaError),
        (429, "Rate exceeded. To have more, ask for a quota increase.", ThrottledError),
    ],
)
def test_what_is_a_quota(status: int, body: str, kind: type[SpeechError]) -> None:
    assert type(status_error(status, body=body)) is kind


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [
        (ThrottledError, [429]),
        (CredentialsError, [401, 403]),
        (ConnectionFailedError, [407]),
        (WebPageError, [511]),
        (UpgradeRefusedError, [101, 200, 202, 204, 400, 405, 426, 501]),
        (ServiceError, [408, 500, 502, 503, 504]),
        (NotASpeechEndpointError, [301, 302, 303, 307, 308, 404, 410]),
        (RequestRefusedError, [100, 201, 300, 402, 406, 409, 411, 413, 418, 431, 451, 505, 599]),
    ],
)
def test_what_a_status_says_by_itself(kind: type[SpeechError], statuses: list[int]) -> None:
    for status in statuses:
        error = status_error(status)
        assert type(error) is kind, status
        assert error.status == status


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("7", 7.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("-1", None),
        ("nan", None),
        ("inf", LONGEST_RETRY_AFTER),
        ("1e9", LONGEST_RETRY_AFTER),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    error = status_error(429, value)
    assert isinstance(error, ThrottledError)
    assert error.retry_after == seconds


ASKED = URL("wss://h/speech/recognition/interactive/cognitiveservices/v1?language=xx-XX")


@pytest.mark.parametrize(
    ("url", "named"),
    [
        (ASKED, "the language xx-XX"),
        (ASKED.update_query(cid="1-2"), "the language xx-XX or the custom model"),
        (URL("wss://h/stt/speech/universal/v2"), "the language or the custom model"),
        (None, "the language or the custom model"),
    ],
)
def test_what_was_asked_for_is_named(url: URL | None, named: str) -> None:
    error = status_error(400, body="Invalid CID or language", url=url)
    assert type(error) is LanguageError
    assert str(error) == f"the service does not have {named} (HTTP 400): Invalid CID or language"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('{"error": {"code": "InvalidArgument", "message": "Unsupported locale xx-XX"}}', LanguageError),
        ('{"message": "Out of range"}', RequestRefusedError),
        ('{"error": "The voice xx-XX-NobodyNeural is not supported for this locale."}', VoiceError),
        ("Invalid voice", VoiceError),
        ("The language is invalid. See https://aka.ms/speech/languages", LanguageError),
        ("", UpgradeRefusedError),
        ("No.", UpgradeRefusedError),
        ("<html><p>Invalid language</p></html>", UpgradeRefusedError),
        ('Can "Upgrade" only to "WebSocket", whatever the language.', UpgradeRefusedError),
        ("<h2>Our services aren't available right now</h2>", ServiceError),
        ("<h2>Our services aren&#39;t available right now</h2>", ServiceError),
    ],
)
def test_what_is_wrong_with_a_request(body: str, kind: type[SpeechError]) -> None:
    assert type(status_error(400, body=body)) is kind


@pytest.mark.parametrize(
    ("host", "body", "advice"),
    [
        ("westmars.stt.speech.microsoft.com", "", ": the region westmars"),
        ("home.cognitiveservices.azure.com", "", "; choose the resource's region in place of its endpoint"),
        ("home.cognitiveservices.azure.com", "<html>", ""),
        ("192.0.2.1", "", ""),
    ],
)
def test_where_there_is_no_speech_service(host: str, body: str, advice: str) -> None:
    line = str(status_error(404, body=body, url=URL(f"wss://{host}/")))
    assert line == f"no Speech service at this address{advice} (HTTP 404)"


@pytest.mark.parametrize(
    "body", ["[" * 10_000, "[1]", "{}", '{"message": {"message": 5}}', "\0", "x" * MAX_REFUSAL_SIZE, "\n"]
)
def test_any_body_is_a_bounded_line(body: str) -> None:
    line = str(status_error(403, body=body))
    assert line.isprintable()
    assert len(line) < 2 * MAX_SHOWN


def test_only_known_words_of_a_refusal_are_shown() -> None:
    line = str(status_error(403, body="Resource of Grandmother's is out of quota."))
    assert line == "the quota is used up (HTTP 403): Resource of … is out of quota."


@pytest.mark.parametrize("rest", [b"", b"x" * 10_000_000], ids=["without an end", "endless"])
async def test_a_body_is_not_waited_for(rest: bytes) -> None:
    over = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 10000025\r\n\r\nOut of call volume quota." + rest)
        await over.wait()
        writer.transport.abort()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = URL.build(scheme="ws", host="127.0.0.1", port=server.sockets[0].getsockname()[1])
    async with server, calling(str(url), connector=aiohttp.TCPConnector(force_close=True)) as client:
        try:
            heard = await listen(client, Source(bytes(3200)), INTERACTIVE)
        finally:
            over.set()
    assert isinstance(heard.error, QuotaError)
    assert heard.seconds < 2


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'\xef\xbb\xbf{"error": {"message": "Invalid."}}', "the service refuses the request (HTTP 400): Invalid."),
        (b"\xef\xbb\xbf<html>Locale</html>", "no WebSocket can be opened to this address (HTTP 400)"),
    ],
)
async def test_a_byte_order_mark_before_a_body_is_none_of_it(body: bytes, reason: str) -> None:
    async def answer(request: web.Request) -> web.Response:  # noqa: ARG001 - aiohttp's signature
        return web.Response(status=400, body=body)

    application = web.Application()
    application.router.add_get("/", answer)
    async with TestClient(TestServer(application)) as client:
        assert str(await refusal(await client.session.get(client.make_url("/")))) == reason
