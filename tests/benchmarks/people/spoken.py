"""What is played, and what the home understands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
import wave

from tests.benchmarks.arena import ROOT
from tests.speech_service.engines.alignment import Aligner
from tests.speech_service.engines.known import Recording

OWN: Final = {
    "turn_on_the_kitchen_light": ("turn on the kitchen light", 3),
    "set_the_bedroom_to_22_degrees": ("set the bedroom to twenty two degrees", 4),
    "what_is_the_temperature_in_the_living_room": ("what is the temperature in the living room", 4),
}
"""The repository's own recordings: what is said, and after how many words there is a pause."""
DATA: Final = ROOT / "tests" / "data"


@dataclass(frozen=True)
class Spoken:
    """Recordings, and what Home Assistant has in its configuration to understand them: YAML, as objects."""

    recordings: list[Recording]
    sentences: Mapping[str, Any] = field(default_factory=dict)
    """A file of custom sentences."""
    intents: Mapping[str, Any] = field(default_factory=dict)
    """Intent scripts."""


def own(pauses: Sequence[float]) -> Spoken:
    """Return the repository's recordings, with pauses. No two are equally loud, so that they can be told apart."""
    aligner = Aligner()
    recordings: list[Recording] = []
    for name, (sentence, words) in OWN.items():
        with wave.open(str(DATA / f"{name}.wav")) as file:
            recording = aligner.align(file.readframes(file.getnframes()), sentence)
        assert recording is not None
        recordings += [recording.paused(words, pause).quieter(1 - number / 20) for number, pause in enumerate(pauses)]
    return Spoken(recordings)
