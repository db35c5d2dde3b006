"""What Microsoft's own service was seen to say, for the stand-in to say it too.

`tests/data/service_messages.jsonl` has messages, close reasons and refused requests of the real service, each with the
public log or the source that it is from. Words and ids are replaced; close reasons are cut where the logs cut them.
"""

from __future__ import annotations

from dataclasses import dataclass
import json
from pathlib import Path
from typing import Final

from .faults import Before, Behaviour, Close, Drop, Fault, Point, Refuse, Say

_FILE: Final = Path(__file__).parents[1] / "data" / "service_messages.jsonl"

_PHRASES: Final = ("speech.phrase", "translation.phrase")
_INSTEAD: Final = {
    **dict.fromkeys((*_PHRASES, "translation.response"), _PHRASES),
    **{path: (path,) for path in ("turn.start", "turn.end", "speech.endDetected")},
    **{path: (path,) for path in ("translation.synthesis.end", "audio.start", "audio.end")},
}
"""In place of which messages the stand-in says something: what is not here comes before the phrase."""


@dataclass(frozen=True, kw_only=True)
class Real:
    """Something that the real service said: a message, a close or a refused upgrade, by its `kind`."""

    kind: str
    """"text", "close" or "upgrade"."""
    name: str
    source: str
    note: str = ""
    path: str = ""
    """Of a message."""
    body: str = ""
    """Of a message or a refused upgrade, as it came."""
    translating: bool = False
    """Whether it belongs to a translation."""
    code: int = 0
    """Of a close."""
    reason: str = ""
    """Of a close."""
    status: int = 0
    """Of a refused upgrade."""

    @property
    def interim(self) -> bool:
        """Whether it is no final word, so that the rest of the turn follows it."""
        return self.path not in _INSTEAD or '"SpeechHypothesis": {' in self.body

    def behaviour(self, at: Point | None = None) -> Behaviour:
        """Return how an attempt goes in which it is said: a close `at` a point, or before the phrase."""
        if self.kind == "upgrade":
            return Behaviour(answer=Refuse(self.status, {}, self.body))
        if self.kind == "close":
            points = [at] if at else [Before(path) for path in _PHRASES]
            return Behaviour(faults=tuple(Fault(point, Close(self.code, self.reason)) for point in points))
        places = [Before(path) for path in (_PHRASES if self.interim else _INSTEAD[self.path])]
        actions = (Say(self.path, self.body),) if self.interim else (Drop(), Say(self.path, self.body))
        return Behaviour(faults=tuple(Fault(place, action) for place in places for action in actions))


REAL: Final = {
    row.name: row for row in (Real(**json.loads(line)) for line in _FILE.read_text(encoding="utf-8").splitlines())
}
"""All of it, by name."""
