"""What the service's messages of a recognition say: the JSON of a hypothesis or a phrase, to events.

Both may say the same in several places and ways, and failures come as phrases, too. Times are from the start of the
turn's audio.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import isfinite
import re
from typing import Any, Final

from ..errors import QuotaError, RequestRefusedError, ServiceError, SpeechError, ThrottledError, UnusableMessageError
from ..events import Hypothesis, Phrase, RecognitionStatus, Word
from ..wire.failures import meaning
from ..wire.limits import MAX_SPEAKER, MAX_TRANSCRIPT, MAX_WORDS
from ..wire.messages import as_number, duration, is_timed, offset
from ..wire.wording import printable, shown

_CONTROLS: Final = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]+")
_TURNS: Final = re.compile("[\\u202a-\\u202e\\u2066-\\u2069]")
"""They turn the direction of what is written after a text as well."""
_FAILURES: Final[Mapping[str, type[SpeechError]]] = {
    "Error": ServiceError,
    "ServiceUnavailable": ServiceError,
    "TooManyRequests": ThrottledError,
    "BadRequest": RequestRefusedError,
    "Forbidden": QuotaError,
}
"""Forbidden: "The recognizer is using a free subscription that ran out of quota." Sources: CancellationErrorCodes.ts
and EnumTranslation.ts of the JavaScript SDK, uspimpl.cpp of the native one."""
_NUMBERED: Final = (
    *("Success", "NoMatch", "InitialSilenceTimeout", "BabbleTimeout", "Error"),
    *("EndOfDictation", "TooManyRequests", "BadRequest", "Forbidden"),
)
"""Statuses by the numbers that the JavaScript SDK takes in place of a name."""
_STATUSES: Final = {
    **{name.lower(): name for name in (*_NUMBERED, "ServiceUnavailable")},
    **{str(number): name for number, name in enumerate(_NUMBERED)},
}
_WRITTEN: Final = ("Display", "DisplayText", "MaskedITN")
"""Where an alternative has what the service would write, without what it was asked to mask or to leave out."""
_SPOKEN: Final = ("ITN", "Lexical")
MAX_ALTERNATIVES: Final = 9
"""Those that are kept beside the best: no more than ten in all were ever asked of a recogniser."""
_UNKNOWN: Final = "unknown"
_MARKS: Final = ".,;:!?…¿¡。、，；：？！।؟،"  # noqa: RUF001 - other languages' own
"""What stands at a word's end or start without being said. Not a sign of a number: "-5" is not "5"."""


def hypothesis(body: Mapping[str, Any]) -> Hypothesis:
    """Return what a speech.hypothesis says, with times from the start of the turn's audio.

    Raises UnusableMessageError when it has no text.
    """
    text = text_of(body, "Text", "DisplayText")
    if text is None:
        raise UnusableMessageError("a hypothesis without text")
    return Hypothesis(text, offset(body), duration(body), _language(body), speaker=speaker(body))


def phrase(body: Mapping[str, Any]) -> Phrase:
    """Return what a speech.phrase says, with times from the start of the turn's audio.

    It may have words, also with a status that means none (heard.py makes the best of that), and in another
    place than the documentation has them: the best alternative may be empty where others are not. Sources:
    Azure-Samples/cognitive-services-speech-sdk, issue 1596; jambonz/freeswitch-modules, issue 11.
    Raises the SpeechError that its RecognitionStatus stands for; UnusableMessageError when it cannot be read.
    """
    status = _status(body.get("RecognitionStatus"))
    candidates = _candidates(body)
    best = candidates[0] if candidates else {}
    display = body.get("DisplayText")
    text = text_of(body, "DisplayText") or text_of(best, *_WRITTEN) or text_of(body, "Text") or ""
    if not (text or display is None or isinstance(display, str)):
        raise UnusableMessageError("a phrase with a text that is not a string")
    said = Phrase(
        status=status,
        text=text,
        offset=offset(body),
        duration=duration(body),
        language=_language(body),
        speaker=speaker(body),
        **_forms(best),
    )
    return replace(said, alternatives=_alternatives(said, candidates[1:]), words=words_of(best))


