"""Recordings that are made to do harm: hours in a few bytes, claims that nobody can keep, playlists without an end.

Each ends in words or at a stated limit, with little memory, and leaves no ffmpeg.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
import struct
import zlib

from aiohttp import web
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.azure_speech_live import services
from custom_components.azure_speech_live.audio import media
from custom_components.azure_speech_live.const import DOMAIN
from tests.speech.test_riff import chunk, fmt, riff
from tests.speech_service.service import SpeechService

from ..forms import add_resource
from ..recordings import SPOKEN, convert, invent, processes, web_server

HOURS = 16_000
"""Seconds: more than four hours, the longest that a recording may be."""
MEMORY = 320_000
"""kB that an ffmpeg has at most: what the system limits, and what it reads of its own libraries."""


@pytest.fixture(autouse=True)
async def entry(hass: HomeAssistant, service: SpeechService, tmp_path: Path) -> ConfigEntry:
    """Add the stand-in as a resource, and allow a folder and this machine's servers."""
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    hass.config.allowlist_external_urls = {"http://127.0.0.1"}
    return await add_resource(hass, service)


async def transcribe(hass: HomeAssistant, recording: str | Path) -> str:
    """Call the action. Return the key of its error, or the text.

    Fails where an ffmpeg takes much memory meanwhile, or is left afterwards.
    """
    data = {"media": str(recording), "language": "en-US"}
    call = hass.services.async_call(DOMAIN, "transcribe", data, blocking=True, return_response=True)
    async with _little_memory():
        try:
            response = await call
        except HomeAssistantError as err:
            return str(err.translation_key)
    assert response is not None
    return str(response["text"])


@asynccontextmanager
async def _little_memory() -> AsyncGenerator[list[int]]:
    """Yield what each ffmpeg is seen to take, in kB; one that is over at once may not be seen."""
    most = [0]

    async def watch() -> None:
        while True:
            most.extend(map(_memory, processes()))
            await asyncio.sleep(0.02)

    watching = asyncio.create_task(watch())
    try:
        yield most
    finally:
        watching.cancel()
    assert max(most) < MEMORY
    assert not processes()


def _memory(process: str) -> int:
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:  # it is over
        return 0
    return int((status.partition("VmHWM:")[2].split() or ["0"])[0])


async def test_what_an_ffmpeg_takes_is_seen(hass: HomeAssistant, tmp_path: Path) -> None:
    """Or no bomb would ever be too large."""
    data = {"media": str(silence(tmp_path / "x.flac", *FLAC)), "language": "en-US"}
    async with _little_memory() as most:
        with pytest.raises(HomeAssistantError):
            await hass.services.async_call(DOMAIN, "transcribe", data, blocking=True, return_response=True)
        assert max(most) > 0


# --- hours of sound in a few bytes


def silence(path: Path, *arguments: str, seconds: int = HOURS) -> Path:
    """Make a file of silence."""
    return invent(path, "anullsrc=r=8000:cl=mono", "-t", str(seconds), *arguments)


