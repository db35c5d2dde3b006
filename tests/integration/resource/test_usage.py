"""What was used: exact, by the household's months, and kept."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, date, datetime, timedelta
import json
from pathlib import Path
import random
from typing import Any

from freezegun import api as freezegun
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.stt import SpeechResultState
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.azure_speech_live.actions.recognition import async_recognize
from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.resource.months import MAX_MONTHS, Month, Months
from custom_components.azure_speech_live.resource.session import Session
from custom_components.azure_speech_live.resource.usage import SAVE_DELAY, Usage
from custom_components.azure_speech_live.speech import (
    AudioSourceError,
    CredentialsError,
    RecognitionOptions,
    ServiceError,
    SpeechError,
    ThrottledError,
    Timeline,
    TranslationOptions,
)
from tests.speech_service.faults import AudioReceived, Behaviour, Close, Fault, Refuse
from tests.speech_service.service import SpeechService

from ..forms import add_resource
from ..speech import pcm, stream, transcribe


def received(service: SpeechService) -> int:
    """Return the bytes of audio that the service has received."""
    return sum(connection.audio_size for connection in service.connections)


def recognition(sent: int, error: SpeechError | None = None) -> Session:
    """Return a recognition that is over."""
    return Session(RecognitionOptions(), datetime.now(UTC), Timeline(requests=1, sent=sent), error)


def translation(sent: int, error: SpeechError | None = None) -> Session:
    """Return a translation that is over."""
    return Session(TranslationOptions(targets=("de",)), datetime.now(UTC), Timeline(requests=1, sent=sent), error)


async def restart(hass: HomeAssistant, entry_id: str) -> Usage:
    """Let Home Assistant store what it has to when it stops, and return what it finds when it starts again."""
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    usage = Usage(hass, entry_id)
    assert await usage.async_load() is None
    return usage


def path(hass: HomeAssistant, entry_id: str) -> Path:
    """Return the file that the usage is stored in."""
    return Path(hass.config.path(".storage", f"{DOMAIN}.{entry_id}"))


def stored(hass: HomeAssistant, entry_id: str) -> dict[str, Any]:
    """Return the months as they are stored, if they are."""
    file = path(hass, entry_id)
    return dict(json.loads(file.read_bytes())["data"]) if file.exists() else {}


def recognised(hass: HomeAssistant, entry_id: str) -> int:
    """Return the bytes that are stored as recognised."""
    return sum(month["recognition"] for month in stored(hass, entry_id).values())


def watch(hass: HomeAssistant, entry_id: str) -> Callable[[], bool]:
    """Return what says whether the file was written since it was asked last."""
    file = path(hass, entry_id)
    last: tuple[int, int] | None = None

    def written() -> bool:
        nonlocal last
        before = last
        if file.exists():
            last = file.stat().st_ino, file.stat().st_mtime_ns
        return last != before

    return written


async def let_pass(hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float) -> None:
    """Let time pass, and what then happens be done."""
    freezer.tick(seconds)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()


# --- what counts


def test_a_second_has_32000_bytes() -> None:
    month = Month(recognition=32_000 * 1_800, translation=32_000 * 5_400)
    assert (month.recognition_seconds, month.translation_seconds, month.hours) == (1_800.0, 5_400.0, 2.0)


async def test_what_was_sent_is_what_the_service_received(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    for seconds in (0.01, 1, 2.345):
        await transcribe(hass, stream(pcm(seconds)))

    month = entry.runtime_data.usage.month
    assert month == Month(recognition=received(service), requests=3)
    assert month.recognition == len(pcm(0.01) + pcm(1) + pcm(2.345))
    assert month.recognition_seconds == month.recognition / 32000


async def test_audio_that_is_sent_again_counts_again(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    # The first attempt was that of the form, the second that of the set-up.
    broken = Behaviour(faults=(Fault(AudioReceived(16000), Close(1011)),))
    service.behaviours = lambda attempt: broken if attempt == 2 else Behaviour()

    _, result = await transcribe(hass, stream(pcm(2)))

    assert result.result is SpeechResultState.SUCCESS
    month = entry.runtime_data.usage.month
    assert month.requests == 2
    assert month.failures == {}
    assert month.recognition >= received(service) > len(pcm(2))


async def test_a_command_that_is_cancelled_counts(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)

    async def endless() -> Any:
        yield pcm(1)
        await asyncio.Event().wait()

    command = asyncio.create_task(transcribe(hass, endless()))
    await service.until(lambda: received(service) == len(pcm(1)))
    assert entry.runtime_data.usage.month == Month()  # it is not over
    command.cancel()
    await asyncio.wait([command])

    assert entry.runtime_data.usage.month == Month(recognition=len(pcm(1)), requests=1)


async def test_a_command_that_fails_counts_with_its_kind(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    for status in (503, 429, 429, 401):
        service.behaviours = lambda _, status=status: Behaviour(answer=Refuse(status, {"Retry-After": "60"}))
        await transcribe(hass, stream(pcm(1)))

    assert entry.runtime_data.usage.month == Month(failures={"service_error": 1, "throttled": 2, "key_refused": 1})


async def test_the_delay_is_that_of_the_last_result(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    usage = entry.runtime_data.usage
    assert usage.delay is None
    await transcribe(hass, stream(pcm(1)))
    (session,) = entry.runtime_data.sessions
    assert usage.delay == session.timeline.delay
    assert usage.delay is not None
    assert 0 <= usage.delay < 10

    delay, empty = usage.delay, pcm(0)
    await transcribe(hass, stream(empty))
    assert entry.runtime_data.sessions[-1].timeline.delay is None
    assert usage.delay == delay


# --- months


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
            kind, make = dice.choice((("recognition", recognition), ("translation", translation)))
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


async def test_a_clock_that_is_set_is_noticed_within_an_hour(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Home Assistant's timers go by another clock, that of the event loop, which nobody sets."""
    monkeypatch.setattr(hass.loop, "time", freezegun.real_monotonic)
    usage = Usage(hass, "home")
    told: list[tuple[str, int]] = []

    async def look(now: str) -> None:
        freezer.move_to(now)
        async_fire_time_changed(hass, datetime.fromisoformat(now).replace(tzinfo=UTC) + timedelta(hours=1))
        await hass.async_block_till_done()

    freezer.move_to("2026-10-15")
    usage.async_end(recognition(10))
    freezer.move_to("1970-01-01")
    usage.async_end(recognition(1))
    assert usage.months.next_start.date() == date(2026, 11, 1)
    stop = usage.async_track_months()
    usage.async_add_listener(lambda: told.append((str(usage.months.first_day), usage.month.recognition)))
    await look("2026-11-15")
    assert told == [("2026-11-01", 1)]
    await look("2099-01-15")
    await look("2026-12-15")
    assert told[1:] == [("2099-01-01", 0), ("2026-12-01", 0)]  # what waited counts once
    stop()


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


