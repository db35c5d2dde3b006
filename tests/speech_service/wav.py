"""The audio format that a turn begins with, and the arithmetic of positions in audio.

The service takes 16 kHz, 16-bit, mono, little-endian PCM. A turn's first audio message carries a RIFF header
whose two size fields are zero, because a live stream's length is not known (protocol: "audio" message).
Positions on the wire are in ticks of 100 ns.
"""

from __future__ import annotations

import struct
from typing import Final

SAMPLE_RATE: Final = 16_000
BYTES_PER_SECOND: Final = 2 * SAMPLE_RATE
TICKS_PER_SECOND: Final = 10_000_000
TICKS_PER_MILLISECOND: Final = TICKS_PER_SECOND // 1000

_PCM: Final = 1
_EXPECTED: Final = {
    "audio format": _PCM,
    "number of channels": 1,
    "sample rate": SAMPLE_RATE,
    "byte rate": BYTES_PER_SECOND,
    "block align": 2,
    "bits per sample": 16,
}


class BadFormatError(ValueError):
    """The header is no RIFF header, or is one of audio that the service does not take."""


def ticks(position: float) -> int:
    """Ticks at a position in bytes of audio."""
    return int(position * TICKS_PER_SECOND // BYTES_PER_SECOND)


def from_seconds(seconds: float) -> int:
    """Ticks at a position in seconds."""
    return round(seconds * TICKS_PER_SECOND)


def round_up(position: int) -> int:
    """Round ticks up to a full millisecond.

    The native SDK compares what was acknowledged with what it sent in whole milliseconds and sends the rest again as
    a new turn, so that an acknowledgement must never fall short by a fraction.
    """
    return -(-position // TICKS_PER_MILLISECOND) * TICKS_PER_MILLISECOND


def riff_header(size: int = 0, rate: int = SAMPLE_RATE, channels: int = 1) -> bytes:
    """Return the 44 bytes that begin `size` bytes of PCM; of a live stream (0) the size is not known."""
    block = 2 * channels
    fields = struct.pack("<HHIIHH", _PCM, channels, rate, rate * block, block, 16)
    whole = size + 36 if size else 0  # what follows the field in which it stands
    head = struct.pack("<4sI4s4sI", b"RIFF", whole, b"WAVE", b"fmt ", len(fields))
    return head + fields + struct.pack("<4sI", b"data", size)


def wav_file(pcm: bytes, rate: int = SAMPLE_RATE, channels: int = 1) -> bytes:
    """Return a WAV file with this audio, which is the same in all channels."""
    if channels > 1:
        pcm = b"".join(pcm[at : at + 2] * channels for at in range(0, len(pcm), 2))
    return riff_header(len(pcm), rate, channels) + pcm


def split_riff(body: bytes) -> tuple[bytes, bytes]:
    """Split a turn's first audio into its RIFF header and the PCM after it.

    Raises BadFormatError with a reason that can be told to the client.
    """
    if len(body) < 12 or body[:4] != b"RIFF" or body[8:12] != b"WAVE":
        raise BadFormatError("The first audio of a turn has no RIFF/WAVE header")
    position = 12
    checked = False
    while position + 8 <= len(body):
        name, size = struct.unpack_from("<4sI", body, position)
        position += 8
        if name == b"data":
            if not checked:
                raise BadFormatError("The RIFF header has no fmt chunk")
            return body[:position], body[position:]
        if position + size > len(body):
            break
        if name == b"fmt ":
            _check_format(body[position : position + size])
            checked = True
        position += size + size % 2
    raise BadFormatError("The RIFF header is not complete")


def _check_format(chunk: bytes) -> None:
    if len(chunk) < 16:
        raise BadFormatError("The RIFF header's fmt chunk is too short")
    for (field, expected), actual in zip(_EXPECTED.items(), struct.unpack_from("<HHIIHH", chunk), strict=True):
        if actual != expected:
            raise BadFormatError(f"Unsupported audio format: {field} is {actual}, not {expected}")
