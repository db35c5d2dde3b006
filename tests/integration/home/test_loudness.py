"""Where somebody may have begun to speak."""

from array import array

import pytest

from custom_components.azure_speech_live.home.loudness import Loudness

from .grammars import no_home  # noqa: F401 - a fixture


def sound(seconds: float, level: int) -> bytes:
    """Return a tone of the highest frequency that there is."""
    return array("h", [level, -level] * int(8000 * seconds)).tobytes()


@pytest.mark.parametrize("size", [7, 320, 641, 10**6])
@pytest.mark.parametrize(
    ("parts", "since"),
    [
        ([(0.2, 0)], 0.0),
        ([(0.2, 0), (0.4, 8000), (0.4, 0)], 0.2),
        ([(0.2, 8000), (0.2, 700), (0.2, 700)], 0.0),
        ([(0.2, 8000), (0.2, 400), (0.2, 900)], 0.4),
        ([(0.2, 8000), (0.08, 0), (0.2, 8000)], 0.0),
        ([(0.2, 8000), (0.2, 0), (0.04, 8000), (0.2, 0)], 0.0),
        ([(0.2, 8000), (0.2, 0), (0.06, 8000), (0.2, 0)], 0.4),
        ([(0.2, 8000), (1, 2000)], 0.0),
        ([(0.2, 8000), (0.4, 2000), (0.4, 3900)], 0.0),
        ([(0.4, 2000), (0.4, 8000), (0.3, 2000), (0.1, 8000)], 1.1),
        ([(3, 0), (0.4, 8000), (3, 2000), (0.1, 8000)], 6.4),
    ],
    ids=[
        "silence",
        "speech",
        "too quiet",
        "loud enough",
        "within a word",
        "a click",
        "no click",
        "noise",
        "more noise",
        "a word in noise",
        "in noise that began",
    ],
)
def test_a_sound_follows_upon_quiet(parts: list[tuple[float, int]], since: float, size: int) -> None:
    audio = b"".join(sound(*part) for part in parts)
    loudness = Loudness()
    for start in range(0, len(audio), size):
        loudness.feed(audio[start : start + size])
    assert loudness.since == pytest.approx(since)


def test_the_loudest_sound_that_there_is_has_no_opposite() -> None:
    loudness = Loudness()
    loudness.feed(bytes(640) + array("h", [-32768] * 960).tobytes())
    assert loudness.since == pytest.approx(0.02)
