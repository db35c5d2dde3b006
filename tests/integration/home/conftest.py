"""What the tests of what can be said in a home stand on."""

from homeassistant.core import HomeAssistant
import pytest

from .homes import Home, settle


@pytest.fixture
async def here(hass: HomeAssistant) -> Home:
    """Return a home with a lamp in the bedroom and a light in the kitchen."""
    home = await settle(hass)
    home.add_light("Lamp", "Bedroom")
    home.add_light("Ceiling light", "Kitchen")
    return home
