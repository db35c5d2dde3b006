"""What the service's messages of a translation say. There are two dialects, and either may come on any path.

The older (`translation.hypothesis`, `translation.phrase`, `translation.synthesis`) puts the translations into the
recognition's JSON, in an object of their own or without; the newer (`translation.response`, `audio`) puts both side by
side. What is recognised may also come for itself, as a `speech.phrase`. Shapes: Microsoft's SDKs accept these (native
1.53, JavaScript 1.52), and public logs have them.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ..events import Hypothesis, Phrase, RecognitionStatus
from ..wire.limits import MAX_TRANSLATIONS
from ..wire.wording import printable, shown
from . import phrases

_NONE: Final = "the service gave no translation"
# By their names or by the JavaScript SDK's numbers for them (ServiceMessages/Enums.ts).
_TRANSLATED: Final = frozenset({"success", "0"})
_SPOKEN: Final = frozenset({"success", "0", "synthesisend", "1"})


def hypothesis(body: Mapping[str, Any]) -> Hypothesis:
    """Return what a hypothesis says, with its translations so far. Raises UnusableMessageError."""
    recognition, translation = _parts(body, "SpeechHypothesis")
    return replace(phrases.hypothesis(recognition), translations=_translations(translation))


def phrase(body: Mapping[str, Any]) -> Phrase:
    """Return what a phrase says, with its translations; a failed translation leaves the recognised text.

    There are no alternatives: of these nothing is translated.
    Of silence, the service may say that it translated nothing to nothing. Raises what ``phrases.phrase`` does.
    """
    recognition, translation = _parts(body, "SpeechPhrase")
    said = replace(phrases.phrase(recognition), alternatives=())
    if said.status is not RecognitionStatus.SUCCESS:
        return said
    translations = _translations(translation)
    if not (said.text or any(translations.values())):
        return replace(said, status=RecognitionStatus.NO_MATCH)
    error = _failure(translation.get("TranslationStatus"), translation.get("FailureReason"), _TRANSLATED)
    if error is None and not translations:
        error = _NONE
    return replace(said, translations=translations, translation_error=error)


def checked(said: Phrase, targets: Sequence[str]) -> Phrase:
    """Return a phrase that tells if the service translated to fewer languages than it was asked to."""
    missing = [target for target in targets if target not in said.translations]
    if said.status is not RecognitionStatus.SUCCESS or not missing or said.translation_error:
        return said
    return replace(said, translation_error=f"the service did not translate to {', '.join(missing)}")


def is_hypothesis(body: Mapping[str, Any]) -> bool:
    """Return whether a translation.response is an interim one."""
    return isinstance(body.get("SpeechHypothesis"), dict)


def synthesis_error(body: Mapping[str, Any]) -> str | None:
    """Return why a synthesis ended early; None when it is whole.

    Of audio.end, the native SDK reads ``Status`` and the JavaScript SDK ``SynthesisStatus``.
    """
    statuses = (body.get(name) for name in ("SynthesisStatus", "Status"))
    status = next((status for status in statuses if status is not None), None)
    return _failure(status, body.get("FailureReason"), _SPOKEN)


def _parts(body: Mapping[str, Any], recognition: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the JSON of the recognition, and that of the translation, in either dialect.

    Where the newer one says who speaks is a guess: beside the text, or beside both.
    """
    recognised = body.get(recognition)
    translation = body.get("Translation")
    return (
        {"SpeakerId": body.get("SpeakerId")} | recognised if isinstance(recognised, dict) else body,
        {**body, **translation} if isinstance(translation, dict) else body,
    )


def _translations(body: Mapping[str, Any]) -> dict[str, str]:
    entries = body.get("Translations")
    translations: dict[str, str] = {}
    for entry in entries[:MAX_TRANSLATIONS] if isinstance(entries, list) else ():
        if isinstance(entry, dict):
            language, text = entry.get("Language"), phrases.text_of(entry, "Text", "DisplayText")
            # One without a language, or without a text, stands for a translation that failed.
            if isinstance(language, str) and language and text:
                translations[printable(language)] = text
    return translations


def _failure(status: object, reason: object, good: Container[str]) -> str | None:
    if status is None or str(status).lower() in good:
        return None
    return shown(str(reason or ("Error" if isinstance(status, int) else status)))
