"""The sound of an answer: one header, whole samples, no silence at its end, and nothing twice."""

from array import array
from collections.abc import Sequence
from typing import Final

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import (
    END_SILENCE,
    OutputFormat,
    SynthesisOptions,
    UnusableMessageError,
)
from custom_components.azure_speech_live.speech.riff import header
from custom_components.azure_speech_live.speech.synthesis.formats import silence
from custom_components.azure_speech_live.speech.synthesis.sound import PAUSE, Sound

from ..chunks import chunkings, cut

RATE: Final = 24_000
RAW: Final = OutputFormat.RAW_24KHZ
MP3: Final = OutputFormat.MP3_24KHZ
WORD: Final = array("h", [1000 + index for index in range(4000)]).tobytes()
OTHER: Final = array("h", [-1000 - index for index in range(3000)]).tobytes()
LIST: Final = b"LIST" + (1832).to_bytes(4, "little") + b"INFO" + bytes(1828)
ID3: Final = b"id3 " + (5).to_bytes(4, "little") + bytes(5)
SECOND: Final = bytes(2 * RATE)


def spoken(sound: Sound, chunks: Sequence[bytes]) -> bytes:
    """Return what is heard of a turn that brings these."""
    return b"".join([*(sound.feed(chunk) for chunk in chunks), sound.end()])


def answer(output_format: OutputFormat = RAW, *, lead_in: float = 0, end_silence: float = END_SILENCE) -> Sound:
    """Return the sound of an answer before its first text."""
    return Sound(
        SynthesisOptions(voice="en-US-AvaNeural", output_format=output_format, lead_in=lead_in, end_silence=end_silence)
    )


def begun(output_format: OutputFormat = RAW, *, end_silence: float = END_SILENCE) -> Sound:
    """Return the sound of an answer at its first text."""
    sound = answer(output_format, end_silence=end_silence)
    assert sound.begin() == b""
    return sound


def test_header_is_that_of_a_stream() -> None:
    assert answer(RAW).header() == header(RATE, 0xFFFF_FFFF)
    assert answer(MP3).header() == b""


def test_silence_before_the_first_word() -> None:
    assert answer(lead_in=0.5).lead_in() == bytes(RATE)
    assert answer().lead_in() == answer(MP3).lead_in() == b""
    assert answer(MP3, lead_in=0.5).lead_in() == silence(MP3, 0.5)


@pytest.mark.parametrize("kept", [0.1, 0.25, 0.5, 0.8, 2.0])
def test_silence_behind_the_last_word(kept: float) -> None:
    """Between two texts it is not more than a pause."""
    sound = begun(end_silence=kept)
    first = spoken(sound, [WORD + SECOND]) + sound.begin()
    assert first == WORD + bytes(int(2 * RATE * PAUSE))
    assert spoken(sound, [OTHER + SECOND]) + sound.close() == OTHER + bytes(round(2 * RATE * min(kept, 1.0)))


@pytest.mark.parametrize("output_format", OutputFormat)
def test_seconds(output_format: OutputFormat) -> None:
    size = {"mp3": 12_000 * 8}.get(output_format[-3:], 2 * output_format.rate)
    kilobits = {16_000: 64, 24_000: 96, 48_000: 192}.get(output_format.rate, 0)
    expected = size / (2 * output_format.rate if output_format.is_raw else kilobits * 125)
    assert answer(output_format).seconds(size) == expected


@pytest.mark.parametrize(
    "turn",
    [WORD, b"", WORD + b"\1", header(RATE, 0) + WORD, header(RATE, len(WORD)) + WORD + LIST],
    ids=["raw", "nothing", "half a sample", "with a header", "with a header of its size"],
)
@given(data=st.data())
def test_slices_of_any_size(turn: bytes, data: st.DataObject) -> None:
    sound, chunks = begun(), data.draw(chunkings(turn))
    pieces = [*(sound.feed(chunk) for chunk in chunks), sound.end()]
    assert b"".join(pieces) == (WORD if turn else b"")
    assert all(len(piece) % 2 == 0 for piece in pieces)


@pytest.mark.parametrize("chunks", [LIST, LIST + b"\0", LIST + ID3, LIST + ID3 + b"\0", LIST + LIST])
def test_what_follows_the_audio_in_a_file_is_no_sound(chunks: bytes) -> None:
    wav = header(RATE, 0) + WORD + chunks
    for size in (1, 7, 100, 4096, len(wav)):
        assert spoken(begun(), cut(wav, range(size, len(wav), size))) == WORD


def test_sound_that_looks_like_it_stays() -> None:
    for sample in (b"R!" * 100 + WORD, header(RATE, 0) + WORD + b"LIST" * 30 + WORD):
        assert spoken(begun(), [sample]) == sample.removeprefix(header(RATE, 0))


@pytest.mark.parametrize("chunk_size", [10, 10_000])
def test_sound_of_another_format_is_not_used(chunk_size: int) -> None:
    wav, sound = header(16_000, 0) + WORD, begun()
    with pytest.raises(UnusableMessageError):
        spoken(sound, cut(wav, range(chunk_size, len(wav), chunk_size)))


