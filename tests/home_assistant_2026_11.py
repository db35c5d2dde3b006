"""Lets the newest test plugin, made for Home Assistant 2026.10, load on 2026.11.

Loaded by ``-p`` before the plugin (pyproject.toml). To be deleted with the first
pytest-homeassistant-custom-component that pins homeassistant 2026.11.
"""

# The package aliases httpx to httpx2, which must happen before the plugin's respx imports httpx.
# Its patches of JSON, recorder and time must be in place before any component is imported.
from pytest_homeassistant_custom_component import patch_json, patch_recorder, patch_time  # isort: skip

from homeassistant.components import logger
from homeassistant.components.logger import helpers

# 2026.11 moved it; the plugin's `hass` fixture imports it from where it was.
logger._clear_logger_overwrites = helpers._clear_logger_overwrites  # type: ignore[attr-defined]  # noqa: SLF001

__all__ = ["patch_json", "patch_recorder", "patch_time"]
