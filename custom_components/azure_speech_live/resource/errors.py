"""What went wrong, in words: of the Speech service by the keys under which it is worded and counted."""

from collections.abc import Mapping
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.exceptions import HomeAssistantError

from ..const import DOMAIN
from ..speech import (
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
    printable,
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


_MAX_PLACEHOLDER: Final = 500
"""Characters: a list of names is among them."""


def worded[Error: HomeAssistantError](kind: type[Error], key: str, **placeholders: str) -> Error:
    """Return an error of Home Assistant's in our words. What others have written of it is one bounded line each."""
    return kind(translation_domain=DOMAIN, translation_key=key, translation_placeholders=lines_of(placeholders) or None)


def asked(error: SpeechError, endpoint: Endpoint, voice: str | None = None) -> HomeAssistantError:
    """Return a failure in the words for who asked for something, perhaps with a voice."""
    return worded(
        HomeAssistantError,
        f"action_{translation_key(error)}",
        endpoint=endpoint.unique_id,
        voice=voice or "?",
        reason=str(error),
    )


def unloaded(entry: ConfigEntry) -> HomeAssistantError:
    """Return the error of what was under way when its entry was unloaded."""
    return worded(HomeAssistantError, "action_unloaded", title=entry.title)


def lines_of(placeholders: Mapping[str, str]) -> dict[str, str]:
    """Return what is put into our words, each as one bounded line: names, and what others say."""
    return {name: printable(text, _MAX_PLACEHOLDER) for name, text in placeholders.items()}


def called(named: ConfigEntry | ConfigSubentry) -> str:
    """Return what a resource, or what is used of it, is called: in one line, whatever it was renamed to."""
    return printable(named.title)


FAILURE_KINDS: Final = ("audio_failed", *(key for _, key in _TRANSLATION_KEYS))
"""All kinds of failures."""
