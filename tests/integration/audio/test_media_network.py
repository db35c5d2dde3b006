"""What media on the network must not lead to: this machine's own ports, and secrets in the list of processes."""

import _socket
import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
import socket
import subprocess
from types import SimpleNamespace
from typing import Any

from aiohttp import web
from homeassistant.components.media_player import MediaType
from homeassistant.components.media_source import MediaSource, MediaSourceItem, PlayMedia
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockModule, mock_integration, mock_platform
from yarl import URL

from custom_components.azure_speech_live.audio.address import async_resolve
from custom_components.azure_speech_live.audio.hosts import HostNotAllowedError, async_lookup
from custom_components.azure_speech_live.audio.media import open_recording
from custom_components.azure_speech_live.const import DOMAIN

from ..recordings import SPOKEN, EndlessRadio, convert, process_of, spoken_pcm, web_server
from ..rtsp import Camera


@pytest.fixture(autouse=True)
async def setup(hass: HomeAssistant) -> None:
    """Set up what recordings are read by."""
    assert await async_setup_component(hass, DOMAIN, {})


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Have names that lead to addresses, which a test gives them; and addresses in whatever form a system reads."""
    names: dict[str, str] = {}

    def lookup(host: str, port: int, *_: int) -> Any:
        return _socket.getaddrinfo(names.get(host, host), port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return names


async def heard(hass: HomeAssistant, address: str, duration: float | None = None) -> bytes:
    """Return all samples of a recording."""
    async with open_recording(hass, address, duration=duration) as recording:
        return b"".join([chunk async for chunk in recording.audio()])


async def refused(hass: HomeAssistant, address: str) -> ServiceValidationError:
    """Return the error for which a recording is refused."""
    with pytest.raises(ServiceValidationError) as caught:
        await heard(hass, address)
    return caught.value


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


CLOSED = 9


# --- this machine


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "127.8.8.8",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0.0.0.0",  # noqa: S104 - it is what is refused
        "0",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "169.254.169.254",
        "[::ffff:169.254.1.1]",
        "224.0.0.1",
        "172.30.32.1",
        "172.30.32.2",
        "supervisor",
        "hassio",
        "homeassistant",
        "observer.local.hass.io",
    ],
)
async def test_it_is_known_however_it_is_written(numbers: dict[str, str], host: str) -> None:
    with pytest.raises(HostNotAllowedError):
        await async_lookup(str(URL(f"http://{host}/").host), 80)
    assert not numbers


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "supervisor"])
@pytest.mark.parametrize("scheme", ["http", "https", "rtsp", "rtsps"])
async def test_it_is_not_asked_and_nothing_is_told(hass: HomeAssistant, scheme: str, host: str) -> None:
    async with listening() as (port, connected):
        answers = [await refused(hass, f"{scheme}://{host}:{port}/x") for port in (port, CLOSED)]
    assert [answer.translation_key for answer in answers] == ["media_of_this_machine"] * 2
    assert str(answers[0]).replace(f":{port}/", "") == str(answers[1]).replace(f":{CLOSED}/", "")
    assert not connected


def own_addresses() -> list[str]:
    """Return the addresses of this machine's interfaces, without those of loopback and of links."""
    told = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=False)
    return told.stdout.split()


async def test_its_own_address_is_refused_unless_it_is_home_assistants(hass: HomeAssistant) -> None:
    addresses = own_addresses()
    if not addresses:
        pytest.skip("this machine is on no network")
    for address in addresses:
        host = f"[{address}]" if ":" in address else address
        told = [str(await refused(hass, f"{scheme}://{host}:{CLOSED}/x")) for scheme in ("http", "rtsp")]
        assert all("leads to this machine itself" in text for text in told)
        hass.config.internal_url = f"http://{host}:8123"
        assert (await async_resolve(hass, f"http://{host}:8123/local/x.wav")).trusted
        assert not (await async_resolve(hass, f"http://{host}:{CLOSED}/local/x.wav")).trusted
        assert await async_lookup(address, 8123, trusted=True)