async def test_a_year_is_kept(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    usage = Usage(hass, "home")
    for year in (2026, 2027):
        for month in range(1, 13):
            freezer.move_to(date(year, month, 15))
            usage.async_end(recognition(year + month))
    assert list(usage.months) == [f"2027-{month:02}-01" for month in range(1, 13)]


async def test_a_month_begins_for_listeners_when_it_does_for_the_household(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to("2026-10-31T22:59:00Z")
    usage = Usage(hass, "home")
    told: list[datetime] = []
    stop = usage.async_track_months()
    usage.async_add_listener(lambda: told.append(usage.months.start))

    for now, times in (
        ("2026-10-31T22:59:59Z", 0),
        ("2026-10-31T23:00:01Z", 1),
        ("2026-11-15T12:00:00Z", 1),
        ("2026-11-30T23:00:01Z", 2),
    ):
        freezer.move_to(now)
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
        assert len(told) == times
    assert told[-1] == datetime(2026, 11, 30, 23, tzinfo=UTC)

    # In another time zone it is still November, and the month will turn later.
    await hass.config.async_update(time_zone="America/New_York")
    await hass.async_block_till_done()
    assert told[-1] == datetime(2026, 11, 1, 4, tzinfo=UTC)
    freezer.move_to("2026-12-01T05:00:01Z")
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert told[-1] == datetime(2026, 12, 1, 5, tzinfo=UTC)

    stop()
    before = len(told)
    freezer.move_to("2027-01-02T00:00:00Z")
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert len(told) == before


# --- storage


async def test_usage_is_kept_over_a_restart_and_a_reload(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    service.behaviours = lambda _: Behaviour(answer=Refuse(429, {"Retry-After": "60"}))
    await transcribe(hass, stream(pcm(1)))
    service.behaviours = ()
    await transcribe(hass, stream(pcm(1)))
    expected = Month(recognition=len(pcm(1)), requests=1, failures={"throttled": 1})

    assert (await restart(hass, entry.entry_id)).month == expected
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.runtime_data.usage.month == expected


async def test_usage_is_stored_soon_also_without_a_stop(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    usage = Usage(hass, "home")
    usage.async_end(recognition(64000))
    await let_pass(hass, freezer, SAVE_DELAY)
    (month,) = stored(hass, "home").values()
    assert month == {"recognition": 64000, "translation": 0, "requests": 1, "failures": {}}


async def test_usage_is_stored_also_where_somebody_always_speaks(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    usage = Usage(hass, "home")
    sums: list[int] = []
    for _ in range(4):
        usage.async_end(recognition(100))
        await let_pass(hass, freezer, 45)
        sums.append(sum(month["recognition"] for month in stored(hass, "home").values()))
    assert sums == [0, 200, 200, 400]


async def test_what_is_under_way_is_stored_every_minute_and_no_more_often(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    usage = Usage(hass, "home")
    session = recognition(0)
    written = watch(hass, "home")
    usage.async_begin(session)
    seen: list[tuple[int, bool]] = []
    for second in range(200):
        session.timeline.sent = min(second, 150) * 32000
        await let_pass(hass, freezer, 1)
        seen.append((recognised(hass, "home") // 32000, written()))
    assert all(second - sent <= SAVE_DELAY for second, (sent, _) in enumerate(seen[:150], 1))
    assert [second for second, (_, new) in enumerate(seen, 1) if new] == [60, 120, 180]
    assert seen[-1] == (150, False)
    await let_pass(hass, freezer, 2 * SAVE_DELAY)
    assert not written()  # nothing was sent

    usage.async_end(session)
    for _ in range(5):
        await let_pass(hass, freezer, SAVE_DELAY)
        assert not written()


async def test_a_long_recognition_counts_as_it_goes(
    hass: HomeAssistant, service: SpeechService, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody waits for minutes.
    monkeypatch.setattr(
        "custom_components.azure_speech_live.resource.usage.SAVE_DELAY", 0.01
    )  # nobody waits for minutes
    entry = await add_resource(hass, service)
    usage = entry.runtime_data.usage

    async def recording() -> AsyncGenerator[bytes]:
        for second in range(1, 4):
            yield pcm(1)
            sent = second * 32000
            await service.until(lambda: received(service) == sent)  # noqa: B023 - it is over before the next one
            assert usage.hours == pytest.approx(second / 3600)
            while recognised(hass, entry.entry_id) < sent:
                counted = asyncio.Event()
                stop = usage.async_add_listener(counted.set)
                await counted.wait()
                stop()
            assert usage.month == Month(recognition=sent, requests=1)
        yield pcm(0.5)

    async for _ in async_recognize(entry, recording(), RecognitionOptions()):
        pass
    assert usage.month == Month(recognition=len(pcm(3.5)), requests=1)
    assert usage.hours == usage.month.hours


async def test_a_command_that_a_reload_ends_is_counted(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)

    async def endless() -> Any:
        yield pcm(1)
        await asyncio.Event().wait()

    command = asyncio.create_task(transcribe(hass, endless()))
    await service.until(lambda: received(service) == len(pcm(1)))
    await hass.config_entries.async_reload(entry.entry_id)
    _, result = await command

    assert result.result is SpeechResultState.ERROR
    assert entry.runtime_data.usage.month == Month(recognition=len(pcm(1)), requests=1)  # which is no failure


async def test_what_is_removed_is_gone_for_good(
    hass: HomeAssistant, service: SpeechService, freezer: FrozenDateTimeFactory
) -> None:
    entry = await add_resource(hass, service)
    await transcribe(hass, stream(pcm(1)))
    await let_pass(hass, freezer, SAVE_DELAY)
    assert path(hass, entry.entry_id).exists()
    late = entry.runtime_data.usage

    await hass.config_entries.async_remove(entry.entry_id)
    late.async_end(recognition(64000))  # a command that was under way
    await let_pass(hass, freezer, SAVE_DELAY)
    assert not path(hass, entry.entry_id).exists()
    assert (await restart(hass, entry.entry_id)).months == {}
    assert not path(hass, entry.entry_id).exists()
