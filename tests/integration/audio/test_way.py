"""What media may be: files of sound that lead nowhere else, and cameras; no secret of theirs is told on the way."""

import asyncio
from pathlib import Path
import subprocess

from aiohttp import web
import audioop
from homeassistant.core import HomeAssistant
import pytest

from custom_components.azure_speech_live.audio import media
from custom_components.azure_speech_live.audio.media import open_recording

from ..recordings import EndlessRadio, convert, formats, has_sound, process_of, spoken_pcm, web_server
from ..rtsp import Camera
from .hearing import heard, reason, refusal, refused, text_file
from .network import CLOSED, allow, listening

pytestmark = pytest.mark.usefixtures("allowed")


# --- formats of files


TELEPHONE = ("-ar", "8000")
EXPERIMENTAL = ("-strict", "-2")
READ: dict[str, tuple[str, ...]] = {
    "3gp": ("-c:a", "aac"),
    "ac3": (),
    "adts": (),
    "aiff": (),
    "asf": (),
    "au": (),
    "avi": (),
    "caf": (),
    "codec2": TELEPHONE,
    "dts": EXPERIMENTAL,
    "eac3": (),
    "f4v": (),
    "flac": ("-ar", "44100", "-ac", "2"),
    "flv": ("-ar", "22050"),
    "g722": (),
    "g723_1": TELEPHONE,
    "gsm": TELEPHONE,
    "ipod": (),
    "ircam": (),
    "ismv": (),
    "latm": (),
    "matroska": (),
    "mlp": EXPERIMENTAL,
    "mmf": TELEPHONE,
    "mov": (),
    "mp2": (),
    "mp3": (),
    "mp4": (),
    "mpeg": (),
    "mpegts": (),
    "mxf_opatom": ("-ar", "48000"),
    "nut": (),
    "oga": (),
    "ogg": ("-c:a", "libopus"),
    "ogv": (),
    "opus": (),
    "rm": (),
    "sbc": (),
    "smjpeg": (),
    "sox": (),
    "spdif": (),
    "spx": (),
    "truehd": EXPERIMENTAL,
    "tta": (),
    "vob": (),
    "voc": (),
    "w64": (),
    "wav": TELEPHONE,
    "webm": (),
    "wtv": (),
    "wv": (),
}
"""What ffmpeg can write and we read, by its name of the format."""
NO_HEADER = {
    *("alaw", "mulaw", "vidc", "g726", "g726le", "codec2raw", "aptx", "aptx_hd", "dfpwm", "daud", "s8", "u8"),
    *(f"{kind}{bits}{order}" for kind in "su" for bits in (16, 24, 32) for order in ("be", "le")),
    *(f"f{bits}{order}" for bits in (32, 64) for order in ("be", "le")),
}
"""Samples alone: nobody knows how many there are of them in a second."""
GAMES = {
    *("adx", "alp", "amv", "apm", "argo_asf", "argo_cvg", "ast", "avm2", "film_cpk", "kvag", "roq", "rso", "swf"),
    "wsaud",
}
"""The sound of games, toys and Flash animations."""
SAME = {
    *("3g2", "amr", "asf_stream", "bit", "dv", "dvd", "gxf", "ilbc", "mxf", "mxf_d10", "oma", "psp", "svcd", "vcd"),
}
"""Relatives of what is read, for which ffmpeg has no encoder everywhere or which want a picture or a disc."""
NO_FILE = {
    *("alsa", "oss", "pulse", "null", "rtp", "rtp_mpegts", "rtsp", "sap", "tee"),
    *("chromaprint", "crc", "framecrc", "framehash", "framemd5", "hash", "md5", "streamhash", "uncodedframecrc"),
    *("dash", "hds", "hls", "smoothstreaming"),
}
"""Devices and the network, sums, and what leads to other files."""


@pytest.mark.parametrize("kind", READ)
async def test_any_format_becomes_16_khz_mono(hass: HomeAssistant, allowed: Path, kind: str) -> None:
    pcm = await heard(hass, convert(allowed / f"spoken.{kind}", *READ[kind], "-f", kind))
    # A coder may add some milliseconds of its own, or leave them out.
    assert len(pcm) == pytest.approx(len(spoken_pcm()), abs=6500)
    assert audioop.max(pcm, 2) > 1000


@pytest.mark.parametrize(("kind", "suffix"), [("alaw", "al"), ("mulaw", "ul"), ("s16le", "sw"), ("adx", "adx")])
async def test_formats_that_are_not_read_are_refused_in_words(
    hass: HomeAssistant, allowed: Path, kind: str, suffix: str
) -> None:
    file = convert(allowed / f"spoken.{suffix}", "-f", kind)
    assert await reason(hass, file) == "such formats are not read from files"


