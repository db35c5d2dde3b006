"""What the tests of the microphone stand on: virtual devices that PortAudio finds in this process."""

from collections.abc import AsyncIterator

import pytest

from .sound import SoundServer


@pytest.fixture
async def sound_server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SoundServer]:
    """Run a PulseAudio server with a microphone "kitchen" in it."""
    async with SoundServer.run("kitchen") as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server
