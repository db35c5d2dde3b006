"""The actions as automations call them, and what is spoken of a translation as a media player plays it."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.azure_speech_live.const import DOMAIN
from tests.speech_service.wav import wav_file

from .recordings import convert

VOICE = "de-DE-KatjaNeural"


LIGHT = "Turn on the kitchen light."


async def call(hass: HomeAssistant, action: str, context: Context | None = None, **data: Any) -> dict[str, Any]:
    """Call an action, and return its response."""
    response = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True, context=context
    )
    assert isinstance(response, dict)
    return response


async def refused(hass: HomeAssistant, action: str = "translate", **data: Any) -> ServiceValidationError:
    """Call an action with what cannot be, and return the error that says so."""
    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, action, **data)
    assert_worded(caught.value)
    return caught.value


def assert_worded(error: HomeAssistantError) -> None:
    """Check that an error has a text, with a value for each placeholder."""
    assert error.translation_key is not None
    assert error.translation_key != str(error)
    assert "{" not in str(error)


async def play(client_for: ClientSessionGenerator, url: str, path: Path) -> bytes:
    """Fetch what a media player would, and return its samples."""
    response = await (await client_for()).get(url)
    assert response.status == 200
    assert response.content_type == "audio/mpeg"
    path.write_bytes(await response.read())
    return convert(path.with_suffix(".s16le"), "-f", "s16le", "-ar", "16000", "-ac", "1", source=path).read_bytes()


class Tone:
    """Speaks whatever it is as a tone. With a gate, it holds its breath after the first half until the gate opens."""

    def __init__(
        self, seconds: float, gate: asyncio.Event | None = None, *, rate: int = 16000, channels: int = 1
    ) -> None:
        """Set the tone's length, and what its header says."""
        self._wav = wav_file(b"\x00\x10\x00\xf0" * int(seconds * rate / 2), rate, channels)
        self._gate = gate

    async def synthesize(self, *_said: str) -> AsyncGenerator[bytes]:
        """Yield the tone."""
        half = len(self._wav) // 2 // 3200 * 3200
        for start in range(0, len(self._wav), 3200):
            if start == half and self._gate:
                await self._gate.wait()
            yield self._wav[start : start + 3200]
