"""One use of a microphone: from PortAudio's thread into the event loop.

The thread puts blocks of sound into a queue that holds a few seconds. When it is full, because nobody takes the sound
or the event loop is late, the thread waits. Sound is lost when PortAudio's own buffer runs over, which it says, or when
there is no room for a second: a sound server would drop it later, and say nothing. Both are counted.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
import threading
from typing import Final

from .errors import MicrophoneLostError
from .portaudio import BLOCK_SECONDS, Device, PortAudio, Stream
from .resampler import Resampler
from .sound_thread import SoundThread

BUFFER_SECONDS: Final = 10.0
"""Sound that may wait for the event loop."""
SILENCE_LIMIT: Final = 5.0
"""Seconds without any sound, be it silence, after which a device is lost: PulseAudio takes up to two to begin."""
_HOLD_LIMIT: Final = 1.0
"""Seconds that PortAudio's thread waits for room."""
_LOOK_INTERVAL: Final = 0.5
"""Seconds without sound after which we look whether PortAudio has given up."""

_PORTAUDIO: Final = PortAudio()
_THREAD: Final = SoundThread()


async def list_devices() -> list[Device]:
    """Return the input devices. Raises MicrophoneError."""
    return await _THREAD.call(_PORTAUDIO.devices)


@asynccontextmanager
async def open_microphone(name: str | None, buffer: float = BUFFER_SECONDS) -> AsyncIterator[Capture]:
    """Listen to a device by its name, or to the system's choice, from its first sound on. Raises MicrophoneError.

    ``buffer``: seconds of sound that wait for the event loop at most.
    """
    capture = Capture(buffer)
    try:
        stream = await _THREAD.call(partial(_PORTAUDIO.open, name, capture.feed), Stream.close)
    except BaseException:
        capture.stop()  # what opens all the same is to give nothing
        raise
    capture.attach(stream)
    try:
        await capture.wait()
        yield capture
    finally:
        capture.stop()
        await _THREAD.finish(stream.close)


class Capture:
    """The sound of a device that is open."""

    def __init__(self, buffer: float) -> None:
        """Use ``open_microphone`` instead."""
        self._loop = asyncio.get_running_loop()
        self._stream: Stream | None = None
        self._blocks: deque[bytes] = deque()
        self._limit = max(1, round(buffer / BLOCK_SECONDS))
        self._changed = threading.Condition()
        self._news = asyncio.Event()
        self._woken = False
        self._stopped = False
        self.overflows = 0
        """How often sound was lost, because it was not taken in time."""

    def attach(self, stream: Stream) -> None:
        """Take note of the stream that feeds it."""
        self._stream = stream
        self._resampler = Resampler(stream.rate, stream.channels)

    @property
    def format(self) -> tuple[int, int]:
        """The device's rate and number of channels."""
        assert self._stream is not None  # noqa: S101 - it is attached before anybody has the capture
        return self._stream.rate, self._stream.channels

    def feed(self, block: bytes, overflow: bool) -> bool:  # noqa: FBT001 - PortAudio's thread calls it
        """Take a block of sound, in PortAudio's thread. Return whether more is wanted."""
        with self._changed:
            self.overflows += overflow
            has_room = self._changed.wait_for(lambda: self._stopped or len(self._blocks) < self._limit, _HOLD_LIMIT)
            if self._stopped:
                return False
            if not has_room:
                self.overflows += 1
                return True
            self._blocks.append(block)
            if not self._woken:  # one call at a time waits in the loop, however late that is
                self._woken = True
                with suppress(RuntimeError):  # the loop is closed
                    self._loop.call_soon_threadsafe(self._news.set)
            return True

    def stop(self) -> None:
        """End the sound: ``audio`` gives what has come, and ends."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._news.set()

    async def audio(self) -> AsyncGenerator[bytes]:
        """Yield 16 kHz, 16-bit, mono PCM until it is stopped. Raises MicrophoneLostError."""
        while True:
            with self._changed:
                blocks = list(self._blocks)
                self._blocks.clear()
                self._woken = False
                self._news.clear()
                stopped = self._stopped
                self._changed.notify_all()
            for block in blocks:
                if sound := self._resampler.feed(block):
                    yield sound
            if stopped:
                return
            if not blocks:
                await self.wait()

    async def wait(self) -> None:
        """Wait for sound. Raises MicrophoneLostError."""
        assert self._stream is not None  # noqa: S101 - see format
        waited = 0.0
        while waited < SILENCE_LIMIT:
            try:
                async with asyncio.timeout(_LOOK_INTERVAL):
                    await self._news.wait()
            except TimeoutError:
                waited += _LOOK_INTERVAL
            else:
                return
            if not self._stream.active:
                break
        raise MicrophoneLostError("the microphone gives no more sound")
