"""Sound that the service has sent, and the caller has not taken yet."""

from collections import deque
from typing import Final

MAX_SOUND: Final = 4 << 20
"""Bytes of sound that wait for the caller: 45 s at 48 kHz. Then nothing more is received."""


class Outlet:
    """The sound of one answer, in its order."""

    def __init__(self) -> None:
        """Begin with none."""
        self._waiting: deque[bytes] = deque()
        self._size = 0

    def put(self, audio: bytes) -> None:
        """Add some of it."""
        if audio:
            self._waiting.append(audio)
            self._size += len(audio)

    def take(self) -> bytes:
        """Return the next of it; empty when there is none."""
        audio = self._waiting.popleft() if self._waiting else b""
        self._size -= len(audio)
        return audio

    @property
    def is_full(self) -> bool:
        """Whether there is so much that the caller is to be waited for."""
        return self._size > MAX_SOUND
