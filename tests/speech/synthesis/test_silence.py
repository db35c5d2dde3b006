"""Silence at the end: taken off to the sample, whatever pieces the sound comes in, and nothing else."""

from array import array
from collections.abc import Iterable
from itertools import accumulate
from typing import Final

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import END_SILENCE
from custom_components.azure_speech_live.speech.synthesis.silence import AUDIBLE, LONGEST, Trimmer

from ..chunks import cut

RATE: Final = 24_000


def sound(seconds: float, level: int, rate: int = RATE) -> bytes:
    """Return samples all of which are as loud as that, of either sign."""
    return array("h", [level, -level] * round(seconds * rate))[: round(seconds * rate)].tobytes()


def silence(seconds: float, level: int = AUDIBLE // 3, rate: int = RATE) -> bytes:
    """Return what a voice says when it says nothing."""
    return sound(seconds, level, rate)


def trimmed(chunks: Iterable[bytes], kept: float = END_SILENCE, rate: int = RATE) -> bytes:
    trimmer = Trimmer(rate, kept)
    return b"".join(map(trimmer.feed, chunks))


def seconds(pcm: bytes, rate: int = RATE) -> float:
    return len(pcm) / 2 / rate


@pytest.mark.parametrize("rate", [8_000, 22_050, 24_000, 48_000])
@pytest.mark.parametrize("tail", [0.8, 1.0, 2.0])
@pytest.mark.parametrize("kept", [0.0, 0.2, END_SILENCE, 0.3])
def test_silence_at_the_end_is_taken_off(rate: int, tail: float, kept: float) -> None:
    speech = sound(1.5, 8000, rate)
    out = trimmed([speech, silence(tail, rate=rate)], kept, rate)
    assert out[: len(speech)] == speech
    assert seconds(out, rate) == pytest.approx(1.5 + kept, abs=1 / rate)


def test_less_silence_than_is_kept_stays() -> None:
    pcm = sound(0.5, 8000) + silence(0.2)
    assert trimmed([pcm]) == pcm


def test_quiet_consonants_stay() -> None:
    # "cat", and "laugh": a stop without a sound before its burst, and a sound that is hardly one.
    for speech in (sound(0.3, 9000) + silence(0.12) + sound(0.02, 200), sound(0.3, 9000) + sound(0.4, 90)):
        out = trimmed([speech + silence(1)])
        assert out.startswith(speech)
        assert seconds(out) == pytest.approx(seconds(speech) + END_SILENCE)


def test_pauses_amid_the_sound_stay() -> None:
    pcm = silence(0.6) + sound(0.3, 8000) + silence(1.2) + sound(0.3, 300) + silence(0.7) + sound(0.1, 8000)
    assert trimmed([pcm + silence(0.8)]) == pcm + silence(0.8)[: round(END_SILENCE * RATE) * 2]


def test_a_sound_without_any_is_short() -> None:
    assert seconds(trimmed([silence(2)])) == END_SILENCE


@pytest.mark.parametrize("level", [AUDIBLE, AUDIBLE + 1])
def test_what_is_heard(level: int) -> None:
    for last in (level, -level):
        pcm = sound(0.01, 8000) + silence(1, 0) + array("h", [last]).tobytes()
        out = trimmed([pcm + silence(1, 0)])
        assert (len(out) > len(pcm)) == (level > AUDIBLE)


def test_very_long_silence_is_not_held_back() -> None:
    trimmer = Trimmer(RATE, END_SILENCE)
    trimmer.feed(sound(0.5, 8000))
    given = [seconds(trimmer.feed(silence(0.5))) for _ in range(20)]
    assert sum(given) == pytest.approx(10 - LONGEST)
    assert given[-1] == 0.5


@given(st.lists(st.tuples(st.sampled_from([0, 20, AUDIBLE, AUDIBLE + 1, 8000]), st.integers(1, 900))), st.data())
def test_pieces_change_nothing(parts: list[tuple[int, int]], data: st.DataObject) -> None:
    rate = 1000
    pcm = b"".join(silence(length / rate, level, rate) for level, length in parts)
    at = data.draw(st.lists(st.integers(0, len(pcm) // 2), max_size=12))
    trimmer = Trimmer(rate, END_SILENCE)
    out = b"".join(trimmer.feed(chunk) for chunk in cut(pcm, [2 * position for position in at]))
    assert pcm.startswith(out)
    heard = max((end for (level, _), end in zip(parts, ends(parts), strict=True) if level > AUDIBLE), default=0)
    if max(quiet_runs(parts), default=0) <= LONGEST * rate:  # else some of it is let go, as long as none knows the end
        assert len(out) // 2 == min(len(pcm) // 2, heard + round(END_SILENCE * rate))


def ends(parts: list[tuple[int, int]]) -> list[int]:
    """Return where each part ends, in samples."""
    return list(accumulate(length for _, length in parts))


def quiet_runs(parts: list[tuple[int, int]]) -> Iterable[int]:
    """Yield how long it is silent, each time."""
    run = 0
    for level, length in parts:
        run = 0 if level > AUDIBLE else run + length
        yield run


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_nothing_is_late_by_more_than_what_is_taken_off(loud: list[bool]) -> None:
    trimmer = Trimmer(1000, END_SILENCE)
    came = given_out = 0.0
    for is_loud in loud:
        came += 0.1
        given_out += seconds(trimmer.feed(silence(0.1, 8000 if is_loud else 0, 1000)), 1000)
        assert came - given_out <= LONGEST + 1e-9
        if is_loud:
            assert given_out == pytest.approx(came)


def test_more_of_it_stays_where_the_sound_goes_on() -> None:
    trimmer = Trimmer(1000, kept=0.1)
    assert len(trimmer.feed(silence(0.1, 8000, 1000) + silence(1.0, 0, 1000))) == 2 * 200
    assert trimmer.more(0.05) == b""
    assert trimmer.more(0.4) == bytes(2 * 300)
    assert trimmer.more(9.0) == bytes(2 * 900)
