"""The header of a WAV stream: ours is one, and that of others comes off however the stream is cut."""

from array import array
from collections.abc import Iterable
import tracemalloc

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import BadAudioError, RiffStripper
from custom_components.azure_speech_live.speech.riff import header
from tests.speech_service.wav import split_riff

from .chunks import chunkings, cut

PCM = array("h", range(1, 500)).tobytes()
PREFIX_LIMIT = 16 << 20
HEADER = header(16_000, 0)


def chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    """Return a RIFF chunk, padded to an even size as the format demands; `size` is what it says of itself."""
    return name + (len(body) if size is None else size).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)


def fmt(coding: int = 1, channels: int = 1, rate: int = 16000, bits: int = 16, more: bytes = b"") -> bytes:
    """Return a format chunk."""
    align = channels * bits // 8
    numbers = ((coding, 2), (channels, 2), (rate, 4), (rate * align, 4), (align, 2), (bits, 2))
    return chunk(b"fmt ", b"".join(number.to_bytes(size, "little") for number, size in numbers) + more)


def riff(*chunks: bytes, size: int | None = None, kind: bytes = b"WAVE") -> bytes:
    """Return a RIFF stream. Its stated size is what it is, unless given."""
    body = kind + b"".join(chunks)
    return b"RIFF" + (len(body) if size is None else size).to_bytes(4, "little") + body


def strip(chunks: Iterable[bytes]) -> bytes:
    """Return the audio of a whole stream."""
    stripper = RiffStripper()
    return b"".join([*(stripper.feed(part) for part in chunks), stripper.close()])


def outcome(chunks: Iterable[bytes]) -> bytes | str:
    """Return the audio of a whole stream, or how it is refused."""
    try:
        return strip(chunks)
    except BadAudioError as err:
        return str(err)


EXTENSIBLE = fmt(0xFFFE, more=bytes([22, 0, 16, 0, 4, 0, 0, 0]) + bytes.fromhex("0100000000001000800000aa00389b71"))
INFO = chunk(b"LIST", b"INFOISFT" + bytes([13, 0, 0, 0]) + b"Lavf61.7.100\0")
DS64 = chunk(b"ds64", bytes(8) + len(PCM).to_bytes(8, "little") + bytes(12))
LONG = riff(DS64, fmt(), chunk(b"data", PCM, size=0xFFFF_FFFF), INFO, size=0xFFFF_FFFF)[4:]
WAVS = {
    "plain": riff(fmt(), chunk(b"data", PCM)),
    "what we send ourselves": HEADER + PCM,
    "sizes of a stream": riff(fmt(), chunk(b"data", PCM, size=0xFFFF_FFFF), size=0xFFFF_FFFF),
    "ffmpeg to a pipe": riff(fmt(), INFO, chunk(b"data", PCM, size=0xFFFF_FFFF), size=0xFFFF_FFFF),
    "format with an extension of no size": riff(fmt(more=bytes(2)), chunk(b"data", PCM)),
    "extensible format": riff(EXTENSIBLE, chunk(b"data", PCM)),
    "chunk before the format": riff(chunk(b"JUNK", bytes(28)), fmt(), chunk(b"data", PCM)),
    "odd chunk before the data": riff(fmt(), chunk(b"note", b"odd"), chunk(b"data", PCM)),
    "odd chunk without padding": riff(fmt(), chunk(b"LIST", b"INFOodd")[:-1], chunk(b"data", PCM)),
    "odd chunks without padding": riff(*[chunk(b"note", b"odd")[:-1]] * 2, fmt(), chunk(b"data", PCM)),
    "empty chunk before the data": riff(fmt(), chunk(b"note", b""), chunk(b"data", PCM)),
    "64-bit sizes": b"RF64" + LONG,
    "64-bit sizes of broadcasters": b"BW64" + LONG,
    "chunk after the data": riff(fmt(), chunk(b"data", PCM), INFO),
}
NOT_WAVS = {
    "8 kHz": riff(fmt(rate=8000), chunk(b"data", PCM)),
    "44.1 kHz": riff(fmt(rate=44100), chunk(b"data", PCM)),
    "stereo": riff(fmt(channels=2), chunk(b"data", PCM)),
    "no channels": riff(fmt(channels=0), chunk(b"data", PCM)),
    "8 bit": riff(fmt(bits=8), chunk(b"data", PCM)),
    "24 bit": riff(fmt(bits=24), chunk(b"data", PCM)),
    "floating point": riff(fmt(coding=3, bits=32), chunk(b"data", PCM)),
    "mu-law": riff(fmt(coding=7, bits=8), chunk(b"data", PCM)),
    "extensible stereo": riff(fmt(0xFFFE, channels=2, more=bytes(24)), chunk(b"data", PCM)),
    "format too short": riff(chunk(b"fmt ", bytes([1, 0, 1, 0])), chunk(b"data", PCM)),
    "no format": riff(chunk(b"data", PCM)),
    "format after the data": riff(chunk(b"data", PCM), fmt()),
    "not audio": riff(chunk(b"hdrl", bytes(56)), kind=b"AVI "),
    "audio that begins too late": riff(fmt(), chunk(b"id3 ", bytes(1000), size=PREFIX_LIMIT + 1), chunk(b"data", PCM)),
    "no audio": riff(fmt(), *[chunk(b"note", bytes(1000))] * 70),
    "a chunk without an end": riff(fmt(), chunk(b"note", bytes(1000), size=0xFFFF_FFFF)),
    "a chunk that is cut off": riff(fmt(), chunk(b"note", bytes(1000), size=2000)),
    "a header that is cut off behind a chunk": riff(chunk(b"JUNK", bytes(28)), fmt()),
    "big-endian": b"RIFX" + riff(fmt(), chunk(b"data", PCM))[4:],
    "Wave64": bytes.fromhex("726966662e91cf11a5d628db04c10000") + PCM,
}


