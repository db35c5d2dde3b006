"""Formats: what is asked for, and one WAV stream of whole samples that comes of it."""

from array import array
import asyncio
from asyncio.subprocess import PIPE
from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import pairwise
from math import sin, tau
from typing import Final
import wave

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import BadAudioError, OutputFormat
from custom_components.azure_speech_live.speech.synthesis.formats import (
    Frames,
    Samples,
    output_format,
    silence,
    wav_header,
)
from tests.speech_service.synthesis.formats import FORMATS

from ..chunks import chunkings, cut
from ..test_riff import chunk, fmt, riff

RAW: Final = OutputFormat.RAW_24KHZ
PCM: Final = array("h", range(1, 500)).tobytes()
LIST: Final = chunk(b"LIST", bytes(1840))
RIFF: Final = riff(fmt(rate=24_000), chunk(b"data", PCM))


@pytest.mark.parametrize(
    ("container", "rate", "asked"),
    [
        ("wav", 8_000, OutputFormat.RAW_8KHZ),
        ("wav", 16_000, OutputFormat.RAW_16KHZ),
        ("wav", 22_050, OutputFormat.RAW_22KHZ),
        ("wav", 24_000, OutputFormat.RAW_24KHZ),
        ("wav", 44_100, OutputFormat.RAW_44KHZ),
        ("wav", 48_000, OutputFormat.RAW_48KHZ),
        ("wav", 1, OutputFormat.RAW_8KHZ),
        ("wav", 11_025, OutputFormat.RAW_16KHZ),
        ("wav", 32_000, OutputFormat.RAW_44KHZ),
        ("wav", 96_000, OutputFormat.RAW_48KHZ),
        ("flac", 48_000, OutputFormat.RAW_48KHZ),
        ("raw", 16_000, OutputFormat.RAW_16KHZ),
        ("mp3", 8_000, OutputFormat.MP3_16KHZ),
        ("mp3", 22_050, OutputFormat.MP3_24KHZ),
        ("mp3", 44_100, OutputFormat.MP3_48KHZ),
        ("mp3", 96_000, OutputFormat.MP3_48KHZ),
    ],
)
def test_what_is_asked_for(container: str, rate: int, asked: OutputFormat) -> None:
    assert output_format(container, rate) is asked


def test_voices_speak_at_their_own_rate_where_nobody_wants_another() -> None:
    assert output_format("mp3") is OutputFormat.MP3_24KHZ
    assert output_format("wav") is OutputFormat.RAW_24KHZ


@pytest.mark.parametrize("form", [form for form in OutputFormat if form.is_raw])
def test_header_of_a_stream(form: OutputFormat) -> None:
    header = wav_header(form)
    assert len(header) == 44
    assert header[4:8] == header[40:] == b"\xff\xff\xff\xff"
    with wave.open(BytesIO(header + PCM)) as read:
        assert (read.getframerate(), read.getnchannels(), read.getsampwidth()) == (form.rate, 1, 2)
        assert read.readframes(len(PCM)) == PCM


def whole(chunks: Iterable[bytes]) -> bytes:
    """Return the samples of a turn, which came whole."""
    samples = Samples(RAW)
    given_out = [*map(samples.feed, chunks), samples.close()]
    assert all(len(some) % 2 == 0 for some in given_out)
    return b"".join(given_out)


@pytest.mark.parametrize(
    "sent",
    [
        [PCM],
        [RIFF],
        [riff(fmt(rate=24_000), LIST, chunk(b"data", PCM), LIST)],
        [riff(fmt(rate=24_000), chunk(b"data", PCM, size=0xFFFF_FFFF), size=0xFFFF_FFFF)],
        cut(PCM, range(1, len(PCM), 7)),
        cut(RIFF, range(0, len(RIFF), 3)),
        [b"", PCM],
        [b"", b"", RIFF[:1], b"", RIFF[1:], b""],
        [PCM + b"x"],
        [PCM, b"x"],
    ],
)
def test_samples_are_whole_and_all_of_them_speech(sent: Sequence[bytes]) -> None:
    assert whole(sent) == PCM


@given(st.binary(max_size=60) | st.just(RIFF), st.data())
def test_chunks_change_nothing(turn: bytes, data: st.DataObject) -> None:
    def outcome(chunks: Iterable[bytes]) -> bytes | str:
        try:
            return whole(chunks)
        except BadAudioError as err:
            return str(err)

    assert outcome(data.draw(chunkings(turn))) == outcome([turn])


def test_three_turns_are_one_stream() -> None:
    turns = [[PCM], [RIFF[:100], RIFF[100:]], cut(PCM, range(0, 900, 11))]
    sound = wav_header(RAW) + b"".join(map(whole, turns))
    with wave.open(BytesIO(sound)) as read:
        assert read.readframes(len(sound)) == PCM * 3
    assert sound.count(b"RIFF") == 1


