"""The file of the usage: whatever is wrong with it stops nobody, and costs nothing without a copy and a word."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
import json
import logging
import os
from pathlib import Path
import resource
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.resource.issues import Issue
from custom_components.azure_speech_live.resource.months import Month
from custom_components.azure_speech_live.resource.usage import SAVE_DELAY, async_get_usage
from tests.speech_service.service import KEY, SpeechService

from ..availability import HEARD, issue, said, speak
from ..forms import state_of
from ..speech import pcm

NOVEMBER = {"recognition": 32000, "translation": 64000, "requests": 2, "failures": {"throttled": 1}}
ONE_COMMAND = len(pcm(1))


def content(data: object, **changes: object) -> bytes:
    """Return a file as it is written, with changes."""
    return json.dumps({"version": 1, "minor_version": 1, "key": f"{DOMAIN}.home", "data": data, **changes}).encode()


@pytest.fixture(autouse=True)
def november(freezer: FrozenDateTimeFactory) -> None:
    """Let it be November."""
    freezer.move_to("2026-11-23T12:00:00Z")


@pytest.fixture
def path(hass: HomeAssistant) -> Path:
    """Return the file, which is not there yet."""
    storage = Path(hass.config.path(".storage"))
    storage.mkdir()
    return storage / f"{DOMAIN}.home"


@pytest.fixture
def pass_a_minute(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Callable[[], Awaitable[None]]:
    """Give what lets a minute pass, and what then happens be done."""

    async def let_pass() -> None:
        freezer.tick(SAVE_DELAY)
        async_fire_time_changed(hass)
        await hass.async_block_till_done()

    return let_pass


@pytest.fixture
def entry(hass: HomeAssistant, service: SpeechService) -> MockConfigEntry:
    """Return an entry that is not set up yet."""
    subentry: dict[str, Any] = {"data": {}, "subentry_type": "recognizer", "title": "Azure Speech", "unique_id": None}
    entry = MockConfigEntry(
        domain=DOMAIN,
        entry_id="home",
        title="Ours",
        data={"url": service.url, "api_key": KEY},
        subentries_data=[subentry],
    )
    entry.add_to_hass(hass)
    return entry


def copies(path: Path) -> list[Path]:
    """Return the files that were kept."""
    return [*path.parent.glob(f"{path.name}.unreadable.*")]


async def stop(hass: HomeAssistant) -> None:
    """Let Home Assistant store what it has to when it stops."""
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()


# --- what cannot be read

NOTHING: dict[str, bytes] = {
    "empty": b"",
    "zeros": bytes(200),
    "truncated": content({"2026-11-01": NOVEMBER})[:-30],
    "not UTF-8": content({"2026-11-01": NOVEMBER}).replace(b"throttled", b"thr\xff\xfe"),
    "too deep": b"[" * 100_000,
    "deep": b'{"version": 1, "data": ' + b"[" * 900 + b"]" * 900 + b"}",
    "not a number": content({"2026-11-01": {"recognition": float("nan")}}),
    "a list": b"[]",
    "a null": b"null",
    "a text": b'"usage"',
    "no version": b'{"data": {}}',
    "no data": b'{"version": 1}',
    "null for data": content(None),
    "a list for data": content([NOVEMBER]),
    "a newer version": content({"2026-11-01": NOVEMBER}, version=2),
    "an older version": content({"2026-11-01": NOVEMBER}, version=0),
    "a text for a version": content({"2026-11-01": NOVEMBER}, version="1"),
}
NOVEMBER_ONLY: dict[str, bytes] = {
    "a null for another month": content({"2026-11-01": NOVEMBER, "2026-10-01": None}),
    "a list for another month": content({"2026-11-01": NOVEMBER, "2026-10-01": [1]}),
    "no date": content({"2026-11-01": NOVEMBER, "whenever": NOVEMBER}),
    "an unknown field": content({"2026-11-01": {**NOVEMBER, "synthesis": 5}}, minor_version=4),
    "an unknown field of the failures": content({"2026-11-01": {**NOVEMBER, "failures": {"throttled": 1, "x": None}}}),
}
ELSE_ZERO: dict[str, Any] = {
    "a null": None,
    "a negative number": -1,
    "a number in a text": "64000",
    "a huge number": 10**30,
    "a large number": 2**63,
    "a fraction": 1.5,
    "yes": True,
    "a list": [64000],
}
DAMAGED = [
    *(pytest.param(damaged, Month(), id=name) for name, damaged in NOTHING.items()),
    *(
        pytest.param(damaged, Month(32000, 64000, requests=2, failures={"throttled": 1}), id=name)
        for name, damaged in NOVEMBER_ONLY.items()
    ),
    *(
        pytest.param(
            content({"2026-11-01": {**NOVEMBER, "translation": value}}),
            Month(32000, requests=2, failures={"throttled": 1}),
            id=f"{name} for a number",
        )
        for name, value in ELSE_ZERO.items()
    ),
    *(
        pytest.param(
            content({"2026-11-01": {**NOVEMBER, "failures": value}}),
            Month(32000, 64000, requests=2),
            id=f"{name} for failures",
        )
        for name, value in {"a null": None, "a number": 5, "a list": ["throttled"]}.items()
    ),
]


@pytest.mark.parametrize(("damaged", "month"), DAMAGED)
async def test_what_cannot_be_read_is_kept_and_stops_nobody(
    hass: HomeAssistant, path: Path, entry: ConfigEntry, damaged: bytes, month: Month
) -> None:
    path.write_bytes(damaged)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.runtime_data.usage.month == month
    (copy,) = copies(path)
    assert copy.read_bytes() == damaged
    found = issue(hass, entry, Issue.USAGE_UNREADABLE)
    assert found is not None
    assert found.translation_placeholders == {"title": "Ours", "file": copy.name}
    # What could be read is at its place again at once.
    assert json.loads(path.read_bytes())["data"] == entry.runtime_data.usage.months.as_data()

    assert await speak(hass) == HEARD
    await stop(hass)
    assert json.loads(path.read_bytes())["data"]["2026-11-01"]["recognition"] == month.recognition + ONE_COMMAND


async def test_it_is_told_once(
    hass: HomeAssistant, path: Path, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_bytes(b"")
    await hass.config_entries.async_setup(entry.entry_id)
    (copy,) = copies(path)
    (line,) = said(caplog)
    assert line[0] == logging.ERROR
    assert line[1].startswith(f"{path} cannot be read in whole and is kept as {copy.name}: ")
    assert "Traceback" not in caplog.text
    for _ in range(2):
        await hass.config_entries.async_reload(entry.entry_id)
    assert issue(hass, entry, Issue.USAGE_UNREADABLE) is not None
    assert copies(path) == [copy]
    assert said(caplog) == []


async def test_a_folder_in_its_place_is_kept_as_well(hass: HomeAssistant, path: Path, entry: ConfigEntry) -> None:
    path.mkdir()
    (path / "mine").touch()
    assert await hass.config_entries.async_setup(entry.entry_id)
    (copy,) = copies(path)
    assert (copy / "mine").exists()
    await hass.config_entries.async_remove(entry.entry_id)
    assert (copy / "mine").exists()  # which is not ours


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_a_file_that_may_not_be_read_is_kept_as_well(hass: HomeAssistant, path: Path, entry: ConfigEntry) -> None:
    path.write_bytes(content({}))
    path.chmod(0)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert len(copies(path)) == 1


async def test_there_is_one_usage_whoever_asks_first(hass: HomeAssistant, path: Path, entry: ConfigEntry) -> None:
    path.write_bytes(content({"2026-11-01": NOVEMBER}))
    # As when diagnostics are downloaded while the resource is set up.
    first, second = await asyncio.gather(async_get_usage(hass, entry), async_get_usage(hass, entry))
    assert first is second


@pytest.mark.parametrize("data", [{}, {"2026-10-01": NOVEMBER, "2026-11-01": NOVEMBER}, {"2026-11-01": {}}])
async def test_what_can_be_read_is_left_as_it_is(
    hass: HomeAssistant, path: Path, entry: ConfigEntry, data: dict[str, Any]
) -> None:
    path.write_bytes(content(data))
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.runtime_data.usage.months.keys() == data.keys()
    assert copies(path) == []
    assert path.read_bytes() == content(data)
    assert issue(hass, entry, Issue.USAGE_UNREADABLE) is None


@pytest.mark.parametrize("of_no_clock", ["1980-01-01", "0001-01-01", "9999-12-31"])
async def test_months_of_a_clock_that_was_not_set_join_the_present_one(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, path: Path, entry: ConfigEntry, of_no_clock: str
) -> None:
    path.write_bytes(content({"1970-01-01": NOVEMBER, of_no_clock: NOVEMBER, "2026-11-01": NOVEMBER}))
    freezer.move_to("1970-01-01T00:00:10Z")
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.runtime_data.usage.month.recognition == 3 * 32000
    freezer.move_to("2026-11-23T12:00:00Z")
    await speak(hass)
    await stop(hass)
    stored = json.loads(path.read_bytes())["data"]
    assert {first: month["recognition"] for first, month in stored.items()} == {"2026-11-01": 4 * 32000}
    assert copies(path) == []


async def test_all_that_was_kept_goes_with_the_entry(hass: HomeAssistant, path: Path, entry: ConfigEntry) -> None:
    path.write_bytes(b"")
    await hass.config_entries.async_setup(entry.entry_id)
    other = path.with_name(f"{path.name}2")
    other.touch()
    await hass.config_entries.async_remove(entry.entry_id)
    assert [*path.parent.iterdir()] == [other]
    assert issue(hass, entry, Issue.USAGE_UNREADABLE) is None


async def test_what_was_never_read_goes_with_the_entry(hass: HomeAssistant, path: Path, entry: ConfigEntry) -> None:
    path.write_bytes(b"")
    await hass.config_entries.async_remove(entry.entry_id)
    assert [*path.parent.iterdir()] == []


# --- what cannot be written


@contextmanager
def no_folder(path: Path) -> Iterator[None]:
    """Put a file where the folder should be."""
    away = path.parent.with_name("away")
    path.parent.rename(away)
    path.parent.touch()
    yield
    path.parent.unlink()
    away.rename(path.parent)


@contextmanager
def full_disk(_path: Path) -> Iterator[None]:
    """Let nothing be written that is longer than a few bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture(params=[no_folder, full_disk])
