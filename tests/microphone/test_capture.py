"""From a device's sound to what the Speech service hears, with PortAudio in between."""

import asyncio
from contextlib import aclosing
import gc
import logging
from pathlib import Path
import sys
import threading

import pytest

from custom_components.azure_speech_live.microphone import (
    Capture,
    MicrophoneFailedError,
    MicrophoneLostError,
    MicrophoneMissingError,
    NoPyAudioError,
    PyAudioMissingError,
    list_devices,
    open_microphone,
    portaudio,
)

from .sound import BYTES_PER_SECOND, SoundServer, alsa, spoken, without_sound


async def heard(capture: Capture, seconds: float) -> bytes:
    """Return the first seconds of what is heard, or all if it ends before."""
    sound = bytearray()
    async with aclosing(capture.audio()) as audio:
        async for chunk in audio:
            sound += chunk
            if len(sound) >= seconds * BYTES_PER_SECOND:
                break
    return bytes(sound)


def use(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    """Have PortAudio find other devices."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


async def test_what_is_in_the_recording_is_heard_sample_for_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = spoken() + bytes(BYTES_PER_SECOND)
    use(monkeypatch, alsa(tmp_path, kitchen=said, bath=bytes(BYTES_PER_SECOND)))
    for name in ("kitchen", None):
        async with open_microphone(name) as capture:
            sound = await heard(capture, len(said) / BYTES_PER_SECOND)
        assert sound[: len(said)] == said
        assert capture.format == (16000, 1)
        assert capture.overflows == 0


async def test_a_device_that_gives_only_its_own_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # No virtual device refuses what it is asked for, so that it is not asked.
    monkeypatch.setattr(portaudio, "formats", lambda _device: [(48000, 2)])
    slow = spoken()
    samples = memoryview(slow).cast("h")
    fast = b"".join(int(sample).to_bytes(2, sys.byteorder, signed=True) * 6 for sample in samples)
    use(monkeypatch, alsa(tmp_path, kitchen=fast + bytes(6 * BYTES_PER_SECOND)))
    async with open_microphone("kitchen") as capture:
        assert capture.format == (48000, 2)
        sound = memoryview((await heard(capture, len(slow) / BYTES_PER_SECOND))[: len(slow)]).cast("h")
    # Held for three samples each, a sound is a sample late when it comes back, and its heights are a little lower.
    product = sum(one * other for one, other in zip(samples[:-1], sound[1:], strict=False))
    energy = sum(one * one for one in samples) * sum(one * one for one in sound)
    assert product / energy**0.5 > 0.9


async def test_in_real_time(sound_server: SoundServer) -> None:
    async with open_microphone("kitchen") as capture:
        audio = asyncio.create_task(heard(capture, 60))
        await sound_server.say("kitchen", spoken() + bytes(BYTES_PER_SECOND))
        capture.stop()
        assert spoken() in await audio


@pytest.mark.usefixtures("sound_server")
async def test_the_devices_have_names() -> None:
    devices = await list_devices()
    assert [device.name for device in devices] == ["kitchen", "default"]
    assert [device.name for device in devices if device.default] == ["default"]


@pytest.mark.usefixtures("sound_server")
async def test_a_device_that_is_not_there() -> None:
    with pytest.raises(MicrophoneMissingError, match="there is no microphone attic"):
        async with open_microphone("attic"):
            pass


async def test_no_device_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, alsa(tmp_path))
    assert await list_devices() == []
    with pytest.raises(MicrophoneMissingError, match=r"there is no microphone$"):
        async with open_microphone(None):
            pass


async def test_a_device_is_found_that_came_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, alsa(tmp_path, bath=bytes(BYTES_PER_SECOND)))
    assert "kitchen" not in [device.name for device in await list_devices()]
    use(monkeypatch, alsa(tmp_path, bath=bytes(BYTES_PER_SECOND), kitchen=spoken()))
    async with open_microphone("kitchen") as capture:
        assert await heard(capture, 0.5) == spoken()[: BYTES_PER_SECOND // 2]


async def test_it_is_unplugged_while_somebody_speaks_and_plugged_in_again(sound_server: SoundServer) -> None:
    async with open_microphone("kitchen") as capture:
        audio = capture.audio()
        await anext(audio)
        await sound_server.unplug("kitchen")
        with pytest.raises(MicrophoneLostError):
            async for _ in audio:
                pass
    await sound_server.plug_in("kitchen")
    async with open_microphone("kitchen") as capture:
        assert await heard(capture, 0.1)


async def test_the_end_gives_what_was_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, alsa(tmp_path, kitchen=spoken()))
    async with open_microphone("kitchen", buffer=0.5) as capture, aclosing(capture.audio()) as audio:
        first = await anext(audio)
        capture.stop()
        rest = [chunk async for chunk in audio]
    sound = b"".join([first, *rest])
    assert spoken().startswith(sound)
    assert len(sound) <= BYTES_PER_SECOND


async def test_two_listen_at_once(sound_server: SoundServer) -> None:
    async with open_microphone("kitchen") as one, open_microphone("kitchen") as other:
        assert await sound_server.listeners() == 2
        sounds = await asyncio.gather(heard(one, 0.2), heard(other, 0.2))
    assert all(sounds)
    assert await sound_server.listeners() == 0


async def test_nothing_stays_open_if_opening_is_cancelled(sound_server: SoundServer) -> None:
    async def listen() -> None:
        async with open_microphone("kitchen"):
            await asyncio.Event().wait()

    for turns in range(6):  # of the event loop: before, while and after it opens
        task = asyncio.create_task(listen())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert await sound_server.listeners() == 0


async def test_opening_fails_after_it_was_cancelled(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begun, fails = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def opens(_portaudio: object, _name: str, _callback: object) -> None:
        loop.call_soon_threadsafe(begun.set)
        fails.wait()
        raise MicrophoneFailedError("it does not open")

    async def listen() -> None:
        async with open_microphone("kitchen"):
            pass

    monkeypatch.setattr(portaudio.PortAudio, "open", opens)
    task = asyncio.create_task(listen())
    await begun.wait()
    task.cancel()
    loop.call_soon(fails.set)
    await asyncio.wait([task])
    assert task.cancelled()
    gc.collect()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_without_pyaudio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyaudio", None)
    with pytest.raises(PyAudioMissingError):
        await list_devices()


async def test_pyaudio_does_not_find_portaudio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyaudio.py").write_text("raise ImportError('libportaudio.so.2: cannot open shared object file')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "pyaudio", raising=False)
    with pytest.raises(NoPyAudioError, match=r"^libportaudio\.so\.2: cannot open") as failure:
        await list_devices()
    assert not isinstance(failure.value, PyAudioMissingError)


async def test_portaudio_would_end_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, without_sound(tmp_path))
    with pytest.raises(MicrophoneFailedError, match="PortAudio crashes"):
        await asyncio.to_thread(portaudio.PortAudio().devices)


async def test_sound_that_is_lost_is_counted(sound_server: SoundServer) -> None:
    async with open_microphone("kitchen", buffer=0.2) as capture:
        await sound_server.say("kitchen", bytes(3 * BYTES_PER_SECOND))
        assert capture.overflows
        assert await heard(capture, 0.5)  # it goes on
    assert await sound_server.listeners() == 0


async def test_sound_that_nobody_takes_holds_the_thread_that_gives_it() -> None:
    capture = Capture(5 * portaudio.BLOCK_SECONDS)
    given: list[int] = []
    held = asyncio.Event()
    loop = asyncio.get_running_loop()

    def give() -> None:  # as PortAudio's thread does
        for number in range(100):
            if number == 5:
                loop.call_soon_threadsafe(held.set)
            if not capture.feed(bytes([number]), number == 3):
                return
            given.append(number)

    giving = asyncio.create_task(asyncio.to_thread(give))
    await held.wait()
    assert len(given) == 5  # the sixth waits
    capture.stop()
    await giving
    assert len(given) == 5
    assert capture.overflows == 1  # what PortAudio says of its own buffer
