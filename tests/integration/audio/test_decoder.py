"""What ffmpeg may take of the machine: no picture is decoded, and the system limits it as well."""

from pathlib import Path
import resource
import struct
import zlib

import pytest

from custom_components.azure_speech_live.audio.decoder import Decoder, DecodingError, Source

from ..recordings import convert, invent

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
