"""What aiohttp, the system and Python raise: none of it reaches the caller, and no error of ours keeps the key."""

import asyncio
from collections.abc import Iterator
import gc
import inspect
import ssl
from types import CodeType, FrameType, FunctionType, ModuleType, TracebackType
from typing import Any, Final

import aiohttp
from aiohttp.client_reqrep import ConnectionKey
from multidict import CIMultiDict, CIMultiDictProxy
import pytest
from yarl import URL

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    CredentialsError,
    HostNotFoundError,
    Mode,
    NotASpeechEndpointError,
    OpenTimeoutError,
    QuotaError,
    ServiceError,
    SpeechError,
    UnusableMessageError,
)
from custom_components.azure_speech_live.speech.wire.failures import ours, translated
from tests.speech.caller import AUDIO, SAID, Source, calling, listen
from tests.speech_service import KEY, Behaviour, Fault, Legible, SpeechService
from tests.speech_service.faults import After, Answer, Babble, Point, Raw, Received, Refuse, Reset

PINGS: Final = Raw(b"\x89\x01a" * 2)


@pytest.mark.parametrize("at", [Received("speech.context"), After("turn.end")], ids=["in use", "kept"])
async def test_ping_on_a_connection_that_goes_down(at: Point) -> None:
    faults = (Fault(at, PINGS), Fault(at, Reset()))
    async with (
        SpeechService(Legible(), behaviours=[Behaviour(faults=faults)]) as service,
        calling(service.url) as client,
    ):
        for _ in range(2):
            heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
            assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])


# --- the table

_REQUEST: Final = aiohttp.RequestInfo(
    URL(f"wss://h/?key={KEY}"),
    "GET",
    CIMultiDictProxy(CIMultiDict({"Ocp-Apim-Subscription-Key": KEY})),
    URL("wss://h/"),
)
_HOST: Final = ConnectionKey("h", 443, is_ssl=True, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None)
_ARGUMENTS: Final[dict[type[BaseException], tuple[Any, ...]]] = {
    aiohttp.ClientResponseError: (_REQUEST, ()),
    aiohttp.ClientConnectorError: (_HOST, OSError(111, KEY)),
    aiohttp.ClientConnectorCertificateError: (_HOST, ssl.SSLCertVerificationError(1, KEY)),
    aiohttp.ServerFingerprintMismatch: (b"1", b"2", "h", 443),
    aiohttp.WebSocketError: (1002, KEY),
    UnicodeDecodeError: ("ascii", KEY.encode(), 0, 1, KEY),
    UnicodeEncodeError: ("ascii", KEY, 0, 1, KEY),
    OSError: (104, KEY),
}


def foreign_exceptions() -> Iterator[Exception]:
    """Give one of each kind, with the key in it."""
    kinds = {kind for _, kind in inspect.getmembers(aiohttp, inspect.isclass) if issubclass(kind, Exception)}
    kinds |= {OSError, ConnectionResetError, ssl.SSLError, TimeoutError, RuntimeError, RecursionError, ValueError}
    kinds |= {UnicodeDecodeError, UnicodeEncodeError, AssertionError, AttributeError, KeyError, MemoryError}
    for kind in sorted(kinds, key=lambda kind: kind.__name__):
        arguments = next((_ARGUMENTS[base] for base in kind.__mro__ if base in _ARGUMENTS), (KEY,))
        yield kind(*arguments)


