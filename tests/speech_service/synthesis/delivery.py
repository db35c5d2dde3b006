"""How synthesised speech comes: when, in which slices, and with what around it.

The default is that of the stand-in: at once and nothing odd. What is odd was seen somewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Overlap(StrEnum):
    """What becomes of a turn that begins on a connection while another one still speaks. Nobody knows Azure's way."""

    QUEUE = "queue"
    """It waits for the other's turn.end. The native SDK can be told to do so after a stop, hence it has to work."""
    REPLACE = "replace"
    """It takes the place of the other, which ends without a turn.end."""
    TOGETHER = "together"
    """Both speak, slice by slice."""
    REFUSE = "refuse"
    """The connection is closed."""


class Listens(StrEnum):
    """When text that comes piece by piece is spoken. Nobody knows Azure's way."""

    SENTENCE = "sentence"
    """As soon as a sentence is complete."""
    PIECE = "piece"
    """Every piece for itself."""
    END = "end"
    """When all of it is there."""
    NEVER = "never"
    """Not at all: turn.start and response come, then nothing. So did a real endpoint that does not do it."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How speech comes."""

    # when
    first_audio: float = 0.0
    """Seconds from the text (or its first sentence) to the first audio."""
    pace: float | None = None
    """How many seconds of speech are made in a second; None: any number."""
    overlap: Overlap = Overlap.QUEUE
    listens: Listens = Listens.SENTENCE
    waits_for_text: bool = False
    """Whether the turn.start of text in pieces comes with the first piece, or else with the context."""

    # in which slices
    slice_size: int = 4096
    """Bytes of audio in a message; an odd number tears samples."""
    empty_first: bool = False
    """Whether the first audio message is empty."""

    # with what around it
    trailing_silence: float = 0.0
    """Seconds after the last word; Azure's voices have 0.8, HD voices 1.0."""
    riff: bool = False
    """Whether a RIFF header comes first, though raw audio was asked for."""
    list_chunk: bool = False
    """Whether a LIST chunk comes last, as in a WAV file."""
    one_message: bool = False
    """Whether all metadata stand in one message."""


USUAL: Final = Delivery()

DELIVERIES: Final[Mapping[str, Delivery]] = {
    # 0.2 s and eight times as fast as speech are guesses; the slice is from a log.
    "azure": Delivery(first_audio=0.2, pace=8.0, slice_size=36_864, trailing_silence=0.8),
    "empty-first": Delivery(empty_first=True),
    "list-chunk": Delivery(riff=True, list_chunk=True),
    "odd-slices": Delivery(slice_size=1001),
    "one-metadata-message": Delivery(one_message=True),
    "riff": Delivery(riff=True),
    "text-at-end": Delivery(listens=Listens.END),
    "text-never": Delivery(listens=Listens.NEVER),
    "text-pieces": Delivery(listens=Listens.PIECE),
    "trailing-silence": Delivery(trailing_silence=0.8),
    "turns-refused": Delivery(overlap=Overlap.REFUSE),
    "turns-replaced": Delivery(overlap=Overlap.REPLACE),
    "turns-together": Delivery(overlap=Overlap.TOGETHER),
    "waits-for-text": Delivery(waits_for_text=True),
}
"""Each by itself, as the command line names them."""
