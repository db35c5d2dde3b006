"""The formats in which speech is asked for (X-Microsoft-OutputFormat, outputFormat), and how they are made.

An engine makes 16-bit PCM at the format's rate; what is not PCM, ffmpeg makes of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
import re
from typing import Final

from ..engines.processes import run_process
from ..wav import riff_header

_MP3: Final = "audio/mpeg"
_OGG: Final = "audio/ogg; codecs=opus"
_WEBM: Final = "audio/webm; codec=opus"


@dataclass(frozen=True, kw_only=True)
class AudioFormat:
    """A format of the service."""

    name: str
    rate: int
    """Samples a second."""
    content_type: str = "audio/basic"
    riff: bool = False
    """Whether a RIFF header comes first."""
    encoder: tuple[str, ...] = ()
    """ffmpeg's options that make it of PCM; none: it is PCM."""

    async def encode(self, pcm: bytes) -> bytes:
        """Return 16-bit mono PCM of this rate in this format, without a RIFF header. Raises SynthesisFailedError."""
        if not self.encoder:
            return pcm
        source = ("-f", "s16le", "-ar", str(self.rate), "-ac", "1", "-i", "pipe:")
        return await run_process(pcm, "ffmpeg", "-loglevel", "error", *source, *self.encoder, "pipe:")

    @property
    def header(self) -> bytes:
        """The RIFF header of a stream, whose length is not known; empty where the format has none."""
        return riff_header(0, self.rate) if self.riff else b""


def _pcm() -> dict[str, AudioFormat]:
    rates = {"8khz": 8000, "16khz": 16000, "22050hz": 22050, "24khz": 24000, "44100hz": 44100, "48khz": 48000}
    names = [(f"{kind}-{rate}-16bit-mono-pcm", kind, samples) for rate, samples in rates.items() for kind in _KINDS]
    return {name: AudioFormat(name=name, rate=samples, riff=kind == "riff") for name, kind, samples in names}


def _logarithmic() -> dict[str, AudioFormat]:
    names = {f"raw-8khz-8bit-mono-{law}": law for law in ("mulaw", "alaw")}
    return {name: AudioFormat(name=name, rate=8000, encoder=("-f", law)) for name, law in names.items()}


def _compressed() -> dict[str, AudioFormat]:
    formats = {}
    for name in _COMPRESSED:
        rate = 1000 * int(re.findall(r"(\d+)khz", name)[0])
        rates = re.findall(r"(\d+)kb", name) or ["24"]
        bits = ("-b:a", f"{rates[0]}k")
        encoder: tuple[str, ...]
        if name.endswith("mp3"):
            encoder, content_type = ("-c:a", "libmp3lame", *bits, *_BARE, "-f", "mp3"), _MP3
        else:
            container = name.partition("-")[0]
            encoder, content_type = ("-c:a", "libopus", *bits, "-f", container), _OGG if container == "ogg" else _WEBM
        formats[name] = AudioFormat(name=name, rate=rate, content_type=content_type, encoder=encoder)
    return formats


_KINDS: Final = ("raw", "riff")
_BARE: Final = ("-id3v2_version", "0", "-write_xing", "0")
"""Nothing but frames, as the service's sibling sends it that reads aloud in a browser."""
_COMPRESSED: Final = (
    *(f"audio-16khz-{rate}kbitrate-mono-mp3" for rate in (32, 64, 128)),
    *(f"audio-24khz-{rate}kbitrate-mono-mp3" for rate in (48, 96, 160)),
    *(f"audio-48khz-{rate}kbitrate-mono-mp3" for rate in (96, 192)),
    *(f"ogg-{rate}khz-16bit-mono-opus" for rate in (16, 24, 48)),
    *(f"webm-{rate}khz-16bit-mono-opus" for rate in (16, 24)),
    "webm-24khz-16bit-24kbps-mono-opus",
)

FORMATS: Final[Mapping[str, AudioFormat]] = _pcm() | _logarithmic() | _compressed()
"""Those that are made here, by name. Not made: truesilk, siren, amr-wb, g722, flac, opus without a container."""
