"""The utterance's audio: any chunks in, whole samples kept until the service has accounted for them, frames out.

All audio is 16 kHz, 16-bit, mono, little-endian PCM. Positions are bytes from the utterance's start.
"""

from typing import Final

from .errors import BadAudioError

SAMPLE_RATE: Final = 16_000
SAMPLE_SIZE: Final = 2
BYTES_PER_SECOND: Final = SAMPLE_RATE * SAMPLE_SIZE
FRAME_SIZE: Final = BYTES_PER_SECOND // 10
"""Bytes of audio in one message at most: 100 ms, as Microsoft's SDKs send (the protocol allows 8192)."""

_PCM: Final = 1
_EXTENSIBLE: Final = 0xFFFE  # the longer form of a format; of 16-bit mono it is PCM in practice
_RIFF_SIZE: Final = 12
_CHUNK_HEADER_SIZE: Final = 8
_FMT_SIZE: Final = 16
_MAX_PREFIX: Final = 65_536
"""Bytes in which a WAV file's data must begin; cover art and the like come after it, or are refused."""

WAV_HEADER: Final = b"".join(
    (
        b"RIFF\0\0\0\0WAVE",
        b"fmt \x10\0\0\0",
        _PCM.to_bytes(2, "little"),
        (1).to_bytes(2, "little"),
        SAMPLE_RATE.to_bytes(4, "little"),
        BYTES_PER_SECOND.to_bytes(4, "little"),
        SAMPLE_SIZE.to_bytes(2, "little"),
        (8 * SAMPLE_SIZE).to_bytes(2, "little"),
        b"data\0\0\0\0",
    )
)
"""What opens each turn's audio: a header of a stream, so that both its sizes are zero."""


class RiffStripper:
    """Takes the header off a stream that begins with one, and leaves others alone; chunks may end anywhere."""

    def __init__(self) -> None:
        """Begin before the stream's first byte."""
        self._held: bytearray | None = bytearray()
        self._left: int | None = None

    def feed(self, chunk: bytes) -> bytes:
        """Return the audio in a chunk. Raises BadAudioError for a WAV stream of another format."""
        if self._held is None:
            return self._take(chunk)
        self._held += chunk
        held = bytes(self._held)
        if not held.startswith(b"RIFF"[: len(held)]):
            self._held = None
            return held
        data = _find_data(held)
        if (len(held) if data is None else data[0]) > _MAX_PREFIX:
            raise BadAudioError("a WAV stream in which no audio begins")
        if data is None:
            return b""
        start, size = data
        self._held = None
        # The writer of a stream, who does not know its size, says 0, or gigabytes that no utterance has.
        self._left = size or None
        return self._take(held[start:])

    def close(self) -> bytes:
        """Return what was held back at the end of the stream: too little to be a header."""
        held, self._held = bytes(self._held or b""), None
        return b"" if held.startswith(b"RIFF") else held

    def _take(self, audio: bytes) -> bytes:
        if self._left is None:
            return audio
        audio = audio[: self._left]
        self._left -= len(audio)
        return audio


def _find_data(wav: bytes) -> tuple[int, int] | None:
    """Return where a WAV stream's audio begins and its stated size, or None if more of it is needed."""
    if len(wav) < _RIFF_SIZE:
        return None
    if wav[8:12] != b"WAVE":
        raise BadAudioError("a RIFF stream that is not WAV")
    position, checked = _RIFF_SIZE, False
    while len(wav) >= position + _CHUNK_HEADER_SIZE:
        name, size = wav[position : position + 4], int.from_bytes(wav[position + 4 : position + 8], "little")
        position += _CHUNK_HEADER_SIZE
        if name == b"data":
            if not checked:
                raise BadAudioError("a WAV stream without a format")
            return position, size
        if name == b"fmt ":
            if len(wav) < position + _FMT_SIZE:
                return None
            _check_format(wav[position : position + _FMT_SIZE])
            checked = True
        position += size + size % 2
    return None


def _check_format(fmt: bytes) -> None:
    coding, channels = int.from_bytes(fmt[0:2], "little"), int.from_bytes(fmt[2:4], "little")
    rate, bits = int.from_bytes(fmt[4:8], "little"), int.from_bytes(fmt[14:16], "little")
    if coding not in (_PCM, _EXTENSIBLE) or (rate, bits, channels) != (SAMPLE_RATE, 8 * SAMPLE_SIZE, 1):
        raise BadAudioError(
            f"WAV audio of {rate} Hz, {bits} bit, {channels} channels, format {coding}; needed: 16000 Hz, 16 bit, 1, 1"
        )


class AudioBuffer:
    """The part of an utterance's audio that may still have to be sent, or sent again."""

    def __init__(self) -> None:
        """Begin with no audio."""
        self._audio = bytearray()
        self._stripper = RiffStripper()
        self.start = 0
        """Where what is kept begins."""
        self.ended = False
        """Whether no more will come."""

    @property
    def end(self) -> int:
        """Where what was fed ends, in whole samples."""
        return self.start + len(self._audio) // SAMPLE_SIZE * SAMPLE_SIZE

    def feed(self, chunk: bytes) -> None:
        """Add a chunk of any size. Raises BadAudioError."""
        self._audio += self._stripper.feed(chunk)

    def close(self) -> None:
        """Say that no more will come. Half a sample that is left over is dropped: it is no sound."""
        self._audio += self._stripper.close()
        self.ended = True

    def frame(self, position: int, least: int = FRAME_SIZE) -> bytes:
        """Return the next bytes from a position, FRAME_SIZE at most and ``least`` at least; empty when it must wait.

        At the end it is what is left.
        """
        available = self.end - position
        if available < least and not self.ended:
            return b""
        begin = position - self.start
        return bytes(self._audio[begin : begin + min(available, FRAME_SIZE)])

    def discard(self, position: int) -> None:
        """Forget all before a position."""
        del self._audio[: position - self.start]
        self.start = position
