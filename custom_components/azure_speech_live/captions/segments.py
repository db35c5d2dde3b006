"""What is said, as events of live captions: segments, each with an id that all that is told of it has in common."""

import secrets
from typing import Any, Final

from homeassistant.util.json import JsonObjectType

from ..languages.translation import translation_of
from ..speech import Hypothesis, Phrase, RecognitionOptions, RecognitionStatus, TranslationOptions
from ..transcript.transcript import Transcript

_ROUNDING: Final = 1e-6
"""Seconds by which the service may be at odds with itself about where something ends."""
_ID_SIZE: Final = 8
"""Bytes of chance in the ids of a session, so that those of no other are the same."""


class Segments:
    """The segments of one session. The hypotheses up to a phrase, and the phrase, are one; and so is what is no phrase.

    Nothing of what was said is kept but the segment that is being spoken.
    """

    def __init__(self, options: RecognitionOptions, *, offset: float = 0) -> None:
        """Begin with the first one, ``offset`` seconds behind the start of an earlier session that it goes on with."""
        self._options = options
        self._targets = options.targets if isinstance(options, TranslationOptions) else ()
        self._transcript = Transcript(options)
        self._offset = offset
        self._prefix = secrets.token_hex(_ID_SIZE)
        self._number = 0
        self._heard: Hypothesis | None = None
        """What was heard of it so far."""

    @property
    def current(self) -> str:
        """The id of the segment that is being spoken, or will be next."""
        return f"{self._prefix}.{self._number}"

    def hear(self, said: Hypothesis) -> JsonObjectType:
        """Take what the segment sounds like so far; return the event that tells it."""
        self._heard = said
        translations = {target: translation_of(said, target, self._options.language) for target in self._targets}
        return {
            "type": "hypothesis",
            "id": self.current,
            "text": said.text,
            "stable": 0,
            "language": said.language or self._options.language,
            "speaker": None,
            "offset": round(self._offset + said.offset, 3),
            "duration": round(said.duration, 3),
            "translations": {target: text for target, text in translations.items() if text is not None},
        }

    def end(self, phrase: Phrase) -> JsonObjectType | None:
        """Take the segment's end; return the event that tells it, if there is anything to tell."""
        if not phrase.says_something:
            return None if self._goes_on_behind(phrase) else self.drop()
        segment = self._transcript.segment(phrase)
        event: JsonObjectType = {
            "type": "phrase",
            "id": self.current,
            **segment,
            "offset": round(self._offset + phrase.offset, 3),
            "speaker": None,
            "error": phrase.translation_error,
        }
        self._next()
        return event

    def _goes_on_behind(self, phrase: Phrase) -> bool:
        """Return whether what is heard lies behind a phrase that is silence: the client keeps it for the next one."""
        said, end = self._heard, phrase.offset + phrase.duration
        return said is not None and 0 < end < said.offset + said.duration - _ROUNDING

    def drop(self) -> JsonObjectType | None:
        """Take note that the segment comes to nothing; return the event that tells it, if there is a segment."""
        if self._heard is None:
            return None
        event: JsonObjectType = {"type": "nothing", "id": self.current}
        self._next()
        return event

    def break_off(self) -> JsonObjectType | None:
        """Return the event that tells what was heard of a segment that will have no end, if there is one."""
        said = self._heard
        if said is None:
            return None
        known: dict[str, Any] = {"offset": said.offset, "duration": said.duration, "language": said.language}
        return self.end(
            Phrase(status=RecognitionStatus.SUCCESS, text=said.text, translations=said.translations, **known)
        )

    def _next(self) -> None:
        self._heard = None
        self._number += 1
