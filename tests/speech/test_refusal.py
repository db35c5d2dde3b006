"""What a refused request says: read within bounds, without what identifies someone."""

import asyncio

import aiohttp
import pytest
from yarl import URL

from custom_components.azure_speech_live.speech import CredentialsError, QuotaError, SpeechError, ThrottledError
from custom_components.azure_speech_live.speech.errors import MAX_TEXT
from custom_components.azure_speech_live.speech.refusal import MAX_BODY, status_error

from .caller import INTERACTIVE, Source, calling, listen


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, "", CredentialsError),
        (403, "", CredentialsError),
        (403, "Out of call volume quota.", QuotaError),
        (403, '{"error": {"message": "Quota exceeded"}}', QuotaError),
        (403, '{"Error": "Quota exceeded", "message": null}', QuotaError),
        (403, "<html>quota</html>", CredentialsError),
        (429, "", ThrottledError),
        (429, "Too many requests a second. Ask for a larger quota.", ThrottledError),
        (429, "Quota exceeded.", QuotaError),
    ],
)
def test_what_is_a_quota(status: int, body: str, kind: type[SpeechError]) -> None:
    assert type(status_error(status, body=body)) is kind


@pytest.mark.parametrize("body", ["[" * 10_000, "[1]", "{}", '{"message": {"message": 5}}', "\0", "x" * MAX_BODY, "\n"])
def test_any_body_is_a_bounded_line(body: str) -> None:
    line = str(status_error(403, body=body))
    assert line.isprintable()
    assert len(line) < 2 * MAX_TEXT


@pytest.mark.parametrize(
    "who",
    [
        "someone@example.org",
        "0123456789abcdef0123456789abcdef",
        "01234567-89ab-cdef-0123-456789abcdef",
        "our-home.cognitiveservices.azure.com",
        "https://example.org/someone",
        "192.0.2.17",
    ],
)
def test_nobody_is_identified(who: str) -> None:
    line = str(status_error(403, body=f"Resource {who} is out of quota."))
    assert line == "the quota is used up (HTTP 403): Resource … is out of quota."


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
