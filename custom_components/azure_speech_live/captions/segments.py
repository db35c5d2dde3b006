"""What is said, as events of live captions: segments, each with an id that all that is told of it has in common."""

import secrets
from typing import Final

from homeassistant.util.json import JsonObjectType

from ..speech import Hypothesis, Phrase, RecognitionOptions
from ..transcript.speakers import Speakers
from ..transcript.stabilizer import Stabilizer
from ..transcript.transcript import broken_off, segment_of, targets_of, translations_of

_ROUNDING: Final = 1e-6
"""Seconds by which the service may be at odds with itself about where something ends."""
_ID_SIZE: Final = 8
"""Bytes of chance in the ids of a session, so that those of no other are the same."""


class Segments:
    """The segments of one session. The hypotheses up to a phrase, and the phrase, are one; and so is what is no phrase.

    Nothing of what was said is kept but the segment that is being spoken.
    """

    def __init__(self, options: RecognitionOptions) -> None:
        """Begin with the first one; times are those of the session that the options go on with."""
        self._options = options
        self._prefix = secrets.token_hex(_ID_SIZE)
        self._number = 0
        self._heard: Hypothesis | None = None
        """What was heard of it so far."""
        self._shown = self._stabilizers()
        self._speakers = Speakers()

    @property
    def current(self) -> str:
        """The id of the segment that is being spoken, or will be next."""
        return f"{self._prefix}.{self._number}"

    def hear(self, said: Hypothesis) -> JsonObjectType:
        """Take what the segment sounds like so far; return the event that tells it."""
        self._heard = said
        shown = self._shown[None].take(said.text)
        translated = translations_of(said, self._options)
        return {
            "type": "hypothesis",
            "id": self.current,
            "text": shown.text,
            "stable": _length(shown.text[: shown.stable]),
            "language": said.language or self._options.language,
            "speaker": said.speaker,
            "offset": self._time(said.offset),
            "duration": round(said.duration, 3),
            "translations": {target: self._shown[target].take(text).text for target, text in translated.items()},
        }

    def end(self, phrase: Phrase) -> list[JsonObjectType]:
        """Take the segment's end; return the events that tell it."""
        if not phrase.says_something:
            dropped = None if self._goes_on_behind(phrase) else self.drop()
            return [] if dropped is None else [dropped]
        event: JsonObjectType = {
            "type": "phrase",
            "id": self.current,
            **segment_of(phrase, self._options),
            "offset": self._time(phrase.offset),
            "speaker": phrase.speaker,
            "error": phrase.translation_error,
        }
        if self._options.word_times:
            event["words"] = [
                {"text": word.text, "offset": self._time(word.offset), "duration": round(word.duration, 3)}
                for word in phrase.words
            ]
        known = self._speakers.take(self.current, phrase.speaker) if self._options.speakers else {}
        self._next()
        events = [event]
        for earlier, speaker in known.items():
            events.append({"type": "speaker", "id": earlier, "speaker": speaker})
        return events

    def drop(self) -> JsonObjectType | None:
        """Take note that the segment comes to nothing; return the event that tells it, if there is a segment."""
        if self._heard is None:
            return None
        event: JsonObjectType = {"type": "nothing", "id": self.current}
        self._next()
        return event

    def break_off(self) -> list[JsonObjectType]:
        """Return the events that tell what was heard of a segment that will have no end."""
        return [] if self._heard is None else self.end(broken_off(self._heard))

    def _goes_on_behind(self, phrase: Phrase) -> bool:
        """Return whether what is heard lies behind a phrase that is silence: the client keeps it for the next one."""
        said, end = self._heard, phrase.offset + phrase.duration
        return said is not None and 0 < end < said.offset + said.duration - _ROUNDING

    def _time(self, seconds: float) -> float:
        return round(self._options.session_offset + seconds, 3)

    def _next(self) -> None:
        self._heard = None
        self._shown = self._stabilizers()
        self._number += 1

    def _stabilizers(self) -> dict[str | None, Stabilizer]:
        """Return what keeps each text of a segment from jumping: what is said (None), and its translations."""
        return {None: Stabilizer(), **{target: Stabilizer(translated=True) for target in targets_of(self._options)}}


def _length(text: str) -> int:
    """Return a text's length as JavaScript has it, in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2
