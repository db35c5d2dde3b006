"""What went wrong with the Speech service, by the keys under which it is worded and counted."""

from typing import Final

from .speech import (
    AudioSourceError,
    BadAudioError,
    ConnectionFailedError,
    CredentialsError,
    Endpoint,
    EndpointError,
    HostNotFoundError,
    LanguageError,
    QuotaError,
    RequestRefusedError,
    SpeechError,
    ThrottledError,
    VoiceError,
    WebPageError,
)

KEY_REFUSED: Final = "key_refused"
_NOT_A_SPEECH_ENDPOINT: Final = "not_a_speech_endpoint"

# From the particular to the general: the first that fits is taken.
_TRANSLATION_KEYS: Final[tuple[tuple[type[SpeechError], str], ...]] = (
    (CredentialsError, KEY_REFUSED),
    (HostNotFoundError, "host_not_found"),
    (EndpointError, _NOT_A_SPEECH_ENDPOINT),
    (QuotaError, "quota_used_up"),
    (ThrottledError, "throttled"),
    (WebPageError, "web_page"),
    (ConnectionFailedError, "cannot_connect"),
    (LanguageError, "language_refused"),
    (VoiceError, "voice_refused"),
    (RequestRefusedError, "request_refused"),
    (SpeechError, "service_error"),
)


def translation_key(error: SpeechError) -> str:
    """Return the key of the text that says what happened and what to do about it."""
    return next(key for kind, key in _TRANSLATION_KEYS if isinstance(error, kind))


def form_error(error: SpeechError, endpoint: Endpoint) -> str:
    """Return the key of the text for who typed the endpoint: where Azure serves no speech, it says what to give."""
    key = translation_key(error)
    if key != _NOT_A_SPEECH_ENDPOINT or error.status is None or not endpoint.is_azure:
        return key
    return "no_speech_at_endpoint" if endpoint.region is None else "no_speech_in_region"


def failure_kind(error: SpeechError) -> str:
    """Return the kind under which a failure is counted: that of its text, but for audio, which is not the service's."""
    return "audio_failed" if isinstance(error, AudioSourceError | BadAudioError) else translation_key(error)


FAILURE_KINDS: Final = ("audio_failed", *(key for _, key in _TRANSLATION_KEYS))
"""All kinds of failures."""
