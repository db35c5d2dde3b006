"""Which event a message of the service is, with times from the start of its request's audio."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from ..errors import UnusableMessageError
from ..events import (
    Event,
    Hypothesis,
    Phrase,
    RecognitionStatus,
    SpeechEnded,
    SpeechStarted,
    Synthesis,
    SynthesisEnded,
)
from ..language_tags import match
from ..languages import LANGUAGES
from ..options import Profanity, RecognitionOptions, TranslationOptions
from ..wire import messages
from ..wire.messages import Message
from . import phrases, translation

type _Reader = Callable[[Mapping[str, Any]], Event]

PLAIN_PHRASE: Final = "speech.phrase"
"""The path of a phrase, which in a translation has no translations."""

_RECOGNITION: Final[Mapping[str, _Reader]] = {
    "speech.hypothesis": phrases.hypothesis,
    "speech.fragment": phrases.hypothesis,
    PLAIN_PHRASE: phrases.phrase,
}
_COMMON: Final[Mapping[str, _Reader]] = {
    "speech.startdetected": lambda body: SpeechStarted(messages.offset(body)),
    "speech.enddetected": lambda body: SpeechEnded(messages.offset(body)),
}
_TRANSLATION: Final[Mapping[str, _Reader]] = {
    "translation.hypothesis": translation.hypothesis,
    "translation.phrase": translation.phrase,
    "translation.response": lambda body: (
        translation.hypothesis(body) if translation.is_hypothesis(body) else translation.phrase(body)
    ),
    "translation.synthesis.end": lambda body: SynthesisEnded(translation.synthesis_error(body)),
    "audio.end": lambda body: SynthesisEnded(translation.synthesis_error(body)),
}
_READERS: Final[Mapping[bool, Mapping[str, _Reader]]] = {
    False: {**_COMMON, **_RECOGNITION},
    # A translation's own hypotheses repeat what was recognised, so that its recognition's are left out.
    True: {**_COMMON, **_TRANSLATION, PLAIN_PHRASE: translation.phrase},
}

_ROUNDING: Final = 1e-6
"""Seconds: a sum of times is no more exact."""

_ESSENTIAL: Final = frozenset({PLAIN_PHRASE, "translation.phrase", "translation.response"})


def event(message: Message, *, translating: bool) -> Event | None:
    """Return the event that a message is; None for one that says nothing, or that nothing is known of.

    Raises the SpeechError that a phrase's status stands for, and UnusableMessageError for a phrase that cannot be read.
    """
    if translating and message.path in ("translation.synthesis", "audio"):
        if not isinstance(message.body, bytes):
            raise UnusableMessageError("synthesised audio in a text message")
        return Synthesis(message.body) if message.body else None
    reader = _READERS[translating].get(message.path)
    if reader is None:
        return None
    try:
        return reader(messages.json_body(message))
    except UnusableMessageError:
        if message.path in _ESSENTIAL:
            raise
        return None  # nothing is lost: a later message says the same, or more


def shifted(event: Event, seconds: float) -> Event:
    """Return an event as it stands in an utterance in which its request's audio began after some seconds."""
    if seconds and isinstance(event, Hypothesis | Phrase | SpeechStarted | SpeechEnded):
        return replace(event, offset=event.offset + seconds)
    return event


def untimed(message: Message) -> bool:
    """Return whether a phrase does not say what it is about."""
    body = messages.json_body(message)
    recognised = body.get("SpeechPhrase")
    return messages.end(recognised if isinstance(recognised, dict) else body) == 0


def within(heard: Hypothesis, said: Phrase) -> bool:
    """Return whether a phrase covers what a hypothesis is about, as far as it says what it covers."""
    end = said.offset + said.duration
    return not end or heard.offset + heard.duration <= end + _ROUNDING


def known(said: Phrase, heard: Hypothesis | None, options: RecognitionOptions) -> Phrase:
    """Return a phrase with the best text that is known of it, be it from the hypothesis that came before.

    A short "yes" may be told as silence: words make a success of any status.
    """
    # What is spoken has what the household wants removed.
    spoken = None if options.profanity is Profanity.REMOVED else said.itn or said.lexical
    if text := said.text or spoken:
        return replace(said, status=RecognitionStatus.SUCCESS, text=text)
    if heard is None or not heard.text:
        return said
    return replace(
        said,
        status=RecognitionStatus.SUCCESS,
        text=heard.text,
        language=said.language or heard.language,
        translations=said.translations or heard.translations,
        translation_error=None,
    )


def as_asked[Said: (Hypothesis, Phrase)](said: Said, options: RecognitionOptions) -> Said:
    """Return what was said with its languages written as they were asked for; the service has its own ways.

    A language that nobody asked for is written as in LANGUAGES, if it is one of these.
    """
    if said.language:
        asked = options.candidates or (options.language,)
        language = match(said.language, asked) or match(said.language, LANGUAGES) or said.language
        said = replace(said, language=language)
    if isinstance(options, TranslationOptions) and said.translations:
        translations: dict[str, str] = {}
        for name, text in said.translations.items():
            target = match(name, options.targets) or name
            translations[target] = translations.get(target) or text
        said = replace(said, translations=translations)
    return said