def trouble(request: pytest.FixtureRequest, path: Path) -> Callable[[], AbstractContextManager[None]]:
    """Give what keeps the file from being written for a while."""
    return partial(request.param, path)


async def test_what_cannot_be_written_is_tried_again_and_told_once(
    hass: HomeAssistant,
    entry: ConfigEntry,
    trouble: Callable[[], AbstractContextManager[None]],
    pass_a_minute: Callable[[], Awaitable[None]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = Path(hass.config.path(".storage", f"{DOMAIN}.home"))
    before = content({"2026-11-01": NOVEMBER})
    path.write_bytes(before)
    await hass.config_entries.async_setup(entry.entry_id)
    await speak(hass)
    caplog.clear()
    with trouble():
        for _ in range(3):
            await pass_a_minute()
        ((level, line),) = said(caplog)
        assert level == logging.ERROR
        assert line.startswith(f"{path} cannot be written, which is tried again every minute: [Errno")
        assert "Traceback" not in caplog.text
        assert await speak(hass) == HEARD
        await pass_a_minute()
    assert path.read_bytes() == before
    assert [*path.parent.iterdir()] == [path]  # and no half a file
    said(caplog)

    await pass_a_minute()
    assert said(caplog) == [(logging.INFO, f"{path} is written again")]
    assert json.loads(path.read_bytes())["data"]["2026-11-01"]["recognition"] == 32000 + 2 * ONE_COMMAND
    await pass_a_minute()
    assert said(caplog) == []


@pytest.mark.parametrize("taken_away", [False, True], ids=["", "taken away"])
async def test_what_cannot_be_kept_yet_is_not_written_over(
    hass: HomeAssistant,
    path: Path,
    entry: ConfigEntry,
    pass_a_minute: Callable[[], Awaitable[None]],
    taken_away: bool,  # noqa: FBT001
) -> None:
    damaged = content({"2026-11-01": NOVEMBER}, version=2)
    path.write_bytes(damaged)
    with no_folder(path):
        assert await hass.config_entries.async_setup(entry.entry_id)
        assert await speak(hass) == HEARD
    if taken_away:  # by somebody who saw the notice
        path.unlink()
    for _ in range(2):
        await pass_a_minute()
    assert [copy.read_bytes() for copy in copies(path)] == ([] if taken_away else [damaged])
    assert json.loads(path.read_bytes())["data"]["2026-11-01"]["recognition"] == ONE_COMMAND


async def test_what_cannot_be_removed_keeps_no_entry(
    hass: HomeAssistant, path: Path, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    await hass.config_entries.async_setup(entry.entry_id)
    path.mkdir()
    await hass.config_entries.async_remove(entry.entry_id)
    assert hass.config_entries.async_get_entry("home") is None
    assert f"{path} cannot be removed: " in caplog.text
    assert "Traceback" not in caplog.text


async def test_nothing_is_written_where_nothing_happens(hass: HomeAssistant, path: Path, entry: ConfigEntry) -> None:
    await hass.config_entries.async_setup(entry.entry_id)
    assert state_of(entry) is ConfigEntryState.LOADED
    await stop(hass)
    assert [*path.parent.iterdir()] == []
