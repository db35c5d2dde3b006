"""Which sound is asked for, and what it is made: whole samples behind one header, whatever the service sends.

What is asked for as "raw-…" comes without a header, as both of Microsoft's SDKs expect. Where one comes all the same,
they leave it amid the sound, where it is a click.
"""

from collections.abc import Mapping
import re
from typing import Final

from ..riff import SAMPLE_SIZE, RiffStripper, header
from ..synthesis_options import OutputFormat

OWN_RATE: Final = 24_000
"""Samples a second of nearly all voices; of others the service makes them."""
_UNKNOWN_SIZE: Final = 0xFFFF_FFFF
"""What the header of a stream says of its size: with 0, some players of Home Assistant's play nothing."""

_FRAME_HEADERS: Final[Mapping[OutputFormat, bytes]] = {
    OutputFormat.MP3_16KHZ: b"\xff\xf3\x88\xc4",
    OutputFormat.MP3_24KHZ: b"\xff\xf3\xa4\xc4",
    OutputFormat.MP3_48KHZ: b"\xff\xfb\xb4\xc4",
}
"""With what a frame of MP3 begins, one channel without a checksum (ISO 11172-3, 2.4.1.3; lower rates: 13818-3)."""
_FRAME: Final = 576
"""Samples of a frame, at rates up to that of most voices; above it has twice as many."""


def output_format(container: str, rate: int = OWN_RATE) -> OutputFormat:
    """Return what to ask the service for where a sound is wanted in a container ("mp3", "wav", …) at a rate.

    That is MP3, or else PCM, at that rate or the next higher one that the service has: any other can be made of it.
    """
    raw = container != "mp3"
    formats = sorted((form for form in OutputFormat if form.is_raw == raw), key=lambda form: form.rate)
    return next((form for form in formats if form.rate >= rate), formats[-1])


def wav_header(form: OutputFormat) -> bytes:
    """Return the 44 bytes that open a WAV stream of this (raw) format."""
    return header(form.rate, _UNKNOWN_SIZE)


def silence(form: OutputFormat, seconds: float) -> bytes:
    """Return silence of about so many seconds: samples, or frames of MP3, at least one.

    A frame without any data is decoded as silence, also where it stands between others.
    """
    if form.is_raw:
        return bytes(SAMPLE_SIZE * round(seconds * form.rate))
    size = _frame_size(form)
    frame = _FRAME_HEADERS[form].ljust(size, b"\0")
    return frame * max(1, round(seconds * form.bytes_per_second / size))


def _frame_size(form: OutputFormat) -> int:
    """Return the bytes of a frame of MP3: all have the same here."""
    return form.bytes_per_second * _FRAME * (1 if form.rate <= OWN_RATE else 2) // form.rate


class Frames:
    """A stream in whole frames, if it is MP3: no chunk ends amid one, so that something can be put behind it.

    What is no frame of the format, such as a tag, is passed on. That the service sends frames of one size and nothing
    else was seen of its sibling that reads aloud in a browser.
    """

    def __init__(self, form: OutputFormat) -> None:
        """Begin before the first byte."""
        self._size = 0 if form.is_raw else _frame_size(form)
        if self._size:
            first, second, third, _ = _FRAME_HEADERS[form]
            kinds = bytes([first, second & 0xFE, third]), bytes([first, second, third])  # with a checksum, and without
            self._header = re.compile(b"|".join(map(re.escape, kinds)))
        self._rest = b""

    def feed(self, chunk: bytes) -> bytes:
        """Return the frames that a chunk completes."""
        if not self._size:
            return chunk
        data, end = self._rest + chunk, 0
        while (header := self._header.search(data, end)) and header.start() + self._size <= len(data):
            end = header.start() + self._size
        if header is None:
            end = max(end, len(data) - 2)  # where a header may begin
        self._rest = data[end:]
        return data[:end]

    def close(self) -> bytes:
        """Return what is left at the end."""
        return self._rest


class Samples:
    """The PCM of one turn, in whole samples: no chunk ends amid one, and a header is taken off."""

    def __init__(self, form: OutputFormat) -> None:
        """Begin before the first byte of this (raw) format."""
        self._stripper = RiffStripper(range(form.rate, form.rate + 1))
        self._rest = b""

    def feed(self, chunk: bytes) -> bytes:
        """Return the samples that a chunk completes. Raises BadAudioError for a header of another format."""
        return self._whole(self._stripper.feed(chunk))

    def close(self) -> bytes:
        """Return what is left at the end of the turn, but half a sample, which is no sound. Raises BadAudioError."""
        return self._whole(self._stripper.close())

    def _whole(self, pcm: bytes) -> bytes:
        if not self._rest and len(pcm) % SAMPLE_SIZE == 0:
            return pcm  # as nearly always: nothing is copied
        pcm = self._rest + pcm
        end = len(pcm) // SAMPLE_SIZE * SAMPLE_SIZE
        self._rest = pcm[end:]
        return pcm[:end]
