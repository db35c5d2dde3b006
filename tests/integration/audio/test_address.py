"""Where media is: files, media sources and addresses, however they are written; and what of it is told."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from aiohttp import web
from homeassistant.components.http import StaticPathConfig
from homeassistant.components.http.auth import async_sign_path
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.azure_speech_live.audio.address import async_resolve, without_secrets

from ..recordings import SPOKEN, convert, invent, spoken_pcm, web_server
from .hearing import heard, reason, refused, text_file, told

pytestmark = pytest.mark.usefixtures("allowed")


async def test_a_media_source_is_heard(hass: HomeAssistant, allowed: Path) -> None:
    convert(allowed / "spoken.wav", "-c", "copy")
    assert await heard(hass, "media-source://media_source/local/spoken.wav") == spoken_pcm()


async def test_an_address_on_the_network_is_heard(hass: HomeAssistant) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:  # noqa: ARG001 - aiohttp's signature
        return web.FileResponse(SPOKEN)

    async with web_server(answer) as address:
        assert await heard(hass, f"{address}/spoken.wav?token=1&x=2") == spoken_pcm()


@pytest.mark.parametrize("scheme", ["http", "HTTP", "Http"])
@pytest.mark.parametrize(
    "name", ["/a blank.wav", "/Grüße.wav", "/100%25.wav", "/x.wav?a=b c&d=ü#part", "/x", "/../x.wav"]
)
async def test_an_address_is_heard_however_it_is_written(hass: HomeAssistant, scheme: str, name: str) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.raw_path if "%" in name else request.path)
        return web.FileResponse(SPOKEN)

    async with web_server(answer) as address:
        assert await heard(hass, address.replace("http", scheme) + name) == spoken_pcm()
    assert set(asked) == {name.removeprefix("/..").partition("?")[0]}


# --- what Home Assistant itself answers


@pytest.fixture
async def own_address(hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator) -> str:
    """Have Home Assistant answer on loopback, with a file in www, and know that address for its own."""
    www = Path(hass.config.path("www"))
    www.mkdir()
    convert(www / "a blank.wav", "-c", "copy")
    assert await async_setup_component(hass, "http", {})
    await hass.http.async_register_static_paths([StaticPathConfig("/local", str(www), cache_headers=False)])
    address = str((await hass_client_no_auth()).make_url("")).rstrip("/")
    hass.config.internal_url = address
    return address


@pytest.mark.parametrize("path", ["/local/a blank.wav", "/local/a%20blank.wav", "/media/local/spoken.wav"])
@pytest.mark.parametrize("absolute", [False, True])
async def test_a_path_of_home_assistants_own_is_heard(
    hass: HomeAssistant, allowed: Path, own_address: str, path: str, *, absolute: bool
) -> None:
    """One that needs a signature gets it."""
    convert(allowed / "spoken.wav", "-c", "copy")
    assert await heard(hass, own_address + path if absolute else path) == spoken_pcm()


async def test_a_path_that_is_signed_is_heard(hass: HomeAssistant, allowed: Path, own_address: str) -> None:
    convert(allowed / "spoken.wav", "-c", "copy")
    signed = async_sign_path(hass, "/media/local/spoken.wav", timedelta(minutes=1))
    assert await heard(hass, signed) == spoken_pcm()
    assert await heard(hass, own_address + signed) == spoken_pcm()
    wrong = await told(hass, signed + "x")
    assert "/media/local/spoken.wav" in wrong
    assert "authSig" not in wrong


@pytest.mark.parametrize(
    ("path", "endless"), [("/api/hls/token/master_playlist.m3u8", True), ("/api/tts_proxy/token.mp3", False)]
)
async def test_of_what_home_assistant_answers_only_cameras_do_not_end(
    hass: HomeAssistant, own_address: str, path: str, *, endless: bool
) -> None:
    for address in (path, own_address + path):
        assert (await async_resolve(hass, address)).maybe_endless is endless


async def test_what_is_not_there_is_told(hass: HomeAssistant, own_address: str) -> None:
    assert own_address
    assert await reason(hass, "/local/missing.wav") == "Server returned 404 Not Found"
    assert await refused(hass, "/locale/missing.wav") == "media_not_allowed"
    assert await refused(hass, "/local") == "media_not_allowed"


# --- what is refused


@pytest.mark.parametrize(
    ("file", "key"),
    [
        (lambda folder: folder / "missing.wav", "media_not_found"),
        (lambda folder: folder, "media_not_found"),
        (lambda _: "/etc/passwd", "media_not_allowed"),
        (lambda folder: folder / ".." / "outside.wav", "media_not_allowed"),
        (lambda folder: _link(folder / "link.wav", SPOKEN), "media_not_allowed"),
        (lambda folder: text_file(folder / "text.wav", "This is no sound."), "media_unreadable"),
        (lambda folder: text_file(folder / "empty.wav", ""), "media_unreadable"),
        (lambda folder: invent(folder / "mute.mp4", "color=s=64x64:d=1"), "media_without_audio"),
        (lambda folder: convert(folder / "nothing.wav", "-t", "0"), "media_without_audio"),
        (lambda _: "media-source://media_source/local/missing.wav", "media_not_found"),
        (lambda _: "media-source://nobody/x", "media_not_found"),
        (lambda _: "media-source://", "media_not_found"),
        (lambda _: "spoken.wav", "media_not_understood"),
        (lambda _: "file:///etc/passwd", "media_not_understood"),
        (lambda _: "concat:/etc/passwd", "media_not_understood"),
        (lambda _: "CONCAT:/etc/passwd", "media_not_understood"),
        (lambda _: "File:///etc/passwd", "media_not_understood"),
        (lambda _: "udp://127.0.0.1:1", "media_not_understood"),
        (lambda _: "rtp://127.0.0.1:1", "media_not_understood"),
        (lambda _: "tcp://127.0.0.1:1", "media_not_understood"),
        (lambda _: "http://", "media_not_understood"),
        (lambda _: "http:///x.wav", "media_not_understood"),
        (lambda _: "http://[::1/x.wav", "media_not_understood"),
        (lambda _: "http://127.0.0.1:99999/x.wav", "media_not_understood"),
        (lambda _: "//127.0.0.1/x.wav", "media_not_allowed"),
        (lambda _: "local/x.wav", "media_not_understood"),
        (lambda _: "http://127.0.0.1:9/closed.wav", "media_unreadable"),
    ],
)
async def test_what_cannot_be_heard_is_refused(
    hass: HomeAssistant, allowed: Path, file: Callable[[Path], Path | str], key: str
) -> None:
    assert await refused(hass, file(allowed)) == key


def _link(path: Path, target: Path) -> Path:
    path.symlink_to(target)
    return path


# --- what is told


@pytest.mark.parametrize(
    "media",
    [
        "/media/a\0b.wav",
        "/nowhere/a\x07\nb\x1b[31m.wav",
        "http://127.0.0.1:9/a\0b\r\nX: y\x1b.wav",
        "http://127.0.0.1:9\0/x.wav",
        "media-source://media_source/local/a\0\nb\u202e",
        "\0",
        "x\ny",
    ],
)
async def test_nothing_but_what_can_be_read_is_told(hass: HomeAssistant, media: str) -> None:
    assert (await told(hass, media)).isprintable()


async def test_the_reason_has_no_address_in_it(hass: HomeAssistant) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:  # noqa: ARG001 - aiohttp's signature
        raise web.HTTPNotFound

    async with web_server(answer) as address:
        assert await reason(hass, f"{address}/x.wav") == "Server returned 404 Not Found"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("https://ann:secret@example.com/a/b.mp3?authSig=secret#secret", "https://example.com/a/b.mp3"),
        ("https://ann:se@cret@example.com#secret", "https://example.com"),
        ("rtsp://ann:se cret@example.com/a@b", "rtsp://example.com/a@b"),
        ("media-source://tts/google?message=secret", "media-source://tts/google"),
        ("cannot open http://ann@example.com/x?secret", "cannot open http://example.com/x"),
        ("/media/what? no@body.mp3", "/media/what? no@body.mp3"),
        ("/media/local/x.mp3?authSig=secret", "/media/local/x.mp3"),
        ("/api/hls/x.m3u8?a=b&authSig=secret", "/api/hls/x.m3u8"),
        ("cannot\nopen\0 \u202e\x1b[1m", "cannot open    [1m"),
    ],
)
def test_an_address_is_told_without_secrets(text: str, told: str) -> None:
    assert without_secrets(text) == told
