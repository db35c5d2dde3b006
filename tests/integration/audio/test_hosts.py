"""Which hosts media may come from: not this machine, however it is written, unless that is allowed."""

import _socket
import socket
import subprocess
from types import SimpleNamespace
from typing import Any

from aiohttp import web
from homeassistant.components.media_player import MediaType
from homeassistant.components.media_source import MediaSource, MediaSourceItem, PlayMedia
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockModule, mock_integration, mock_platform
from yarl import URL

from custom_components.azure_speech_live.audio.address import async_resolve
from custom_components.azure_speech_live.audio.hosts import HostNotAllowedError, async_lookup

from ..recordings import SPOKEN, spoken_pcm, web_server
from .hearing import heard, refusal
from .network import CLOSED, allow, listening

pytestmark = pytest.mark.usefixtures("setup")


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Have names that lead to addresses, which a test gives them; and addresses in whatever form a system reads."""
    names: dict[str, str] = {}

    def lookup(host: str, port: int, *_: int) -> Any:
        return _socket.getaddrinfo(names.get(host, host), port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return names


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
        answers = [await refusal(hass, f"{scheme}://{host}:{port}/x") for port in (port, CLOSED)]
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
        told = [str(await refusal(hass, f"{scheme}://{host}:{CLOSED}/x")) for scheme in ("http", "rtsp")]
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
        error = await refusal(hass, f"{scheme}://nas.example/x")
        assert error.translation_key == "media_of_this_machine"


@pytest.mark.usefixtures("numbers")
@pytest.mark.parametrize("scheme", ["http", "https", "rtsp"])
async def test_a_name_that_is_none_is_told(hass: HomeAssistant, scheme: str) -> None:
    error = await refusal(hass, f"{scheme}://nowhere.example/x")
    assert error.translation_placeholders is not None
    assert error.translation_placeholders["reason"] == "no such host"


# --- what is Home Assistant's own, and what was allowed


async def test_what_is_allowed_is_heard(hass: HomeAssistant) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:  # noqa: ARG001 - aiohttp's signature
        return web.FileResponse(SPOKEN)

    async with web_server(answer) as address:
        assert (await refusal(hass, f"{address}/a/x.wav")).translation_key == "media_of_this_machine"
        allow(hass, f"{address}/a")
        assert await heard(hass, f"{address}/a/x.wav") == spoken_pcm()
        assert (await refusal(hass, f"{address}/b/x.wav")).translation_key == "media_of_this_machine"


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
