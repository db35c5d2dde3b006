"""Errors in words that say what to do about them."""

from collections.abc import Mapping
from typing import Final

from custom_components.azure_speech_live.microphone import (
    REQUIREMENT,
    MicrophoneBusyError,
    MicrophoneFailedError,
    MicrophoneLostError,
    MicrophoneMissingError,
    MicrophoneStuckError,
    NoPyAudioError,
    PyAudioMissingError,
)
from custom_components.azure_speech_live.speech import (
    AudioSourceError,
    ConnectionFailedError,
    CredentialsError,
    HostNotFoundError,
    LanguageError,
    NotASpeechEndpointError,
    ProtocolError,
    QuotaError,
    ServiceError,
    ServiceTimeoutError,
    ThrottledError,
    WebPageError,
)

from .sources import RecordingError

# From the particular to the general: the first that fits is taken.
_ADVICE: Final[Mapping[type[Exception], str]] = {
    CredentialsError: (
        "The Speech service refused the key. Copy AZURE_SPEECH_KEY and the region or endpoint from the same page of "
        "the Azure portal: a key works only for its own resource."
    ),
    HostNotFoundError: (
        "There is no such host. Check the spelling of AZURE_SPEECH_REGION or AZURE_SPEECH_ENDPOINT, and that this "
        "machine can look up names on the internet."
    ),
    NotASpeechEndpointError: (
        "Something answers there, but it is not the Speech service. Check AZURE_SPEECH_ENDPOINT, and that no proxy or "
        "login page answers in its place."
    ),
    QuotaError: (
        "The resource's quota is used up. The free tier (F0) has five hours of audio a month: wait for the next month, "
        "or change the pricing tier in the Azure portal."
    ),
    ThrottledError: (
        "The Speech service is limiting this resource: there are too many requests at once. The free tier (F0) allows "
        "one request at a time. Wait a minute and try again."
    ),
    WebPageError: "Check whether the network wants a login, or a proxy is in the way.",
    ConnectionFailedError: (
        "There is no connection to the Speech service. Check this machine's access to it, and that no firewall or "
        "proxy is in the way of WebSockets."
    ),
    ServiceError: "The Speech service has trouble of its own. Try again in a few minutes.",
    ServiceTimeoutError: "The Speech service did not answer in time. Try again in a few minutes.",
    LanguageError: "Choose another language.",
    ProtocolError: "The Speech service and this program do not understand each other. Please report it.",
    PyAudioMissingError: (
        f'A microphone needs PyAudio. Install PortAudio ("apt install portaudio19-dev g++" on Debian), then run '
        f'".venv/bin/uv pip install --python .venv {REQUIREMENT}". A recording (--wav) needs neither.'
    ),
    NoPyAudioError: (
        'A microphone needs PyAudio, which cannot be loaded here. Install PortAudio ("apt install libportaudio2" on '
        "Debian). A recording (--wav) needs neither."
    ),
    RecordingError: 'Convert it, for example with "ffmpeg -i FILE -c:a pcm_s16le recording.wav".',
    MicrophoneMissingError: 'Plug it in, or choose one of those that "scripts/speech devices" lists.',
    MicrophoneBusyError: "End the program that uses it, or choose another microphone.",
    MicrophoneFailedError: "Check that the sound system works (with --verbose it says more), or choose another one.",
    MicrophoneStuckError: "Restart the sound system, and try again.",
    MicrophoneLostError: "It was unplugged, or its sound server ended. Plug it in and try again.",
}


def explained(error: Exception) -> str:
    """Return what happened, and what to do about it."""
    if isinstance(error, AudioSourceError) and isinstance(error.__cause__, Exception):
        error = error.__cause__
    advice = next((text for kind, text in _ADVICE.items() if isinstance(error, kind)), "")
    text = str(error)
    return "\n".join(filter(None, [text[:1].upper() + text[1:], advice]))
