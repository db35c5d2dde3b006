"""A turn whose text comes while it speaks: what is sent in it, and how long to wait for the service.

Who writes may pause for as long as a tool takes, and the service has nothing to say then. It owes something from when a
sentence is whole, or the text is: up to its next audio, and behind the end of the text up to the end of the turn.
"""

from dataclasses import dataclass
from math import inf
from typing import Final, override

from ..wire.messages import Message
from .text_stream import TextStream
from .turn import FIRST_ANSWER_REUSED, State, Turn

FIRST_SOUND: Final = 3.0
"""Seconds from the first sentence to its audio. A real endpoint that did not take text in pieces said turn.start and
response, and then nothing (issue 2922 of Microsoft's SDK, which gave up after 40 s). Of slow regions up to 3 s are
reported for a sentence: there it may be found not to work although it would."""


@dataclass(slots=True, kw_only=True)
class StreamedTurn(Turn):
    """Where the service is in such a turn."""

    stream: TextStream
    owes: bool = False
    """Whether the service is to say something."""

    def messages(self, now: float) -> list[Message]:
        """Return what is to be sent now."""
        messages = self.stream.messages(self.request_id)
        if self.stream.ended:
            self.began = min(self.began, now)
        if messages and not (self.stream.is_amid_sentence or self.owes):
            self.owes, self.heard_at = True, now
        return messages

    # slots: the class is made anew, so super() has to name it

    @override
    def _audio(self, audio: bytes, *, ends: bool) -> bytes:
        audio = super(StreamedTurn, self)._audio(audio, ends=ends and self.stream.ended)
        if audio:
            self.owes = self.stream.ended
        return audio

    @property
    @override
    def answer_by(self) -> float:
        return super(StreamedTurn, self).answer_by if self._is_awaited else inf

    @property
    @override
    def ping_at(self) -> float:
        return super(StreamedTurn, self).ping_at if self._is_awaited else inf

    @property
    def _is_awaited(self) -> bool:
        return self.owes or self.state is State.ASKED

    @property
    @override
    def _limits(self) -> tuple[float, float]:
        """Sooner than of a document, before the first audio: sentences are then asked for."""
        match self.state:
            case State.ASKED:
                return FIRST_ANSWER_REUSED if self.reused else FIRST_SOUND, FIRST_SOUND
            case State.STARTED:
                return FIRST_SOUND, FIRST_SOUND
        return super(StreamedTurn, self)._limits