async def test_whatever_ffmpeg_writes_is_read_or_named_here(hass: HomeAssistant, allowed: Path) -> None:
    """A newer ffmpeg may have more formats: those are read, unless ffmpeg itself cannot do that."""
    for kind in sorted(filter(has_sound, formats() - READ.keys() - NO_HEADER - GAMES - SAME - NO_FILE)):
        file = allowed / f"spoken.{kind}"
        try:
            convert(file, "-f", kind)
            convert(allowed / "again.wav", source=file)
        except subprocess.CalledProcessError:
            continue
        assert await heard(hass, file), kind


@pytest.mark.parametrize("kind", ["mp3", "mp4", "ogg", "wav", "voc"])
@pytest.mark.parametrize("name", ["voice", "voice.wav", "voice.mp3", "voice.g722", "-i", "a 'b' %20 & c"])
async def test_the_name_of_a_file_says_nothing_about_its_format(
    hass: HomeAssistant, allowed: Path, kind: str, name: str
) -> None:
    file = convert(allowed / name, "-f", kind)
    assert len(await heard(hass, file)) == pytest.approx(len(spoken_pcm()), abs=6500)


# --- what leads elsewhere


@pytest.mark.parametrize("name", ["list.m3u8", "list.wav"])
async def test_a_local_playlist_leads_to_no_other_file(
    hass: HomeAssistant, allowed: Path, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    outside = convert(tmp_path_factory.mktemp("outside") / "secret.mp3")
    assert await refused(hass, outside) == "media_not_allowed"
    assert await refused(hass, _playlist(allowed / name, str(outside))) == "media_unreadable"


async def test_a_local_playlist_leads_to_no_network(hass: HomeAssistant, allowed: Path) -> None:
    spoken = convert(allowed / "spoken.mp3")
    asked: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return web.FileResponse(spoken)

    async with web_server(answer) as address:
        assert await refused(hass, _playlist(allowed / "list.m3u8", f"{address}/spoken.mp3")) == "media_unreadable"
        assert asked == []


async def test_a_playlist_on_the_network_leads_to_the_network_only(hass: HomeAssistant, allowed: Path) -> None:
    spoken = convert(allowed / "spoken.mp3")

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/spoken.mp3":
            return web.FileResponse(spoken)
        entry = {"/file.m3u8": f"file://{spoken}", "/network.m3u8": "spoken.mp3"}[request.path]
        return web.Response(text=_m3u8(entry), content_type="application/vnd.apple.mpegurl")

    async with web_server(answer) as address:
        assert await heard(hass, f"{address}/network.m3u8")
        assert await refused(hass, f"{address}/file.m3u8") == "media_unreadable"


async def test_nothing_on_the_network_has_us_listen_at_a_port(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "OPEN_LIMIT", 5)
    session = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 45678 RTP/AVP 0\n"

    async def answer(request: web.Request) -> web.StreamResponse:  # noqa: ARG001 - aiohttp's signature
        return web.Response(text=session, content_type="application/sdp")

    async with web_server(answer) as address:
        assert await reason(hass, f"{address}/session.sdp") == "Invalid data found when processing input"


def _playlist(path: Path, entry: str) -> Path:
    return text_file(path, _m3u8(entry))


def _m3u8(entry: str) -> str:
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{entry}\n#EXT-X-ENDLIST\n"


# --- cameras


@pytest.mark.parametrize("address", ["rtsp://ann:secret@{}/door", "RTSP://{}/door"])
async def test_a_camera_is_heard(hass: HomeAssistant, allowed: Path, address: str) -> None:
    sound = convert(allowed / "spoken.ul", "-ar", "8000").read_bytes()
    camera = Camera(sound)
    async with camera.serve() as host:
        samples = await heard(hass, address.format(host), duration=1)
    assert len(samples) == 32_000
    assert audioop.max(samples, 2) > 1000
    assert f"SETUP rtsp://{host}/door/sound" in camera.requests
    assert not any("picture" in request for request in camera.requests)


async def test_a_camera_asks_for_a_duration(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "_AHEAD_LIMIT", 0.5)
    async with Camera(bytes(8000)).serve() as host:
        assert await refused(hass, f"rtsp://{host}/door") == "media_endless"


async def test_a_camera_is_spoken_to_in_secret(hass: HomeAssistant) -> None:
    """To a server that is none, since ffmpeg has the protocol of our own then: a handshake."""
    greeting: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeting.append(await reader.read(3))
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        assert await refused(hass, f"rtsps://{host}:{port}/door") == "media_unreadable"
    assert greeting == [b"\x16\x03\x01"], "TLS"


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
        told = [str(await refusal(hass, f"{address}/door")) for _ in range(2)]
    assert told[0] == told[1]
    assert "this machine itself" in told[0]


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
