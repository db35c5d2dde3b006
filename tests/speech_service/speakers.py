"""Who is speaking: guests by number, in the order in which they are heard.

A session keeps its numbers over turns and connections, which is how a client's speakers stay the same ones; another
session has numbers of its own. That Microsoft's service does so is a guess, from its SDKs keeping the session's id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from .engines import Finding, Hypothesis, Phrase, Recognition, Status
from .options import TurnOptions

UNKNOWN: Final = "Unknown"


@dataclass
class _Session:
    guests: list[str] = field(default_factory=list)
    """Who was heard, by the engine's names."""
    phrases: int = 0

    def number(self, who: str) -> str:
        if who not in self.guests:
            self.guests.append(who)
        return f"Guest-{self.guests.index(who) + 1}"


class Speakers:
    """All sessions of a service. The first phrases of each are of nobody known, so many as it is told."""

    def __init__(self, unknown_phrases: int = 0) -> None:
        """Begin with no session."""
        self._unknown_phrases = unknown_phrases
        self._sessions: defaultdict[str, _Session] = defaultdict(_Session)

    def named(self, recognition: Recognition, options: TurnOptions) -> Recognition:
        """Return a turn's recognition with the names of who speaks, if they are asked for."""
        return _Named(recognition, options, self) if options.audio_session else recognition

    def name(self, found: Finding, options: TurnOptions) -> Finding:
        """Return what was found with the name of who said it."""
        session = self._sessions[options.audio_session]
        match found:
            case Hypothesis():
                known = found.speaker and options.diarize_intermediates and session.phrases >= self._unknown_phrases
                return replace(found, speaker=session.number(found.speaker) if known else UNKNOWN)
            case Phrase(status=Status.SUCCESS):
                session.phrases += 1
                known = found.speaker and session.phrases > self._unknown_phrases
                return replace(found, speaker=session.number(found.speaker) if known else UNKNOWN)
        return found


class _Named:
    """A recognition whose findings have names."""

    def __init__(self, recognition: Recognition, options: TurnOptions, speakers: Speakers) -> None:
        self._recognition = recognition
        self._options = options
        self._speakers = speakers

    async def hear(self, audio: bytes) -> list[Finding]:
        return list(self._name(await self._recognition.hear(audio)))

    async def conclude(self) -> list[Finding]:
        return list(self._name(await self._recognition.conclude()))

    async def close(self) -> None:
        await self._recognition.close()

    def _name(self, findings: Sequence[Finding]) -> Iterator[Finding]:
        return (self._speakers.name(finding, self._options) for finding in findings)
