"""A real Home Assistant on a machine that misbehaves: its disk is full or cannot be written, its clock jumps."""

import asyncio
from collections.abc import AsyncGenerator, Callable
import errno
import json
import os
from pathlib import Path
import re
import secrets
from typing import Any

import pytest

from .connection import Connection
from .disk import Disk, NoDiskError
from .home_assistant import HomeAssistant
from .microphone import microphone, spoken
from .stand_in import stand_in

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]

COMMAND = "Turn on the kitchen light"
_OURS = re.compile(r"^\S+ \S+ (?:WARNING|ERROR|CRITICAL) .*azure_speech_live\.(?!.*a custom integration)")


async def speak(connection: Connection, entry_id: str, sound: AsyncGenerator[bytes] | None = None) -> str:
    """Speak a command into a pipeline, and return the transcript."""
    pipeline = await connection.create_pipeline(entry_id)
    run = connection.run_pipeline(pipeline, sound or microphone(spoken(COMMAND)))
    events = [event async for event in run]
    (text,) = (event["data"]["stt_output"]["text"] for event in events if event["type"] == "stt-end")
    return str(text)


async def set_limit(home: HomeAssistant, entry_id: str, hours: float) -> None:
    """Change a resource's options, as the gear does."""
    flow = await home.post("/api/config/config_entries/options/flow", json={"handler": entry_id})
    data = {"monthly_limit": hours, "pricing_tier": "unknown"}
    step = await home.post(f"/api/config/config_entries/options/flow/{flow['flow_id']}", json=data)
    assert step["type"] == "create_entry"
    async with home.connect() as connection, asyncio.timeout(30):
        while not await has_limit(connection):  # noqa: ASYNC110 - it is set up again with them
            await asyncio.sleep(0.1)


def stored(storage: Path, entry_id: str) -> dict[str, Any]:
    """Return the months that are in storage."""
    try:
        content: Any = json.loads((storage / f"azure_speech_live.{entry_id}").read_bytes())
    except FileNotFoundError:
        return {}
    return dict(content["data"])


def requests(months: dict[str, Any]) -> int:
    """Return how many requests were counted: one for each command."""
    return sum(month["requests"] for month in months.values())


async def has_limit(connection: Connection) -> bool:
    """Return whether a monthly limit is set: there is a sensor for it then."""
    return any("limit" in state["entity_id"] for state in await connection.call("get_states"))


@pytest.mark.parametrize(
    ("spoil", "mend", "error"),
    [(Disk.fill, Disk.empty, errno.ENOSPC), (Disk.lock, Disk.unlock, errno.EROFS)],
    ids=["full", "read-only"],
)
async def test_what_cannot_be_stored_is_stored_later(
    tmp_path: Path, spoil: Callable[[Disk], None], mend: Callable[[Disk], None], error: int
) -> None:
    """Commands go on, also when it starts so. What was counted or changed is lost only if it ends meanwhile."""
    mount, config, key = tmp_path / "disk", tmp_path / "config", secrets.token_hex(16)
    for folder in (mount, config):
        folder.mkdir()
    try:
        async with Disk.mounted(mount) as disk, stand_in(key=key) as (endpoint, _):
            (config / ".storage").symlink_to(disk.path)
            async with HomeAssistant.run(config) as home:
                entry_id = (await home.add_integration(endpoint, key))["result"]["entry_id"]
                async with home.connect() as connection:
                    assert await speak(connection, entry_id)
                await home.restart()  # what there is to store has been stored then
                assert requests(stored(disk.path, entry_id)) == 1

                spoil(disk)
                async with home.connect() as connection:
                    assert await speak(connection, entry_id)
                    await set_limit(home, entry_id, 5)
                    assert await speak(connection, entry_id)
                spoiled = home.process
                await home.restart()  # it cannot store anything now
                async with home.connect() as connection:
                    assert not await has_limit(connection)
                    assert await speak(connection, entry_id)
                    mend(disk)
                    lines = [*spoiled.lines, *await home.log()]
                await home.restart()
                assert requests(stored(disk.path, entry_id)) == 2, "without the two of before the start"
    except NoDiskError as err:
        pytest.skip(f"no disk can be mounted here: {err}")
    (line,) = (line for line in lines if _OURS.search(line))
    assert re.search(rf"cannot be written, which is tried again every minute: .*{os.strerror(error)}", line)
    assert not any(key in line for line in lines)


_DAY = 86_400
_JUMPS = (_DAY, -365 * _DAY, 40 * _DAY, 0)


async def test_the_clock_jumps_while_somebody_speaks(tmp_path: Path) -> None:
    """A day on, a year back, to another month: everything is heard, and all of it is counted once.

    It is the system's clock as the process sees it; the one that only runs forward is as it is.
    """
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        pytest.skip("libfaketime is not here, which shows a process another time")
    key, clock = secrets.token_hex(16), tmp_path / "clock"
    clock.write_text("+0")
    environment = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # not needed with that, and Home Assistant does not start with it
    }

    async def jumping(seconds: int) -> AsyncGenerator[bytes]:
        async for chunk in microphone(spoken(COMMAND)):
            yield chunk
            clock.write_text(f"{seconds:+d}")

    async with stand_in(key=key) as (endpoint, _), HomeAssistant.run(tmp_path / "config", environment) as home:
        entry_id = (await home.add_integration(endpoint, key))["result"]["entry_id"]
        async with home.connect() as connection:
            heard = [await speak(connection, entry_id)]
            for seconds in _JUMPS:
                heard.append(await speak(connection, entry_id, jumping(seconds)))
                heard.append(await speak(connection, entry_id))
        lines = await home.log()
    days = {match[0] for line in lines if (match := re.match(r"\d{4}-\d\d-\d\d", line))}
    assert len(days) >= len(_JUMPS), "so it did jump"
    assert len(set(heard)) == 1
    assert not any(_OURS.search(line) for line in lines)
    assert requests(stored(tmp_path / "config" / ".storage", entry_id)) == len(heard)
