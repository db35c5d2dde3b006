"""What the tests of the client share: a clock that leaps, and an eye on what is left behind and what is logged."""

import asyncio
from collections.abc import Callable, Mapping

import pytest

from .clock import LeapingLoop


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run every test by the leaping clock, but those that ask for the real one (loop_factories=["real"])."""
    return {"leaping": LeapingLoop}


@pytest.fixture(autouse=True)
def configure_event_loop() -> None:
    """Keep the test plugin from making the loop Home Assistant's: it would put the real clock back."""
