"""How the time that a function takes grows with its text. Another machine, or a busy one, has the same answer."""

from collections.abc import Callable
from time import thread_time
from typing import Final

TIMES: Final = 16
"""So many times longer is the longer one of two texts, and so the time, if the one grows with the other."""
PROPORTIONAL: Final = 4 * TIMES
"""Far above that, and far below its square."""


def growth(function: Callable[[str], str], repeated: str) -> float:
    """Return how many times longer it takes with a text that is TIMES as long."""

    def seconds(count: int) -> float:
        text = repeated * count + "x"
        return min(_seconds(function, text) for _ in range(3))

    return seconds(1000 * TIMES) / seconds(1000)


def _seconds(function: Callable[[str], str], text: str) -> float:
    begun = thread_time()
    function(text)
    return thread_time() - begun
