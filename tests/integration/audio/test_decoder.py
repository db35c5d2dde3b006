"""ffmpeg as a decoder: what it hears of channels and tracks, and what it may take of the machine."""

from pathlib import Path
import resource
import struct
import zlib

import audioop
from homeassistant.core import HomeAssistant
import pytest

from custom_components.azure_speech_live.audio.decoder import Decoder, DecodingError, Source
from tests.speech.test_riff import chunk, fmt, riff

from ..recordings import convert, invent, spoken_pcm
from .hearing import heard

SIDE = 10_000
"""Pixels of a cover, which would take 400 MB."""


def cover() -> bytes:
    """Return a PNG of one colour, and a large one."""
    packer = zlib.compressobj(1)
    row = bytes(1 + 4 * SIDE)
    pixels = b"".join(packer.compress(row) for _ in range(SIDE)) + packer.flush()
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def with_cover(mp3: bytes) -> bytes:
    """Put a cover before an MP3 (ID3v2.4)."""
    picture = b"\0image/png\0\3\0" + cover()
    frame = b"APIC" + _synchsafe(len(picture)) + b"\0\0" + picture
    return b"ID3\4\0\0" + _synchsafe(len(frame)) + frame + mp3


def _synchsafe(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


async def start(*arguments: str) -> Decoder:
    """Start ffmpeg as it always is."""
    return await Decoder.start("ffmpeg", Source(arguments))


def status(decoder: Decoder, key: str) -> int:
    """Return a number that the system has of an ffmpeg."""
    text = Path(f"/proc/{decoder._process.pid}/status").read_text(encoding="utf-8")  # noqa: SLF001 - it is told to nobody
    return int(text.partition(f"{key}:")[2].split()[0])


async def test_no_cover_is_decoded(tmp_path: Path) -> None:
    plain = invent(tmp_path / "plain.mp3", "sine=d=60", "-id3v2_version", "0")
    covered = tmp_path / "covered.mp3"
    covered.write_bytes(with_cover(plain.read_bytes()))
    decoder = await start("-i", str(covered))
    try:
        assert await decoder.read()
        assert status(decoder, "VmHWM") < 150_000, "kB; it takes 60 000"
        assert (await decoder.description()).duration == 60
        assert b"exceeds specified max pixel count 1" in decoder._said  # noqa: SLF001 - before memory was asked for
        line = Path(f"/proc/{decoder._process.pid}/cmdline").read_text(encoding="utf-8").split("\0")  # noqa: SLF001
        assert "-vn" in line[: line.index("-i")], "of the input: no picture is even read"
    finally:
        await decoder.close()


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts", "avi"])
async def test_no_picture_of_a_video_is_decoded(tmp_path: Path, suffix: str) -> None:
    source = "color=s=7680x4320:r=5:d=1 [out0]; sine=d=30:r=48000 [out1]"
    decoder = await start("-i", str(invent(tmp_path / f"video.{suffix}", source, "-c:v", "mpeg2video", "-t", "30")))
    try:
        assert await decoder.read()
        assert status(decoder, "VmHWM") < 150_000, "kB; a picture has 50 000"
    finally:
        await decoder.close()


async def test_the_system_limits_it(tmp_path: Path) -> None:
    decoder = await start("-i", str(invent(tmp_path / "long.wav", "sine=d=60")))
    try:
        assert await decoder.read()
        pid = decoder._process.pid  # noqa: SLF001 - it is told to nobody
        for kind, limit in {
            resource.RLIMIT_DATA: 256 << 20,
            resource.RLIMIT_CPU: 3600,
            resource.RLIMIT_CORE: 0,
        }.items():
            assert resource.prlimit(pid, kind) == (limit, limit)
    finally:
        await decoder.close()


async def test_what_needs_more_is_an_error() -> None:
    """An hour of sound, which is kept as a whole to be turned around."""
    decoder = await start("-f", "lavfi", "-i", "anoisesrc=d=3600,areverse")
    try:
        with pytest.raises(DecodingError):
            await decoder.read()
    finally:
        await decoder.close()


async def test_it_works_where_the_system_has_no_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise PermissionError

    file = str(convert(tmp_path / "spoken.wav"))
    monkeypatch.setattr(resource, "prlimit", fail)
    for _ in range(2):
        decoder = await start("-i", file)
        assert await decoder.read()
        await decoder.close()
        monkeypatch.delattr(resource, "prlimit", raising=False)


# --- channels and tracks


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


# --- odd files


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
