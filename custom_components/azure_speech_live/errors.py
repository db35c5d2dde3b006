"""What went wrong with the Speech service, by the keys under which it is worded and counted."""

from typing import Final

from .speech import (
    AudioSourceError,
    BadAudioError,
    ConnectionFailedError,
    CredentialsError,
    EndpointError,
    HostNotFoundError,
    SpeechError,
    ThrottledError,
)

KEY_REFUSED: Final = "key_refused"

# From the particular to the general: the first that fits is taken.
_TRANSLATION_KEYS: Final[tuple[tuple[type[SpeechError], str], ...]] = (
    (CredentialsError, KEY_REFUSED),
    (HostNotFoundError, "host_not_found"),
    (EndpointError, "not_a_speech_endpoint"),
    (ThrottledError, "throttled"),
    (ConnectionFailedError, "cannot_connect"),
    (SpeechError, "service_error"),
)


def translation_key(error: SpeechError) -> str:
    """Return the key of the text that says what happened and what to do about it."""
    return next(key for kind, key in _TRANSLATION_KEYS if isinstance(error, kind))


def failure_kind(error: SpeechError) -> str:
    """Return the kind under which a failure is counted: that of its text, but for audio, which is not the service's."""
    return "audio_failed" if isinstance(error, AudioSourceError | BadAudioError) else translation_key(error)


FAILURE_KINDS: Final = ("audio_failed", *(key for _, key in _TRANSLATION_KEYS))
"""All kinds of failures."""
