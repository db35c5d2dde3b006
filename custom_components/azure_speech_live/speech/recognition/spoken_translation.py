"""An utterance's spoken translations: which have begun, which are still to come, and their audio for the caller."""

from ..errors import UnusableMessageError
from ..events import Synthesis, SynthesisEnded
from ..wire.limits import LEAST_SPOKEN, SPOKEN_TIMES
from .event_queue import EventQueue


class SpokenTranslations:
    """What is spoken, phrase by phrase. It puts its events among the utterance's."""

    def __init__(self, events: EventQueue) -> None:
        """Begin with nothing spoken, and nothing to be."""
        self.waiting = 0
        """Phrases whose spoken translation is not over."""
        self._events = events
        self._speaking = False
        self._received = 0

    def take(self, audio: bytes, given: int) -> bool:
        """Take audio of a phrase; return whether it is the next one's.

        ``given``: bytes of audio that the source gave so far. Raises UnusableMessageError: it is too much.
        """
        self._received += len(audio)
        if self._received > LEAST_SPOKEN + SPOKEN_TIMES * given:
            raise UnusableMessageError("more synthesised audio than an utterance can have")
        # Its end is missing, which Microsoft's SDKs put up with.
        ended = self._speaking and audio.startswith(b"RIFF") and self.end(None)
        self._speaking = True
        self._events.tell(Synthesis(audio))
        return ended

    def end(self, error: str | None) -> bool:
        """Take the end of what is spoken of a phrase; return whether one was waited for."""
        waited = self.waiting > 0
        if waited or self._speaking:
            self.waiting -= waited
            self._speaking = False
            self._events.tell(SynthesisEnded(error))
        return waited

    def end_all(self, error: str | None) -> bool:
        """Say of what was to be spoken that there will be no more; ``error`` None: what has begun is whole.

        Return whether something was waited for.
        """
        waited = self.waiting > 0
        while self.waiting or self._speaking:
            whole = error is None and self._speaking
            self.end(None if whole else error or "the service did not speak the translation")
        return waited
