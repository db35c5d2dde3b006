"""What the service's words stand for: in the reason of a close, in a refusal, or in place of a status that is known.

It says the same in many wordings, and more of them than were seen. Sources of those that were: issues 1268, 1293, 1940,
2305 and 2785 of Azure-Samples/cognitive-services-speech-sdk ("The number of parallel requests exceeded the number of
allowed concurrent transcriptions.", "Quota exceeded", "standard voices will no longer be supported"); issue 471 of its
JavaScript sibling ("Throttled due to too many requests"); CatalystCode/SpeechToText-WebSockets-Java, pull request 2
("Unsupported locale: ja_JP."); PaciStardust/HOSCY, issue 37 ("Language identification with DetectContinuous not
supported on v1."); Azure-Samples/azure-sql-db-chatbot, issue 3 ("Access denied due to Virtual Network/Firewall
rules."). That others mean the same is a guess.
"""

import re
from typing import Final

from ..errors import (
    ConnectionFailedError,
    ContinuousDetectionError,
    LanguageError,
    QuotaError,
    SpeechError,
    ThrottledError,
    VoiceError,
)

_NOT: Final = (
    r"\b(?:(?:no longer|not|isn t|aren t)(?: be)?|un|in)\s?(?:support\w*|valid|known|found|available|allowed)\b"
)
_MEANINGS: Final[tuple[tuple[re.Pattern[str], type[SpeechError]], ...]] = tuple(
    (re.compile(words), error)
    for words, error in (
        (r"\bfirewall\b|\bvirtual network\b|\bprivate endpoint\b|\bpublic access\b", ConnectionFailedError),
        (r"\b(?:concurren(?:t|cy)|parallel|simultaneous(?:ly)?)\b", ThrottledError),
        ("quota", QuotaError),
        (r"throttl|\btoo ?many ?requests\b|\bnumber of requests\b|\brate limit|^429$", ThrottledError),
        (rf"continuous.*{_NOT}|{_NOT}.*continuous", ContinuousDetectionError),
        (rf"\bvoices?\b.*{_NOT}|{_NOT}.*\bvoices?\b", VoiceError),
        (rf"\b(?:locale|language|cid|model)s?\b.*{_NOT}|{_NOT}.*\b(?:locale|language|cid|model)s?\b", LanguageError),
    )
)
"""Lower-case words with single blanks between them, and what they mean; the first that is found counts."""
_BETWEEN_WORDS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|[\W_]+")


def meaning(said: str) -> type[SpeechError] | None:
    """Return the error that words of the service stand for; None if they say nothing that is known."""
    plain = _BETWEEN_WORDS.sub(" ", said).strip().lower()
    return next((error for words, error in _MEANINGS if words.search(plain)), None)
