"""One browser for all tests of the card; each has a page of its own, and the page no complaints."""

from array import array
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from math import pi, sin
from pathlib import Path
import wave

from playwright.async_api import Browser, async_playwright
import pytest
import pytest_asyncio
import pytest_socket

from tests.end_to_end.browser import launch

from .wall import Wall

type Open = Callable[..., AbstractAsyncContextManager[Wall]]


def hum(file: Path, seconds: float, rate: int) -> Path:
    """Write a WAV file with a tone that has no silence in it."""
    samples = array("h", (round(8000 * sin(2 * pi * 440 * n / rate) + 2000) for n in range(round(seconds * rate))))
    with wave.open(str(file), "wb") as recording:
        recording.setparams((1, 2, rate, 0, "NONE", ""))
        recording.writeframes(samples.tobytes())
    return file


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """Start Chromium. Its microphone hums for ever."""
    pytest_socket.enable_socket()  # `loopback_sockets` comes with each test, and so too late for this
    humming = hum(tmp_path_factory.mktemp("microphone") / "hum.wav", 10, 48000)
    async with async_playwright() as playwright:
        chromium = await launch(playwright, microphone=humming, loop=True)
        yield chromium
        await chromium.close()


@pytest.fixture
def open_wall(browser: Browser, tmp_path: Path) -> Open:
    """Return what opens walls, as a test wants them; voices take half a second."""
    return partial(Wall.open, browser, hum(tmp_path / "voice.wav", 0.5, 16000).read_bytes())


@pytest_asyncio.fixture(loop_scope="session")
async def wall(open_wall: Open) -> AsyncIterator[Wall]:
    """Open a wall that is as usual: at the end the page has complained of nothing, and asked nobody else."""
    async with open_wall() as opened:
        yield opened
        assert not opened.errors
        assert not opened.elsewhere
        assert await opened.page.evaluate("[house.resubscribing.length, house.lost()]") == [0, 0]
