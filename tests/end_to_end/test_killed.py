"""A real Home Assistant that is killed, as a power cut would: what was stored is there when it starts again."""

import asyncio
import json
from pathlib import Path
import secrets
from typing import Any

import pytest

from .home_assistant import HomeAssistant
from .microphone import microphone, spoken
from .stand_in import stand_in

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]


def recognised(config: Path, entry_id: str) -> int:
    """Return the bytes that are counted in storage."""
    try:
        content: Any = json.loads((config / ".storage" / f"azure_speech_live.{entry_id}").read_bytes())
    except FileNotFoundError:
        return 0
    return sum(month["recognition"] for month in content["data"].values())


async def test_it_is_killed_after_a_minute(tmp_path: Path) -> None:
    key = secrets.token_hex(16)
    async with stand_in(key=key) as (endpoint, _), HomeAssistant.run(tmp_path) as home:
        entry_id = (await home.add_integration(endpoint, key))["result"]["entry_id"]

        async def listen() -> list[str]:
            async with home.connect() as connection:
                pipeline = await connection.create_pipeline(entry_id)
                run = connection.run_pipeline(pipeline, microphone(spoken("Turn on the kitchen light")))
                return [event["type"] async for event in run]

        assert "stt-end" in await listen()
        async with asyncio.timeout(120):
            while not recognised(tmp_path, entry_id):  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.5)
        counted = recognised(tmp_path, entry_id)
        home.process.kill_all()
        await home.restart()
        assert recognised(tmp_path, entry_id) == counted
        assert "stt-end" in await listen()
