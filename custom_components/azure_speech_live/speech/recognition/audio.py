"""The utterance's audio: any chunks in, whole samples kept until the service has accounted for them, frames out.

All audio is 16 kHz, 16-bit, mono, little-endian PCM. Positions are bytes from the utterance's start.
"""

from collections.abc import Generator
from typing import Final

from ..errors import BadAudioError

SAMPLE_RATE: Final = 16_000
SAMPLE_SIZE: Final = 2
BYTES_PER_SECOND: Final = SAMPLE_RATE * SAMPLE_SIZE
FRAME_SIZE: Final = BYTES_PER_SECOND // 10
"""Bytes of audio in one message at most: 100 ms, as Microsoft's SDKs send (the protocol allows 8192)."""

_OUR_RATE: Final = range(SAMPLE_RATE, SAMPLE_RATE + 1)
_MONO: Final = range(1, 2)
_PCM: Final = 1
_EXTENSIBLE: Final = 0xFFFE  # the longer form of a format; of 16-bit mono it is PCM in practice
_OTHER_WAV: Final = (b"RIFX", b"riff\x2e\x91\xcf\x11")
"""How WAV begins that is not read: big-endian, and Wave64 with its GUIDs."""
_WAV: Final = (b"RIFF", b"RF64", b"BW64", *_OTHER_WAV)
_RIFF_SIZE: Final = 12
_CHUNK_HEADER_SIZE: Final = 8
_KNOWN: Final = {b"fmt ": 16, b"ds64": 16}
"""Bytes of a chunk that are looked at; the rest is passed over."""
_SIZE_ELSEWHERE: Final = 0xFFFF_FFFF
_SKIPPED: Final = 4096
"""Bytes that are passed over at a time."""
_MAX_PREFIX: Final = 16 << 20
"""Bytes in which a WAV file's data must begin: cover art and the like fits."""

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

    def __init__(self, rates: range = _OUR_RATE, channels: range = _MONO) -> None:
        """Begin before the stream's first byte; a header may say ``rates`` (samples a second) and ``channels``."""
        self.rate = SAMPLE_RATE
        """Samples a second of the audio that came, by its header if it has one."""
        self.channels = 1
        """Channels of it, likewise."""
        self._allowed = rates, channels
        self._held = bytearray()
        self._header: Generator[int, bytes, tuple[int, int, int]] | None = None
        self._wanted = 0
        self._passed = 0
        self._begun = False
        """Whether the audio has."""
        self._left: int | None = None
        self._refused = ""
        """Why its header was refused; then nothing of it is audio."""

    def feed(self, chunk: bytes) -> bytes:
        """Return the audio in a chunk. Raises BadAudioError for a WAV stream of another format, to its end."""
        if self._begun:
            return chunk if self._left is None else self._take(chunk, self._left)
        if self._refused:
            raise BadAudioError(self._refused)
        self._held += chunk
        if self._header is None:
            start = bytes(self._held[:_CHUNK_HEADER_SIZE])
            if not start.startswith(_WAV):
                undecided = any(magic.startswith(start) for magic in _WAV)
                self._begun = not undecided
                return b"" if undecided else self._release()
            self._header = _header(*self._allowed)
            self._wanted = next(self._header)
        if not self._read(self._header):
            return b""
        return self._release() if self._left is None else self._take(self._release(), self._left)

    def close(self) -> bytes:
        """Return what was held back at the end of the stream: too little to be a header.

        Raises BadAudioError if it ended before its audio, unless it ended within a plain header: nothing was said then.
        """
        if self._begun or self._header is None:
            return self._release()
        if self._passed + len(self._held) > len(WAV_HEADER):
            raise BadAudioError("a WAV stream in which no audio begins")
        return b""

    def _read(self, header: Generator[int, bytes, tuple[int, int, int]]) -> bool:
        """Give a header what there is of it. Return whether that was all."""
        try:
            while len(self._held) >= self._wanted:
                part = bytes(self._held[: self._wanted])
                del self._held[: self._wanted]
                self._passed += self._wanted
                self._wanted = header.send(part)
        except BadAudioError as err:
            self._refused = str(err)
            raise
        except StopIteration as end:
            self._begun = True
            # The writer of a stream, who does not know its size, says 0, or gigabytes that no utterance has.
            size, self.rate, self.channels = end.value
            self._left = size or None
        return self._begun

    def _release(self) -> bytes:
        held = bytes(self._held)
        self._held.clear()
        return held

    def _take(self, audio: bytes, left: int) -> bytes:
        audio = audio[:left]
        self._left = left - len(audio)
        return audio


def _header(rates: range, channels: range) -> Generator[int, bytes, tuple[int, int, int]]:
    """Ask for a header's bytes, so many at a time; return the stated size of the audio, its rate and its channels.

    Raises BadAudioError.
    """
    riff = yield _RIFF_SIZE
    if riff.startswith(_OTHER_WAV):
        raise BadAudioError("WAV audio in the form of other machines (RIFX, Wave64); needed: RIFF")
    if riff[8:12] != b"WAVE":
        raise BadAudioError("a RIFF stream that is not WAV")
    size, left, form, long_size = 0, _MAX_PREFIX, (0, 0), 0
    while True:
        # There are writers that leave out the zero behind a chunk of an odd size.
        start = (yield 1).strip(b"\0") if size % 2 else b""
        head = start + (yield _CHUNK_HEADER_SIZE - len(start))
        name, size = head[:4], int.from_bytes(head[4:], "little")
        if name == b"data":
            if not form[0]:
                raise BadAudioError("a WAV stream without a format")
            return long_size if size == _SIZE_ELSEWHERE else size, *form
        left -= size
        if left < 0:
            raise BadAudioError("a WAV stream in which no audio begins")
        wanted = _KNOWN.get(name, 0)
        known = yield wanted if size >= wanted else 0
        if name == b"fmt ":
            form = _checked_format(known, rates, channels)
        elif name == b"ds64":
            long_size = int.from_bytes(known[8:], "little")
        rest = size - len(known)
        while rest:
            rest -= len((yield min(rest, _SKIPPED)))


def _checked_format(fmt: bytes, rates: range, allowed: range) -> tuple[int, int]:
    """Return the samples a second and the channels that a format says. Raises BadAudioError."""
    if not fmt:
        raise BadAudioError("a WAV stream without a format")
    coding, channels = int.from_bytes(fmt[0:2], "little"), int.from_bytes(fmt[2:4], "little")
    rate, bits = int.from_bytes(fmt[4:8], "little"), int.from_bytes(fmt[14:16], "little")
    if coding not in (_PCM, _EXTENSIBLE) or rate not in rates or bits != 8 * SAMPLE_SIZE or channels not in allowed:
        needed, most = (" to ".join(str(end) for end in sorted({span[0], span[-1]})) for span in (rates, allowed))
        raise BadAudioError(
            f"WAV audio of {rate} Hz, {bits} bit, {channels} channels, format {coding}; "
            f"needed: {needed} Hz, 16 bit, {most}, 1"
        )
    return rate, channels


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
        return b"".join((*self._blocks[block : block + 2], self._rest))[begin:end]

    def discard(self, position: int) -> None:
        """Forget all before a position."""
        blocks = min((position - self._kept) // FRAME_SIZE, len(self._blocks))
        del self._blocks[:blocks]
        self._kept += blocks * FRAME_SIZE
        self.start = position
