"""Which voices do not take text piece by piece, as far as that was found out: they are not asked in vain each time.

It is known for a resource, in which a client is at work, and as long as that is. A region learns it one day, and who
was only slow once is given another chance.
"""

from dataclasses import replace
from typing import Final

from ..errors import ConnectionFailedError, ServiceTimeoutError, SpeechError, ThrottledError
from ..synthesis_options import SynthesisOptions
from .turn import State, Turn

FORGOTTEN_AFTER: Final = 6 * 3600.0
"""Seconds. Each attempt costs somebody three seconds of silence."""


class Untaken:
    """What was found out. Moments are seconds by one monotonic clock."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._since: dict[object, float] = {}

    def add(self, options: SynthesisOptions, now: float) -> None:
        """Take note that the service did not take it with these options."""
        self._since[_key(options)] = now

    def applied(self, options: SynthesisOptions, now: float) -> SynthesisOptions:
        """Return the options with which to speak now."""
        since = self._since.get(_key(options))
        if since is None or now - since >= FORGOTTEN_AFTER:
            return options
        return replace(options, text_streaming=False)


def _key(options: SynthesisOptions) -> object:
    """Return what it may depend on. Which of it does, nobody knows."""
    return options.voice, options.output_format, options.deployment


def is_refusal(error: SpeechError, turn: Turn | None) -> bool:
    """Return whether a turn that brought no sound means that text is not taken piece by piece.

    Silence does, and a turn that ends without a sound. A connection that is lost, and trouble of the service, do not.
    """
    if turn is not None and isinstance(error, ServiceTimeoutError):
        return turn.state is State.STARTED
    ended = turn is not None and turn.state is State.ENDED
    return ended or not (error.transient or isinstance(error, ConnectionFailedError | ThrottledError))
