"""What the tests of the microphone stand on: virtual devices that PortAudio finds in this process."""

from collections.abc import AsyncIterator, Iterator
import threading

import pytest

from .sound import SoundServer


@pytest.fixture
async def sound_server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SoundServer]:
    """Run a PulseAudio server with a microphone "kitchen" in it."""
    async with SoundServer.run("kitchen") as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Wait for the thread that calls PortAudio: it ends when it has no more to do, which is a moment later."""
    yield
    for thread in threading.enumerate():
        if thread.name == "azure_speech_live sound":
            thread.join(10)