def again_and_again(path: Path, *arguments: str) -> Path:
    """Make a file of silence by writing some of it many times: that can be done to what has no header."""
    path.write_bytes(silence(path, *arguments, seconds=100).read_bytes() * (HOURS // 100))
    return path


FLAC = ("-frame_size", "65535")
OPUS = ("-b:a", "500", "-frame_duration", "120", "-compression_level", "0")


@pytest.mark.parametrize(
    ("make", "size"),
    [
        pytest.param(lambda folder: silence(folder / "x.flac", *FLAC), 40_000, id="flac"),
        pytest.param(lambda folder: silence(folder / "x.opus", *OPUS), 1_000_000, id="opus"),
        pytest.param(
            lambda folder: again_and_again(folder / "x.mp3", "-b:a", "8k", "-write_xing", "0"), 20_000_000, id="mp3"
        ),
        pytest.param(lambda folder: again_and_again(folder / "x.aac", "-b:a", "1k"), 2_000_000, id="aac"),
    ],
)
async def test_hours_of_sound_are_refused_before_any_is_sent(
    hass: HomeAssistant, service: SpeechService, tmp_path: Path, make: Callable[[Path], Path], size: int
) -> None:
    bomb = make(tmp_path)
    assert bomb.stat().st_size < size
    assert await transcribe(hass, bomb) == "media_too_long"
    assert not service.connections or not service.connections[-1].turns


@pytest.mark.parametrize("claim", [0, 8000], ids=["nothing", "a second"])
async def test_what_claims_to_be_shorter_ends_at_the_limit(
    hass: HomeAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, claim: int
) -> None:
    monkeypatch.setattr(services, "MAX_DURATION", 8)
    bomb = silence(tmp_path / "x.flac", *FLAC, seconds=600)
    data = bytearray(bomb.read_bytes())
    assert data[:4] == b"fLaC"
    data[22:26] = struct.pack(">I", claim)  # the samples that STREAMINFO states (RFC 9639, 8.2), but for 4 bits
    bomb.write_bytes(data)
    assert await transcribe(hass, bomb) == "media_too_long"


# --- claims, and bytes that become many


def wav(*, rate: int = 16_000, channels: int = 1, block: int = 2, data: bytes = bytes(320_000)) -> bytes:
    """Return a WAV file whose header claims what it likes."""
    claims = struct.pack("<HHIIHH", 1, channels, rate, rate * block % 2**32, block, 16)
    return riff(chunk(b"fmt ", claims), chunk(b"data", data))


def matroska(samples: bytes) -> bytes:
    """Return a Matroska file with one block of samples, which is compressed by zlib (RFC 9559, 5.1.4.1.31)."""

    def element(kind: str, payload: bytes) -> bytes:
        return bytes.fromhex(kind) + struct.pack(">Q", len(payload) | 1 << 56) + payload

    sound = element("b5", struct.pack(">d", 16_000)) + element("9f", b"\1") + element("6264", b"\x10")
    packed = element("6d80", element("6240", element("5034", element("4254", b"\0"))))
    kind = element("d7", b"\1") + element("73c5", b"\1") + element("83", b"\2") + element("86", b"A_PCM/INT/LIT")
    track = element("1654ae6b", element("ae", kind + element("e1", sound) + packed))
    block = element("a3", b"\x81\0\0\x80" + zlib.compress(samples, 9))
    cluster = element("1f43b675", element("e7", b"\0") + block)
    head = element("1a45dfa3", element("4282", b"matroska"))
    return head + element("18538067", element("1549a966", element("2ad7b1", b"\x0f\x42\x40")) + track + cluster)


def quicktime(claim: int, unpacked: int) -> bytes:
    """Return a QuickTime file whose header is compressed by zlib, and claims to be larger yet."""

    def box(kind: bytes, payload: bytes) -> bytes:
        return struct.pack(">I", 8 + len(payload)) + kind + payload

    packed = box(b"dcom", b"zlib") + box(b"cmvd", struct.pack(">I", claim) + zlib.compress(bytes(unpacked), 9))
    return box(b"ftyp", b"qt  " + bytes(4)) + box(b"moov", box(b"cmov", packed))


def titled(mp3: bytes, unpacked: int) -> bytes:
    """Return an MP3 whose title is compressed by zlib (ID3v2.4)."""

    def synchsafe(number: int) -> bytes:
        return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))

    title = synchsafe(unpacked) + zlib.compress(bytes(unpacked), 9)
    frame = b"TIT2" + synchsafe(len(title)) + b"\0\x09" + title
    return b"ID3\4\0\0" + synchsafe(len(frame)) + frame + mp3


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(lambda: wav(rate=4_000_000_000), id="4 GHz"),
        pytest.param(lambda: wav(rate=2_000_000_000), id="2 GHz"),
        pytest.param(lambda: wav(rate=1), id="1 Hz"),
        pytest.param(lambda: wav(rate=0), id="0 Hz"),
        pytest.param(lambda: wav(channels=10_000, block=20_000), id="10,000 channels"),
        pytest.param(lambda: wav(channels=65_535), id="65,535 channels"),
        pytest.param(
            lambda: riff(fmt(), chunk(b"LIST", b"INFOISFT\xf0\xff\xff\x7f", size=0xFFFF_FFF0), size=0xFFFF_FFF0),
            id="4 GB of words",
        ),
        pytest.param(lambda: matroska(bytes(400_000_000)), id="a block of 400 MB"),
        pytest.param(lambda: quicktime(2**31 - 1, 300_000_000), id="a header of 2 GB"),
        pytest.param(lambda: quicktime(60_000_000, 60_000_000), id="a header of 60 MB"),
    ],
)
async def test_claims_are_not_believed(hass: HomeAssistant, tmp_path: Path, bomb: Callable[[], bytes]) -> None:
    file = tmp_path / "bomb"
    file.write_bytes(bomb())
    assert await transcribe(hass, file) in {"media_unreadable", "media_without_audio"}


async def test_a_claim_of_4_gb_of_samples_is_not_believed(hass: HomeAssistant, tmp_path: Path) -> None:
    file = tmp_path / "bomb"
    file.write_bytes(riff(fmt(), chunk(b"data", bytes(64_000), size=0xFFFF_FFF0), size=0xFFFF_FFF0))
    assert await transcribe(hass, file) == "Turn on the kitchen light."


