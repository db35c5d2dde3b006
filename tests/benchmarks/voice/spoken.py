"""What came of an answer: when which sound was there, and what a listener makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from .request import BYTES_PER_SECOND, SENTENCES, SPOKEN, Request

SPEECH: Final = sum(map(len, SENTENCES)) / SPOKEN
"""Seconds of speech in an answer, blanks and pauses between its sentences left out."""


@dataclass(frozen=True)
class Spoken:
    """One answer. Times are seconds by the common clock."""

    request: Request
    begins: float
    """When its first delta comes."""
    sound: tuple[tuple[float, int], ...]
    """When how many bytes of it came, without a header."""
    stopped: float
    """When the listener wanted silence; 0: it heard all."""
    over: float
    """When the speaker had nothing more to do with it."""

    @classmethod
    def parse(cls, said: Mapping[str, Any], request: Request) -> Self:
        """Read what a speaker says of it."""
        sound = tuple((at / 1e9, size) for at, size in said["sound"])
        return cls(request, said["begins"] / 1e9, sound, said["stopped"] / 1e9, said["over"] / 1e9)

    @property
    def first(self) -> float:
        """Return the seconds from the first delta to the first sound."""
        return self.sound[0][0] - self.begins

    @property
    def behind_sentence(self) -> float:
        """Return the seconds from the end of the first sentence to it."""
        return self.first - self.request.sentence_at

    @property
    def behind_gate(self) -> float:
        """Return the same from when the text is handed on by Home Assistant, if that is later."""
        return self.first - max(self.request.sentence_at, self.request.gate_at)

    @property
    def gap(self) -> float:
        """Return the seconds of the longest pause that is heard if each sound is played as soon as it is there."""
        longest, heard_until = 0.0, self.sound[0][0]
        for at, size in self.sound:
            longest = max(longest, at - heard_until)
            heard_until = max(at, heard_until) + size / BYTES_PER_SECOND
        return longest

    @property
    def silence(self) -> float:
        """Return the seconds from the wish for silence to the last sound, or to the end if that is later."""
        return max([self.over, *(at for at, _ in self.sound)]) - self.stopped

    @property
    def missing(self) -> float:
        """Return the seconds of speech that did not come."""
        return max(0.0, SPEECH - sum(size for _, size in self.sound) / BYTES_PER_SECOND)
