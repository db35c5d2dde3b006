"""A microphone of this machine, by PyAudio: its sound as the Speech service wants it.

    capture ─► sound_thread ─► portaudio      asyncio on one side, PortAudio's threads on the other
       └─────► resampler                      any rate and channels in, 16 kHz mono out

It knows neither Home Assistant nor the Speech service. PyAudio is imported when a microphone is used, and not before:
most households have none.
"""

from .capture import Capture, list_devices, open_microphone
from .errors import (
    MicrophoneBusyError,
    MicrophoneError,
    MicrophoneFailedError,
    MicrophoneLostError,
    MicrophoneMissingError,
    MicrophoneStuckError,
    NoPyAudioError,
    PyAudioMissingError,
)
from .portaudio import REQUIREMENT, Device
from .resampler import Resampler

__all__ = [
    "REQUIREMENT",
    "Capture",
    "Device",
    "MicrophoneBusyError",
    "MicrophoneError",
    "MicrophoneFailedError",
    "MicrophoneLostError",
    "MicrophoneMissingError",
    "MicrophoneStuckError",
    "NoPyAudioError",
    "PyAudioMissingError",
    "Resampler",
    "list_devices",
    "open_microphone",
]
