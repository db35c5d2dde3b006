"""An engine that recognises what a test says, at the positions in the audio that it says.

Nothing is listened to: only how much audio came counts, so that every run is the same. Positions are those of the
turn's own audio; a client that replays half an utterance on a new connection gets the script from its start.
For tests that need the audio itself to tell (replay, loss, repetition) there is `legible`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..options import TurnOptions
from ..text import Written
from ..wav import from_seconds, ticks
from . import Finding, Hypothesis, Phrase, SpeechStart, Status, Word

HYPOTHESIS_INTERVAL = 0.3
"""Seconds between hypotheses, as the protocol page says of the service."""


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """Something said between two positions (seconds) of a turn's audio."""

    text: str = ""
    """As displayed; the hypotheses are its words, more and more of them."""
    start: float = 0.0
    end: float | None = None
    """Where the phrase is complete; None: when the audio ends."""
    status: Status = Status.SUCCESS
    language: str | None = None
    """What language identification finds; None: the first candidate."""
    confidence: float = 0.95
    others: tuple[str, ...] = ()
    """What else it may be, as displayed."""
    speaker: str = ""
    """Who says it, by any name."""
    hypotheses: Sequence[tuple[float, str]] | None = None
    """Positions (seconds) and texts, instead of the default ones."""


TURN_ON_THE_LIGHT = Utterance(text="Turn on the kitchen light.")


class Scripted:
    """Follows a script: the utterances of each turn, in order; the last turn's are used again for ever."""

    def __init__(self, *turns: Sequence[Utterance]) -> None:
        """Keep the script; none means that every turn says to turn on the kitchen light."""
        self._turns = turns or ((TURN_ON_THE_LIGHT,),)
        self._begun = 0

    def begin(self, options: TurnOptions) -> ScriptedRecognition:
        """Begin the next turn of the script."""
        utterances = self._turns[min(self._begun, len(self._turns) - 1)]
        self._begun += 1
        return ScriptedRecognition(utterances, options)

    def close(self) -> None:
        """Nothing is held."""


class ScriptedRecognition:
    """One turn of a script."""

    def __init__(self, utterances: Sequence[Utterance], options: TurnOptions) -> None:
        """Lay out the findings in the order of their positions."""
        self._options = options
        self._heard = 0
        self._pending = list(utterances)
        self._progress: Iterator[tuple[int, Finding]] | None = None
        self._next: tuple[int, Finding] | None = None

    async def hear(self, audio: bytes) -> list[Finding]:
        """Return the findings whose position the audio has now reached."""
        self._heard += len(audio)
        position = ticks(self._heard)
        found: list[Finding] = []
        while self._pending:
            utterance = self._pending[0]
            if self._progress is None:
                self._progress = self._lay_out(utterance)
                self._next = next(self._progress, None)
            while self._next is not None and self._next[0] <= position:
                found.append(self._next[1])
                self._next = next(self._progress, None)
            if utterance.end is None or from_seconds(utterance.end) > position:
                break
            found.append(self._phrase(utterance, from_seconds(utterance.end)))
            self._finish()
        return found

    async def conclude(self) -> list[Finding]:
        """End the utterance that has begun, where the audio ends."""
        position = ticks(self._heard)
        if not self._pending or from_seconds(self._pending[0].start) >= position:
            return []
        phrase = self._phrase(self._pending[0], position)
        self._finish()
        return [phrase]

    async def close(self) -> None:
        """Nothing is held."""

    def _finish(self) -> None:
        self._pending.pop(0)
        self._progress = self._next = None

    def _language(self, utterance: Utterance) -> str:
        return utterance.language or self._options.languages[0]

    def _lay_out(self, utterance: Utterance) -> Iterator[tuple[int, Finding]]:
        """Yield the findings before the phrase, each with the position at which it becomes known."""
        start = from_seconds(utterance.start)
        if utterance.status is not Status.SUCCESS and utterance.hypotheses is None:
            return
        yield start + 1, SpeechStart(start)
        said = utterance.hypotheses
        if said is None:
            words = Written.from_display(utterance.text).lexical.split()
            said = [
                (utterance.start + HYPOTHESIS_INTERVAL * count, " ".join(words[:count]))
                for count in range(1, len(words) + 1)
            ]
        for seconds, text in said:
            position = from_seconds(seconds)
            if utterance.end is not None and seconds > utterance.end:
                return
            yield (
                position,
                Hypothesis(
                    text=text,
                    offset=start,
                    duration=position - start,
                    language=self._language(utterance),
                    speaker=utterance.speaker,
                ),
            )

    def _phrase(self, utterance: Utterance, end: int) -> Phrase:
        start = from_seconds(utterance.start)
        if utterance.status is not Status.SUCCESS:
            return Phrase(offset=start, duration=end - start, status=utterance.status)
        written = Written.from_display(utterance.text)
        words = written.lexical.split()
        length = (end - start) // max(len(words), 1)
        return Phrase(
            display=written.display,
            lexical=written.lexical,
            itn=written.itn,
            offset=start,
            duration=end - start,
            language=self._language(utterance),
            confidence=utterance.confidence,
            others=utterance.others,
            speaker=utterance.speaker,
            words=tuple(
                Word(text=word, offset=start + index * length, duration=length) for index, word in enumerate(words)
            ),
        )
