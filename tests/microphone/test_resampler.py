"""Other rates and channels become 16 kHz mono, and nothing else comes of it."""

from array import array
from math import log10, pi, sin, sqrt

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.microphone import Resampler
from custom_components.azure_speech_live.microphone.portaudio import Device, formats

AMPLITUDE = 20_000


def tone(frequency: float, rate: int, seconds: float = 0.5) -> array[int]:
    """Return a tone, mono."""
    return array("h", (round(AMPLITUDE * sin(2 * pi * frequency * n / rate)) for n in range(int(rate * seconds))))


def loudness(sound: bytes) -> float:
    """Return how loud a sound is against a tone, in decibels. Its first hundredth of a second is left out."""
    samples = array("h", sound)[160:]
    return 20 * log10(sqrt(sum(sample * sample for sample in samples) / len(samples)) / (AMPLITUDE / sqrt(2)) + 1e-9)


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 32000, 44100, 48000, 96000])
@pytest.mark.parametrize("frequency", [200, 1000, 3000])
def test_speech_stays_as_it_is(rate: int, frequency: int) -> None:
    sound = Resampler(rate, 1).feed(tone(frequency, rate).tobytes())
    assert loudness(sound) == pytest.approx(0, abs=0.2)
    # What is not there yet is what the last samples need of those to come.
    assert len(sound) / 2 == pytest.approx(8000, abs=32)
    # In time, too: the sound is the tone, sample by sample.
    expected = tone(frequency, 16_000)
    heard = array("h", sound)
    assert max(abs(one - other) for one, other in zip(heard[200:], expected[200:], strict=False)) < AMPLITUDE / 50


@pytest.mark.parametrize("rate", [22050, 44100, 48000, 96000])
def test_what_is_too_high_does_not_come_back_as_noise(rate: int) -> None:
    for frequency in (9_500, 10_500):
        assert loudness(Resampler(rate, 1).feed(tone(frequency, rate).tobytes())) < -60


@pytest.mark.parametrize("rate", [22050, 44100, 48000, 96000])
def test_at_the_edge_it_slopes(rate: int) -> None:
    def level(frequency: int) -> float:
        return loudness(Resampler(rate, 1).feed(tone(frequency, rate).tobytes()))

    assert level(6_500) > -1
    assert level(8_100) < -20
    assert level(9_000) < -60


def test_the_right_format_is_left_alone() -> None:
    sound = tone(440, 16_000).tobytes()
    assert Resampler(16_000, 1).feed(sound) == sound


def test_of_stereo_the_mean_and_of_an_array_the_first() -> None:
    assert array("h", Resampler(16_000, 2).feed(array("h", [100, 200, -5, -7]).tobytes())).tolist() == [150, -6]
    samples = array("h", [1, 90, 90, 90, 2, 90, 90, 90])
    assert array("h", Resampler(16_000, 4).feed(samples.tobytes())).tolist() == [1, 2]


def test_the_loudest_sound_does_not_wrap_around() -> None:
    square = array("h", ([32_767] * 50 + [-32_768] * 50) * 50)
    heard = array("h", Resampler(48_000, 1).feed(square.tobytes()))
    assert max(heard) == 32_767
    assert min(heard) == -32_768
    assert loudness(heard.tobytes()) > 0


@given(st.lists(st.integers(min_value=0, max_value=700), max_size=20), st.sampled_from([(44_100, 1), (48_000, 2)]))
def test_the_chunks_do_not_matter(sizes: list[int], source: tuple[int, int]) -> None:
    rate, channels = source
    sound = array("h", (n * 7919 % 65536 - 32768 for n in range(2000 * channels))).tobytes()
    whole = Resampler(rate, channels).feed(sound)
    resampler = Resampler(rate, channels)
    parts, position = [], 0
    for size in [*sizes, len(sound)]:
        parts.append(resampler.feed(sound[position : position + size * 2 * channels]))
        position += size * 2 * channels
    assert b"".join(parts) == whole


@pytest.mark.parametrize(
    ("channels", "rate", "expected"),
    [
        (1, 16_000, [(16_000, 1)]),
        (1, 48_000, [(16_000, 1), (48_000, 1)]),
        (2, 44_100, [(16_000, 1), (44_100, 1), (44_100, 2)]),
        (6, 16_000, [(16_000, 1), (16_000, 2), (16_000, 6)]),
    ],
)
def test_the_least_that_has_to_be_converted_is_tried_first(
    channels: int, rate: int, expected: list[tuple[int, int]]
) -> None:
    assert formats(Device("Microphone", 0, channels, rate, default=True)) == expected
