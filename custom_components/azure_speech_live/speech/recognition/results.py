"""Which event a message of the service is, with times from the start of its request's audio."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from ..errors import UnusableMessageError
from ..events import (
    Event,
    Hypothesis,
    Phrase,
    SpeechEnded,
    SpeechStarted,
    Synthesis,
    SynthesisEnded,
)
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
    if not seconds:
        return event
    if isinstance(event, Phrase):
        others = tuple(replace(other, offset=other.offset + seconds) for other in event.alternatives)
        words = tuple(replace(word, offset=word.offset + seconds) for word in event.words)
        return replace(event, offset=event.offset + seconds, alternatives=others, words=words)
    if isinstance(event, Hypothesis | SpeechStarted | SpeechEnded):
        return replace(event, offset=event.offset + seconds)
    return event


def untimed(message: Message) -> bool:
    """Return whether a phrase does not say what it is about."""
    body = messages.json_body(message)
    recognised = body.get("SpeechPhrase")
    return messages.end(recognised if isinstance(recognised, dict) else body) == 0
