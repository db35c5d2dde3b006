"""When what happened in one recognition, or in one answer: for diagnostics and benchmarks. No text is in it."""

from dataclasses import dataclass, field
from math import inf


@dataclass(slots=True)
class Lag:
    """How far hypotheses were behind the audio, in seconds of it: that which was sent when one came, less its end.

    That is the service's time and the network's, where audio is sent as it is spoken. Of what is sent again, or was
    recorded before, it is more.
    """

    count: int = 0
    total: float = 0.0
    least: float = inf
    most: float = -inf

    def note(self, seconds: float) -> None:
        """Take note of one."""
        self.count += 1
        self.total += seconds
        self.least = min(self.least, seconds)
        self.most = max(self.most, seconds)

    @property
    def mean(self) -> float | None:
        """Return the mean; None if there was none."""
        return self.total / self.count if self.count else None


@dataclass(slots=True)
class Timeline:
    """What an utterance notes about itself, up to the turn.end that may come after the result.

    Moments are seconds by the event loop's clock; None for what did not happen. ``audio`` and ``sent`` are bytes of
    audio: what the source gave, and what went to the service, where that which was sent again counts again.
    """

    started: float = 0.0
    connected: float | None = None
    """When the first request could begin."""
    first_hypothesis: float | None = None
    audio_ended: float | None = None
    """When the source had no more."""
    speech_ended: float | None = None
    """When the service said that it heard the speech end."""
    phrase: float | None = None
    """When the last phrase came."""
    words: float | None = None
    """When the last phrase that says something came."""
    last_word: float | None = None
    """Where that ends: seconds from the start of the utterance's audio, as the service says."""
    lag: Lag = field(default_factory=Lag)
    answered: bool = False
    """Whether its caller had all that it wanted while audio came, and left it at that."""
    turn_ended: float | None = None
    requests: int = 0
    """More than one if a connection broke, or if the service ended a request before the audio."""
    reused: bool = False
    """Whether the first request used a connection that was kept open."""
    waited: float = 0.0
    """Seconds that it waited for other requests, as the service takes no more at a time."""
    connection_id: str | None = None
    """The X-ConnectionId of the last connection, or of the attempt to open one: Microsoft's support asks for it."""
    audio: int = 0
    sent: int = 0
    position: int = 0
    """Up to where the audio has gone to the service, in bytes; less than before where some is sent again."""

    def request_began(self, now: float, *, reused: bool) -> None:
        """Take note that a connection is there for a request."""
        if self.connected is None:
            self.connected = now
            self.reused = reused
        self.requests += 1

    def enough(self) -> bool:
        """Take note that its caller leaves it at what there is; return that it can be left at that."""
        self.answered = True
        return True

    @property
    def end_of_speech(self) -> float | None:
        """Return when the speech was over: when the service said so or the source ended, whichever was first."""
        return min((moment for moment in (self.audio_ended, self.speech_ended) if moment is not None), default=None)

    @property
    def delay(self) -> float | None:
        """Return the seconds from the end of speech to the last phrase; None if one of them did not come.

        None also where the caller was ``answered`` before: nobody waited for what the service says behind the end.
        """
        end = self.end_of_speech
        return None if self.answered or end is None or self.phrase is None else max(0.0, self.phrase - end)

    @property
    def final(self) -> float | None:
        """Return the seconds from the end of the audio to the last words; None if the service did not wait for that.

        It is what a command takes at least that is ended by somebody else than the service.
        """
        if self.words is None or self.audio_ended is None or self.audio_ended != self.end_of_speech:
            return None
        return self.words - self.audio_ended if self.words >= self.audio_ended else None


@dataclass(slots=True)
class SynthesisTimeline:
    """What an answer that is spoken notes about itself.

    Moments are seconds by the event loop's clock; None for what did not happen. ``audio`` is bytes of it that the
    caller was given, without a header.
    """

    started: float = 0.0
    connected: float | None = None
    """When the service could be asked."""
    text: float | None = None
    """When the first text came."""
    text_ended: float | None = None
    owed: float | None = None
    """When the first sentence was whole, so that the service owes sound; None where that came before."""
    wanted: float = inf
    """Amid the answer, since when a listener who hears everything as it comes waits for sound that is owed; inf: none
    is. What waits to be asked for together with more is not owed, nor is what was not written."""
    first_audio: float | None = None
    last_audio: float | None = None
    gap: float = 0.0
    """The longest time, in seconds, for which a listener who hears everything as it comes heard nothing although there
    was something to say."""
    requests: int = 0
    characters: int = 0
    """Those that the service asks to be paid for, an estimate: of each request of which audio came. What is spoken
    again counts again."""
    asked: int = 0
    """Those of the present request, until audio of it comes: it may still be refused, which costs nothing."""
    reused: bool = False
    """Whether the first request used a connection that had served another one."""
    waited: float = 0.0
    """Seconds that it waited, as the service takes no more requests."""
    connection_id: str | None = None
    """The X-ConnectionId of the last connection, or of the attempt to open one: Microsoft's support asks for it."""
    audio: int = 0
    spoken: int = 0
    """Texts that were spoken to their end: where the answer fails, it is to go on elsewhere with the one of this index.
    A sentence in fragments is one. Of those that are asked for together it is known from the words that the service
    tells of (SynthesisOptions.words); where it does not, they count together, when the last is over."""

    def text_came(self, now: float, *, speakable: bool, whole: bool) -> None:
        """Take note of a text; ``whole``: a sentence ends with it."""
        if speakable and self.text is None:
            self.text = now
        if whole and self.owed is None and self.text is not None and self.first_audio is None:
            self.owed = now

    def want(self, since: float) -> None:
        """Take note that more sound is owed, which is wanted from a moment on."""
        self.wanted = min(self.wanted, since)

    def request_began(self, characters: int, *, reused: bool) -> None:
        """Take note of a request for so many characters."""
        if not self.requests:
            self.reused = reused
        self.requests += 1
        self.asked = characters

    def audio_came(self) -> None:
        """Take note that the present request is served."""
        self.characters += self.asked
        self.asked = 0

    @property
    def owed_for(self) -> float | None:
        """Return the seconds for which the first audio was owed; None if it was not, or did not come."""
        return None if self.owed is None or self.first_audio is None else self.first_audio - self.owed

    @property
    def delay(self) -> float | None:
        """Return the seconds from the first text to the first audio; None if one of them did not come."""
        return None if self.text is None or self.first_audio is None else self.first_audio - self.text
