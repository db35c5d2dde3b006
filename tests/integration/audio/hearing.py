"""Recordings as they are heard, or for what they are refused."""

from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.azure_speech_live.audio import media
from custom_components.azure_speech_live.audio.media import open_recording
from custom_components.azure_speech_live.const import DOMAIN


async def heard(
    hass: HomeAssistant, address: str | Path, limit: float = media.MAX_DURATION, duration: float | None = None
) -> bytes:
    """Return all samples of a recording."""
    async with open_recording(hass, str(address), limit, duration) as recording:
        samples = b"".join([chunk async for chunk in recording.audio()])
        assert recording.ended
        assert recording.duration == len(samples) / 32000
        return samples


async def refused(
    hass: HomeAssistant, address: str | Path, limit: float = media.MAX_DURATION, duration: float | None = None
) -> str:
    """Return the key of the error for which a recording is refused; its text must be there, and name the recording."""
    with pytest.raises(ServiceValidationError) as caught:
        await heard(hass, address, limit, duration)
    error = caught.value
    assert error.translation_domain == DOMAIN
    assert str(address) in str(error)
    assert error.translation_key is not None
    return error.translation_key


async def told(hass: HomeAssistant, media: str) -> str:
    """Return what a person reads of a recording that is refused."""
    with pytest.raises(ServiceValidationError) as caught:
        await heard(hass, media)
    return str(caught.value)


async def reason(hass: HomeAssistant, address: str | Path) -> str:
    """Return why a recording cannot be read."""
    with pytest.raises(ServiceValidationError) as caught:
        await heard(hass, address)
    assert caught.value.translation_placeholders is not None
    return caught.value.translation_placeholders["reason"]


def text_file(path: Path, text: str) -> Path:
    """Make a file of a text."""
    path.write_text(text)
    return path


async def refusal(hass: HomeAssistant, address: str) -> ServiceValidationError:
    """Return the error for which a recording is refused."""
    with pytest.raises(ServiceValidationError) as caught:
        await heard(hass, address)
    return caught.value
