"""How live captions go: whether the service listens, is asked again, or is behind what is said."""

from typing import Final

from homeassistant.util.json import JsonObjectType

BEHIND: Final = 2.0
"""Seconds of audio that wait, from which on captions are behind: what is sent again of a phrase is less, as a rule."""
CAUGHT_UP: Final = 0.5
"""Seconds of it at which they are so no longer."""
STEP: Final = 1.0
"""Seconds by which that changes before it is told again."""


class State:
    """What was last told of it."""

    def __init__(self) -> None:
        """Begin with a service that listens."""
        self._state = "listening"
        self._behind = 0.0
        self._failed = False

    def fail(self) -> JsonObjectType | None:
        """Take note that the service is asked again; return the event that tells it, if it is new."""
        self._failed = True
        return self._tell("reconnecting", self._behind)

    def answer(self, behind: float) -> JsonObjectType | None:
        """Take note that the service answers, with so many seconds of audio that wait; return what is new."""
        self._failed = False
        return self.wait(behind)

    def wait(self, behind: float) -> JsonObjectType | None:
        """Take note of how many seconds of audio wait; return the event that tells it, if it is to be told."""
        if self._failed:
            return None
        late = behind > (CAUGHT_UP if self._state == "catching_up" else BEHIND)
        return self._tell("catching_up" if late else "listening", behind if late else 0.0)

    def _tell(self, state: str, behind: float) -> JsonObjectType | None:
        if state == self._state and abs(behind - self._behind) < STEP:
            return None
        self._state, self._behind = state, behind
        return {"type": "state", "state": state, "behind": round(behind, 1)}
