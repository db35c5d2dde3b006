"""What recordings are read by."""

from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from custom_components.azure_speech_live.const import DOMAIN


@pytest.fixture
async def allowed(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Set up what recordings are read by, and allow a folder."""
    hass.config.media_dirs = {"local": str(tmp_path)}
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    hass.config.allowlist_external_urls = {"http://127.0.0.1", "rtsp://127.0.0.1", "rtsps://127.0.0.1"}  # at any port
    hass.config.internal_url = "http://127.0.0.1:9"
    assert await async_setup_component(hass, DOMAIN, {})
    return tmp_path


@pytest.fixture
async def setup(hass: HomeAssistant) -> None:
    """Set up what recordings are read by."""
    assert await async_setup_component(hass, DOMAIN, {})