async def test_a_title_that_is_large_is_not_kept(hass: HomeAssistant, tmp_path: Path) -> None:
    spoken = convert(tmp_path / "spoken.mp3", "-id3v2_version", "0")
    spoken.write_bytes(titled(spoken.read_bytes(), 250_000_000))
    assert await transcribe(hass, spoken) == "Turn on the kitchen light."


# --- what leads on and on

HLS = "application/vnd.apple.mpegurl"
MASTER = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=64000\n{}\n"
LIVE = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{}\n"
LAUGHS = (
    f'<!DOCTYPE MPD [<!ENTITY a0 "{"ha" * 50}">'
    + "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    + ']><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><BaseURL>&a9;</BaseURL></Period></MPD>'
)
"""Entities of entities (CVE-2003-1564): 100 GB."""


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        pytest.param(HLS, MASTER.format("/same"), id="to itself"),
        pytest.param(HLS, MASTER.format("/{0}"), id="to the next one"),
        pytest.param(HLS, MASTER.format("\n".join(f"/{n}" for n in range(1000))), id="to a thousand, and each of them"),
        pytest.param(HLS, LIVE.format("/same") + "#EXT-X-ENDLIST\n", id="to itself as sound"),
        pytest.param(HLS, LIVE.format("/nothing"), id="to what never comes"),
        pytest.param(HLS, LIVE.format("/nothing\n#EXTINF:1,\n" * 100_000), id="to 100,000 that are not there"),
        pytest.param("text/plain", "ffconcat version 1.0\nfile same\n", id="to itself in a list"),
        pytest.param("application/dash+xml", LAUGHS, id="entities of entities"),
    ],
)
async def test_playlists_without_an_end_are_given_up(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, kind: str, text: str
) -> None:
    monkeypatch.setattr(media, "OPEN_LIMIT", 2)
    numbers = count()

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/nothing":
            raise web.HTTPNotFound
        return web.Response(text=text.replace("{0}", str(next(numbers))), content_type=kind)

    async with web_server(answer) as address:
        assert await transcribe(hass, f"{address}/same") == "media_unreadable"


async def test_a_redirect_to_the_next_one_and_so_on_is_given_up(hass: HomeAssistant) -> None:
    numbers = count()

    async def answer(request: web.Request) -> web.StreamResponse:  # noqa: ARG001 - aiohttp's signature
        raise web.HTTPFound(f"/{next(numbers)}")

    async with web_server(answer) as address:
        assert await transcribe(hass, f"{address}/x") == "media_unreadable"
    assert next(numbers) < 20


def zipped() -> bytes:
    """Return a WAV file without an end, of which each byte becomes a thousand (HTTP's gzip)."""
    packer = zlib.compressobj(9, wbits=31)
    return packer.compress(SPOKEN.read_bytes()[:40] + b"\xff" * 4) + b"".join(
        packer.compress(bytes(1 << 20)) for _ in range(100)
    )


@pytest.mark.parametrize(
    ("begin", "piece", "headers", "outcome"),
    [
        pytest.param(zipped, b"", {"Content-Encoding": "gzip"}, "media_endless", id="zipped"),
        pytest.param(bytes, bytes(65_536), {}, "media_unreadable", id="zeros"),
        pytest.param(lambda: b"ID3\4\0\0\x7f\x7f\x7f\x7f", bytes(65_536), {}, "media_unreadable", id="a tag"),
        pytest.param(
            lambda: b"\0\0\0\x10ftypqt  " + bytes(4), b"\0\0\0\x08free" * 8192, {}, "media_unreadable", id="box"
        ),
        pytest.param(lambda: b"#EXTM3U\n", b"#EXTINF:1,\n/x\n" * 4096, {}, "media_unreadable", id="a playlist"),
        pytest.param(bytes, b"x" * 65_536, {f"X-{n}": "y" * 7000 for n in range(99)}, "media_unreadable", id="a head"),
    ],
)
async def test_what_is_sent_without_an_end_is_given_up(  # noqa: PLR0917 - what is sent
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    begin: Callable[[], bytes],
    piece: bytes,
    headers: dict[str, str],
    outcome: str,
) -> None:
    monkeypatch.setattr(media, "OPEN_LIMIT", 2)
    first = begin()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "audio/mpeg", **headers})
        await response.prepare(request)
        await response.write(first)
        while True:
            await response.write(piece)
            await asyncio.sleep(0)

    async with web_server(answer) as address:
        assert await transcribe(hass, f"{address}/x") == outcome


async def test_tracks_without_sound_are_given_up(
    hass: HomeAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "OPEN_LIMIT", 2)
    one = silence(tmp_path / "one.flac", *FLAC, seconds=600)
    many = convert(tmp_path / "many.mka", *("-map", "0") * 200, "-c", "copy", source=one)
    assert await transcribe(hass, many) == "media_unreadable"
