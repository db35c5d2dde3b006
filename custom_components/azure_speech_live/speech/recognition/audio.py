"""The utterance's audio: any chunks in, whole samples kept until the service has accounted for them, frames out.

All audio is 16 kHz, 16-bit, mono, little-endian PCM. Positions are bytes from the utterance's start.
"""

from typing import Final

from ..riff import SAMPLE_SIZE, SPOKEN_RATE, RiffStripper, header

SAMPLE_RATE: Final = SPOKEN_RATE
BYTES_PER_SECOND: Final = SAMPLE_RATE * SAMPLE_SIZE
FRAME_SIZE: Final = BYTES_PER_SECOND // 10
"""Bytes of audio in one message at most: 100 ms, as Microsoft's SDKs send (the protocol allows 8192)."""

WAV_HEADER: Final = header(SAMPLE_RATE, 0)
"""What opens each turn's audio: a header of a stream, so that both its sizes are zero."""


class AudioBuffer:
    """The part of an utterance's audio that may still have to be sent, or sent again.

    It is kept in blocks of a frame each: one buffer that grows takes an eighth more, and is moved as it grows.
    """

    def __init__(self) -> None:
        """Begin with no audio."""
        self._blocks: list[bytes] = []
        self._rest = bytearray()
        """What has come behind them, less than a block."""
        self._kept = 0
        """Where the first block begins."""
        self._came = 0
        """Bytes that were fed in all."""
        self._stripper = RiffStripper()
        self.start = 0
        """Where what is kept begins."""
        self.end = 0
        """Where what was fed ends, in whole samples."""
        self.ended = False
        """Whether no more will come."""

    def feed(self, chunk: bytes) -> None:
        """Add a chunk of any size. Raises BadAudioError."""
        self._add(self._stripper.feed(chunk))

    def close(self) -> None:
        """Say that no more will come. Half a sample that is left over is dropped: it is no sound."""
        self._add(self._stripper.close())
        self.ended = True

    def _add(self, audio: bytes) -> None:
        self._rest += audio
        self._came += len(audio)
        self.end = self._came - self._came % SAMPLE_SIZE
        while len(self._rest) >= FRAME_SIZE:
            self._blocks.append(bytes(self._rest[:FRAME_SIZE]))
            del self._rest[:FRAME_SIZE]

    def frame(self, position: int, least: int = FRAME_SIZE) -> bytes:
        """Return the next bytes from a position, FRAME_SIZE at most and ``least`` at least; empty when it must wait.

        At the end it is what is left.
        """
        available = self.end - position
        if available < least and not self.ended:
            return b""
        block, begin = divmod(position - self._kept, FRAME_SIZE)
        end = begin + min(available, FRAME_SIZE)
        if end - begin == FRAME_SIZE and not begin:
            return self._blocks[block]  # as nearly always: nothing is copied
        return self.span(position, position + end - begin)

    def span(self, start: int, end: int) -> bytes:
        """Return what there is between two positions."""
        first, begin = divmod(start - self._kept, FRAME_SIZE)
        last = (end - self._kept) // FRAME_SIZE + 1
        return b"".join((*self._blocks[first:last], self._rest))[begin : begin + min(end, self.end) - start]

    def discard(self, position: int) -> None:
        """Forget all before a position."""
        blocks = min((position - self._kept) // FRAME_SIZE, len(self._blocks))
        del self._blocks[:blocks]
        self._kept += blocks * FRAME_SIZE
        self.start = position
