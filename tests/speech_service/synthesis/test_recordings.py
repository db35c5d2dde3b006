"""The stand-in takes all that Microsoft's SDKs were recorded saying.

The recordings (recordings/*.jsonl, one line for each request and message of the client) are of Microsoft's native SDK
1.53 (through its Python package) and JavaScript SDK 1.52, speaking to a local server with a made-up key.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect

from .. import SpeechService
from ..raw_client import usual_headers

_RECORDINGS: Final = sorted((Path(__file__).parent / "recordings").iterdir())
_STOPPED: Final = {"textstream-stop.native"}
"""Where a turn never ends: the client went away in the middle of it."""


def read(file: Path) -> list[dict[str, Any]]:
    """Return the lines of a recording."""
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.mark.parametrize("file", _RECORDINGS, ids=lambda file: file.stem)
async def test_recording(file: Path) -> None:
    lines = read(file)
    upgrades = [line for line in lines if line["type"] == "upgrade"]
    for number, upgrade in enumerate(upgrades):
        said = [line for line in lines if line.get("connection") == number]
        target = urlsplit(upgrade["path"])
        query = "?deploymentId=one" if "deploymentId" in target.query else ""
        async with (
            SpeechService() as service,
            # Nobody reads the answer, so there has to be room for it.
            connect(service.url + target.path + query, additional_headers=usual_headers(), max_queue=None) as websocket,
        ):
            for message in said:
                head = "".join(f"{name}: {value}\r\n" for name, value in message["headers"])
                await websocket.send(f"{head}\r\n{message['body']}")
            await service.until(lambda: len(service.syntheses[0].messages) == len(said))  # noqa: B023 - it is awaited
            [connection] = service.syntheses
            if file.stem not in _STOPPED:
                await service.until(lambda: all(turn.ended for turn in connection.turns))  # noqa: B023 - the same
            assert connection.violation is None
            assert not connection.closed
            started = {message.request_id for message in connection.messages if message.path == "synthesis.context"}
            assert {turn.request_id for turn in connection.turns} == started
