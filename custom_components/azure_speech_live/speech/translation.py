"""What the service's messages of a translation say. There are two dialects, and either may come on any path.

The older (`translation.hypothesis`, `translation.phrase`, `translation.synthesis`) puts the translations into the
recognition's JSON; the newer (`translation.response`, `audio`) puts both side by side. Shapes: Microsoft's SDKs
accept these (native 1.53, JavaScript 1.52).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from . import messages
from .errors import printable
from .events import Hypothesis, Phrase, RecognitionStatus

MAX_TRANSLATIONS: Final = 20
"""Target languages read from one message; the service translates to far fewer at once."""


def hypothesis(body: Mapping[str, Any]) -> Hypothesis:
    """Return what a hypothesis says, with its translations so far. Raises UnusableMessageError."""
    recognition, translation = _parts(body, "SpeechHypothesis")
    return replace(messages.hypothesis(recognition), translations=_translations(translation))


def phrase(body: Mapping[str, Any]) -> Phrase:
    """Return what a phrase says, with its translations; a failed translation leaves the recognised text.

    Raises SpeechError as ``messages.phrase`` does.
    """
    recognition, translation = _parts(body, "SpeechPhrase")
    said = messages.phrase(recognition)
    if said.status is not RecognitionStatus.SUCCESS:
        return said
    translations = _translations(translation)
    error = _failure(translation.get("TranslationStatus"), translation.get("FailureReason"))
    if error is None and not translations:
        error = "the service gave no translation"
    return replace(said, translations=translations, translation_error=error)


def checked(said: Phrase, targets: Sequence[str]) -> Phrase:
    """Return a phrase that tells if the service translated to fewer languages than it was asked to."""
    missing = [target for target in targets if target not in said.translations]
    if said.status is not RecognitionStatus.SUCCESS or not missing or said.translation_error:
        return said
    return replace(said, translation_error=f"the service did not translate to {', '.join(missing)}")


def is_hypothesis(body: Mapping[str, Any]) -> bool:
    """Return whether a translation.response is an interim one."""
    return "SpeechHypothesis" in body


def synthesis_error(body: Mapping[str, Any]) -> str | None:
    """Return why a synthesis ended early; None when it is whole.

    Of audio.end, the native SDK reads ``Status`` and the JavaScript SDK ``SynthesisStatus``.
    """
    return _failure(body.get("SynthesisStatus", body.get("Status")), body.get("FailureReason"))


def _parts(body: Mapping[str, Any], recognition: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the JSON of the recognition, and that of the translation, in either dialect."""
    recognised = body.get(recognition)
    if isinstance(recognised, dict):
        return recognised, body
    translation = body.get("Translation")
    return body, translation if isinstance(translation, dict) else {}


def _translations(body: Mapping[str, Any]) -> dict[str, str]:
    entries = body.get("Translations")
    translations: dict[str, str] = {}
    for entry in entries[:MAX_TRANSLATIONS] if isinstance(entries, list) else ():
        if isinstance(entry, dict):
            language, text = entry.get("Language"), entry.get("Text", entry.get("DisplayText"))
            if isinstance(language, str) and isinstance(text, str):
                translations[printable(language)] = messages.transcript(text)
    return translations


def _failure(status: object, reason: object) -> str | None:
    if status in (None, "Success"):
        return None
    return printable(str(reason or status))
