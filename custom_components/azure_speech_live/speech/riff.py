"""The header of a WAV stream: written, and taken off. What is behind it is 16-bit, little-endian PCM."""

from collections.abc import Generator
from typing import Final

from .errors import BadAudioError

SAMPLE_SIZE: Final = 2
"""Bytes of a sample."""
SPOKEN_RATE: Final = 16_000
"""Samples a second of what is recognised."""

_OUR_RATE: Final = range(SPOKEN_RATE, SPOKEN_RATE + 1)
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
_PLAIN_SIZE: Final = 44
"""Bytes of a header that has nothing but the format in it."""
_SKIPPED: Final = 4096
"""Bytes that are passed over at a time."""
_MAX_PREFIX: Final = 16 << 20
"""Bytes in which a WAV file's data must begin: cover art and the like fits."""


def header(rate: int, size: int) -> bytes:
    """Return the 44 bytes that open one channel of PCM at so many samples a second.

    ``size``: what both sizes in it say. That of a stream is not known; its readers take 0 or 0xFFFFFFFF for that.
    """
    return b"".join(
        (
            b"RIFF",
            size.to_bytes(4, "little"),
            b"WAVEfmt \x10\0\0\0",
            _PCM.to_bytes(2, "little"),
            (1).to_bytes(2, "little"),
            rate.to_bytes(4, "little"),
            (rate * SAMPLE_SIZE).to_bytes(4, "little"),
            SAMPLE_SIZE.to_bytes(2, "little"),
            (8 * SAMPLE_SIZE).to_bytes(2, "little"),
            b"data",
            size.to_bytes(4, "little"),
        )
    )


class RiffStripper:
    """Takes the header off a stream that begins with one, and leaves others alone; chunks may end anywhere."""

    def __init__(self, rates: range = _OUR_RATE, channels: range = _MONO) -> None:
        """Begin before the stream's first byte; a header may say ``rates`` (samples a second) and ``channels``."""
        self.rate = SPOKEN_RATE
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
        if self._passed + len(self._held) > _PLAIN_SIZE:
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
