"""Recordings of any kind: what comes out of them, what they are refused for, and that nothing of ffmpeg is left."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
import os
from pathlib import Path
import struct
import subprocess

from aiohttp import web
import audioop
from homeassistant.components.http import StaticPathConfig
from homeassistant.components.http.auth import async_sign_path
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.azure_speech_live.audio import media
from custom_components.azure_speech_live.audio.address import async_resolve, without_secrets
from custom_components.azure_speech_live.audio.media import Recording, open_recording
from custom_components.azure_speech_live.const import DOMAIN
from tests.speech.recognition.test_audio import chunk, fmt, riff
from tests.speech_service.wav import wav_file

from ..recordings import (
    SPOKEN,
    EndlessRadio,
    convert,
    formats,
    has_sound,
    invent,
    process_of,
    spoken_pcm,
    web_server,
)
from ..rtsp import Camera


@pytest.fixture(autouse=True)
async def allowed(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Set up what recordings are read by, and allow a folder."""
    hass.config.media_dirs = {"local": str(tmp_path)}
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    hass.config.allowlist_external_urls = {"http://127.0.0.1", "rtsp://127.0.0.1", "rtsps://127.0.0.1"}  # at any port
    hass.config.internal_url = "http://127.0.0.1:9"
    assert await async_setup_component(hass, DOMAIN, {})
    return tmp_path


async def heard(
    hass: HomeAssistant, address: str | Path, limit: float = media.MAX_DURATION, duration: float | None = None
) -> bytes:
    """Return all samples of a recording."""
    async with open_recording(hass, str(address), limit, duration) as recording:
        samples = b"".join([chunk async for chunk in recording.audio()])
        assert recording.ended
        assert recording.duration == len(samples) / 32000
        return samples


async def refused(
    hass: HomeAssistant, address: str | Path, limit: float = media.MAX_DURATION, duration: float | None = None
) -> str:
    """Return the key of the error for which a recording is refused; its text must be there, and name the recording."""
    with pytest.raises(ServiceValidationError) as caught:
        await heard(hass, address, limit, duration)
    error = caught.value
    assert error.translation_domain == DOMAIN
    assert str(address) in str(error)
    assert error.translation_key is not None
    return error.translation_key


def assert_gone(recording: Recording) -> None:
    """Check that a recording's ffmpeg has ended, and is not a zombie."""
    process = process_of(recording)
    assert process.returncode is not None
    with pytest.raises(ChildProcessError):
        os.waitpid(process.pid, os.WNOHANG)


# --- what comes out


async def test_samples_that_are_right_come_as_they_are(hass: HomeAssistant, allowed: Path) -> None:
    assert await heard(hass, convert(allowed / "spoken.wav", "-c", "copy")) == spoken_pcm()


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


# --- odd ones


async def test_channels_that_cancel_each_other_out_are_heard(hass: HomeAssistant, allowed: Path) -> None:
    turned = ("-af", "pan=stereo|c0=c0|c1=-1*c0")
    assert await heard(hass, convert(allowed / "turned.wav", *turned)) == spoken_pcm()
    assert audioop.max(await heard(hass, convert(allowed / "turned.mp3", *turned)), 2) > 10_000


@pytest.mark.parametrize("layout", ["stereo", "5.1", "7.1", "quad"])
async def test_a_voice_in_any_channel_is_heard(hass: HomeAssistant, allowed: Path, layout: str) -> None:
    channels = {"stereo": 2, "5.1": 6, "7.1": 8, "quad": 4}[layout]
    bass = {"5.1": 3, "7.1": 3}.get(layout)
    for channel in set(range(channels)) - {bass}:
        voice = convert(allowed / "voice.wav", "-af", f"pan={layout}|c{channel}=c0")
        assert audioop.max(await heard(hass, voice), 2) > 1000, channel


async def test_two_who_speak_in_a_channel_each_are_both_heard(hass: HomeAssistant, allowed: Path) -> None:
    both = invent(allowed / "both.wav", "aevalsrc=sin(2*PI*440*t)*lt(t\\,1)|0.5*sin(2*PI*660*t)*gt(t\\,1):d=2:s=16000")
    pcm = await heard(hass, both)
    assert audioop.max(pcm[:32_000], 2) > 10_000
    assert audioop.max(pcm[32_000:], 2) > 5_000


