"""The resource that these tests watch."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from tests.speech_service.service import SpeechService

from ..forms import add_resource


@pytest.fixture
async def entry(hass: HomeAssistant, service: SpeechService, caplog: pytest.LogCaptureFixture) -> ConfigEntry:
    """Add the resource, and forget what was logged until then."""
    entry = await add_resource(hass, service)
    caplog.clear()
    return entry
