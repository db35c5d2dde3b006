"""What the tests of the adversary share: nobody waits for a time-out where the stand-in is in the same process."""

import asyncio
from collections.abc import Callable, Mapping

import pytest

from tests.speech.clock import LeapingLoop


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run every test by the leaping clock, but those whose stand-in, in a process of its own, knows nothing of it."""
    if "stage" in getattr(item, "fixturenames", ()):
        return {"real": asyncio.SelectorEventLoop}
    return {"leaping": LeapingLoop}


@pytest.fixture(autouse=True)
def configure_event_loop() -> None:
    """Keep the test plugin from making the loop Home Assistant's: it would put the real clock back."""