def test_audio_that_begins_behind_a_picture_or_behind_too_many() -> None:
    picture = chunk(b"id3 ", bytes(PREFIX_LIMIT // 16))
    assert outcome([riff(fmt(), *[picture] * 15, chunk(b"data", PCM))]) == PCM
    assert outcome([riff(fmt(), *[picture] * 16, chunk(b"data", PCM))]) == "a WAV stream in which no audio begins"


@pytest.mark.parametrize("wav", WAVS.values(), ids=WAVS)
def test_header_comes_off_wherever_the_stream_is_cut(wav: bytes) -> None:
    assert strip([wav]) == PCM
    assert strip(cut(wav, range(len(wav)))) == PCM
    for position in range(len(wav) - len(PCM) + 3):
        assert strip(cut(wav, [position])) == PCM


@pytest.mark.parametrize("wav", NOT_WAVS.values(), ids=NOT_WAVS)
def test_other_format_is_refused_wherever_the_stream_is_cut(wav: bytes) -> None:
    with pytest.raises(BadAudioError):
        strip([wav])
    for position in range(120):
        with pytest.raises(BadAudioError):
            strip(cut(wav, [position]))


@pytest.mark.parametrize("rate", [8000, 24000, 48000])
def test_another_rate_is_taken_where_it_can_be_used(rate: int) -> None:
    stripper = RiffStripper(range(8000, 48001))
    assert stripper.feed(riff(fmt(rate=rate), chunk(b"data", PCM))) == PCM
    assert (stripper.rate, stripper.channels) == (rate, 1)
    with pytest.raises(BadAudioError, match=r"96000 Hz.*needed: 8000 to 48000 Hz, 16 bit, 1"):
        RiffStripper(range(8000, 48001)).feed(riff(fmt(rate=96000), chunk(b"data", PCM)))


def test_what_is_refused_stays_refused() -> None:
    stripper = RiffStripper()
    wav = riff(fmt(channels=2), chunk(b"data", PCM * 10))
    for at in range(0, len(wav), 50):
        with pytest.raises(BadAudioError, match="2 channels"):
            stripper.feed(wav[at : at + 50])


def test_stereo_is_taken_where_it_can_be_used() -> None:
    stripper = RiffStripper(channels=range(1, 3))
    assert stripper.feed(riff(fmt(channels=2), chunk(b"data", PCM))) == PCM
    assert stripper.channels == 2
    with pytest.raises(BadAudioError, match=r"3 channels.*needed: 16000 Hz, 16 bit, 1 to 2, 1"):
        RiffStripper(channels=range(1, 3)).feed(riff(fmt(channels=3), chunk(b"data", PCM)))


def test_refusal_names_what_came_and_what_is_needed() -> None:
    with pytest.raises(BadAudioError, match=r"44100 Hz, 24 bit, 2 channels.*needed: 16000 Hz, 16 bit, 1"):
        strip([riff(fmt(rate=44100, bits=24, channels=2))])


@given(st.integers(0, len(PCM) + 10), st.data())
def test_audio_ends_where_the_header_says(size: int, data: st.DataObject) -> None:
    wav = riff(fmt(), chunk(b"data", PCM, size=size))
    assert strip(data.draw(chunkings(wav))) == (PCM[:size] if size else PCM)


@pytest.mark.parametrize("start", [b"", b"R", b"RI", b"RIF", b"RIFT", b"RIF\0", b"\0RIFF", b"riff"])
def test_audio_that_only_looks_like_a_header_is_kept(start: bytes) -> None:
    for audio in (start, start + PCM):
        assert strip(cut(audio, range(len(audio)))) == audio


@pytest.mark.parametrize("size", range(4, 44))
def test_header_that_is_cut_off_is_no_audio(size: int) -> None:
    assert strip([HEADER[:size]]) == b""


names = st.sampled_from([b"fmt ", b"data", b"LIST", b"note"])
chunks_ = st.builds(chunk, names, st.binary(max_size=40), st.none() | st.integers(0, 50) | st.integers(0, 2**32 - 1))
formats = st.builds(fmt, st.sampled_from([1, 3, 0xFFFE]), st.integers(1, 2), st.sampled_from([16000, 8000]))
streams = st.binary(max_size=100) | st.lists(chunks_ | formats | st.just(fmt()), max_size=5).map(
    lambda chunks: riff(*chunks)
)


@given(streams, st.data())
def test_cuts_change_nothing(stream: bytes, data: st.DataObject) -> None:
    assert outcome(data.draw(chunkings(stream))) == outcome([stream])


@pytest.mark.parametrize("size", [65_536, 1_000_001, 8 << 20])
def test_a_picture_before_the_audio_is_passed_over_and_not_kept(size: int) -> None:
    stripper = RiffStripper()
    wav = riff(fmt(), chunk(b"LIST", bytes(size)), chunk(b"data", PCM))
    audio = b""
    tracemalloc.start()
    for start in range(0, len(wav), 65_521):
        audio += stripper.feed(wav[start : start + 65_521])
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert audio == PCM
    assert most < 400_000


def test_our_header_is_one() -> None:
    assert split_riff(HEADER + PCM) == (HEADER, PCM)  # as the stand-in reads it
    assert len(HEADER) == 44
