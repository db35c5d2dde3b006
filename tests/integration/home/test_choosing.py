"""Which reading of a command is taken."""

import pytest

from custom_components.azure_speech_live.home.choosing import MAX_TRIES, chosen
from custom_components.azure_speech_live.home.sentences import Sentences


class Understood(Sentences):
    """A home that understands some sentences, and remembers what it was asked."""

    def __init__(self, *understood: str, freely: str = "") -> None:
        self.understood = understood
        self.freely = freely
        self.asked: list[str] = []

    async def understands(self, text: str, *, exactly: bool = False) -> bool:
        self.asked.append(text)
        return text in self.understood or (text == self.freely and not exactly)


@pytest.mark.parametrize(
    ("readings", "place"),
    [
        (["light on", "light off"], 0),
        (["lied on", "light off", "light on"], 1),
        (["lied on", "lie down"], 0),
        (["lied on"], 0),
        ([], 0),
    ],
)
async def test_the_first_that_is_understood_is_taken(readings: list[str], place: int) -> None:
    assert await chosen(Understood("light on", "light off"), readings) == place


@pytest.mark.parametrize(("own", "place"), [(1, 2), (2, 1)])
async def test_free_text_is_understood_of_the_own_reading_alone(own: int, place: int) -> None:
    home = Understood("add milk", freely="ad silk")
    assert await chosen(home, ["odd silk", "ad silk", "add milk"], own) == place


async def test_not_more_is_asked_than_need_be() -> None:
    home = Understood("b")
    await chosen(home, ["a", "b", "c"])
    assert home.asked == ["a", "b"]


async def test_there_is_a_limit_to_the_tries() -> None:
    home = Understood()
    readings = [str(number) for number in range(2 * MAX_TRIES)]
    assert await chosen(home, readings) == 0
    assert home.asked == readings[:MAX_TRIES]
