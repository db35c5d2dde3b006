"""A race as a test runs it: the service and the second engine say what it says, at times that it says."""

from math import inf

from custom_components.azure_speech_live.fallback.decision import Then
from custom_components.azure_speech_live.fallback.memory import Memory
from custom_components.azure_speech_live.fallback.race import Race
from custom_components.azure_speech_live.speech import (
    BYTES_PER_SECOND,
    Event,
    Hypothesis,
    Mode,
    Phrase,
    RecognitionOptions,
    RecognitionStatus,
)

HEARD = Phrase(status=RecognitionStatus.SUCCESS, text="Turn on the light.", duration=1.0)
AND_THEN = Phrase(status=RecognitionStatus.SUCCESS, text="And the fan.", offset=1.0, duration=1.0)
NO_MATCH = Phrase(status=RecognitionStatus.NO_MATCH)
SILENCE = Phrase(status=RecognitionStatus.INITIAL_SILENCE_TIMEOUT)
SO_FAR = Hypothesis("turn on", 0.0, 0.5)
OVER = 2.0
"""When the person has spoken."""


class Command:
    """A race, and what becomes of it."""

    def __init__(
        self,
        how: Then = Then.WAIT,
        mode: Mode = Mode.INTERACTIVE,
        *,
        on_nothing: bool = False,
        opened: float | None = 0.1,
        options: RecognitionOptions | None = None,
    ) -> None:
        """Begin at 0."""
        self.memory = Memory()
        self.misses = 0
        self.race = Race(
            options or RecognitionOptions(language="en-US", mode=mode),
            self.memory,
            0.0,
            on_nothing=on_nothing,
            on_miss=self._miss,
        )
        self.race.begin(how)
        self.race.timeline.connected = opened

    def _miss(self) -> None:
        self.misses += 1

    def over(self, now: float = OVER, pause: float | None = None) -> None:
        """End the command, which was spoken."""
        self.race.over(now, int(now * BYTES_PER_SECOND), pause)

    def wake(self) -> float:
        """Wait until it wants to be woken; return when that is."""
        now = self.race.wake_at
        assert now < inf
        self.race.wake(now)
        return now

    def service_says(self, *events: Event, at: float | None = None) -> None:
        """Have the service say this; it is all that it says, if ``at`` is when it ends."""
        for event in events:
            if isinstance(event, Phrase):
                self.race.timeline.phrase = at or OVER
            self.race.service_said(event)
        if at is not None:
            self.race.service_answered(at)

    def second_says(self, text: str = "lights on", at: float = OVER + 0.3) -> None:
        """Have the second engine answer."""
        self.race.second_answered(text, "en", at)

    @property
    def texts(self) -> list[str]:
        """What the caller got."""
        return [event.text for event in self.race.events if isinstance(event, Phrase)]

    @property
    def partials(self) -> list[str]:
        """What it got meanwhile."""
        return [event.text for event in self.race.events if isinstance(event, Hypothesis)]
