"""What can go wrong with a microphone, sorted by what a person should do about it.

MicrophoneError
├── NoPyAudioError            install the PortAudio library that it needs
│   └── PyAudioMissingError   install PyAudio
├── MicrophoneMissingError    plug it in, or choose another
├── MicrophoneBusyError       end the program that uses it
├── MicrophoneFailedError     look at the sound system, which says why
├── MicrophoneStuckError      restart the sound system: it does not answer
└── MicrophoneLostError       plug it in again: it went silent while it was listened to
"""


class MicrophoneError(Exception):
    """The base of all that a microphone raises; the text is one line."""


class NoPyAudioError(MicrophoneError):
    """PyAudio cannot be loaded: it does not find PortAudio, or is made for another Python."""


class PyAudioMissingError(NoPyAudioError):
    """PyAudio is not installed."""


class MicrophoneMissingError(MicrophoneError):
    """No input device has this name."""


class MicrophoneBusyError(MicrophoneError):
    """Another program has the device to itself."""


class MicrophoneFailedError(MicrophoneError):
    """The sound system does not open the device."""


class MicrophoneStuckError(MicrophoneError):
    """The sound system does not answer in time."""


class MicrophoneLostError(MicrophoneError):
    """The device gives no more sound: unplugged, or its sound server ended."""
