"""Which sound is asked for, and what it is made: whole samples behind one header, whatever the service sends.

What is asked for as "raw-…" comes without a header, as both of Microsoft's SDKs expect. Where one comes all the same,
they leave it amid the sound, where it is a click.
"""

from typing import Final

from ..options import OutputFormat
from ..riff import SAMPLE_SIZE, RiffStripper, header

OWN_RATE: Final = 24_000
"""Samples a second of nearly all voices; of others the service makes them."""
_UNKNOWN_SIZE: Final = 0xFFFF_FFFF
"""What the header of a stream says of its size: with 0, some players of Home Assistant's play nothing."""


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
