"""Recordings of any kind: what comes out of them, what they are refused for, and that nothing of ffmpeg is left."""

import asyncio
from collections.abc import Callable
import os
from pathlib import Path

from aiohttp import web
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component
import pytest

from custom_components.azure_speech_live import media
from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.media import Recording, open_recording, without_secrets

from .recordings import SPOKEN, EndlessRadio, convert, invent, spoken_pcm, web_server


@pytest.fixture(autouse=True)
async def allowed(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Set up what recordings are read by, and allow a folder."""
    hass.config.media_dirs = {"local": str(tmp_path)}
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    assert await async_setup_component(hass, DOMAIN, {})
    return tmp_path


async def heard(hass: HomeAssistant, address: str | Path, limit: float = media.MAX_DURATION) -> bytes:
    """Return all samples of a recording."""
    async with open_recording(hass, str(address), limit) as recording:
        return b"".join([chunk async for chunk in recording.audio()])


async def refused(hass: HomeAssistant, address: str | Path, limit: float = media.MAX_DURATION) -> str:
    """Return the key of the error for which a recording is refused; its text must be there, and name the recording."""
    with pytest.raises(ServiceValidationError) as caught:
        await heard(hass, address, limit)
    error = caught.value
    assert error.translation_domain == DOMAIN
    assert str(address) in str(error)
    assert error.translation_key is not None
    return error.translation_key


def assert_gone(recording: Recording) -> None:
    """Check that a recording's ffmpeg has ended, and is not a zombie."""
    process = recording._process  # noqa: SLF001 - there is no other way to know which of all processes it is
    assert process.returncode is not None
    with pytest.raises(ChildProcessError):
        os.waitpid(process.pid, os.WNOHANG)


# --- what comes out


async def test_samples_that_are_right_come_as_they_are(hass: HomeAssistant, allowed: Path) -> None:
    assert await heard(hass, convert(allowed / "spoken.wav", "-c", "copy")) == spoken_pcm()


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("spoken.mp3", ()),
        ("spoken.m4a", ()),
        ("spoken.aac", ()),
        ("spoken.ogg", ("-c:a", "libopus")),
        ("spoken.webm", ()),
        ("spoken.mka", ()),
        ("spoken.wma", ()),
        ("spoken.aiff", ()),
        ("spoken.au", ()),
        ("spoken.avi", ()),
        ("spoken.ts", ()),
        ("spoken.flac", ("-ar", "44100", "-ac", "2")),
        ("a name with 'blanks' & %20.wav", ("-ar", "8000")),
        ("-i.wav", ()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_any_format_becomes_16_khz_mono(
    hass: HomeAssistant, allowed: Path, name: str, arguments: tuple[str, ...]
) -> None:
    pcm = await heard(hass, convert(allowed / name, *arguments))
    # A coder may add some milliseconds of its own, or leave them out.
    assert len(pcm) == pytest.approx(len(spoken_pcm()), abs=6400)
    assert any(pcm)


async def test_the_sound_of_a_video_is_heard(hass: HomeAssistant, allowed: Path) -> None:
    video = invent(allowed / "video.mp4", "color=s=64x64:d=1 [out0]; sine=d=1 [out1]")
    assert len(await heard(hass, video)) == pytest.approx(32000, abs=3200)


async def test_a_media_source_is_heard(hass: HomeAssistant, allowed: Path) -> None:
    convert(allowed / "spoken.wav", "-c", "copy")
    assert await heard(hass, "media-source://media_source/local/spoken.wav") == spoken_pcm()


async def test_an_address_on_the_network_is_heard(hass: HomeAssistant) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:  # noqa: ARG001 - aiohttp's signature
        return web.FileResponse(SPOKEN)

    async with web_server(answer) as address:
        assert await heard(hass, f"{address}/spoken.wav?token=1&x=2") == spoken_pcm()


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


async def reason(hass: HomeAssistant, address: str) -> str:
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
    ],
)
def test_an_address_is_told_without_secrets(text: str, told: str) -> None:
    assert without_secrets(text) == told


async def test_a_recording_that_says_it_is_too_long_is_refused_at_once(hass: HomeAssistant, allowed: Path) -> None:
    assert await refused(hass, invent(allowed / "long.wav", "anullsrc=r=8000:cl=mono", "-t", "61"), 60) == (
        "media_too_long"
    )


async def test_a_stream_is_refused_when_it_has_become_too_long(hass: HomeAssistant) -> None:
    radio = EndlessRadio()
    async with web_server(radio.answer) as address:
        assert await refused(hass, f"{address}/radio.wav", 60) == "media_too_long"


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
        wav = SPOKEN.read_bytes()
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
        async with open_recording(hass, f"{address}/radio.wav") as recording:
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
        async with open_recording(hass, f"{address}/radio.wav") as recording:
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
            await recordings[0]._process.wait()  # noqa: SLF001 - there is no other way to know which it is
    assert_gone(recordings[0])