def test_header_without_an_end() -> None:
    sound = begun()
    assert sound.feed(header(RATE, 0)[:36] + b"LIST" + (5000).to_bytes(4, "little") + bytes(100)) == b""
    with pytest.raises(UnusableMessageError):
        sound.end()
    sound.begin_again()
    assert spoken(sound, [header(RATE, 0) + WORD]) == WORD


@pytest.mark.parametrize("output_format", [RAW, MP3])
def test_turn_without_audio(output_format: OutputFormat) -> None:
    for turn, is_silent in ((b"", True), (header(RATE, 0), output_format is RAW), (WORD, False), (SECOND, False)):
        sound = begun(output_format)
        spoken(sound, [turn])
        assert sound.is_silent is is_silent


def test_mp3_is_passed_on_as_it_is() -> None:
    assert spoken(begun(MP3), [b"\xff", b"RIFF", b"", WORD[:5]]) == b"\xffRIFF" + WORD[:5]


def test_silence_stays_between_turns_and_goes_at_the_end() -> None:
    sound = begun()
    assert spoken(sound, [WORD + SECOND]) == WORD + bytes(int(2 * RATE * END_SILENCE))
    assert sound.begin() == bytes(int(2 * RATE * (PAUSE - END_SILENCE)))
    assert spoken(sound, [OTHER + SECOND]) == OTHER + bytes(int(2 * RATE * END_SILENCE))


def test_no_silence_is_made() -> None:
    sound = begun()
    assert spoken(sound, [WORD]) == WORD
    assert sound.begin() == b""
    assert spoken(sound, [OTHER]) == OTHER


@pytest.mark.parametrize("output_format", [RAW, MP3])
@given(data=st.data(), losses=st.lists(st.integers(0, len(WORD)), max_size=4))
def test_what_is_asked_for_again_goes_on_where_it_broke(
    output_format: OutputFormat, data: st.DataObject, losses: list[int]
) -> None:
    sound, heard = begun(output_format), b""
    for size in losses:
        sound.begin_again()
        heard += b"".join(map(sound.feed, data.draw(chunkings(WORD[:size]))))
    sound.begin_again()
    heard += spoken(sound, data.draw(chunkings(WORD)))
    assert heard == WORD


def test_break_in_a_silence() -> None:
    whole = WORD + SECOND + OTHER
    sound = begun()
    heard = sound.feed(whole[: len(WORD) + len(SECOND) // 2])
    sound.begin_again()
    assert heard + spoken(sound, [whole]) == whole


# --- the rest of a text, of which other parts were heard


@pytest.mark.parametrize("slices", [[WORD], [WORD[:1001], WORD[1001:]]])
def test_what_was_heard_of_the_rest_is_cut_off(slices: Sequence[bytes]) -> None:
    """Two texts came in one turn, and the second broke: it comes again by itself."""
    sound = begun()
    heard = sound.feed(OTHER) + sound.feed(WORD[:2001])
    assert sound.position == (len(OTHER) + 2000) / (2 * RATE)
    sound.resume(len(OTHER) / 2 / RATE)
    assert sound.is_silent
    sound.begin_again()
    assert heard + spoken(sound, slices) == OTHER + WORD


@pytest.mark.parametrize("size", [14_400, 14_401])
def test_rest_begins_with_a_whole_sample(size: int) -> None:
    """A moment is told in ticks, and may be amid one."""
    sound = begun()
    whole = WORD * 10
    sound.feed(whole)
    sound.resume(size / 2 / RATE)
    assert spoken(sound, [whole]) == whole[-14_400:]


def test_rest_may_come_in_parts() -> None:
    sound = begun()
    heard = sound.feed(OTHER + WORD + OTHER[:2000])
    sound.resume(len(OTHER) / 2 / RATE)
    heard += spoken(sound, [WORD]) + sound.begin(amid_text=True) + spoken(sound, [OTHER])
    assert heard + sound.begin(amid_text=True) + spoken(sound, [WORD]) == OTHER + WORD + OTHER + WORD


def test_what_was_heard_behind_a_text_is_not_taken_off_the_next() -> None:
    """A pause between two, which one of them by itself does not have."""
    sound = begun()
    heard = sound.feed(OTHER + WORD)
    sound.resume(0)
    heard += spoken(sound, [OTHER]) + sound.begin() + spoken(sound, [SECOND + OTHER])
    assert heard.endswith(WORD + SECOND + OTHER)


def test_text_that_is_shorter_when_it_comes_again_costs_the_next_nothing() -> None:
    sound = begun()
    heard = sound.feed(WORD)
    sound.begin_again()
    heard += spoken(sound, [WORD[:-200]]) + sound.begin(amid_text=True) + spoken(sound, [OTHER])
    assert heard == WORD + OTHER


def test_what_begins_behind_all_that_was_heard_is_heard_whole() -> None:
    sound = begun()
    sound.feed(WORD)
    sound.resume(100.0)
    assert spoken(sound, [OTHER]) == OTHER
