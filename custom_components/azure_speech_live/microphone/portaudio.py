"""PortAudio, through PyAudio: which input devices there are, and streams of their sound. All of it blocks.

PortAudio looks for devices when it is initialised, and knows no others until it is initialised anew, which it cannot be
while a stream is open. It is not made for several threads: one at a time may call what is here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
import os
from pathlib import Path
import re
import subprocess
from subprocess import DEVNULL
import sys
from typing import Any, Final

from .errors import (
    MicrophoneBusyError,
    MicrophoneFailedError,
    MicrophoneMissingError,
    MicrophoneStuckError,
    NoPyAudioError,
    PyAudioMissingError,
)
from .resampler import RATE

REQUIREMENT: Final = "PyAudio==0.2.14"
"""What pip installs. It compiles itself: PyPI has wheels for Windows and macOS only."""

BLOCK_SECONDS: Final = 0.02
"""Sound in one call of the callback."""

SOUND_CARDS: Final = Path("/proc/asound/cards")

_START_LIMIT: Final = 10
"""Seconds in which PortAudio has started in another process, which can be ended if it hangs."""

# PortAudio's codes, from portaudio.h.
_INPUT_OVERFLOW: Final = 2
_DEVICE_UNAVAILABLE: Final = -9985
_OTHER_FORMATS_MAY_WORK: Final = (-9998, -9997, -9994)  # invalid channel count, sample rate, sample format

# A sound card's number changes with the order in which cards are found.
_CARD_NUMBER: Final = re.compile(r" \(hw:\d+,\d+\)$")

type Callback = Callable[[bytes, bool], bool]
"""Called in PortAudio's thread with sound, and whether some was lost before it. Returns whether to go on."""


@dataclass(frozen=True, slots=True)
class Device:
    """An input device."""

    name: str
    """By which it is found again: PortAudio's name for it, without its number."""
    index: int
    """PortAudio's number for it, until it is initialised anew."""
    channels: int
    rate: int
    """Samples per second that it prefers."""
    default: bool
    """Whether it is the system's choice."""


class Stream:
    """An open input stream."""

    def __init__(self, portaudio: PortAudio, stream: Any, rate: int, channels: int) -> None:
        """Use ``PortAudio.open`` instead."""
        self._portaudio = portaudio
        self._stream = stream
        self.rate = rate
        self.channels = channels

    @property
    def active(self) -> bool:
        """Whether PortAudio still reads from the device. Does not block."""
        return bool(self._stream.is_active())

    def close(self) -> None:
        """Let go of the device."""
        self._portaudio.close(self._stream)


