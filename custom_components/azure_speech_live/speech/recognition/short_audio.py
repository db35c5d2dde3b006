"""The way around, for networks that do not let WebSockets through: the REST API for short recordings.

It says nothing before the end of the audio, and takes 60 s of it. There is no such API for translations.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable
from typing import Final

from ..errors import ConnectionFailedError, NotASpeechEndpointError, ProtocolError
from ..events import Phrase
from ..options import RecognitionOptions
from ..wire.connection import OPEN_LIMIT
from ..wire.endpoints import Endpoint
from ..wire.messages import json_object
from ..wire.rest import MovedError, Rest
from . import phrases
from .audio import BYTES_PER_SECOND, WAV_HEADER

LIMIT: Final = 60 * BYTES_PER_SECOND
"""Bytes of audio that it takes in one request."""

_HEADERS: Final = {
    "Content-Type": "audio/wav; codecs=audio/pcm; samplerate=16000",
    "Accept": "application/json",
}
_SILENCE: Final = bytes(BYTES_PER_SECOND // 5)


async def wav(next_piece: Callable[[], Awaitable[bytes]]) -> AsyncGenerator[bytes]:
    """Yield what goes up in one request: a header, and the audio up to an empty piece or to the LIMIT."""
    yield WAV_HEADER
    left = LIMIT
    # A loop that was held up finds several pieces due at once, and the limit may be among them.
    while left > 0 and (piece := await next_piece()):
        left -= len(piece)
        yield piece


class ShortAudio:
    """The API of one resource."""

    def __init__(self, rest: Rest, endpoint: Endpoint) -> None:
        """Begin with no request."""
        self._rest = rest
        self._endpoint = endpoint

    async def recognize(self, options: RecognitionOptions, stream: AsyncIterable[bytes]) -> Phrase:
        """Recognise a WAV stream of at most 60 s in one request, without hypotheses. Raises SpeechError.

        The caller limits the time.
        """
        answer = await self._rest.post(self._endpoint.short_audio_url(options), stream, _HEADERS)
        return phrases.phrase(json_object(answer, "the answer"))

    async def check(self) -> None:
        """Find out whether it serves, where no WebSocket can be opened. Raises SpeechError."""
        try:
            async with asyncio.timeout(OPEN_LIMIT):
                try:
                    await self._recognize_silence()
                except MovedError:
                    await self._recognize_silence()
        except TimeoutError:
            raise ConnectionFailedError("the service did not answer in time") from None
        except ProtocolError as err:
            raise NotASpeechEndpointError(f"not a Speech endpoint: {err}") from None

    async def _recognize_silence(self) -> None:
        pieces = iter((_SILENCE, b""))

        async def next_piece() -> bytes:
            return next(pieces)

        await self.recognize(RecognitionOptions(), wav(next_piece))