@pytest.mark.parametrize("error", foreign_exceptions(), ids=lambda error: type(error).__name__)
async def test_every_exception_is_ours(error: Exception) -> None:
    async def work() -> None:
        raise error

    with pytest.raises(SpeechError) as caught:
        await ours(work(), "sending")
    assert not holds_the_key(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (QuotaError("the quota is used up"), QuotaError, "the quota is used up"),
        (aiohttp.WSServerHandshakeError(_REQUEST, (), status=401), CredentialsError, "the key is refused (HTTP 401)"),
        (aiohttp.ClientHttpProxyError(_REQUEST, (), status=502), ServiceError, "the service is in trouble (HTTP 502)"),
        (aiohttp.ClientConnectorDNSError(_HOST, OSError(-2, KEY)), HostNotFoundError, "no host has the name h"),
        (
            aiohttp.ClientConnectorDNSError(_HOST._replace(host=KEY), OSError(-2, KEY)),
            HostNotFoundError,
            "redirected to an unknown host",
        ),
        (ssl.SSLError(1, "certificate verify failed"), ConnectionFailedError, "no secure connection: certificate…"),
        (aiohttp.ClientConnectorError(_HOST, OSError(111, KEY)), ConnectionFailedError, "cannot connect: Connection…"),
        (aiohttp.ClientConnectorError(_HOST, OSError(KEY)), ConnectionFailedError, "cannot connect: refused"),
        (TimeoutError(), OpenTimeoutError, "the connection did not open in time"),
        (aiohttp.InvalidURL(KEY), NotASpeechEndpointError, "the answer is not that of a Speech endpoint"),
        (aiohttp.ClientResponseError(_REQUEST, ()), NotASpeechEndpointError, "the answer is not that of…"),
        (RecursionError(), UnusableMessageError, "the service sent what cannot be read"),
        (ConnectionResetError(104, KEY), ConnectionFailedError, "the connection broke while sending"),
        (aiohttp.ClientPayloadError(), ConnectionFailedError, "the connection broke while sending"),
        (KeyError(KEY), ConnectionFailedError, "the connection failed while sending: KeyError"),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Exception) else "",
)
def test_what_an_exception_stands_for(error: Exception, kind: type[SpeechError], text: str) -> None:
    stands_for = translated(error, "sending", URL("wss://h/"))
    assert type(stands_for) is kind
    assert str(stands_for).startswith(text.removesuffix("…"))
    assert text.endswith("…") or str(stands_for) == text


async def test_a_cancellation_that_is_none_of_ours() -> None:
    """For all who wait for a peer to read, aiohttp has one future and cancels it with the first of them."""
    shared = asyncio.get_running_loop().create_future()
    tasks = [asyncio.create_task(ours(asyncio.wait_for(shared, None), "sending")) for _ in range(2)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
    with pytest.raises(ConnectionFailedError):
        await tasks[1]


# --- the key


def holds_the_key(error: BaseException) -> bool:
    """Return whether the key can be reached from an exception or its chain; frames are what a debugger has, too."""
    seen: set[int] = set()
    to_see: list[object] = [error, error.__cause__, error.__context__]
    while to_see:
        found = to_see.pop()
        if id(found) in seen or isinstance(
            found, TracebackType | FrameType | type | ModuleType | FunctionType | CodeType
        ):
            continue
        seen.add(id(found))
        if (isinstance(found, str) and KEY in found) or (isinstance(found, bytes) and KEY.encode() in found):
            return True
        to_see += gc.get_referents(found)
    return False


def test_the_key_is_found_where_it_is() -> None:
    error = SpeechError("x")
    assert not holds_the_key(error)
    error.__context__ = aiohttp.ClientResponseError(_REQUEST, ())
    assert holds_the_key(error)


@pytest.mark.parametrize(
    "answer",
    [
        Refuse(401),
        Refuse(404),
        Refuse(500),
        Refuse(403, body='{"message": "' + KEY + '"}'),
        Refuse.redirect("http://127.0.0.1:1/" + KEY),
        Refuse.redirect("ws://127.0.0.1:1/" + KEY),
        Refuse.redirect("gopher://" + KEY),
        Refuse.redirect("ws://[" + KEY),
        Refuse.redirect("/" + KEY),
        Babble(b"\0\0\0\0"),
        Babble(b"HTTP/1.1 200 " + KEY.encode() + b"\r\nx" + b"\r\n\r\n"),
        Reset(),
    ],
    ids=repr,
)
@pytest.mark.parametrize("way", ["open", "post"])
async def test_no_error_keeps_the_key(answer: Answer, way: str) -> None:
    refusal = Behaviour(answer=answer)
    first = refusal if way == "open" else Behaviour(answer=Refuse(426))
    service = SpeechService(Legible(), behaviours=lambda _: first, rest_behaviours=lambda _: refusal)
    async with service, calling(service.url) as client:
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
    assert heard.error is not None
    assert not holds_the_key(heard.error)
    assert KEY not in str(heard.error)
