"""What the tests of what can be said in a home stand on."""

import asyncio
from collections.abc import Callable, Mapping

from homeassistant.core import HomeAssistant
import pytest

from tests.speech.clock import LeapingLoop

from .homes import Home, settle


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run what depends on seconds by the leaping clock: they can be asserted, and a busy machine makes nothing late."""
    leaps = item.path.name == "test_ending.py"
    return {"leaping": LeapingLoop} if leaps else {"real": asyncio.SelectorEventLoop}


@pytest.fixture
async def here(hass: HomeAssistant) -> Home:
    """Return a home with a lamp in the bedroom and a light in the kitchen."""
    home = await settle(hass)
    home.add_light("Lamp", "Bedroom")
    home.add_light("Ceiling light", "Kitchen")
    return home
