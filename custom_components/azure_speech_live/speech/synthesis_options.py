"""What can be asked of a voice, and how the protocol asks for it: a query, speech.config, synthesis.context.

The shapes are those that Microsoft's native SDK 1.53 sends. The service takes the values of enumerations in any case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from .language_tags import is_tag
from .options import SYSTEM, check_bounds

_METADATA: Final = (
    "visemeEnabled",
    "bookmarkEnabled",
    "wordBoundaryEnabled",
    "punctuationBoundaryEnabled",
    "sentenceBoundaryEnabled",
)
END_SILENCE: Final = 0.25
"""Seconds of silence behind the last word: enough for a quiet consonant, and nobody waits for it."""
_BOUNDS: Final = {
    "degree": (0.01, 2),
    "rate": (0.5, 2),
    "pitch": (0.5, 1.5),
    "volume": (0, 2),
    "lead_in": (0, 1),
    "end_silence": (0.1, 2),
}
"""What the service takes of each, but for silence. How loud a voice can be is said nowhere: twice its own volume is a
guess.

Source: Microsoft's "Customize voice and sound with SSML".
"""


class OutputFormat(StrEnum):
    """The sound that is asked for, one channel of it: 16-bit PCM without a header, or MP3.

    Where Microsoft's SDKs are asked for WAV, they ask the service for "raw-…": a header is the client's affair.
    """

    RAW_8KHZ = "raw-8khz-16bit-mono-pcm"
    RAW_16KHZ = "raw-16khz-16bit-mono-pcm"
    RAW_22KHZ = "raw-22050hz-16bit-mono-pcm"
    RAW_24KHZ = "raw-24khz-16bit-mono-pcm"
    RAW_44KHZ = "raw-44100hz-16bit-mono-pcm"
    RAW_48KHZ = "raw-48khz-16bit-mono-pcm"
    MP3_16KHZ = "audio-16khz-64kbitrate-mono-mp3"
    MP3_24KHZ = "audio-24khz-96kbitrate-mono-mp3"
    MP3_48KHZ = "audio-48khz-192kbitrate-mono-mp3"

    @property
    def rate(self) -> int:
        """Samples a second."""
        number = self.split("-")[1].removesuffix("hz")
        return int(number.removesuffix("k")) * (1000 if number.endswith("k") else 1)

    @property
    def is_raw(self) -> bool:
        """Whether it is PCM."""
        return self.startswith("raw-")

    @property
    def bytes_per_second(self) -> int:
        """Bytes of it in a second."""
        if self.is_raw:
            return 2 * self.rate
        return int(self.split("-")[2].removesuffix("kbitrate")) * 1000 // 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesisOptions:
    """How a text is spoken. Raises ValueError for what no voice can do.

    ``voice``: its name, as the service has it ("de-DE-KatjaNeural"). ``language``: the BCP-47 tag of the language to
    speak; None for the voice's own. It is locked to that, also where a word looks like another one's, unless ``mixed``.
    ``style``, its ``degree`` (1 is the voice's own), and ``role``: where the voice has them. ``rate``, ``pitch`` and
    ``volume``: times the voice's own. ``deployment``: the id of the deployment of a custom voice. ``text_streaming``:
    send the text piece by piece, where the service takes that; then without what only a document can ask for: a role,
    a degree, and how a word is pronounced. ``words``: have it told when which word is said, by which is known how far
    an answer has come; of text that is streamed it always is.

    In seconds: ``lead_in``, the silence before the first word, and ``end_silence``, of PCM alone, what stays at most of
    that behind the last one.
    """

    voice: str
    language: str | None = None
    mixed: bool = False
    style: str | None = None
    degree: float | None = None
    role: str | None = None
    rate: float = 1
    pitch: float = 1
    volume: float = 1
    lead_in: float = 0
    end_silence: float = END_SILENCE
    output_format: OutputFormat = OutputFormat.RAW_24KHZ
    deployment: str | None = None
    text_streaming: bool = False
    words: bool = False

    def __post_init__(self) -> None:
        """Check what has bounds."""
        check_bounds(self, _BOUNDS)
        if not self.voice:
            raise ValueError("a voice has a name")
        if self.language is not None and not is_tag(self.language):
            raise ValueError("language is a BCP-47 tag")
        if self.degree is not None and not self.style:
            raise ValueError("degree is that of a style")

    def query(self) -> dict[str, str]:
        """Return the query of the request that opens a connection for these options."""
        return {"deploymentId": self.deployment} if self.deployment else {}

    def config(self) -> Mapping[str, Any]:
        """Return the body of the speech.config message that opens a connection for these options."""
        return {"context": SYSTEM}

    def context(self) -> dict[str, Any]:
        """Return the body of the synthesis.context message that opens a turn with these options."""
        # Where the sound ends is told in any case. Words are a message each, and half as much work again.
        words = self.words or self.text_streaming
        metadata = dict.fromkeys(_METADATA, False) | {"wordBoundaryEnabled": words, "sessionEndEnabled": True}
        audio = {"outputFormat": str(self.output_format), "metadataOptions": metadata}
        return {"synthesis": {"audio": audio, "language": {"autoDetection": False}}}
