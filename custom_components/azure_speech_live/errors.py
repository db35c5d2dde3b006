"""What went wrong with the Speech service, by the keys under which the translations word it for forms and entries."""

from typing import Final

from .speech import (
    ConnectionFailedError,
    CredentialsError,
    EndpointError,
    HostNotFoundError,
    SpeechError,
    ThrottledError,
)

# From the particular to the general: the first that fits is taken.
_TRANSLATION_KEYS: Final[tuple[tuple[type[SpeechError], str], ...]] = (
    (CredentialsError, "key_refused"),
    (HostNotFoundError, "host_not_found"),
    (EndpointError, "not_a_speech_endpoint"),
    (ThrottledError, "throttled"),
    (ConnectionFailedError, "cannot_connect"),
    (SpeechError, "service_error"),
)


def translation_key(error: SpeechError) -> str:
    """Return the key of the text that says what happened and what to do about it."""
    return next(key for kind, key in _TRANSLATION_KEYS if isinstance(error, kind))