@pytest.mark.parametrize("suffix", ["mka", "mp4", "ts", "avi"])
async def test_a_silent_track_gives_way_to_one_with_sound(hass: HomeAssistant, allowed: Path, suffix: str) -> None:
    tracks = convert(
        allowed / f"tracks.{suffix}",
        *("-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono:d=1.59"),
        *("-map", "1", "-map", "1", "-map", "0"),
    )
    pcm = await heard(hass, tracks)
    assert len(pcm) == pytest.approx(len(spoken_pcm()), abs=6500)
    assert audioop.max(pcm, 2) > 1000


async def test_the_first_of_two_tracks_with_sound_is_heard_from_its_beginning(
    hass: HomeAssistant, allowed: Path
) -> None:
    late = convert(
        allowed / "late.mka",
        *("-f", "lavfi", "-i", "sine=d=3"),
        *("-map", "0", "-map", "1", "-af:a:0", "adelay=1000", "-c:a", "pcm_s16le"),
    )
    assert await heard(hass, late) == bytes(32_000) + spoken_pcm()
    assert await heard(hass, late, duration=0.5) == bytes(16_000)


async def test_silence_on_all_tracks_is_silence(hass: HomeAssistant, allowed: Path) -> None:
    silent = invent(
        allowed / "silent.mka",
        "anullsrc=r=16000:cl=mono:d=1 [out0]; anullsrc=r=8000:cl=mono:d=2 [out1]",
        *("-map", "0", "-c:a", "pcm_s16le"),
    )
    assert await heard(hass, silent) == bytes(32_000)


async def test_what_is_written_in_a_file_is_no_error(hass: HomeAssistant, allowed: Path) -> None:
    """Titles are among what ffmpeg says."""
    title = "x\nStream map '0:a:0' matches no streams\nhttp://x: broken\n  Duration: 99:00:00"
    named = convert(allowed / "named.mp3", "-metadata", f"title={title}", "-metadata", f"lyrics={'la ' * 30_000}")
    assert len(await heard(hass, named)) == pytest.approx(len(spoken_pcm()), abs=6500)


SAMPLES = b"\1\2" * 99


@pytest.mark.parametrize(
    ("wav", "samples"),
    [
        pytest.param(riff(chunk(b"LIST", b"INFO" + bytes(100_000)), fmt(), chunk(b"data", SAMPLES)), 99, id="large"),
        pytest.param(riff(fmt(), chunk(b"data", SAMPLES, size=0), size=0), 99, id="no sizes"),
        pytest.param(riff(fmt(), chunk(b"data", SAMPLES, size=2**31), size=2**31), 99, id="sizes of arecord"),
        pytest.param(riff(fmt(), chunk(b"data", SAMPLES + b"\1")), 99, id="half a sample"),
        pytest.param(riff(fmt(), chunk(b"data", SAMPLES), chunk(b"LIST", bytes(5000))), 99, id="more behind it"),
        pytest.param(riff(fmt(), chunk(b"data", SAMPLES))[:-81], 58, id="truncated"),
        pytest.param(riff(fmt(), chunk(b"data", b"\1\2")), 1, id="one sample"),
        pytest.param(riff(fmt(rate=8000), chunk(b"data", SAMPLES)), 198, id="8 kHz"),
    ],
)
async def test_odd_wav_files_are_heard(hass: HomeAssistant, allowed: Path, wav: bytes, samples: int) -> None:
    file = allowed / "odd.wav"
    file.write_bytes(wav)
    assert len(await heard(hass, file)) == 2 * samples


@pytest.mark.parametrize("arguments", [("-rf64", "always"), ("-f", "w64")])
async def test_large_kinds_of_wav_are_heard(hass: HomeAssistant, allowed: Path, arguments: tuple[str, ...]) -> None:
    assert await heard(hass, convert(allowed / "large.wav", "-c", "copy", *arguments)) == spoken_pcm()


