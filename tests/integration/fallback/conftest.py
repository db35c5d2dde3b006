"""A home with a recognizer, a voice, and second engines beside them, in which nobody waits for a time-out."""

import asyncio
from collections.abc import Callable, Mapping

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from tests.speech.clock import LeapingLoop
from tests.speech_service.service import SpeechService

from ..forms import add_resource
from ..second_voices import Manner, add_second_voice
from .second_ear import Commands, SecondEar, add_second_ear


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run tests by the leaping clock: seconds can be asserted, and a busy machine makes nothing late."""
    if isinstance(item, pytest.Function) and "processes" in item.fixturenames:
        return {"real": asyncio.SelectorEventLoop}
    return {"leaping": LeapingLoop}


@pytest.fixture
def processes() -> None:
    """Have a test run by the real clock: processes are at work, which know nothing of the leaping one."""


@pytest.fixture(autouse=True)
def configure_event_loop() -> None:
    """Keep the test plugin from making the loop Home Assistant's: it would put the real clock back."""


@pytest.fixture
async def second(hass: HomeAssistant) -> SecondEar:
    """Add another integration's engine, which hears "lights on"."""
    return await add_second_ear(hass)


@pytest.fixture
async def commands(
    hass: HomeAssistant, service: SpeechService, second: SecondEar, caplog: pytest.LogCaptureFixture
) -> Commands:
    """Add the resource, whose recognizer names the second engine, and forget what was logged until then."""
    entry: ConfigEntry = await add_resource(hass, service)
    commands = Commands(hass, entry, service, second)
    await commands.set_up()
    caplog.clear()
    return commands


@pytest.fixture
async def piper(
    hass: HomeAssistant, entry: ConfigEntry, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> Manner:
    """Have the resource's voice name a second engine, and forget what was logged until then."""
    manner = await add_second_voice(hass, entry, streaming=getattr(request, "param", False))
    caplog.clear()
    return manner
