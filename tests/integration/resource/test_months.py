"""Months: those of the household's calendar, exact, also where a clock was not set."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
import random

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.azure_speech_live.resource.months import MAX_MONTHS, Month, Months
from custom_components.azure_speech_live.resource.usage import Usage
from custom_components.azure_speech_live.speech import AudioSourceError, CredentialsError, ServiceError, ThrottledError

from .sessions import answer, recognition, restart, translation


def test_a_second_has_32000_bytes() -> None:
    month = Month(recognition=32_000 * 1_800, translation=32_000 * 5_400)
    assert (month.recognition_seconds, month.translation_seconds, month.hours) == (1_800.0, 5_400.0, 2.0)


async def test_a_month_of_commands_adds_up_exactly(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """The month has the end of summer time in it, a restart each week, and a bit before and after it."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    dice = random.Random(5)  # noqa: S311  # a test's dice need no secret
    errors = (ServiceError("…"), ThrottledError("…"), CredentialsError("…"), AudioSourceError("…"))
    usage = Usage(hass, "home")
    sums: dict[str, Counter[str]] = {}
    failures: Counter[str] = Counter()
    now = datetime(2026, 9, 30, 12, tzinfo=UTC)
    while now < datetime(2026, 11, 1, 12, tzinfo=UTC):
        freezer.move_to(now)
        # Summer time is two hours ahead of UTC in Berlin, and winter time (from 25 October on) one.
        local = now + timedelta(hours=2 if now < datetime(2026, 10, 25, 1, tzinfo=UTC) else 1)
        month = sums.setdefault(local.date().replace(day=1).isoformat(), Counter())
        for _ in range(20):
            size = dice.randrange(0, 20 * 32000, 2)
            error = dice.choice(errors) if dice.random() < 0.1 else None
            kind, make = dice.choice(
                (("recognition", recognition), ("translation", translation), ("characters", answer))
            )
            usage.async_end(make(size, error))
            month[kind] += size
            month["requests"] += 1
            failures[type(error).__name__] += month is sums.get("2026-10-01") and error is not None
        now += timedelta(hours=3)
        if now.weekday() == now.hour == 0:
            usage = await restart(hass, "home")
    usage = await restart(hass, "home")

    assert list(usage.months) == ["2026-09-01", "2026-10-01", "2026-11-01"]
    for first, month in sums.items():
        stored = usage.months[first]
        assert {
            "recognition": stored.recognition,
            "translation": stored.translation,
            "characters": stored.characters,
            "requests": stored.requests,
        } == dict(month)
    assert sums["2026-10-01"]["requests"] > 4500
    assert usage.months["2026-10-01"].failures == {
        "service_error": failures["ServiceError"],
        "throttled": failures["ThrottledError"],
        "key_refused": failures["CredentialsError"],
        "audio_failed": failures["AudioSourceError"],
    }


@pytest.mark.parametrize(
    ("zone", "now", "month"),
    [
        ("UTC", "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z/2027-01-01T00:00:00Z"),
        ("UTC", "2027-01-01T00:00:00Z", "2027-01-01T00:00:00Z/2027-02-01T00:00:00Z"),
        ("Pacific/Auckland", "2026-12-31T23:59:59Z", "2026-12-31T11:00:00Z/2027-01-31T11:00:00Z"),
        ("America/Los_Angeles", "2027-01-01T07:59:59Z", "2026-12-01T08:00:00Z/2027-01-01T08:00:00Z"),
        ("Europe/Berlin", "2026-03-31T20:00:00Z", "2026-02-28T23:00:00Z/2026-03-31T22:00:00Z"),
        ("Europe/Berlin", "2026-10-01T00:00:00Z", "2026-09-30T22:00:00Z/2026-10-31T23:00:00Z"),
        ("Asia/Kolkata", "2028-02-29T18:29:59Z", "2028-01-31T18:30:00Z/2028-02-29T18:30:00Z"),
        # The last of October has two hours before midnight there: the clock is put back at midnight.
        ("Africa/Cairo", "2030-10-31T21:30:00Z", "2030-09-30T21:00:00Z/2030-10-31T22:00:00Z"),
        ("Africa/Cairo", "2030-10-31T22:00:00Z", "2030-10-31T22:00:00Z/2030-11-30T22:00:00Z"),
    ],
)
async def test_a_month_is_that_of_the_household(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, zone: str, now: str, month: str
) -> None:
    await hass.config.async_set_time_zone(zone)
    freezer.move_to(datetime.fromisoformat(now))
    start, end = map(datetime.fromisoformat, month.split("/"))
    assert Months().start.astimezone(UTC) == start
    assert Months().next_start.astimezone(UTC) == end


async def test_a_change_of_time_zone_at_a_months_end_loses_nothing(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-11-30T23:30:00Z")
    usage = Usage(hass, "home")
    for zone, sent, november, december in (
        ("UTC", 100, 100, 0),
        ("Europe/Berlin", 20, 100, 20),
        ("UTC", 3, 103, 20),
        ("Europe/Berlin", 4, 103, 24),
    ):
        await hass.config.async_set_time_zone(zone)
        usage.async_end(recognition(sent))
        assert usage.months["2026-11-01"].recognition == november
        assert usage.months.get("2026-12-01", Month()).recognition == december
        assert usage.month.recognition == (november if zone == "UTC" else december)


async def test_a_year_is_kept(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    usage = Usage(hass, "home")
    for year in (2026, 2027):
        for month in range(1, 13):
            freezer.move_to(date(year, month, 15))
            usage.async_end(recognition(year + month))
    assert list(usage.months) == [f"2027-{month:02}-01" for month in range(1, 13)]


# --- clocks that are wrong


@pytest.mark.parametrize("stops", [False, True], ids=["", "with restarts"])
async def test_what_an_unset_clock_counts_joins_the_month_that_it_is(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    stops: bool,  # noqa: FBT001
) -> None:
    """A machine without a battery for its clock starts in 1970, until it is told the time."""
    usage = Usage(hass, "home")
    for now, sent, present in (
        # Nothing is known: it waits.
        ("1970-01-01", 1, 1),
        ("1970-01-01", 2, 3),
        ("2026-10-30", 10, 13),
        ("2026-10-31", 0, 13),
        # The present month is the newest that is known, so that its limit holds.
        ("1970-01-01", 100, 113),
        ("1980-02-03", 200, 313),
        # But it is another by now.
        ("2026-11-02", 0, 300),
        ("2026-11-02", 1000, 1300),
    ):
        freezer.move_to(now)
        usage.async_end(recognition(sent))
        if stops:
            usage = await restart(hass, "home")
        assert usage.month.recognition == present
    usage = await restart(hass, "home")
    assert {first: month.recognition for first, month in usage.months.items()} == {"2026-10-01": 13, "2026-11-01": 1300}


async def test_a_clock_that_was_in_the_future_takes_nothing_from_the_months_after_it(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    usage = Usage(hass, "home")
    for year in range(2090, 2090 + 2 * MAX_MONTHS):
        freezer.move_to(date(year, 1, 1))
        usage.async_end(recognition(1))
    for now in ("2026-11-23", "1970-01-01", "2026-11-24"):
        freezer.move_to(now)
        usage.async_end(recognition(100))
    assert usage.month.recognition == 300
    assert len(usage.months) == MAX_MONTHS
