"""The JSON of what is recognised, as turns over WebSocket and the REST API have it in common."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from .engines import Hypothesis, Phrase, Status
from .options import TurnOptions
from .text import Written, treat_profanity
from .wav import round_up


def hypothesis_json(hypothesis: Hypothesis, options: TurnOptions) -> dict[str, Any]:
    """Return the body of a speech.hypothesis."""
    return {
        "Id": uuid4().hex,
        "Text": treat_profanity(hypothesis.text, options.profanity),
        "Offset": hypothesis.offset,
        "Duration": hypothesis.duration,
        **_primary_language(hypothesis.language, options),
        **_speaker(hypothesis.speaker, options),
        "Channel": 0,
    }


def phrase_json(phrase: Phrase, options: TurnOptions) -> dict[str, Any]:
    """Return the body of a speech.phrase, simple or detailed.

    DisplayText is always there, NBest when a detailed result was asked for: the JavaScript SDK hangs without the
    one that it expects. The end is rounded up to a full millisecond (see wav.round_up).
    """
    body = {
        "Id": uuid4().hex,
        "RecognitionStatus": phrase.status.value,
        "Offset": phrase.offset,
        "Duration": round_up(phrase.end) - phrase.offset,
        **_primary_language(phrase.language, options),
        **_speaker(phrase.speaker, options),
        "Channel": 0,
    }
    if phrase.status is not Status.SUCCESS:
        return body
    display = treat_profanity(phrase.display, options.profanity)
    body["DisplayText"] = display
    if options.detailed:
        best = _alternative(Written(phrase.display, phrase.lexical, phrase.itn), phrase.confidence, options)
        if options.word_timings:
            best["Words"] = [
                {"Word": word.text, "Offset": word.offset, "Duration": word.duration} for word in phrase.words
            ]
        others = (Written.from_display(other) for other in phrase.others)
        # Each less likely than the one before.
        body["NBest"] = [best, *(_alternative(other, 0.5 / rank, options) for rank, other in enumerate(others, 1))]
    return body


def _alternative(written: Written, confidence: float, options: TurnOptions) -> dict[str, Any]:
    """Return one of the readings of a phrase."""
    return {
        "Confidence": confidence,
        "Lexical": written.lexical,
        "ITN": written.itn,
        "MaskedITN": treat_profanity(written.itn, options.profanity),
        "Display": treat_profanity(written.display, options.profanity),
    }


def _primary_language(language: str | None, options: TurnOptions) -> dict[str, Any]:
    """Say which language was found, if that was asked; it must never be empty (the native SDK gives up)."""
    if not options.identify_language or not language:
        return {}
    return {"PrimaryLanguage": {"Language": language, "Confidence": "High"}}


def _speaker(name: str, options: TurnOptions) -> dict[str, Any]:
    """Say who speaks, if that was asked."""
    return {"SpeakerId": name} if options.audio_session and name else {}
