"""The processes of the end-to-end tests: one Home Assistant for all of them, a stand-in and an entry for each."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
import re
import secrets
import shutil

import pytest
import pytest_asyncio
import pytest_socket

from tests.microphone.sound import alsa

from .browser import Browser
from .connection import Connection
from .home_assistant import HomeAssistant
from .kinds import Ffmpeg
from .microphone import BYTES_PER_SECOND, spoken
from .process import Process
from .stand_in import stand_in

SILENCE = bytes(2 * BYTES_PER_SECOND)
_AGENT = Path(__file__).parent / "writer"

# A chunk of audio that was on its way when the run ended: any microphone causes it, the browser's too.
_LATE_AUDIO = "Received binary message for non-existing handler"

type Camera = Callable[[Browser, str], Awaitable[None]]


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


@pytest.fixture(scope="session")
def ffmpeg(tmp_path_factory: pytest.TempPathFactory) -> Ffmpeg:
    """Make the ffmpeg that Home Assistant finds."""
    return Ffmpeg(tmp_path_factory.mktemp("ffmpeg"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def home(tmp_path_factory: pytest.TempPathFactory, ffmpeg: Ffmpeg) -> AsyncIterator[HomeAssistant]:
    """Run a Home Assistant with an agent that writes; its machine's microphone hears a command, over and over.

    Its log is free of trouble while it starts, and while it stops.
    """
    pytest_socket.enable_socket()  # `loopback_sockets` comes with each test, and so too late for this
    microphone = alsa(tmp_path_factory.mktemp("sound"), kitchen=spoken("Turn on the kitchen light") + SILENCE)
    shutil.copytree(_AGENT, config := tmp_path_factory.mktemp("home"), dirs_exist_ok=True)
    async with HomeAssistant.run(config, {**microphone, **ffmpeg.environment}) as running:
        assert not troubles(await running.log())
        yield running
        pytest_socket.enable_socket()
        before = len(await running.log())
    assert not troubles(running.process.lines[before:])
    assert await running.process.status() == 0


@pytest.fixture
def camera(request: pytest.FixtureRequest) -> Camera:
    """Take a screenshot, if anybody wants it."""
    folder: Path | None = request.config.getoption("screenshots")

    async def take(browser: Browser, name: str) -> None:
        if folder:
            await browser.page.mouse.move(0, 0)
            await browser.page.wait_for_load_state("networkidle")  # icons come late
            (folder / f"{name}.png").write_bytes(await browser.page.screenshot(animations="disabled"))

    return take


@asynccontextmanager
async def own_pipelines(connection: Connection) -> AsyncIterator[None]:
    """Remove the pipelines that are made in the block, and prefer the one from before: they have the same name."""
    before = await connection.call("assist_pipeline/pipeline/list")
    yield
    await connection.call("assist_pipeline/pipeline/set_preferred", pipeline_id=before["preferred_pipeline"])
    for pipeline in (await connection.call("assist_pipeline/pipeline/list"))["pipelines"]:
        if pipeline["id"] not in {old["id"] for old in before["pipelines"]}:
            await connection.call("assist_pipeline/pipeline/delete", pipeline_id=pipeline["id"])


@pytest_asyncio.fixture(loop_scope="session")
async def household(home: HomeAssistant) -> AsyncIterator[Household]:
    """Add the integration to Home Assistant for one test. The log shows no other trouble than expected."""
    before = len(await home.log())
    key = secrets.token_hex(16)
    async with (
        stand_in(key=key) as (endpoint, service),
        home.connect() as connection,
        own_pipelines(connection),
    ):
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