@pytest.mark.parametrize("bad", [fmt(rate=16_000), fmt(rate=24_000, channels=2), fmt(coding=3, rate=24_000, bits=32)])
def test_sound_of_another_format_is_refused(bad: bytes) -> None:
    with pytest.raises(BadAudioError, match="needed: 24000 Hz, 16 bit, 1, 1"):
        whole([riff(bad, chunk(b"data", PCM))])


def test_nothing_is_nothing() -> None:
    assert whole([]) == whole([b"", b""]) == whole([b"x"]) == whole([RIFF[:44]]) == b""


def test_what_could_be_a_header_is_held_back_no_longer_than_needed() -> None:
    samples = Samples(RAW)
    given_out = [samples.feed(b"RIF"), samples.feed(b"A"), samples.feed(b"B")]
    assert [before + after for before, after in pairwise(given_out)] == [b"RIFA", b"RIFA"]


# --- MP3

MP3: Final = [form for form in OutputFormat if not form.is_raw]


async def encoded(form: OutputFormat, seconds: float = 1.0) -> bytes:
    """Return a tone in a format, as the stand-in makes it."""
    tone = array("h", (round(8000 * sin(tau * 440 * number / form.rate)) for number in range(int(seconds * form.rate))))
    return await FORMATS[form].encode(tone.tobytes())


async def decoded(sound: bytes) -> array[int]:
    """Return the samples of MP3. Nothing in it must be odd to ffmpeg."""
    command = ("ffmpeg", "-v", "warning", "-f", "mp3", "-i", "pipe:", "-f", "s16le", "pipe:")
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    samples, complaints = await process.communicate(sound)
    assert not complaints
    return array("h", samples)


@pytest.mark.real_clock
@pytest.mark.parametrize("form", MP3)
async def test_silence_between_two_sounds_is_silence(form: OutputFormat) -> None:
    first = second = await encoded(form)
    quiet = silence(form, 2.0)
    joined, both = await decoded(first + quiet + second), await decoded(first + second)
    added = len(joined) - len(both)
    assert added == round(len(quiet) / form.bytes_per_second * form.rate) == pytest.approx(2 * form.rate, rel=0.02)
    half = len(both) // 2
    assert not any(joined[half + form.rate // 10 : half + added - form.rate // 10])
    assert joined[-half + form.rate // 10 :] == both[-half + form.rate // 10 :]


@pytest.mark.real_clock
@pytest.mark.parametrize("form", MP3)
async def test_what_is_cut_at_frames_can_have_silence_in_it(form: OutputFormat) -> None:
    """At the seam, a moment may be off: a frame may have a part of its data in the one before."""
    whole = await encoded(form)
    frames = Frames(form)
    first = frames.feed(whole[: len(whole) // 2 + 7])
    quiet = silence(form, 1.0)
    joined, before = await decoded(first + quiet + whole[len(first) :]), await decoded(whole)
    assert len(joined) - len(before) == round(len(quiet) / form.bytes_per_second * form.rate)
    assert joined[-form.rate // 3 :] == before[-form.rate // 3 :]


@pytest.mark.parametrize("form", OutputFormat)
@given(data=st.data())
def test_in_frames_nothing_is_lost(form: OutputFormat, data: st.DataObject) -> None:
    sound = data.draw(st.binary(max_size=50)) + silence(form, 0.2) + data.draw(st.binary(max_size=50))
    frames = Frames(form)
    pieces = [frames.feed(piece) for piece in data.draw(chunkings(sound))]
    assert b"".join(pieces) + frames.close() == sound


@pytest.mark.parametrize("form", MP3)
def test_a_tag_before_the_frames_is_no_part_of_them(form: OutputFormat) -> None:
    frames = Frames(form)
    quiet = silence(form, 0.1)
    size = len(silence(form, 0))
    assert frames.feed(b"ID3\4\0\0\0\0\0\1\0" + quiet[: size + 3]).endswith(quiet[:size])
    assert frames.feed(quiet[size + 3 :]) == quiet[size:]
    assert frames.close() == b""


@pytest.mark.parametrize("form", MP3)
@pytest.mark.parametrize("split", [1, 2, 3])
def test_a_header_that_comes_in_two_is_one(form: OutputFormat, split: int) -> None:
    frames = Frames(form)
    tag, frame = b"ID3\4\0\0\0\0\0\1\0", silence(form, 0)
    before = frames.feed(tag + frame[:split])
    assert tag.startswith(before)
    assert before + frames.feed(frame[split:]) == tag + frame
    assert frames.close() == b""


@pytest.mark.parametrize("form", MP3)
def test_a_frame_may_have_a_checksum(form: OutputFormat) -> None:
    frames = Frames(form)
    begin, second, *rest = silence(form, 0)
    frame = bytes([begin, second & 0xFE, *rest])
    assert frames.feed(frame + frame[:9]) == frame
    assert frames.close() == frame[:9]
