"""What the service's words stand for, and what they do not."""

import pytest

from custom_components.azure_speech_live.speech.errors import (
    ConnectionFailedError,
    LanguageError,
    QuotaError,
    SpeechError,
    ThrottledError,
    VoiceError,
)
from custom_components.azure_speech_live.speech.wire.reasons import meaning


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Throttled due to too many requests", ThrottledError),
        ("TooManyRequests", ThrottledError),
        ("TOO_MANY_REQUESTS", ThrottledError),
        ("concurrency limit", ThrottledError),
        ("You have exceeded your quota of concurrent requests", ThrottledError),
        ("Quota exceeded. Cid: ", QuotaError),
        ("MonthlyQuotaExceeded", QuotaError),
        ("Unsupported locale: ja_JP.", LanguageError),
        ("Language xx isn't supported", LanguageError),
        ("Invalid CID", LanguageError),
        ("The voice is not valid for this language", VoiceError),
        ("Public access is disabled. Please configure private endpoint.", ConnectionFailedError),
        ("", None),
        ("Idle timeout", None),
        ("Unsupported audio format.", None),
        ("Could not validate speech context", None),
        ("Server error while the language model was loaded", None),
        ("Too many phrases in the phrase list", None),
        ("The request exceeded its time limit", None),
        ("Exceeded maximum websocket connection idle duration(> 300000ms)", None),
    ],
)
def test_meaning(said: str, kind: type[SpeechError] | None) -> None:
    assert meaning(said) is kind
