"""Where the targets of scripts/fuzz take what they need from."""


class Bytes:
    """Bytes taken from the front, zeros when there are no more."""

    def __init__(self, data: bytes) -> None:
        """Begin with all."""
        self._data = data

    def __bool__(self) -> bool:
        """Whether there are more."""
        return bool(self._data)

    def take(self, size: int) -> bytes:
        """Take so many."""
        taken, self._data = self._data[:size], self._data[size:]
        return taken

    def number(self, size: int = 1, *, signed: bool = False) -> int:
        """Take a number of so many bytes."""
        return int.from_bytes(self.take(size), signed=signed)