@pytest.mark.parametrize("host", ["192.168.1.20", "10.0.0.3", "172.30.33.4", "172.16.0.9", "8.8.8.8", "fd00::5"])
async def test_the_local_network_stays_open(host: str, numbers: dict[str, str]) -> None:
    numbers["camera"] = host
    assert [address[4][0] for address in await async_lookup("camera", 80)] == [host]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "172.30.32.2", "169.254.1.1", "fe80::1"])
async def test_a_name_that_leads_to_it_is_none(hass: HomeAssistant, numbers: dict[str, str], address: str) -> None:
    numbers["nas.example"] = address
    with pytest.raises(HostNotAllowedError):
        await async_lookup("nas.example", 80)
    for scheme in ("http", "rtsp"):
        error = await refused(hass, f"{scheme}://nas.example/x")
        assert error.translation_key == "media_of_this_machine"


@pytest.mark.usefixtures("numbers")
@pytest.mark.parametrize("scheme", ["http", "https", "rtsp"])
async def test_a_name_that_is_none_is_told(hass: HomeAssistant, scheme: str) -> None:
    error = await refused(hass, f"{scheme}://nowhere.example/x")
    assert error.translation_placeholders is not None
    assert error.translation_placeholders["reason"] == "no such host"


type Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def elsewhere(hass: HomeAssistant, answer: Answer) -> AsyncIterator[str]:
    """Serve at an address that may be asked, as if it were another machine's."""
    async with web_server(answer) as address:
        allow(hass, address)
        yield address


_M3U8 = '#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXT-X-MAP:URI="{0}"\n#EXTINF:5,\n{0}\n#EXT-X-ENDLIST\n'
_KEY = '#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXT-X-KEY:METHOD=AES-128,URI="{0}"\n#EXTINF:5,\n/spoken.ts\n#EXT-X-ENDLIST\n'
_MASTER = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=64000\n{0}\n"
_MPD = (
    '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="static" '
    'mediaPresentationDuration="PT5S" minBufferTime="PT5S"><Period><AdaptationSet contentType="audio"><Representation '
    'id="0" mimeType="audio/mp4" codecs="mp4a.40.2" bandwidth="64000"><BaseURL>{0}</BaseURL></Representation>'
    "</AdaptationSet></Period></MPD>"
)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("redirect", ""),
        ("application/vnd.apple.mpegurl", _M3U8),
        ("application/vnd.apple.mpegurl", _KEY),
        ("application/vnd.apple.mpegurl", _MASTER),
        ("application/dash+xml", _MPD),
    ],
    ids=["redirect", "segment", "key", "playlist", "dash"],
)
async def test_nothing_on_the_way_leads_to_it(
    hass: HomeAssistant, tmp_path: Path, scheme: str, kind: str, text: str
) -> None:
    spoken = convert(tmp_path / "spoken.ts", "-c:a", "aac")
    target = ""

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/spoken.ts":
            return web.FileResponse(spoken)
        if kind == "redirect":
            raise web.HTTPFound(target)
        return web.Response(text=text.format(target), content_type=kind)

    told = []
    async with listening() as (port, connected), elsewhere(hass, answer) as address:
        for at in (port, CLOSED):
            target = f"{scheme}://127.0.0.1:{at}/x.ts"
            error = await refused(hass, f"{address}/begin")
            told.append((error.translation_key, str(error)))
    assert told[0] == told[1]
    assert told[0][0] == "media_of_this_machine"
    assert not connected


