"""The processes of the end-to-end tests: one Home Assistant for all of them, a stand-in and an entry for each."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
import re
import secrets

import pytest
import pytest_asyncio
import pytest_socket

from tests.microphone.sound import alsa

from .connection import Connection
from .home_assistant import HomeAssistant
from .microphone import BYTES_PER_SECOND, spoken
from .process import Process
from .stand_in import stand_in

SILENCE = bytes(2 * BYTES_PER_SECOND)

# A chunk of audio that was on its way when the run ended: any microphone causes it, the browser's too.
_LATE_AUDIO = "Received binary message for non-existing handler"


def troubles(lines: list[str]) -> list[str]:
    """Return the lines of Home Assistant's log that nobody wants to see: every error, and our own warnings."""
    return [
        line
        for line in lines
        if (
            re.search(r"^\S+ \S+ (ERROR|CRITICAL) |^Traceback |^Exception ignored |was never ", line)
            and _LATE_AUDIO not in line
        )
        or (re.search(r"^\S+ \S+ WARNING .*azure_speech_live", line) and "a custom integration" not in line)
    ]


@dataclass
class Household:
    """Home Assistant, with the integration added and a pipeline that listens through it."""

    home: HomeAssistant
    connection: Connection
    service: Process
    endpoint: str
    key: str
    entry_id: str
    pipeline: str
    expected_troubles: list[str] = field(default_factory=list)  # a pattern for each line, in their order


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[HomeAssistant]:
    """Run a Home Assistant, on a machine with a microphone that hears a command, over and over.

    Its log is free of trouble while it starts, and while it stops.
    """
    pytest_socket.enable_socket()  # `loopback_sockets` comes with each test, and so too late for this
    microphone = alsa(tmp_path_factory.mktemp("sound"), kitchen=spoken("Turn on the kitchen light") + SILENCE)
    async with HomeAssistant.run(tmp_path_factory.mktemp("home"), microphone) as running:
        assert not troubles(await running.log())
        yield running
        pytest_socket.enable_socket()
        before = len(await running.log())
    assert not troubles(running.process.lines[before:])
    assert await running.process.status() == 0


@pytest_asyncio.fixture(loop_scope="session")
async def household(home: HomeAssistant) -> AsyncIterator[Household]:
    """Add the integration to Home Assistant for one test. The log shows no other trouble than expected."""
    before = len(await home.log())
    key = secrets.token_hex(16)
    async with stand_in(key=key) as (endpoint, service), home.connect() as connection:
        entry_id = (await home.add_integration(endpoint, key))["result"]["entry_id"]
        pipeline = await connection.create_pipeline(entry_id)
        household = Household(home, connection, service, endpoint, key, entry_id, pipeline)
        yield household
        await home.remove_integration(entry_id)
    log = (await home.log())[before:]
    seen = troubles(log)
    assert len(seen) == len(household.expected_troubles), "\n".join([*seen, *service.lines])
    for line, pattern in zip(seen, household.expected_troubles, strict=True):
        assert re.search(pattern, line)
    assert not any(key in line for line in log)
