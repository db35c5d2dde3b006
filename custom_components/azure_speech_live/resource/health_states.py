"""The states of a resource's health: what leads from one to another, and what each means to the household.

One state at a time, and each observation changes only what it disproves:

- A new connection that opens with the key ends all but USED_UP: the service speaks of a quota only later.
- A phrase ends USED_UP and nothing else: the connection that brought it may be older than the trouble with new ones.
- "Too many requests" comes from a Speech service, so it is neither AWAY nor GONE; but nobody has looked at the key yet.
- Without a connection nothing is learned of the key: one that was refused is so still, as far as anybody knows. An
  endpoint is GONE only after it has been looked for in vain for long; until then it is as far AWAY as any other.

Nothing is done here. health.py observes, with the time of each observation, and sees to it that what the state means is
so, and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from ..speech import CredentialsError, QuotaError, SpeechError, ThrottledError
from .issues import Issue


class State(Enum):
    """How a resource is, as far as is known."""

    WORKS = auto()
    REFUSED = auto()
    """The service refuses the key."""
    USED_UP = auto()
    """It recognises nothing more in this month."""
    GONE = auto()
    """There has been no Speech service at the endpoint for long."""
    AWAY = auto()
    """No connection can be opened just now."""


class Seen(Enum):
    """What is observed of a resource."""

    PHRASE = auto()
    """Something was recognised, be it silence."""
    OPENED = auto()
    """A new connection was opened with the key."""
    REFUSED = auto()
    """The key was refused."""
    QUOTA = auto()
    """The service said that the quota is used up."""
    THROTTLED = auto()
    """The service said that there are too many requests, or too many at once."""
    NO_CONNECTION = auto()
    """No connection could be opened, for any other reason."""
    NOTHING_THERE = auto()
    """No connection could be opened, and for long there has been no Speech service to open one to."""
    NEW_MONTH = auto()


_: Final = None
_WORKS, _REFUSED, _USED_UP, _GONE, _AWAY = State

# fmt: off
_TABLE: Final[Mapping[Seen, tuple[State | None, ...]]] = {
    #                    WORKS     REFUSED   USED_UP   GONE      AWAY
    Seen.PHRASE:        (_,        _,        _WORKS,   _,        _),
    Seen.OPENED:        (_WORKS,   _WORKS,   _USED_UP, _WORKS,   _WORKS),
    Seen.REFUSED:       (_REFUSED, _REFUSED, _REFUSED, _REFUSED, _REFUSED),
    Seen.QUOTA:         (_USED_UP, _USED_UP, _USED_UP, _USED_UP, _USED_UP),
    Seen.THROTTLED:     (_WORKS,   _REFUSED, _USED_UP, _WORKS,   _WORKS),
    Seen.NO_CONNECTION: (_AWAY,    _REFUSED, _AWAY,    _GONE,    _AWAY),
    Seen.NOTHING_THERE: (_GONE,    _GONE,    _GONE,    _GONE,    _GONE),
    Seen.NEW_MONTH:     (_,        _,        _WORKS,   _,        _),
}
"""What is observed, the state until then above, and the state that follows. Empty: it says nothing of that state."""
# fmt: on


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a state means to the household: all of this, and nothing else."""

    available: bool
    """Whether the entities are available. As long as they are not, a connection is tried from time to time."""
    asks_for_key: bool = False
    """Whether Home Assistant asks for another key."""
    issue: Issue | None = None
    """What a person must do."""


MEANS: Final[Mapping[State, Meaning]] = {
    State.WORKS: Meaning(available=True),
    State.REFUSED: Meaning(available=False, asks_for_key=True),
    # Available, since only a command finds out that it works again.
    State.USED_UP: Meaning(available=True, issue=Issue.QUOTA_USED_UP),
    State.GONE: Meaning(available=False, issue=Issue.ENDPOINT_GONE),
    State.AWAY: Meaning(available=False),
}


def following(state: State, seen: Seen) -> State | None:
    """Return the state after an observation; None if that says nothing of the state until then."""
    return dict(zip(State, _TABLE[seen], strict=True))[state]


def seen_of(error: SpeechError | None) -> Seen:
    """Return what is observed where a connection was to be opened; ``error`` is None if it was."""
    match error:
        case None:
            return Seen.OPENED
        case CredentialsError():
            return Seen.REFUSED
        case QuotaError():
            return Seen.QUOTA
        case ThrottledError():
            return Seen.THROTTLED
        case _:
            return Seen.NO_CONNECTION
