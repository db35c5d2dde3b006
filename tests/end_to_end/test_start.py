"""A real Home Assistant that starts before the internet is there: its assistant has its engines, and they work soon."""

import os
from pathlib import Path
import re
import secrets
import shutil
import subprocess
import sys
from typing import Any, Final

import pytest

from .connection import Connection
from .home_assistant import HomeAssistant, free_port
from .microphone import microphone, spoken
from .process import Process
from .stand_in import stand_in

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(400)]

COMMAND: Final = "Turn on the kitchen light"
_OURS: Final = re.compile(r"^\S+ \S+ (?:WARNING|ERROR|CRITICAL) .*azure_speech_live\.(?!.*a custom integration)")

_WITHOUT_NETWORK: Final = "PYTEST_WITHOUT_NETWORK"
"""Set where this runs on a machine that has no network but loopback, and can be given one."""
_NEW_MACHINE: Final = ("unshare", "--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
_PLUG_IN: Final = """
ip link add outside type veth peer name inside
ip address add 192.0.2.2/24 dev inside
ip link set outside up
ip link set inside up
ip route add default via 192.0.2.1
"""


def set_network(*, up: bool) -> None:
    """Plug a cable in that leads nowhere, or pull it out; if we are on a machine for that."""
    if _WITHOUT_NETWORK in os.environ:
        subprocess.run(("sh", "-ec", _PLUG_IN if up else "ip link delete inside"), check=True)


async def speak(connection: Connection, pipeline: str) -> dict[str, Any]:
    """Speak a command. Return what the pipeline says to it: the text, or the error."""
    events = [event async for event in connection.run_pipeline(pipeline, microphone(spoken(COMMAND)))]
    return next(event["data"] for event in events if event["type"] in ("stt-end", "error"))


async def offered(connection: Connection) -> set[str]:
    """Return the engines from which the page of an assistant lets one choose: it saves no other."""
    return {
        provider["engine_id"]
        for kind in ("stt", "tts")
        for provider in (await connection.call(f"{kind}/engine/list", language="en"))["providers"]
    }


async def test_it_starts_while_the_service_is_away(tmp_path: Path) -> None:
    key, port = secrets.token_hex(16), free_port()
    set_network(up=True)
    async with HomeAssistant.run(tmp_path) as home:
        async with stand_in(key=key, port=port) as (endpoint, _), home.connect() as connection:
            entry_id = (await home.add_integration(endpoint, key))["result"]["entry_id"]
            pipeline = await connection.create_pipeline(entry_id)
            heard = await speak(connection, pipeline)
            assert "stt_output" in heard
        set_network(up=False)
        await home.restart()
        async with home.connect() as connection:
            assert await connection.loaded() == entry_id
            ear, voice = [await connection.entity(entry_id, kind) for kind in ("stt", "tts")]
            assert {ear, voice} <= await offered(connection)
            assert (await speak(connection, pipeline))["code"] == "stt-stream-failed"  # it was asked
            assert await connection.state(ear) == "unavailable"
            assert await connection.state(voice) != "unavailable"
            ours = [line for line in await home.log() if _OURS.search(line)]
            set_network(up=True)
            async with stand_in(key=key, port=port):
                assert await speak(connection, pipeline) == heard
                assert await connection.state(ear) != "unavailable"
    assert len(ours) == 1, ours
    assert "speech recognition failed" in ours[0]


async def test_it_starts_without_a_network() -> None:
    """Runs the test above where there is none when Home Assistant starts: not even one to look for names in."""
    if not shutil.which("unshare"):
        pytest.skip("unshare is not here, which makes a machine without a network")
    async with Process.run(*_NEW_MACHINE, "true") as process:
        if await process.status():
            pytest.skip("no machine without a network may be made here")
    # That run is its own, and no worker of this one.
    ours = [f"--unset={name}" for name in os.environ if name.startswith("PYTEST_")]
    test = f"{__file__}::{test_it_starts_while_the_service_is_away.__name__}"
    run = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", test)
    async with Process.run(*_NEW_MACHINE, "env", *ours, f"{_WITHOUT_NETWORK}=1", *run) as process:
        await process.line("^=+ 1 passed", within=300)