@pytest.mark.parametrize("arguments", [("-f", "mp4"), ("-f", "mxf"), ("-target", "pal-dv"), ("-target", "pal-svcd")])
async def test_the_sound_of_a_video_is_heard(hass: HomeAssistant, allowed: Path, arguments: tuple[str, ...]) -> None:
    source = "color=s=720x576:r=25:d=1 [out0]; sine=d=1:r=48000,aformat=channel_layouts=stereo [out1]"
    video = invent(allowed / "video", source, *arguments)
    assert len(await heard(hass, video)) == pytest.approx(32000, abs=3200)


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
        (lambda folder: _text(folder / "text.wav", "This is no sound."), "media_unreadable"),
        (lambda folder: _text(folder / "empty.wav", ""), "media_unreadable"),
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


def _text(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


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
    return _text(path, _m3u8(entry))


def _m3u8(entry: str) -> str:
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{entry}\n#EXT-X-ENDLIST\n"


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


async def told(hass: HomeAssistant, media: str) -> str:
    """Return what a person reads of a recording that is refused."""
    with pytest.raises(ServiceValidationError) as caught:
        await heard(hass, media)
    return str(caught.value)


async def reason(hass: HomeAssistant, address: str | Path) -> str:
    """Return why a recording cannot be read."""
    with pytest.raises(ServiceValidationError) as caught:
        await heard(hass, address)
    assert caught.value.translation_placeholders is not None
    return caught.value.translation_placeholders["reason"]


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


@pytest.mark.parametrize("suffix", ["wav", "mp2", "mka"])
async def test_a_recording_that_is_too_long_is_refused_before_it_is_heard(
    hass: HomeAssistant, allowed: Path, suffix: str
) -> None:
    long = invent(allowed / f"long.{suffix}", "anullsrc=r=16000:cl=mono", "-t", "62")
    with pytest.raises(ServiceValidationError) as caught:
        async with open_recording(hass, str(long), 60):
            pytest.fail("it was opened")
    assert caught.value.translation_key == "media_too_long"


async def test_a_stream_is_refused_when_it_has_become_too_long(hass: HomeAssistant) -> None:
    radio = EndlessRadio()
    async with web_server(radio.answer) as address:
        assert await refused(hass, f"{address}/radio.wav", 60, 61) == "media_too_long"


# --- what does not end, or does not say when


async def test_a_stream_without_an_end_asks_for_a_duration(hass: HomeAssistant) -> None:
    radio = EndlessRadio()
    async with web_server(radio.answer) as address:
        assert await refused(hass, f"{address}/radio.wav") == "media_endless"
        assert len(await heard(hass, f"{address}/radio.wav", duration=2.5)) == 80_000


async def test_a_stream_as_slow_as_it_is_spoken_asks_for_a_duration(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "_AHEAD_LIMIT", 0.5)
    over = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "audio/wav"})
        await response.prepare(request)
        await response.write(SPOKEN.read_bytes()[:40] + b"\xff\xff\xff\xff" + bytes(320_000))
        await over.wait()
        return response

    async with web_server(answer) as address:
        try:
            assert await refused(hass, f"{address}/radio.wav") == "media_endless"
            assert await heard(hass, f"{address}/radio.wav", duration=5) == bytes(160_000)
        finally:
            over.set()


async def test_a_message_without_a_length_is_heard_whole(hass: HomeAssistant, allowed: Path) -> None:
    spoken = convert(allowed / "spoken.aac")

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "audio/aac"})
        await response.prepare(request)
        await response.write(spoken.read_bytes())
        return response

    async with web_server(answer) as address:
        assert await heard(hass, f"{address}/spoken.aac") == await heard(hass, spoken)


async def test_no_more_than_the_duration_is_heard(hass: HomeAssistant, allowed: Path) -> None:
    spoken = convert(allowed / "spoken.wav", "-c", "copy")
    assert await heard(hass, spoken, duration=0.75) == spoken_pcm()[:24_000]
    assert await heard(hass, spoken, duration=600) == spoken_pcm()


