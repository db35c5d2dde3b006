"""A sound server that hangs: nobody waits for it without end, no device is lost, and all goes on when it does.

PortAudio itself hangs with it, in every call, as long as PulseAudio is stopped.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
import sys
from time import monotonic

import pytest

from custom_components.azure_speech_live.microphone import (
    MicrophoneLostError,
    MicrophoneStuckError,
    capture as capture_module,
    list_devices,
    open_microphone,
    portaudio,
    sound_thread,
)
from tests.end_to_end.process import ROOT

from .sound import SoundServer, settled, threads

LISTENS = """
import asyncio, sys
from custom_components.azure_speech_live.microphone import open_microphone

async def listen():
    async with open_microphone("kitchen"):
        print("listening", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
    print("ended", flush=True)

asyncio.run(listen())
"""


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten what is waited for: a server that is stopped does not answer a second later either."""
    monkeypatch.setattr(sound_thread, "CALL_LIMIT", 1.0)
    monkeypatch.setattr(sound_thread, "CLOSE_LIMIT", 0.2)
    monkeypatch.setattr(capture_module, "SILENCE_LIMIT", 3.0)


@pytest.fixture
async def server(sound_server: SoundServer) -> AsyncIterator[SoundServer]:
    """Run a sound server that PortAudio knows."""
    await known()
    yield sound_server
    await settled()
    assert await sound_server.listeners() == 0


async def known() -> None:
    """Wait until PortAudio has found the devices: a machine at work may need more than the limit to begin."""
    async with asyncio.timeout(30):
        while True:
            try:
                await list_devices()
            except MicrophoneStuckError:
                await asyncio.sleep(0.2)
            else:
                break


async def listens() -> bool:
    """Return whether the microphone gives sound."""
    async with open_microphone("kitchen") as capture, aclosing(capture.audio()) as audio:
        return bool(await anext(audio))


async def test_the_devices_are_not_listed_and_then_they_are(server: SoundServer) -> None:
    with server.process.stopped():
        with pytest.raises(MicrophoneStuckError, match="has not answered for 1 seconds"):
            await list_devices()
        await asyncio.sleep(0.1)
        with pytest.raises(MicrophoneStuckError, match="does not answer"):  # at once
            await list_devices()
    await settled()
    assert [device.name for device in await list_devices()] == ["kitchen", "default"]


async def test_what_opens_when_nobody_waits_any_more_is_closed(server: SoundServer) -> None:
    with server.process.stopped():
        for _ in range(4):
            with pytest.raises(MicrophoneStuckError):
                await listens()
            assert len(threads()) == 1  # is left behind, and no more
    await settled()
    assert await listens()


@pytest.mark.parametrize("times", [1, 2])
async def test_opening_is_cancelled(server: SoundServer, times: int) -> None:
    with server.process.stopped():
        task = asyncio.create_task(listens())
        await asyncio.sleep(0.3)
        for _ in range(times):
            task.cancel()
            await asyncio.sleep(0)
        async with asyncio.timeout(5):
            await asyncio.wait([task])
        assert task.cancelled()
    await settled()
    assert await listens()


@pytest.mark.parametrize("times", [0, 1, 2], ids=["it goes silent", "cancelled", "cancelled twice"])
async def test_it_hangs_while_it_is_listened_to(server: SoundServer, times: int) -> None:
    heard = asyncio.Event()

    async def listen() -> None:
        async with open_microphone("kitchen") as capture, aclosing(capture.audio()) as audio:
            async for _ in audio:
                heard.set()

    task = asyncio.create_task(listen())
    await heard.wait()
    with server.process.stopped():
        for _ in range(times):
            task.cancel()
            await asyncio.sleep(0)
        async with asyncio.timeout(10):
            await asyncio.wait([task])
        assert task.cancelled() if times else isinstance(task.exception(), MicrophoneLostError)
        assert len(threads()) == 1  # closes it, when it can
    await settled()
    assert await listens()


async def test_it_is_ended_while_it_hangs(sound_server: SoundServer) -> None:
    await known()
    with sound_server.process.stopped():
        with pytest.raises(MicrophoneStuckError):
            await listens()
        sound_server.process.kill()
        await settled()


async def test_it_hangs_before_portaudio_has_started(
    sound_server: SoundServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process tries it first, and can be ended: no thread is left behind."""
    monkeypatch.setattr(portaudio, "_START_LIMIT", 2)
    begun = monotonic()
    with sound_server.process.stopped(), pytest.raises(MicrophoneStuckError):
        await asyncio.to_thread(portaudio.PortAudio().devices)
    assert monotonic() - begun > 1.5


async def test_the_process_ends_while_it_hangs(sound_server: SoundServer) -> None:
    command = (sys.executable, "-c", LISTENS)
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin
    assert process.stdout
    async with asyncio.timeout(60):
        assert await process.stdout.readline() == b"listening\n"
        with sound_server.process.stopped():
            process.stdin.write(b"\n")
            assert await process.stdout.readline() == b"ended\n"
            assert await process.wait() == 0