async def test_a_camera_that_sends_us_on_is_refused(hass: HomeAssistant) -> None:
    """It is followed before ffmpeg can be ended; but nobody is told what is there."""
    targets: list[int] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = targets.pop()
        for status in ("200 OK", f"302 Found\r\nLocation: rtsp://127.0.0.1:{target}/x"):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            sequence = next(line for line in head.splitlines() if line.startswith("CSeq:"))
            writer.write(f"RTSP/1.0 {status}\r\n{sequence}\r\n\r\n".encode())
        await reader.read()
        writer.close()

    async with listening() as (port, _), await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        address = f"rtsp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        allow(hass, address)
        targets += [CLOSED, port]
        told = [str(await refused(hass, f"{address}/door")) for _ in range(2)]
    assert told[0] == told[1]
    assert "this machine itself" in told[0]


# --- what is Home Assistant's own, and what was allowed


async def test_what_is_allowed_is_heard(hass: HomeAssistant) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:  # noqa: ARG001 - aiohttp's signature
        return web.FileResponse(SPOKEN)

    async with web_server(answer) as address:
        assert (await refused(hass, f"{address}/a/x.wav")).translation_key == "media_of_this_machine"
        allow(hass, f"{address}/a")
        assert await heard(hass, f"{address}/a/x.wav") == spoken_pcm()
        assert (await refused(hass, f"{address}/b/x.wav")).translation_key == "media_of_this_machine"


async def test_what_a_media_source_finds_here_is_heard(hass: HomeAssistant) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:  # noqa: ARG001 - aiohttp's signature
        return web.FileResponse(SPOKEN)

    class Player(MediaSource):
        async def async_resolve_media(self, item: MediaSourceItem) -> PlayMedia:
            return PlayMedia(f"{address}/{item.identifier}", MediaType.MUSIC)

    async def async_get_media_source(_hass: HomeAssistant) -> MediaSource:
        return Player("player")

    mock_integration(hass, MockModule("player"))
    mock_platform(hass, "player.media_source", SimpleNamespace(async_get_media_source=async_get_media_source))
    assert await async_setup_component(hass, "player", {})
    async with web_server(answer) as address:
        assert await heard(hass, "media-source://player/x.wav") == spoken_pcm()


# --- secrets


@pytest.mark.parametrize("scheme", ["http", "rtsp"])
async def test_no_secret_is_in_the_list_of_processes(hass: HomeAssistant, scheme: str) -> None:
    radio = EndlessRadio()

    async def serve(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != "Basic em9lOlNFOkNSRVQ=":
            raise web.HTTPUnauthorized(headers={"WWW-Authenticate": 'Basic realm="x"'})
        assert request.query["token"] == "SECRET"
        return await radio.answer(request)

    async with web_server(serve) as address, Camera(bytes(8000)).serve() as camera:
        host = address.removeprefix("http://") if scheme == "http" else camera
        allow(hass, f"{scheme}://{host}")
        media = f"{scheme}://zoe:SE%3ACRET@{host}/SECRET/x?token=SECRET"
        async with open_recording(hass, media, duration=5) as recording:
            assert await anext(recording.audio())
            line = Path(f"/proc/{process_of(recording).pid}/cmdline").read_bytes()
    assert b"-i" in line
    for secret in (b"SECRET", b"CRET", b"zoe", host.encode()):
        assert secret not in line


async def test_only_ffmpeg_gets_through_the_proxy(hass: HomeAssistant) -> None:
    radio = EndlessRadio()
    async with elsewhere(hass, radio.answer) as address:
        async with open_recording(hass, f"{address}/x?token=SECRET", duration=5) as recording:
            environment = Path(f"/proc/{process_of(recording).pid}/environ").read_text(encoding="utf-8").split("\0")
            (proxy,) = (line for line in environment if line.startswith("http_proxy="))
            port = int(proxy.rpartition(":")[2])
            for request in (b"GET http://recording.invalid/ HTTP/1.1", b"CONNECT 127.0.0.1:80 HTTP/1.1"):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(request + b"\r\n\r\n")
                answer = await reader.read()
                assert answer.startswith(b"HTTP/1.1 407 ")
                assert b"SECRET" not in answer
                writer.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