async def test_a_length_that_was_estimated_refuses_nothing(hass: HomeAssistant, allowed: Path) -> None:
    """Of MPEG audio without a header ffmpeg guesses it by the first frames, and here the others are much larger."""
    small = convert(allowed / "small.mp2", "-b:a", "8k", "-ar", "16000").read_bytes()
    large = convert(allowed / "large.mp2", "-b:a", "160k", "-ar", "16000").read_bytes()
    spoken = allowed / "spoken.mp2"
    spoken.write_bytes(small * 10 + large * 10)
    assert len(await heard(hass, spoken, 60)) / 32_000 == pytest.approx(20 * len(spoken_pcm()) / 32_000, abs=3)


async def test_a_length_that_is_not_true_refuses_nothing(hass: HomeAssistant, allowed: Path) -> None:
    spoken = convert(allowed / "spoken.mkv", "-c:a", "pcm_s16le")
    matroska = spoken.read_bytes()
    at = matroska.index(b"\x44\x89\x88") + 3  # the Duration of an Info element, a double of milliseconds
    spoken.write_bytes(matroska[:at] + struct.pack(">d", 61_000_000) + matroska[at + 8 :])
    assert await heard(hass, spoken) == spoken_pcm()


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


async def test_a_server_that_breaks_off_is_an_error(hass: HomeAssistant) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        wav = SPOKEN.read_bytes()
        response = web.StreamResponse(headers={"Content-Type": "audio/wav", "Content-Length": str(len(wav))})
        await response.prepare(request)
        await response.write(wav[: len(wav) // 2])
        assert request.transport is not None
        request.transport.abort()
        return response

    async with web_server(answer) as address:
        assert await refused(hass, f"{address}/spoken.wav") == "media_unreadable"


async def test_a_server_that_stalls_is_an_error(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "_STALL_LIMIT", 1)
    over = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        wav = wav_file(spoken_pcm() * 20)
        response = web.StreamResponse(headers={"Content-Type": "audio/wav", "Content-Length": str(len(wav))})
        await response.prepare(request)
        await response.write(wav[: len(wav) // 2])
        await over.wait()
        return response

    async with web_server(answer) as address:
        try:
            assert await refused(hass, f"{address}/spoken.wav") == "media_unreadable"
        finally:
            over.set()


async def test_a_server_that_never_sends_a_sound_is_an_error(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "OPEN_LIMIT", 1)
    over = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:  # noqa: ARG001 - aiohttp's signature
        await over.wait()
        return web.Response()

    async with web_server(answer) as address:
        try:
            assert await refused(hass, f"{address}/spoken.wav") == "media_unreadable"
        finally:
            over.set()


async def test_without_ffmpeg_there_is_no_recording(hass: HomeAssistant, allowed: Path) -> None:
    convert(allowed / "spoken.wav", "-c", "copy")
    hass.data["ffmpeg"]._bin = "/nowhere/ffmpeg"  # noqa: SLF001 - what its configuration would set
    with pytest.raises(HomeAssistantError) as caught:
        await heard(hass, allowed / "spoken.wav")
    assert caught.value.translation_key == "no_ffmpeg"


# --- what is held, and what is left


async def test_no_more_is_read_than_is_taken(hass: HomeAssistant) -> None:
    radio = EndlessRadio()
    async with web_server(radio.answer) as address:
        async with open_recording(hass, f"{address}/radio.wav", duration=3600) as recording:
            audio = recording.audio()
            await anext(audio)
            await audio.aclose()
        await radio.left.wait()
    assert_gone(recording)
    assert radio.sent < 16 << 20


@pytest.mark.parametrize("times", [1, 2])
async def test_a_cancelled_reader_leaves_no_process(hass: HomeAssistant, times: int) -> None:
    radio = EndlessRadio()
    recordings: list[Recording] = []
    taken = asyncio.Event()

    async def listen() -> None:
        async with open_recording(hass, f"{address}/radio.wav", duration=3600) as recording:
            recordings.append(recording)
            async for _ in recording.audio():
                taken.set()
                await asyncio.Event().wait()

    async with web_server(radio.answer) as address:
        task = asyncio.create_task(listen())
        await taken.wait()
        for _ in range(times):
            task.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(10):
            await radio.left.wait()
            await process_of(recordings[0]).wait()
    assert_gone(recordings[0])