class PortAudio:
    """PortAudio in this process."""

    def __init__(self) -> None:
        """Load nothing yet."""
        self._pyaudio: Any = None
        self._cards = ""
        self._open = 0

    def devices(self) -> list[Device]:
        """Return the input devices as they are now; as they were, if a stream is open. Raises NoPyAudioError."""
        self._initialise()
        return list(self._devices())

    def open(self, name: str | None, callback: Callback) -> Stream:
        """Open a device by its name, or the system's choice. Raises MicrophoneError."""
        if self._pyaudio is None or self._cards != _sound_cards():
            self._initialise()
        try:
            return self._open_device(name, callback)
        except MicrophoneFailedError, MicrophoneMissingError:
            if self._open:
                raise
            # It may have been plugged in, or moved to another number, since PortAudio looked.
            self._initialise()
            return self._open_device(name, callback)

    def close(self, stream: Any) -> None:
        """Close a stream."""
        self._open -= 1
        stream.close()

    def _initialise(self) -> None:
        """Look for devices, if that is possible now."""
        if self._open:
            return
        try:
            pyaudio = import_module("pyaudio")
        except ImportError as err:
            if isinstance(err, ModuleNotFoundError) and err.name == "pyaudio":
                raise PyAudioMissingError("PyAudio is not installed") from err
            raise NoPyAudioError(str(err)) from err  # PortAudio's library is not, most likely
        if self._pyaudio is not None:
            self._pyaudio.terminate()
            self._pyaudio = None
        elif _crashes():
            raise MicrophoneFailedError("PortAudio crashes on this machine: its sound system is not set up")
        self._cards = _sound_cards()
        try:
            self._pyaudio = pyaudio.PyAudio()
        except OSError as err:
            raise MicrophoneFailedError(f"PortAudio cannot be started: {err}") from err

    def _devices(self) -> Iterator[Device]:
        try:
            default = self._pyaudio.get_default_input_device_info()["index"]
        except OSError:  # there is none
            default = None
        times: dict[str, int] = {}
        for index in range(self._pyaudio.get_device_count()):
            info = self._pyaudio.get_device_info_by_index(index)
            if not info["maxInputChannels"]:
                continue
            name = _CARD_NUMBER.sub("", str(info["name"]))
            times[name] = times.get(name, 0) + 1
            yield Device(
                name=name if times[name] == 1 else f"{name} ({times[name]})",
                index=index,
                channels=info["maxInputChannels"],
                rate=round(info["defaultSampleRate"]),
                default=index == default,
            )

    def _open_device(self, name: str | None, callback: Callback) -> Stream:
        for device in self._devices():
            if device.name == name if name else device.default:
                return self._open_stream(device, callback)
        missing = f"there is no microphone {name}" if name else "there is no microphone"
        if self._open:
            missing += ", as far as can be seen while another one is open"  # PortAudio looks for no new ones then
        raise MicrophoneMissingError(missing)

    def _open_stream(self, device: Device, callback: Callback) -> Stream:
        """Open a device in the first format that it takes."""
        pyaudio = import_module("pyaudio")

        def called(sound: bytes, _frames: int, _time: object, status: int) -> tuple[None, int]:
            go_on = callback(sound, bool(status & _INPUT_OVERFLOW))
            return None, pyaudio.paContinue if go_on else pyaudio.paAbort

        reason: Exception | None = None
        for rate, channels in formats(device):
            try:
                stream = self._pyaudio.open(
                    rate,
                    channels,
                    pyaudio.paInt16,
                    input=True,
                    input_device_index=device.index,
                    frames_per_buffer=round(rate * BLOCK_SECONDS),
                    stream_callback=called,
                )
            except (OSError, ValueError) as err:
                reason = err
                if _DEVICE_UNAVAILABLE in err.args:
                    raise MicrophoneBusyError(f"{device.name} is used by another program") from err
                if not set(err.args) & set(_OTHER_FORMATS_MAY_WORK):
                    break
            else:
                self._open += 1
                return Stream(self, stream, rate, channels)
        raise MicrophoneFailedError(f"{device.name} cannot be opened: {reason}") from reason


def _sound_cards() -> str:
    """Return which sound cards Linux has: with others, PortAudio's numbers may be those of other devices."""
    try:
        return SOUND_CARDS.read_text("utf-8", errors="replace")
    except OSError:  # it has none, or this is not Linux
        return ""


def _crashes() -> bool:
    """Return whether PortAudio would end this process, as it does where ALSA has no configuration: ask another one.

    Raises MicrophoneStuckError.
    """
    command = [sys.executable, "-c", "import pyaudio; pyaudio.PyAudio().terminate()"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    try:
        # Without pipes, for whose end we would wait: PortAudio may start a server that keeps them.
        done = subprocess.run(  # noqa: S603 - the command is ours
            command, env=environment, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, check=False, timeout=_START_LIMIT
        )
    except subprocess.TimeoutExpired as err:
        raise MicrophoneStuckError("the sound system does not answer") from err
    return done.returncode < 0


def formats(device: Device) -> list[tuple[int, int]]:
    """Return the rates and numbers of channels to open a device with, the best first.

    That is what the Speech service hears, then the least that has to be converted: some devices give only their own
    rate, and some only all of their channels.
    """
    channels = sorted({1, min(2, device.channels), device.channels})
    return list(dict.fromkeys([(RATE, 1), *((device.rate, number) for number in channels)]))
