"""Up to where somebody may be speaking."""

from array import array

import pytest

from custom_components.azure_speech_live.home.loudness import Loudness


def sound(seconds: float, level: int) -> bytes:
    """Return a tone of the highest frequency that there is."""
    return array("h", [level, -level] * int(8000 * seconds)).tobytes()


@pytest.mark.parametrize("size", [1, 320, 641, 10**6])
@pytest.mark.parametrize(
    ("parts", "until"),
    [
        ([(1, 8000), (1, 0)], 1.0),
        ([(1, 8000), (1, 700)], 1.0),
        ([(1, 8000), (1, 900)], 2.0),
        ([(0.5, 100), (0.5, 8000), (0.2, 0), (0.1, 3000), (1, 0)], 1.3),
        ([(1, 32767), (1, 3276)], 1.0),
        ([(1, 0)], 0.0),
    ],
)
def test_what_is_twenty_decibels_quieter_than_speech_is_a_pause(
    parts: list[tuple[float, int]], until: float, size: int
) -> None:
    audio = b"".join(sound(*part) for part in parts)
    if size == 1:
        audio = audio[: 16000 * 4]
        until = min(until, 2.0)
    loudness = Loudness()
    for start in range(0, len(audio), size):
        loudness.feed(audio[start : start + size])
    assert loudness.until == pytest.approx(until)


def test_the_loudest_sound_that_there_is_has_no_opposite() -> None:
    loudness = Loudness()
    loudness.feed(array("h", [-32768] * 320).tobytes())
    assert loudness.until == pytest.approx(0.02)
