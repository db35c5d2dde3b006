"""Numbers as they are said, and what can become of them."""

from hassil.intents import RangeFractionType, RangeSlotList
import pytest

from custom_components.azure_speech_live.home.numbers import Numbers

from .grammars import no_home  # noqa: F401 - a fixture

PERCENT = RangeSlotList("brightness", 0, 100)
DEGREES = RangeSlotList("temperature", 5, 30, fraction_type=RangeFractionType.HALVES)
KELVIN = RangeSlotList("kelvin", 1000, 10000, 100)


@pytest.mark.parametrize(
    ("numbers", "language", "text", "found"),
    [
        (PERCENT, "en", "20 percent ", {(2, 20)}),
        (PERCENT, "en", "200 ", set()),
        (PERCENT, "en", "twenty five ", {(6, 20), (11, 25)}),
        (PERCENT, "en", " twenty-five ", {(7, 20), (12, 25)}),
        (PERCENT, "de", "fünf prozent ", {(4, 5)}),
        (PERCENT, "tlh", "five ", set()),
        (PERCENT, "tlh", "5 ", {(1, 5)}),
        (DEGREES, "de", "20,5 ", {(4, 20.5)}),
        (DEGREES, "en", "20.3 ", set()),
        (KELVIN, "en", "2700 ", {(4, 2700)}),
        (KELVIN, "en", "2750 ", set()),
    ],
)
def test_a_number_of_the_range_is_found_where_it_begins(
    numbers: RangeSlotList, language: str, text: str, found: set[tuple[int, float]]
) -> None:
    assert {(number.end, number.value) for number in Numbers(numbers, language).at(text, 0)} == found


@pytest.mark.parametrize(
    ("numbers", "language", "text", "expected"),
    [
        (PERCENT, "en", " ", True),
        (PERCENT, "en", "-", True),
        (PERCENT, "en", "5 ", True),  # 50
        (PERCENT, "en", "20 ", True),  # twenty-five
        (PERCENT, "en", "50 ", True),
        (PERCENT, "en", "15 ", False),
        (PERCENT, "en", "100 ", False),
        (PERCENT, "en", "20 percent ", False),
        (PERCENT, "en", "twenty ", True),
        (PERCENT, "en", "twenty five ", False),
        (PERCENT, "en", "one ", True),  # hundred
        (PERCENT, "en", "no ", False),
        (PERCENT, "de", "20 ", False),  # the five comes first
        (PERCENT, "fr", "60 ", True),  # soixante-dix
        (PERCENT, "fr", "80 ", True),  # quatre-vingts, quatre-vingt-un
        (DEGREES, "en", "20 ", True),  # 20.5
        (KELVIN, "en", "2 ", True),  # thousand
        (KELVIN, "en", "27 ", True),
        (KELVIN, "en", "2700 ", False),
    ],
)
def test_a_number_at_the_end_can_become_a_longer_one(
    numbers: RangeSlotList, language: str, text: str, *, expected: bool
) -> None:
    assert Numbers(numbers, language).goes_on(text, 0) is expected


def test_without_spaces_any_beginning_is_one() -> None:
    numbers = Numbers(PERCENT, "zh-CN")
    assert numbers.goes_on("二十", 0, tight=True)
    assert not numbers.goes_on("二十五", 0, tight=True)
    assert numbers.goes_on("20", 0, tight=True)
    assert [number.value for number in numbers.at("二十五", 0, tight=True)] == [2, 20, 25]