def speaker(body: Mapping[str, Any]) -> str | None:
    """Return who says it, as a hypothesis or a phrase has that; None where the service cannot tell (yet).

    Source: the SDKs take the SpeakerId at top level as it is, the JavaScript one also a number; users' logs of the real
    service have "Guest-1", and "Unknown" at first (Azure-Samples/cognitive-services-speech-sdk, issue 2060).
    """
    named = printable(_text(body.get("SpeakerId")) or "", MAX_SPEAKER).strip()
    return named if named and named.casefold() != _UNKNOWN else None


def words_of(candidate: Mapping[str, Any]) -> tuple[Word, ...]:
    """Return the words of an alternative with their times, those which have any, as far as these go on in time.

    As displayed if they are told so (DisplayWords: Microsoft's "Get speech recognition results"), else as spoken. What
    is spoken may be what is masked in the text: where anything is, it is not told.
    """
    listed = candidate.get("DisplayWords")
    if not isinstance(listed, list):
        masked = candidate.get("MaskedITN") != candidate.get("ITN")
        listed = None if masked else candidate.get("Words")
    words: list[Word] = []
    for each in listed[:MAX_WORDS] if isinstance(listed, list) else ():
        text = text_of(each, "DisplayText", "Word", "Display") if isinstance(each, dict) else None
        if text and is_timed(each) and (not words or offset(each) >= words[-1].offset):
            words.append(Word(text, offset(each), duration(each)))
    return tuple(words)


def _candidates(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the alternatives, the best first: that is the first which has any words; the first of all if none has."""
    listed = body.get("NBest")
    candidates = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    best = (index for index, each in enumerate(candidates) if text_of(each, *_WRITTEN, *_SPOKEN))
    return candidates[next(best, 0) :]


def _alternatives(said: Phrase, candidates: Iterable[Mapping[str, Any]]) -> tuple[Phrase, ...]:
    """Return what else may have been said, where it is written: what is only told as spoken may be what is masked."""
    alternatives: dict[str, Phrase] = {}
    words = _words(said.text or said.itn or said.lexical or "")
    for each in candidates:
        if len(alternatives) == MAX_ALTERNATIVES:
            break
        text = text_of(each, *_WRITTEN)
        if text and (other := _words(text)) and other != words:
            success = replace(said, status=RecognitionStatus.SUCCESS, text=text, **_forms(each))
            alternatives.setdefault(other, success)
    return tuple(alternatives.values())


def _words(text: str) -> str:
    """Return what a text says, however it is written."""
    return " ".join(filter(None, (word.strip(_MARKS) for word in text.casefold().split())))


def _forms(candidate: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a phrase that only an alternative has."""
    confidence = as_number(candidate.get("Confidence"))
    return {
        "confidence": float(confidence) if confidence is not None and 0 <= confidence <= 1 else None,
        "lexical": text_of(candidate, "Lexical"),
        "itn": text_of(candidate, "ITN"),
        "masked_itn": text_of(candidate, "MaskedITN"),
    }


def _status(value: object) -> RecognitionStatus:
    """Return a status that was sent as a name or as a number. Raises the SpeechError that it stands for."""
    text = _text(value) or ""
    name = _STATUSES.get(re.sub(r"(?<=[a-z])[\W_]+(?=[a-z])", "", text.lower()))
    if name is None:
        raise (meaning(text) or UnusableMessageError)(f"a phrase with an unknown status: {shown(str(value))}")
    if failure := _FAILURES.get(name):
        raise failure(f"the service ended the phrase with status {name}")
    return RecognitionStatus(name)


def text_of(body: Mapping[str, Any], *names: str) -> str | None:
    """Return the first text that has something in it under these names; an empty one if there is none, or None.

    Numbers are taken for texts, as the JavaScript SDK does.
    """
    found = None
    for name in names:
        text = _text(body.get(name))
        if text and not text.isspace():
            return text
        found = found if text is None else ""
    return found


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return _transcript(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return _transcript(str(int(value) if value == int(value) else value))
    return None


def _transcript(text: str) -> str:
    """Return a peer's text bounded, without control characters, and such that it can be encoded.

    JSON's escapes can make half a character. What joins letters or keeps them apart stays: it is part of words.
    """
    text = text[:MAX_TRANSCRIPT]
    if text.isprintable():
        return text
    return _TURNS.sub("", _CONTROLS.sub(" ", text)).encode(errors="replace").decode()


def _language(body: Mapping[str, Any]) -> str | None:
    primary = body.get("PrimaryLanguage")
    language = primary.get("Language") if isinstance(primary, dict) else None
    return printable(language) if isinstance(language, str) and language else None
