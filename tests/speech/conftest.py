"""What the tests of the client share: a clock that leaps, and an eye on what is logged."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
import gc
import logging

import pytest

from tests.speech_service import KEY

from .caller import WORDS
from .clock import LeapingLoop

CLIENT = "custom_components.azure_speech_live.speech"
STAND_IN = ("tests.speech_service", "aiohttp.server")


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run every test by the leaping clock, but those that ask for the real one with the marker real_clock."""
    if item.get_closest_marker("real_clock"):
        return {"real": asyncio.SelectorEventLoop}
    return {"leaping": LeapingLoop}


def pytest_configure(config: pytest.Config) -> None:
    """Make our marker known."""
    config.addinivalue_line("markers", "real_clock: run by the real clock, for what lies outside the event loop")


@pytest.fixture(autouse=True)
def configure_event_loop() -> None:
    """Keep the test plugin from making the loop Home Assistant's: it would put the real clock back."""


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Keep the test plugin from switching debugging on: it takes two thirds of the time of tests this small."""


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Log everything, and look at it: no trouble, no tracebacks, no key anywhere, nothing said in our own lines."""
    caplog.set_level(logging.DEBUG)
    yield caplog
    gc.collect(1)  # an exception that nobody has looked at is logged when its task goes
    for record in caplog.get_records("call"):
        line = record.getMessage() + (caplog.handler.formatter or logging.Formatter()).format(record)
        assert record.levelno < logging.WARNING, line
        if record.name.startswith(STAND_IN):
            continue
        assert record.exc_info is None, line
        assert KEY not in line
        assert not (record.name.startswith(CLIENT) and WORDS & set(line.lower().split())), line
