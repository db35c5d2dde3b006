"""One recognition, translation or answer of a resource, as it is counted and shown in diagnostics."""

from dataclasses import dataclass, field
from datetime import datetime

from ..speech import (
    RecognitionOptions,
    SpeechError,
    SynthesisOptions,
    SynthesisTimeline,
    Timeline,
    TranslationOptions,
)
from .months import Month


@dataclass(slots=True, eq=False)
class Session:
    """One recognition or translation, and how it went. No text is in it."""

    options: RecognitionOptions
    started: datetime
    timeline: Timeline = field(default_factory=Timeline)
    error: SpeechError | None = None
    """What it failed with; None also if it was ended from our side."""
    ended: float | None = None
    """When it was over, by the timeline's clock; None while it is under way."""
    counted: Month = field(default_factory=Month)
    """What of it is in the usage already."""

    @property
    def uncounted(self) -> Month:
        """Return what it has used and is not in the usage yet."""
        sent = self.timeline.sent - self.counted.recognition - self.counted.translation
        requests = self.timeline.requests - self.counted.requests
        if self.translation:
            return Month(translation=sent, requests=requests)
        return Month(recognition=sent, requests=requests)

    @property
    def translation(self) -> bool:
        """Return whether it translates."""
        return isinstance(self.options, TranslationOptions)


@dataclass(frozen=True, slots=True)
class SecondAnswer:
    """Something that a second engine has answered. No text is in it, and no name that the household has given."""

    at: datetime
    integration: str | None
    """Whose engine it is; None if it is gone already."""
    heard: int
    """Commands that it heard."""
    spoken: int
    """Texts that it spoke."""


@dataclass(slots=True, eq=False)
class SpokenSession:
    """One answer that was spoken, and how it went. No text is in it."""

    options: SynthesisOptions
    started: datetime
    timeline: SynthesisTimeline = field(default_factory=SynthesisTimeline)
    error: SpeechError | None = None
    """What it failed with; None also if it was ended from our side."""
    ended: float | None = None
    """When it was over, by the timeline's clock; None while it is under way."""
    counted: Month = field(default_factory=Month)
    """What of it is in the usage already."""

    @property
    def uncounted(self) -> Month:
        """Return what it has used and is not in the usage yet."""
        return Month(
            characters=self.timeline.characters - self.counted.characters,
            requests=self.timeline.requests - self.counted.requests,
        )
